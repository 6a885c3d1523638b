"""The private tables: what has to be kept for a while so that nobody who writes is lost, and when it is forgotten.

Every row that belongs to a person carries `forget_at`; `tests/house/test_privacy.py` names, for each column, who can
see it and when it goes. Text of persons and routable addresses are always sealed bytes.
"""

from bot.tables.casework import (
    alarm,
    case,
    case_event,
    consent,
    referral,
    transcript,
)
from bot.tables.colleagues import (
    centre,
    invitation,
    staff,
    staff_channel,
    staff_notice,
    staff_organisation,
    staff_province,
    staff_session,
)
from bot.tables.engine import (
    audit,
    event,
    lease,
    outbox,
    timer,
    webchat_frame,
    webchat_session,
)
from bot.tables.people import (
    contact,
    conversation,
    inbox,
    lane,
    message_ref,
    offered,
    person,
    return_code,
    seen_event,
)
from bot.tables.pollers import poller
from bot.tables.rota import (
    calendar_feed,
    centre_fallback,
    centre_hours,
    rota_change,
    rotation,
    rotation_member,
    self_audit,
    shift,
)

__all__ = [
    "alarm",
    "audit",
    "calendar_feed",
    "case",
    "case_event",
    "centre",
    "centre_fallback",
    "centre_hours",
    "consent",
    "contact",
    "conversation",
    "event",
    "inbox",
    "invitation",
    "lane",
    "lease",
    "message_ref",
    "offered",
    "outbox",
    "person",
    "poller",
    "referral",
    "return_code",
    "rota_change",
    "rotation",
    "rotation_member",
    "seen_event",
    "self_audit",
    "shift",
    "staff",
    "staff_channel",
    "staff_notice",
    "staff_organisation",
    "staff_province",
    "staff_session",
    "timer",
    "transcript",
    "webchat_frame",
    "webchat_session",
]
