"""The agreed word comes along to another phone; its fingerprint stays made with the number of the talk it began in"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("guard", sa.Column("word_of", sa.Integer(), nullable=True))
