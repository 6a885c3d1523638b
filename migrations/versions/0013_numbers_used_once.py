"""On SQLite the numbers of messages kept and messages told are never used again, as PostgreSQL has it anyway.

Without this SQLite gives the highest number again once its row is gone. A message that was on its way while its row was
erased then took the next row of that number with it, when it was noted as sent.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in ("inbox", "outbox"):
        with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass  # the same columns, made anew
