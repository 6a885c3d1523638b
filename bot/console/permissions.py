"""Who may do what: one table of deeds, roles and how far each reaches. Whatever is not written here is not allowed."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.staff import ROLES, StaffMember


class Deed(StrEnum):
    """Everything that can be done in the console. Every route names one."""

    SEE_BOARD = "see_board"
    SEE_CASE = "see_case"
    READ_WORDS = "read_words"
    TAKE = "take"
    REPLY = "reply"
    HOLD = "hold"
    HAND_BACK = "hand_back"
    HAND_OVER = "hand_over"
    REFER = "refer"
    CLOSE = "close"
    SEE_LISTINGS = "see_listings"
    NEW_LISTING = "new_listing"
    EDIT_LISTING = "edit_listing"
    PUBLISH_LISTING = "publish_listing"
    WITHDRAW_LISTING = "withdraw_listing"
    VERIFY_LISTING = "verify_listing"
    EXPORT_LISTINGS = "export_listings"
    IMPORT_LISTINGS = "import_listings"
    SEE_WORK = "see_work"
    PUT_NOTICE = "put_notice"
    DECIDE_REMARK = "decide_remark"
    SEE_ARTICLES = "see_articles"
    EDIT_ARTICLE = "edit_article"
    APPROVE_ARTICLE = "approve_article"
    PUBLISH_ARTICLE = "publish_article"
    WITHDRAW_ARTICLE = "withdraw_article"
    OWN_PAGE = "own_page"
    SEE_TONIGHT = "see_tonight"
    EDIT_TONIGHT = "edit_tonight"
    PEERS = "peers"
    REPLIES = "replies"
    CONFIRM = "confirm"
    SEE_ROTA = "see_rota"
    CHANGE_OWN_SHIFTS = "change_own_shifts"
    PLAN_ROTA = "plan_rota"
    ADD_SHIFT = "add_shift"
    CALL_ALL = "call_all"
    TRY_WORDS = "try_words"
    ADD_WORDS = "add_words"
    MARK_LANGUAGES = "mark_languages"
    SEE_FIGURES = "see_figures"


class Scope(StrEnum):
    """How far a permission reaches."""

    OWN = "own"  # the case this colleague has
    PROVINCES = "provinces"  # the colleague's provinces; what has no province is everybody's
    GROUP = "group"  # listings of the colleague's own organisation, within the own provinces
    CENTRE = "centre"  # cases of the colleague's centre, and open ones of the provinces
    ALL = "all"


@dataclass(frozen=True, slots=True)
class About:
    """What a deed is about: where it is, which centre it belongs to, who has it."""

    province: str | None = None
    centre_id: int | None = None
    staff_id: int | None = None
    organisation: str = ""  # whose listing it is


_CASEWORK = {
    Deed.SEE_BOARD: Scope.PROVINCES,
    Deed.SEE_CASE: Scope.PROVINCES,
    Deed.READ_WORDS: Scope.OWN,
    Deed.TAKE: Scope.PROVINCES,
    Deed.REPLY: Scope.OWN,
    Deed.HOLD: Scope.OWN,
    Deed.HAND_BACK: Scope.OWN,
    Deed.HAND_OVER: Scope.OWN,
    Deed.REFER: Scope.OWN,
    Deed.CLOSE: Scope.OWN,
    Deed.SEE_TONIGHT: Scope.PROVINCES,
    Deed.EDIT_TONIGHT: Scope.PROVINCES,
    Deed.PEERS: Scope.PROVINCES,
    Deed.REPLIES: Scope.ALL,
    Deed.SEE_ROTA: Scope.ALL,
    Deed.CHANGE_OWN_SHIFTS: Scope.OWN,
    Deed.PUT_NOTICE: Scope.PROVINCES,
}
_EVERYBODY = {
    Deed.SEE_LISTINGS: Scope.ALL,
    Deed.SEE_ARTICLES: Scope.ALL,
    Deed.OWN_PAGE: Scope.ALL,
    Deed.MARK_LANGUAGES: Scope.OWN,
}

PERMISSIONS: Mapping[str, Mapping[Deed, Scope]] = {
    "worker": {**_EVERYBODY, **_CASEWORK},
    "peer": {
        **_EVERYBODY,
        **_CASEWORK,
        Deed.SEE_WORK: Scope.PROVINCES,
        Deed.EDIT_LISTING: Scope.GROUP,
        Deed.VERIFY_LISTING: Scope.PROVINCES,
        Deed.WITHDRAW_LISTING: Scope.PROVINCES,
        Deed.APPROVE_ARTICLE: Scope.ALL,  # texts that wait for peers; the page asks for the role
        Deed.WITHDRAW_ARTICLE: Scope.ALL,
        Deed.TRY_WORDS: Scope.ALL,
    },
    "supervisor": {
        **_EVERYBODY,
        **_CASEWORK,
        Deed.SEE_CASE: Scope.CENTRE,
        Deed.READ_WORDS: Scope.CENTRE,
        Deed.CLOSE: Scope.CENTRE,
        Deed.CONFIRM: Scope.CENTRE,
        Deed.PLAN_ROTA: Scope.CENTRE,
        Deed.ADD_SHIFT: Scope.CENTRE,
        Deed.CALL_ALL: Scope.CENTRE,
        Deed.MARK_LANGUAGES: Scope.CENTRE,
        Deed.WITHDRAW_ARTICLE: Scope.ALL,
        Deed.TRY_WORDS: Scope.ALL,
    },
    "maintainer": {
        **_EVERYBODY,
        Deed.NEW_LISTING: Scope.PROVINCES,
        Deed.EDIT_LISTING: Scope.PROVINCES,
        Deed.PUBLISH_LISTING: Scope.PROVINCES,
        Deed.WITHDRAW_LISTING: Scope.PROVINCES,
        Deed.VERIFY_LISTING: Scope.PROVINCES,
        Deed.EXPORT_LISTINGS: Scope.PROVINCES,  # drafts and notes; what persons are shown, everybody may carry away
        Deed.IMPORT_LISTINGS: Scope.PROVINCES,
        Deed.SEE_WORK: Scope.PROVINCES,
        Deed.PUT_NOTICE: Scope.PROVINCES,
        Deed.DECIDE_REMARK: Scope.PROVINCES,
        Deed.EDIT_ARTICLE: Scope.ALL,
        Deed.APPROVE_ARTICLE: Scope.ALL,
        Deed.PUBLISH_ARTICLE: Scope.ALL,
        Deed.WITHDRAW_ARTICLE: Scope.ALL,
        Deed.TRY_WORDS: Scope.ALL,
        Deed.ADD_WORDS: Scope.ALL,
    },
    "manager": {
        **_EVERYBODY,
        Deed.EXPORT_LISTINGS: Scope.ALL,
        Deed.SEE_WORK: Scope.ALL,
        Deed.SEE_ROTA: Scope.ALL,
        Deed.ADD_SHIFT: Scope.ALL,
        Deed.CALL_ALL: Scope.ALL,  # how many are called, never which case
        Deed.SEE_FIGURES: Scope.PROVINCES,
    },
    "admin": {**_EVERYBODY, Deed.SEE_ROTA: Scope.ALL, Deed.MARK_LANGUAGES: Scope.ALL},
}
assert set(PERMISSIONS) == set(ROLES)


def has(member: StaffMember, deed: Deed) -> bool:
    """Whether this colleague may do the deed at all, to anything."""
    return deed in PERMISSIONS[member.role]


def may(member: StaffMember, deed: Deed, about: About) -> bool:
    """Whether this colleague may do the deed to this."""
    scope = PERMISSIONS[member.role].get(deed)
    if scope is None:
        return False
    if scope is Scope.ALL or about.staff_id == member.id:
        return True
    is_near = about.province is None or about.province in member.provinces
    match scope:
        case Scope.OWN:
            return False
        case Scope.PROVINCES:
            return is_near
        case Scope.GROUP:
            return is_near and _is_same(about.organisation, member.organisation)
        case Scope.CENTRE:
            return about.centre_id == member.centre_id or (about.centre_id is None and is_near)


def _is_same(one: str, other: str) -> bool:
    """Whether two names of organisations are one, however their letters are put together."""
    plain = [" ".join(unicodedata.normalize("NFC", name).casefold().split()) for name in (one, other)]
    return plain[0] == plain[1] != ""
