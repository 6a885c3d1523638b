"""How a case can end and what stood in the way: closed lists, worded without judgement in the catalogues."""

from enum import StrEnum


class Outcome(StrEnum):
    """What came of a case."""

    SAFE = "safe"
    REFERRED_HEALTH = "referred_health"
    REFERRED_LEGAL = "referred_legal"
    REFERRED_SHELTER = "referred_shelter"
    REFERRED_OTHER = "referred_other"
    ACCOMPANIED = "accompanied"
    INFORMED = "informed"
    LISTENED = "listened"
    SAFETY_PLAN = "safety_plan"
    PERSON_DECLINED = "person_declined"
    PERSON_SILENT = "person_silent"
    HANDED_ELSEWHERE = "handed_elsewhere"
    NO_SERVICE = "no_service"
    NOT_FOR_US = "not_for_us"
    HOAX = "hoax"
    RECALLED = "recalled"  # she said herself that it was no danger
    ERASED = "erased"


NOT_BY_HAND = frozenset({Outcome.ERASED, Outcome.RECALLED})  # these come about by what the person does


class Barrier(StrEnum):
    """What made help harder; several may be named, none must."""

    DISTANCE = "distance"
    COST = "cost"
    PAPERS = "papers"
    OPENING_HOURS = "opening_hours"
    NO_SERVICE = "no_service"
    FULL = "full"
    FEAR_OF_EXPOSURE = "fear_of_exposure"
    FEAR_OF_POLICE = "fear_of_police"
    STIGMA = "stigma"
    CHILDREN = "children"
    LANGUAGE = "language"
    CONTROLLED = "controlled"
    NO_PHONE = "no_phone"
    RECEPTION = "reception"
