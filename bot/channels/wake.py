"""Which ways of waking a colleague this installation has: push, call and mail, as the settings say."""

from collections.abc import Callable, Mapping

from bot.bells import Bells
from bot.channels.mail import Mail, MailAddressWrong, read_url
from bot.channels.ntfy import Ntfy
from bot.channels.voice import PROVIDERS, Gateway, Voice
from bot.db import Database
from bot.ports import Clock, Sender
from bot.settings import Settings, SettingsProblem

Maker = Callable[[Database, Clock, Bells, Settings], Sender]


def ways(settings: Settings) -> Mapping[str, Maker]:
    """The senders by kind; none for what is not set. Raises SettingsProblem with one line."""
    found: dict[str, Maker] = {}
    if settings.ntfy_url:
        found["ntfy"] = lambda db, clock, bells, settings: Ntfy(clock, settings.ntfy_url)
    if settings.voice_provider:
        if settings.voice_provider not in PROVIDERS:
            known = ", ".join(PROVIDERS)
            raise SettingsProblem(f"DONGHANH_VOICE_PROVIDER must be one of {known}; leave it out for no calls.")
        found["voice"] = lambda db, clock, bells, settings: Voice(clock, settings.voice_provider, gateway(settings))
    if settings.smtp_url:
        try:
            read_url(settings.smtp_url)
        except MailAddressWrong:
            example = "smtp://user:password@host:587?from=line@example.org"
            raise SettingsProblem(f"DONGHANH_SMTP_URL must look like {example}.") from None
        found["mail"] = lambda db, clock, bells, settings: Mail(clock, settings.smtp_url)
    return found


def gateway(settings: Settings) -> Gateway:
    """The account at the voice gateway."""
    return Gateway(settings.voice_key, settings.voice_secret, settings.voice_from, settings.voice_api_root)
