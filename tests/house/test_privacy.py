"""Every stored private field: who sees it and when it goes. A new column fails here until it is written down."""

import pytest
from sqlalchemy import Table

import bot.tables as private

# table: (who sees it, when it is forgotten, its columns)
KEPT: dict[str, tuple[str, str, str]] = {
    "staff_organisation": (
        "staff",
        "kept: no person",
        "id name",
    ),
    "centre": (
        "staff",
        "kept: no person",
        "id organisation_id name province",
    ),
    "staff": (
        "the person, admin",
        "leaving + 30 days",
        "id name alias role centre_id language state passphrase_hash totp_sealed totp_last_step "
        "failed_signs locked_until is_demo created_at forget_at",
    ),
    "staff_province": (
        "the person, admin",
        "leaving + 30 days",
        "staff_id province",
    ),
    "staff_language": (
        "colleagues",
        "on leaving",
        "staff_id code",
    ),
    "staff_channel": (
        "the person, admin; sealed",
        "leaving + 30 days",
        "id staff_id kind sealed position verified_at dead_at code_hash code_until code_tries forget_at",
    ),
    "invitation": (
        "nobody; hash only",
        "on use or after 72 h",
        "token_hash staff_id kind expires_at used_at",
    ),
    "staff_session": (
        "nobody; hash only",
        "12 h",
        "id_hash staff_id csrf created_at seen_at expires_at",
    ),
    "staff_notice": (
        "that colleague; sealed",
        "24 h",
        "id staff_id sealed key at forget_at",
    ),
    "shift": (
        "staff",
        "kept: rota",
        "id staff_id centre_id province kind rung starts_at ends_at",
    ),
    "rotation": (
        "staff",
        "kept: rota",
        "id name centre_id province kind rung first_day last_day begins minutes turn_days weekdays days_off",
    ),
    "rotation_member": (
        "staff",
        "kept: rota",
        "rotation_id position staff_id",
    ),
    "rota_change": (
        "staff; no reason is kept",
        "90 days after it ended",
        "id kind staff_id cover_id starts_at ends_at pair made_by agreed_at forget_at",
    ),
    "centre_hours": (
        "staff",
        "kept: no person",
        "centre_id day begins ends",
    ),
    "centre_fallback": (
        "staff",
        "kept: no person",
        "centre_id fallback_id",
    ),
    "canned_reply": (
        "staff; sentences of the house, masked, no person",
        "kept: no person",
        "id sentence state proposed_by approved_by at",
    ),
    "calendar_feed": (
        "nobody; hash only",
        "when ended or on leaving",
        "staff_id token_hash created_at",
    ),
    "self_audit": (
        "staff; codes and counts",
        "overwritten every minute",
        "id at broken since alarmed_at",
    ),
    "person": (
        "nobody",
        "40 days after the last message",
        "id language created_at forget_at",
    ),
    "lane": (
        "nobody",
        "40 days after the last message",
        "id person_id channel account handle generation erasing_at stopped_at lease_owner lease_until "
        "last_at forget_at",
    ),
    "contact": (
        "mailroom only; sealed",
        "40 days after the last message",
        "lane_id sealed forget_at",
    ),
    "seen_event": (
        "nobody; keyed hash",
        "3 days",
        "key forget_at",
    ),
    "inbox": (
        "nobody; masked, sealed",
        "when processed; 3 days if set aside",
        "id lane_id sealed received_at attempts set_aside_at forget_at",
    ),
    "conversation": (
        "nobody; sealed",
        "72 h after the last message",
        "id lane_id key_id sealed last_at forget_at",
    ),
    "offered": (
        "nobody; sealed",
        "72 h",
        "id lane_id sealed at forget_at",
    ),
    "message_ref": (
        "mailroom only; sealed",
        "48 h",
        "id lane_id sealed at forget_at",
    ),
    "return_code": (
        "nobody; hash only",
        "with the conversation",
        "code_hash lane_id forget_at",
    ),
    "case": (
        "worker, supervisor; no words",
        "way and key 30 days after closing; the rest is the register",
        "id alias lane_id key_id urgency need place_tier place_code province state staff_id centre_id "
        "talk_agreed erased_at rung round alarmed next_step_at held_until outcome opened_at alarmed_at "
        "taken_at closed_at away_from organisation_id forget_at",
    ),
    "case_event": (
        "worker, supervisor; codes only",
        "with the case",
        "id case_id at kind staff_id detail forget_at",
    ),
    "transcript": (
        "the case's worker, its supervisor; sealed with the case's key",
        "30 days after closing",
        "id case_id seq direction staff_id sealed is_readable outbox_key at forget_at",
    ),
    "alarm": (
        "nobody; hash only",
        "with the case",
        "id case_id staff_id rung round token_hash expires_at used_at declined_at recalled_at unreached_at is_notice "
        "at forget_at",
    ),
    "consent": (
        "supervisor",
        "with the case",
        "id case_id purpose partner_id version given_at withdrawn_at forget_at",
    ),
    "referral": (
        "worker, supervisor",
        "with the case",
        "id case_id place_id code state staff_id at forget_at",
    ),
    "guard": (
        "nobody; the agreed word as a keyed hash",
        "40 days after it was last used; with the lane",
        "lane_id state word_hash word_of since forget_at",
    ),
    "entrusted": (
        "the colleague who has the case; sealed with a key of its own",
        "at once after a no, one hour unanswered, 24 h after closing",
        "id case_id kind key_id sealed agreed_at at forget_at",
    ),
    "legal_duty": (
        "supervisor",
        "with the case",
        "id case_id reason partner_id asked_by confirmed_by is_told at confirmed_at forget_at",
    ),
    "sharing": (
        "worker, supervisor",
        "with the case",
        "id case_id partner_id purpose consent_id duty_id staff_id at forget_at",
    ),
    "check_in": (
        "worker, supervisor; which neutral sentence, never words",
        "with the way back to the person",
        "id case_id lane_id words due_at state sent_at forget_at",
    ),
    "accompaniment": (
        "peers and workers of the province",
        "with the case",
        "id case_id place_id when_at staff_id state at forget_at",
    ),
    "handover_note": (
        "the case's worker, its supervisor; words sealed with the case's key",
        "with the case",
        "id case_id staff_id codes sealed at forget_at",
    ),
    "block": (
        "worker, supervisor; no account",
        "when it has run out, 30 days at most",
        "id lane_id hours asked_by confirmed_by until card_at at forget_at",
    ),
    "kept_out": (
        "nobody; keyed with the row's own key",
        "when it ends, 30 days at most, or when the same account writes again; key destroyed with it",
        "token key_id hours asked_by confirmed_by until card_at at forget_at",
    ),
    "tonight_contact": (
        "workers, peers and supervisors of the province; sealed",
        "when it is taken off the page",
        "id province kind sealed staff_id at forget_at",
    ),
    "capacity": (
        "workers, peers and supervisors",
        "kept: no person",
        "place_id state until staff_id at",
    ),
    "wrong_code": (
        "nobody; a number for each place and hour",
        "one day",
        "place_id hour n last_at forget_at",
    ),
    "remark": (
        "maintainers of the province; what was said of a place, sealed, never who",
        "12 months; words with the decision, 90 days at the latest",
        "id place_id province what sealed is_apart day state staff_id decided_at forget_at",
    ),
    "remark_key": (
        "nobody",
        "30 days; its key with it",
        "window key_id forget_at",
    ),
    "remark_token": (
        "nobody; keyed hash",
        "30 days",
        "token forget_at",
    ),
    "listing_reminder": (
        "nobody; no person",
        "400 days",
        "place_id step due_on at forget_at",
    ),
    "timer": (
        "nobody",
        "when done",
        "id kind subject_id due_at attempts lease_owner lease_until forget_at",
    ),
    "outbox": (
        "mailroom only; sealed",
        "when sent; 72 h",
        "id lane_id generation staff_id case_id alarm_id purpose urgent key_id sealed state lease_owner "
        "lease_until attempts next_at key last at forget_at",
    ),
    "poller": (
        "admin",
        "kept: no person; our own accounts",
        "account name lease_owner lease_until",
    ),
    "lease": (
        "nobody; no person",
        "when given back, or taken over; the mark of a last batch a day after the process",
        "name owner until",
    ),
    "webchat_session": (
        "nobody; hash only",
        "72 h after the last visit",
        "id browser_hash key_id next_seq acked_seq last_at forget_at",
    ),
    "webchat_frame": (
        "that browser; sealed",
        "72 h",
        "session_id seq key sealed at forget_at",
    ),
    "unanswered": (
        "maintainers, once three people have asked alike: cleaned words, sealed; before that nobody",
        "30 days, key destroyed with it",
        "id words_hash key_id state sealed forget_at",
    ),
    "unanswered_token": (
        "nobody; keyed with the question's own key",
        "30 days, or at the third person; key destroyed with them",
        "unanswered_id token forget_at",
    ),
    "event": (
        "managers; no person; each kind: test_privacy_of_counters",
        "kept: no person",
        "day province need_group model kind n",
    ),
    "audit": (
        "admin",
        "2 years",
        "seq at staff_id deed subject detail previous hash witness forget_at",
    ),
    "audit_head": (
        "nobody; numbers and fingerprints only",
        "overwritten with each row of the audit",
        "id seq hash witness",
    ),
}

