"""The facts that are kept, and who owns them: a schema, its migrations, a repository each.

Only `records` is light; a module that needs the database imports `aibt.store.database`.
"""
