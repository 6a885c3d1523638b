"""Every question can be passed over, in words and with a tap: nothing is asked again, nothing is agreed to.

The questions are found in the sources, so that a new one fails here until it says how it is passed over.
"""

import ast
import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

import bot
from bot.dialogues.choosing import DIALOGUES
from bot.dialogues.kit import Ask
from bot.rehearsal import Rehearsal
from bot.seals import KeyId
from bot.tables import case, consent, conversation, entrusted, guard, remark
from directory.wording import t

pytestmark = pytest.mark.timeout(240)

WORDS = ("bỏ qua", "khong muon noi", "Skip")
Question = tuple[str, str]
# Nothing of this may answer whoever passes a question over.
NOT_SAID = (
    "small.unclear", "small.stale_choice", "small.restart", "find.strange", "find.need_unclear", "wrong.not_known",
    "article.taken_back", "answer.none", "wrong.value.none", "guard.word_kept", "new_place.thanks",
)  # fmt: skip


@dataclass(frozen=True)
class Walk:
    """How somebody comes to a question, and the label that passes it over; none where it only shows ways to go on."""

    tap: str | None
    said: Sequence[str | Mapping[str, Any]]


def me(do: str, value: str = "", **more: Any) -> Mapping[str, Any]:
    """A deed of the colleague who has the case."""
    return {"as": "worker:1", "do": do, "case": "{case}", **({"value": value} if value else {}), **more}


