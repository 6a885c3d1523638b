"""Runs the steps on the database whose address `bot.schema` gives."""

from alembic import context

import bot.tables  # noqa: F401  (joins the private tables to the one MetaData)
from bot.db import open_engine
from directory.tables import metadata

engine = open_engine(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=False)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
engine.dispose()
