"""Questions that no article answered: not who asked, and no words before three people have asked alike."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table

from directory.tables import UtcDateTime, metadata

unanswered = Table(
    "unanswered",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("words_hash", String(64), nullable=False, unique=True),  # keyed; of the cleaned words, in no order
    Column("key_id", String(32), nullable=False),  # its own data key: tokens and words cannot be read without it
    Column("state", String(10), nullable=False),  # counting | ripe | dropped
    Column("sealed", LargeBinary, nullable=True),  # the cleaned words, from the third person on
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)

unanswered_token = Table(  # tells two people apart who ask alike, and nothing else
    "unanswered_token",
    metadata,
    Column("unanswered_id", Integer, ForeignKey("unanswered.id"), primary_key=True),
    Column("token", String(64), primary_key=True),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)
