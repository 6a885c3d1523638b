"""Whether a message that names no need of ours names something else: "pizza ở quận 3" is no "ở quận 3"."""

from collections.abc import Set

from directory import needs
from directory.reading import Reading

_LONGEST = 12  # words; a longer message tells something, and is read as a whole
# What may stand beside a place, or alone, when somebody goes on about what was shown.
_GOES_ON_WORDS = """
a ad ah ai ak anh app ay ba bac ban bay be ben benh bi biet bon bua buoi c ca cac cach cai cam can cang canh cau chac
cham chan chang chau chi chieu chin chinh cho chong chu chua chung chut chuyen co coi con cung cuoi cx d da dang dao
dat dau day dc de dem den dep di dia dinh do doan doi don dong dt du dua dung duoc duoi duong e em gai gan gap gay ghe
gi gia gio gioi giua gium giup goi h ha hai han hang hanh hay hcm he hem hen het hi hien hinh hk hn ho hoac hoai hoc
hoi hok hom hon hong huyen it j k kb khac khach kham khi kho khoang khoi khom khong khu khuc khum ki kia kiem kieu kin
ko ky la lac lai lam lan lau len les lich lien lo loai loi lon luc luon m ma mac mai may mb me mien minh mo moi mot mun
muoi muon nam nan nao nay ne nem nen neu nga ngai ngay nghe nghen nghi ngo ngoai ngon nguoi nha nhan nhanh nhat nhe
nhen nhi nhiet nhieu nho nhung noi ntn nu nua nx o oi ok oke on p phai phia pho phong phuong q qua quan quanh que quen
r ra rang rat re rieng roi rui san sang sao sap sau sdt sg si so som song su t ta tai tam tan tang tao tat tay te ten
tep than thang thanh thay the them theo thi thich thien thiet thoi thu thua thuan thuoc thuong ti tiec tien tiep tim
tin tinh to toi tot tp tphcm trai tram tran trans trc tre tren tro trong trua trung truoc tu tuan tui tuoi tuong ty uu
uy v van vao vay ve vi viec vien vo voi vs vua vung x xa xem xin xiu xung xuong y yen z zalo zay
"""
_GOES_ON = frozenset(_GOES_ON_WORDS.split())
# Read without marks these are words like those above.
_WARES = frozenset({"phở", "lẩu", "vé", "sạn", "bún", "ốc", "chè", "cưới", "bán", "đô", "tươi", "tải", "tử"})
_BESIDE = frozenset({"gan", "canh"})  # what follows tells where: "gần trường đại học"


def names_other(reading: Reading, spared: Set[int] = frozenset()) -> bool:
    """Whether words stand there that say neither what we know nor how or where it should be. `spared`: of a place.

    A guess, made where no need is stated: who is asked back can still say yes.
    """
    if not 0 < len(reading.words) <= _LONGEST:
        return False
    if needs.other_words(reading):
        return True
    by_landmark = next((at + 1 for at, word in enumerate(reading.words) if word.plain in _BESIDE), len(reading.words))
    beside = [word for at, word in enumerate(reading.words[:by_landmark]) if at not in spared]
    return any(word.form in _WARES or not (word.plain in _GOES_ON or word.plain.isdigit()) for word in beside)
