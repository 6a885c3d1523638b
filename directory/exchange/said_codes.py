"""Kinds, needs, languages and the like in a cell: by their code, their name, or what people call them."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from directory import drafts, keywords, needs, spoken
from directory.listings import FRIENDLY
from directory.reading import fold, read
from directory.wording import t

LANGUAGE = re.compile(r"^[a-z]{2,3}(?:-[A-Za-z]{2,8})*$")
# What people call a kind besides its name; folded.
_ALSO = {
    "cdc": "ttksbt; trung tam ksbt; trung tam y te du phong",
    "commune_health_station": "tram y te; tyt; tram y te phuong; tram y te xa phuong; tram xa; tram phuong",
    "hiv_clinic": "opc; phong kham ngoai tru; phong kham ngoai tru hiv",
    "hospital": "bv; benh vien da khoa; bvdk",
    "job_centre": "trung tam dich vu viec lam; ttdvvl",
    "legal_aid": "trung tam tro giup phap ly; tgpl",
    "legal_firm": "van phong luat su; cong ty luat; luat su",
    "ngo": "to chuc phi chinh phu; phi chinh phu",
    "peer_club": "clb",
    "peer_group": "nhom; nhom tu luc; nhom cong dong",
    "pharmacy": "hieu thuoc; quay thuoc; tiem thuoc",
    "private_clinic": "phong kham tu nhan; phong kham da khoa; pkdk; pk tu",
    "psychologist": "chuyen gia tam ly; bac si tam ly; phong tham van",
    "shelter": "mai am; noi tam lanh; nha an toan",
    "social_work_centre": "ttctxh; trung tam bao tro xa hoi; trung tam bao tro",
    "vocational_school": "trung tam day nghe; co so day nghe; trung cap nghe",
    "women_union": "hoi lien hiep phu nu; hoi lhpn",
}

# And whom it receives.
_WHOM = {
    "women": "nu; nu gioi; chi em",
    "men": "nam; nam gioi; dong tinh nam; msm",
    "trans": "chuyen gioi; tg; transgender",
    "minors": "tre em; vi thanh nien; duoi 18; nguoi duoi 18 tuoi",
    "foreigners": "nguoi nuoc ngoai; khach nuoc ngoai",
}


def plain(words: str) -> str:
    return " ".join(re.findall(r"\w+", fold(unicodedata.normalize("NFC", words)).replace("_", " ")))


def code_of(field: str, written: str) -> str:
    """A code for what a piece of a cell says; as it is written where nobody calls anything so."""
    return _codes().get((field, plain(written))) or _need(field, written) or written


def is_code(field: str, written: str) -> bool:
    """Whether it says one thing that is known."""
    is_language = field == "languages" and LANGUAGE.match(written) is not None
    return (field, plain(written)) in _codes() or is_language or _need(field, written) is not None


def is_everyday(field: str, written: str) -> bool:
    """Whether it is neither a code nor a name of ours, and was understood all the same."""
    return (field, plain(written)) not in _codes() and _need(field, written) is not None


def _need(field: str, written: str) -> str | None:
    """A need by the words of which a search would know it, if it is nothing but these words."""
    return keywords.named_by(read(written)) if field == "needs" else None


@cache
def _codes() -> Mapping[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for language in ("vi", "en"):
        labels = [("kind", one, t(f"console.kind.{one}", language)) for one in drafts.KINDS]
        labels += [("needs", one, needs.label(one, language)) for one in needs.NEEDS]
        labels += [("audience", one, t(f"console.audience.{one}", language)) for one in drafts.AUDIENCES]
        qualities = (*drafts.ATTRIBUTES, FRIENDLY)
        labels += [("attributes", one, t(f"console.attributes.{one}", language)) for one in qualities]
        for one in spoken.table().values():
            own = one.names.get(language, "")
            labels += [("languages", one.code, name) for name in (one.code, own, own.removeprefix("tiếng "))]
        labels += [(name, code, code) for name, code, _ in labels]
        labels += [("kind", code, also) for code, many in _ALSO.items() for also in many.split("; ")]
        labels += [("audience", code, also) for code, many in _WHOM.items() for also in many.split("; ")]
        for name, code, label in labels:
            found.setdefault((name, plain(label)), code)
    return found
