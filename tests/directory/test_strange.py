"""Requirement 5: what somebody goes on about after a list, and what names something else."""

from pathlib import Path

import pytest

from directory import places, strange
from directory.reading import read

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
GOES_ON = """
ở quận 3/còn quận 3 thì sao/thế ở quận 3 có không/quận 3 nha/có chỗ nào ở q3 rẻ không/gần chợ Bến Thành quận 1
em mới chuyển qua quận 3 rồi/em đang ở Hà Đông cơ/tìm giúp em ở Thanh Xuân với
mai em đi Nha Trang, ở đó có chỗ nào không
chỗ nào ở Ba Vì mở buổi tối/ở quận 7 mình muốn chỗ kín đáo một chút/bạn em ở Sơn Trà cũng cần/nhà em ở Hoài Đức xa quá
nếu em lên Sóc Sơn thì sao/vậy còn bên Gò Vấp, nghe nói đông lắm/Diên Khánh/thi xa nga nam/chỗ đó xa quá, em ở Tây Hồ
Đà Nẵng được không/chỗ khác ở Bình Thạnh/không, ở Nhà Bè cơ/ngoài giờ hành chính ở quận 3 có ai làm không
cho người lớn tuổi ở quận 3/chuyển sang Hải Phòng giúp mình/còn nữa không/chỗ khác đi/xa quá/có chỗ nào gần hơn không
chỗ này em đi rồi/khác đi em ơi/còn chỗ nào tốt hơn không/gần bến xe có không/chỗ nào nhân viên dễ thương/em ngại lắm
ở gần trường đại học quận 3/quan 3 tphcm nha chi/q7 dc hk/co cho nao o go vap k/hết rồi hả/có mấy chỗ vậy
""".replace("\n", "/")
OTHER = """
pizza ở quận 3/phở ngon ở Cầu Giấy/thuê xe máy ở Hà Đông/thế còn pizza ở quận 3/tiệm nail ở Sơn Trà/rạp phim ở thủ đức
ngân hàng ở quận 1/khách sạn ở nha trang/mua iphone cũ ở Đống Đa/sửa xe máy ở đâu/có bán trà sữa không/sua tivi quan 7
""".replace("\n", "/")


def names_other(text: str) -> bool:
    reading = read(text)
    named = places.read(reading).places[:1]
    return strange.names_other(reading, {at for guess in named for at in range(guess.start, guess.end)})


@pytest.mark.parametrize("text", [one for one in GOES_ON.split("/") if one])
def test_what_goes_on_about_the_list_names_nothing_else(text: str) -> None:
    assert not names_other(text)


@pytest.mark.parametrize("text", [one for one in OTHER.split("/") if one])
def test_what_no_help_line_has_is_named(text: str) -> None:
    assert names_other(text)


@pytest.mark.parametrize("part", ["tune", "open", "judge", "frozen"])
def test_searches_for_other_things_are_heard_as_such(part: str) -> None:
    lines = (EXAMPLES / "not_here.tsv").read_text("utf-8").splitlines()
    texts = [line.split("\t")[1] for line in lines if line.startswith(f"{part}\t")]
    many, missed = len(texts), sum(1 for text in texts if not names_other(text))
    assert many >= 50 and missed <= 0.05 * many


def test_a_long_message_is_a_story() -> None:
    assert not names_other("em kể chị nghe, " + "pizza " * 20)
