"""Whoever bleeds herself hears other words than whoever stands beside somebody."""

import pytest

from bot import understanding

HER_OWN = (
    "em ra nhiều máu quá sau khi phá thai",
    "mau chay nhieu qua",
    "em bị sảy thai ra nhiều máu",
    "nó đánh em chảy máu nhiều quá",
    "em bị khách đánh chảy máu nhiều",
    "em bi hai thang khach danh chay mau khong cam",
    "em ở khách sạn, máu chảy nhiều không cầm được",
    "chị bị băng huyết, chị sợ quá",
    "mình sắp ngất rồi, ra máu nhiều lắm",
    "i am bleeding heavily",
    "he hit me and i am bleeding a lot",
    "ra mau nhieu qua em so lam",
)
ANOTHER_ONE = (
    "bạn em sốc thuốc rồi",
    "nó chơi quá liều bất tỉnh",
    "ban em choi qua lieu bat tinh roi",
    "chồng mình chảy máu nhiều quá",
    "chị ấy ra nhiều máu lắm",
    "em với bạn trong nhà nghỉ, nó co giật",
    "con bé phòng bên chảy máu không cầm",
    "bất tỉnh rồi, gọi không dậy",
    "sốc thuốc rồi bạn em nó nằm im",
    "my friend overdosed",
    "she is bleeding a lot",
)


@pytest.mark.parametrize("text", HER_OWN)
def test_it_is_her_own_body(text: str) -> None:
    assert {"medical", "own_body"} <= understanding.read(text).situations


@pytest.mark.parametrize("text", ANOTHER_ONE)
def test_it_is_somebody_beside_her(text: str) -> None:
    found = understanding.read(text).situations
    assert "medical" in found and "own_body" not in found
