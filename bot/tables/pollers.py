"""Who fetches messages: one process for each account of a network, by a lease."""

from sqlalchemy import Column, String, Table

from directory.tables import UtcDateTime, metadata

poller = Table(
    "poller",
    metadata,
    Column("account", String(80), primary_key=True),  # network and number of our own account, e.g. telegram:123456
    Column("name", String(80), nullable=False, server_default=""),  # its public name, once the network said it
    Column("lease_owner", String(40), nullable=True),
    Column("lease_until", UtcDateTime, nullable=True),
)