PASS, NO, STOP = "Bỏ qua", "Không", "Thôi"
BEATEN, LISTED = "hôm qua chồng đánh em", "xet nghiem hiv o cau giay"
CRY = "nó đang đánh em"
WITH_CASE: Sequence[str | Mapping[str, Any]] = ("em bi danh hom qua", "khong", "co", me("take"))
TO_WORDS = (*WITH_CASE, me("ask", "follow_up"), "Đồng ý")
WALKS: Mapping[Question, Walk] = {
    ("report", "now_or_not"): Walk(t("danger.no", "vi"), [BEATEN]),
    ("report", "whether"): Walk(t("danger.no", "vi"), [{"choice": "a-button-of-long-ago"}]),
    ("report", "harmed"): Walk(PASS, ["em muốn chết"]),
    ("report", "talk"): Walk(t("report.no", "vi"), [BEATEN, "khong"]),
    ("report", "where"): Walk(PASS, [CRY]),
    ("report", "agreed"): Walk(t("report.no", "vi"), [CRY, PASS]),
    ("human", "wanted"): Walk(t("report.no", "vi"), ["muốn gặp người thật"]),
    ("erase", "sure"): Walk(t("erase.no", "vi"), ["xoá"]),
    ("entrust", "sure"): Walk(t("danger.entrust.choice.no", "vi"), ["nó đang đánh em, em ở nhà nghỉ Sen phòng 12"]),
    ("mute", "which"): Walk(t("danger.mute.choice.other", "vi"), ["em không nói được"]),
    ("mute", "tapped"): Walk(PASS, [CRY, t("danger.choice.mute", "vi")]),
    ("guard", "checked"): Walk(t("guard.choice.later", "vi"), [*WITH_CASE, "đừng nhắn nữa", "em đây"]),
    ("word", "chosen"): Walk(PASS, ["đặt từ riêng"]),
    ("copy", "sure"): Walk(t("copy.choice.no", "vi"), [*WITH_CASE, "cho em xin bản sao những gì em kể"]),
    ("elsewhere", "where"): Walk(PASS, ["em muon gap nguoi that", "co", "cho minh gap nguoi tinh khac"]),
    ("revoke", "chosen"): Walk(t("revoke.choice.keep", "vi"), [*WITH_CASE, me("hand_back"), "em rút lại đồng ý"]),
    ("official", "helped"): Walk(
        t("official.choice.no", "vi"), ["chung toi la cong an phuong, de nghi cung cap danh sach nguoi nhan tin"]
    ),
    ("warn", "chosen"): Walk(t("warn.choice.nothing", "vi"), ["em muon canh bao chi em ve thang khach nay"]),
    ("referral", "answer"): Walk(PASS, [*WITH_CASE, me("offer", "Văn phòng trợ giúp Cầu Vồng (mẫu)")]),
    ("consent", "answer"): Walk(t("consent.choice.no", "vi"), [*WITH_CASE, me("ask", "notes")]),
    ("consent", "words"): Walk(PASS, TO_WORDS),
    ("consent", "hour"): Walk(PASS, [*TO_WORDS, "Hôm nào mình đi uống trà nhé?"]),
    ("check_in", "answer"): Walk(
        t("check_in.choice.skip", "vi"),
        [*TO_WORDS, "Hôm nào mình đi uống trà nhé?", PASS, me("close", "listened"), {"pass": "4d"}],
    ),
    ("tapped", "answer"): Walk(
        t("danger.mute.choice.unsure", "vi"),
        [*WITH_CASE, {"as": "worker:1", "case": "{case}", "text": "Em khoá cửa được không?", "taps": True}],
    ),
    ("welcome", "chosen"): Walk(None, ["chào"]),
    ("small", "spoken"): Walk(None, ["đổi ngôn ngữ"]),
    ("find", "need"): Walk(PASS, ["chào", t("welcome.find", "vi")]),
    ("find", "where"): Walk(t("find.anywhere", "vi"), ["muốn xét nghiệm hiv"]),
    ("find", "meant"): Walk(t("find.meant.no", "vi"), ["muốn xét nghiệm hiv", "hai pogn"]),
    ("find", "after"): Walk(None, [LISTED]),
    ("find", "still"): Walk(None, [LISTED, "pizza ở quận 3"]),
    ("answer", "which"): Walk(None, ["vượt đèn đỏ phạt bao nhiêu"]),
    ("answer", "after"): Walk(None, ["bị khách xù tiền thì làm sao"]),
    ("declined", "script"): Walk(" · ".join(t("declined.choice.no_danger", one) for one in ("vi", "en")), ["你好"]),
    ("declined", "chosen"): Walk(None, ["chỗ nào làm căn cước giả"]),
    ("wrong_listing", "note"): Walk(t("told.choice.none", "vi"), [LISTED, "Chỗ này sai rồi"]),
    ("wrong_listing", "named"): Walk(STOP, ["chỗ mình tìm hôm trước sai số điện thoại rồi"]),
    ("wrong_listing", "part"): Walk(t("wrong.choice.other", "vi"), [LISTED, "Chỗ này sai rồi", "1"]),
    ("wrong_listing", "value"): Walk(STOP, [LISTED, "cho nay sai so dien thoai", "1", t("find.know.phone", "vi")]),
    ("treated", "where"): Walk(t("told.choice.none", "vi"), [LISTED, "bac si o do noi nang loi voi em"]),
    ("treated", "then"): Walk(t("treated.choice.enough", "vi"), [LISTED, "bac si o do noi nang loi voi em", "1"]),
    ("praise", "where"): Walk(t("told.choice.none", "vi"), [LISTED, "chỗ này tử tế lắm"]),
    ("new_place", "told"): Walk(STOP, ["em biết một chỗ mới xét nghiệm miễn phí, thêm vào đi"]),
}
# Asked only where the organisation decided so: `tests/bot/test_policy_said.py`.
ELSEWHERE = {("erase", "word_or_tap")}
# What a colleague asks is answered to the colleague: her words go there, and only a tap is an answer to the house.
TO_COLLEAGUE = {("consent", "answer"), ("tapped", "answer"), ("referral", "answer")}

# That something is wrong there she has said already; which part is all that she leaves open.
NOTED = {("wrong_listing", "part")}
GOES_ON = {*TO_COLLEAGUE, ("mute", "tapped")}  # the next question follows


def test_every_question_that_the_house_can_ask_is_in_this_walk() -> None:
    assert set(asked()) == set(WALKS) | ELSEWHERE


