"""What Alembic runs: the migrations, in the transaction that `migrate` has begun."""

from alembic import context

from aibt.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite's too: our engine says BEGIN itself
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
