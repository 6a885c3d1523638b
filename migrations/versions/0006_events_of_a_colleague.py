"""What a colleague did of late is found without reading every case"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_case_event_of_colleague", "case_event", ["staff_id", "at"])
