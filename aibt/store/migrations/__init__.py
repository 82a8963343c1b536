"""Alembic's migrations, run by `aibt.store.migration.migrate`; written by hand.

A new one is a file in `versions`, its revision the next number and `HEAD` of the schema. A test
compares what the migrations build with `aibt.store.schema` and says what is missing. In a
migration use what both SQLite and PostgreSQL know, `batch_alter_table` for changing columns.
"""