@pytest.mark.parametrize("question", WALKS, ids="-".join)
async def test_it_is_passed_over_in_words_and_with_a_tap(question: Question) -> None:
    walk = WALKS[question]
    ways = [*WORDS, *([walk.tap] if walk.tap else [])]
    async with Rehearsal() as house:
        for number, way in enumerate(ways):
            is_tap = way == walk.tap and number == len(WORDS)
            who = f"person:{number}"
            asked, label = await come_to(house, who, walk.said, question), f"{question}: {way}"
            before = await house.house.db.read(stands)
            if is_tap:
                assert way in [one["label"] for one in asked["choices"]], (label, asked)
                way = next(one["token"] for one in asked["choices"] if one["label"] == way)
            said = await house.play({"as": who, "choice" if is_tap else "text": way})
            hers = "\n".join(one["text"] for one in said if one["to"] == who)
            assert hers or question in TO_COLLEAGUE, f"{label}: nobody is left without a word"
            assert is_tap or asked["text"] not in hers, f"{label}: asked again"
            wrongly = [key for key in NOT_SAID if t(key, "vi").partition("{")[0] in hers]
            assert not wrongly, (label, wrongly, hers)
            assert await house.house.db.read(stands) == before or is_tap or question in NOTED, label
            assert question in GOES_ON or is_tap or (await standing(house)) != question, label


async def come_to(
    house: Rehearsal, who: str, script: Sequence[str | Mapping[str, Any]], question: Question
) -> Mapping[str, Any]:
    """Plays her way to the question; returns the message that asks it."""
    alias, asked = "", None
    for step in script:
        line = {"as": who, "text": step} if isinstance(step, str) else {"as": who, **step}
        if "pass" in line:
            line = {"pass": line["pass"]}
        said = await house.play(json.loads(json.dumps(line).replace("{case}", alias)))
        alias = next((one["case"] for one in said if one.get("case")), alias)
        asked = next((one for one in reversed(said) if one["to"] == who and one["choices"]), asked)
    assert asked is not None, question
    if question not in TO_COLLEAGUE | {("check_in", "answer")}:
        assert await standing(house) == question, (await standing(house), asked)
    return asked


async def standing(house: Rehearsal) -> Question | None:
    """The question that stands open in the newest talk."""

    def look(connection: Connection) -> Question | None:
        row = connection.execute(select(conversation).order_by(conversation.c.id.desc()).limit(1)).one()
        seals = house.house.db.seals
        told = json.loads(seals.open_with(KeyId(row.key_id), row.sealed, about=f"conversation:{row.lane_id}"))
        return (told["dialogue"], told["step"]) if told["step"] else None

    return await house.house.db.read(look)


def stands(connection: Connection) -> Mapping[str, Any]:
    """What passing a question over must not touch."""

    def count(table: Any, *where: Any) -> int:
        return int(connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one())

    rows = connection.execute(select(case.c.id, case.c.urgency, case.c.state, case.c.talk_agreed).order_by(case.c.id))
    return {
        "cases": [tuple(row) for row in rows],
        "yes": count(consent, consent.c.withdrawn_at.is_(None)),
        "handed over": count(entrusted, entrusted.c.agreed_at.is_not(None)),
        "remarks": count(remark),
        "words": count(guard, guard.c.word_hash.is_not(None)),
    }


def asked() -> Iterator[Question]:
    """Every (dialogue, step) that some source asks a question for."""
    folder = Path(bot.__file__).parent
    for path in sorted((folder / "dialogues").glob("*.py")):
        module = import_module(f"bot.dialogues.{path.stem}")
        kinds = [kind for kind in DIALOGUES if any(base.__module__ == module.__name__ for base in kind.__mro__)]
        for step in _steps(ast.parse(path.read_text("utf-8")), module):
            found = [kind.name for kind in kinds if hasattr(kind, step)]
            assert found, f"{path.name}: nothing takes the answer “{step}”"
            yield from ((name, step) for name in found)
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node) == "Option" and isinstance(node.args[0], ast.Constant):
                yield node.args[0].value, ast.literal_eval(node.args[1])


def _steps(tree: ast.AST, module: Any) -> Iterator[str]:
    """What is given as `then` to whatever takes one."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        passed_on = {one.arg for one in (*function.args.args, *function.args.kwonlyargs)}
        for node in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            made = getattr(module, _name(node), None)
            if not inspect.isfunction(made) and made not in (Ask, replace):
                continue
            bound = {word.arg: word.value for word in node.keywords}
            if _name(node) != "replace" and not any(isinstance(one, ast.Starred) for one in node.args):
                bound |= dict(zip(inspect.signature(made).parameters, node.args, strict=False))
            then = bound.get("then")
            if then is None or (isinstance(then, ast.Name) and then.id in passed_on):
                continue
            assert isinstance(then, ast.Constant), f"{module.__name__}:{node.lineno}: which step takes the answer?"
            yield then.value


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""
