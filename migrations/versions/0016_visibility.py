"""Who is shown a listing: everybody, colleagues only, or everybody but not where it is.

`is_sealed` stays and is written as before, so that the version before this one reads and writes on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("visibility", sa.String(8), nullable=False, server_default="public")
    op.add_column("place_of_service", column)
    listing = sa.table("place_of_service", sa.column("visibility", sa.String), sa.column("is_sealed", sa.Boolean))
    op.execute(listing.update().where(listing.c.is_sealed).values(visibility="sealed"))
