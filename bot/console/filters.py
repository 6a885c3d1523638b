"""The filters of a list page: what each may be, and which of those in the address are nothing there is."""

from collections.abc import Collection

from bot.console.layout import Visit


def chosen(visit: Visit, **known: Collection[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """What each filter is set to, empty where it is not; and the filters set to what does not exist, which the page
    says without repeating it: an old bookmark shows more than was looked for."""
    given = {name: visit.given(name, most=100) for name in known}
    unknown = tuple(name for name, value in given.items() if value and value not in known[name])
    return {name: "" if name in unknown else value for name, value in given.items()}, unknown
