"""Words that stand beside a name, a need or a kind of place and are none themselves: "ở", "tìm", "giúp em"."""

PLAIN = frozenset(
    word
    for row in (
        "o tai gan cho em minh toi tui chi anh ban di den hoi xin voi a oi nhe nha nhi giup tim can muon co khong",
        "biet nao dau may gio mo cua so dien thoai dia chi la va",
    )
    for word in row.split()
)