# Rows of persons carry the day on which they go; these have another way to go, or hold no person.
WITHOUT_A_DAY = {
    "poller",
    "staff_organisation",
    "centre",
    "staff_province",
    "staff_language",
    "invitation",
    "staff_session",
    "shift",
    "rotation",
    "rotation_member",
    "centre_hours",
    "centre_fallback",
    "audit_head",
    "calendar_feed",
    "self_audit",
    "event",
    "canned_reply",
    "capacity",
    "lease",
}
SEALED = {
    "inbox", "conversation", "offered", "message_ref", "contact", "transcript", "outbox", "webchat_frame", "entrusted",
    "handover_note", "tonight_contact", "unanswered",
}  # fmt: skip


def tables() -> list[Table]:
    return [value for value in vars(private).values() if isinstance(value, Table)]


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_every_column_is_written_down(table: Table) -> None:
    assert table.name in KEPT, f"say in KEPT who sees {table.name} and when it is forgotten"
    who, when, columns = KEPT[table.name]
    assert who and when
    assert {column.name for column in table.c} == set(columns.split())


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_every_row_knows_the_day_on_which_it_goes(table: Table) -> None:
    assert ("forget_at" in table.c) != (table.name in WITHOUT_A_DAY)


@pytest.mark.parametrize("name", sorted(SEALED))
def test_words_and_addresses_are_stored_sealed_only(name: str) -> None:
    table = next(one for one in tables() if one.name == name)
    assert "sealed" in table.c
    assert not {"text", "body", "words", "address", "name"} & {column.name for column in table.c}
