"""What WhatsApp's answers mean: every documented code, and everything that is none."""

from __future__ import annotations

import pytest

from hubbub.connectors.messages import ApiResponse, OutboundKind
from hubbub.connectors.meta.graph import Act
from hubbub.connectors.outcomes import (
    Accepted,
    ChannelEffect,
    ContactEffect,
    ErrorCode,
    Outcome,
    Rejected,
    RetryLater,
    Uncertain,
)
from hubbub.connectors.whatsapp.errors import ERRORS, OWN, SUBCODES, alert_sentence, failure_sentence
from tests.connectors.whatsapp_values import CONTEXT, WHATSAPP, answer, message, refusal

REQUEST = WHATSAPP.render(message(OutboundKind.TEXT, text="Hello"), CONTEXT)


def outcome(response: ApiResponse) -> Outcome:
    return WHATSAPP.read_response(REQUEST, response)


DOCUMENTED = (
    0, 1, 2, 3, 4, 10, 33, 100, 190, 200, 250, 299, 368, 613, 80007, 130429, 130472, 130497, 131000, 131005, 131008,
    131009, 131016, 131020, 131021, 131026, 131030, 131031, 131037, 131041, 131042, 131045, 131047, 131048, 131049,
    131050, 131051, 131052, 131053, 131055, 131056, 131057, 131059, 131060, 131062, 131063, 131064, 131200, 131299,
    132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132018, 132068, 132069, 133000, 133004, 133005,
    133006, 133008, 133009, 133010, 133015, 133016, 134011, 134100, 134101, 134102, 135000, 137000, 138000, 138018,
    139100, 139103, 147001, 147005, 2388019, 2388040, 2388047, 2388072, 2388073, 2388293, 2388299, 2593107, 2593108,
    2593109,
)  # fmt: skip
"""Section 10 of the platform facts."""


@pytest.mark.parametrize("code", DOCUMENTED)
def test_every_documented_code_has_a_row(code: int) -> None:
    found = outcome(refusal(code))
    assert isinstance(found, Rejected | RetryLater)
    assert found.code is not ErrorCode.UNKNOWN_ERROR
    assert found.platform_code == str(code)
    assert found.trace_id == "A1"


@pytest.mark.parametrize("row", {**OWN, **SUBCODES}.values(), ids=[str(code) for code in {**OWN, **SUBCODES}])
def test_every_row_speaks_plainly(row: object) -> None:
    assert row in ERRORS.values()
    for sentence in (failure_sentence(row), alert_sentence(row)):  # type: ignore[arg-type]
        assert sentence.endswith(".")
        assert "{" not in sentence


def test_every_row_names_the_page_that_documents_it() -> None:
    assert all(row.link.startswith("https://developers.facebook.com/") for row in ERRORS.values())


@pytest.mark.parametrize("code", [4, 613, 80007, 130429, 131048, 131056, 131057, 133004, 2, 131016])
def test_the_message_waits_when_it_may_work_later(code: int) -> None:
    assert isinstance(outcome(refusal(code)), RetryLater)


@pytest.mark.parametrize(
    ("code", "seconds", "scope"),
    [(131056, 6.0, "recipient"), (4, 600.0, "app"), (80007, 600.0, "channel"), (133015, 300.0, "channel")],
)
def test_it_waits_as_long_as_is_documented(code: int, seconds: float, scope: str) -> None:
    found = outcome(refusal(code))
    assert isinstance(found, RetryLater)
    assert (found.after_seconds, found.scope) == (seconds, scope)


@pytest.mark.parametrize(("code", "attempts"), [(1, 1), (131000, 3), (131053, 1)])
def test_some_problems_are_worth_few_attempts(code: int, attempts: int) -> None:
    found = outcome(refusal(code))
    assert isinstance(found, RetryLater)
    assert found.attempts_at_most == attempts


@pytest.mark.parametrize("code", [0, 190])
def test_a_dead_token_holds_the_queue(code: int) -> None:
    found = outcome(refusal(code, 401))
    assert isinstance(found, Rejected)
    assert (found.code, found.channel_effect) == (ErrorCode.CREDENTIALS_INVALID, ChannelEffect.NEEDS_RECONNECT)


@pytest.mark.parametrize("code", [368, 131031, 131037, 131045, 133006, 133010])
def test_a_restricted_account_pauses(code: int) -> None:
    found = outcome(refusal(code, 403))
    assert isinstance(found, Rejected)
    assert (found.code, found.channel_effect) == (ErrorCode.ACCOUNT_RESTRICTED, ChannelEffect.PAUSE)
    assert found.pause_seconds > 0
    assert found.admin_sentence


@pytest.mark.parametrize(
    ("code", "ours", "effect"),
    [
        (131026, ErrorCode.RECIPIENT_UNREACHABLE, ContactEffect.UNREACHABLE),
        (131047, ErrorCode.WINDOW_CLOSED, ContactEffect.WINDOW_CLOSED),
        (131050, ErrorCode.RECIPIENT_OPTED_OUT, ContactEffect.OPTED_OUT),
        (131049, ErrorCode.QUOTA_EXHAUSTED, ContactEffect.NONE),
        (131062, ErrorCode.RECIPIENT_UNKNOWN, ContactEffect.NONE),
        (132001, ErrorCode.TEMPLATE_REFUSED, ContactEffect.NONE),
        (131052, ErrorCode.MEDIA_REFUSED, ContactEffect.NONE),
    ],
)
def test_what_it_says_about_the_person(code: int, ours: ErrorCode, effect: ContactEffect) -> None:
    found = outcome(refusal(code))
    assert isinstance(found, Rejected)
    assert (found.code, found.contact_effect) == (ours, effect)


def test_the_code_decides_whatever_the_subcode_is() -> None:
    found = outcome(refusal(131047, error_subcode=2494100, error_data="plain words"))
    assert isinstance(found, Rejected)
    assert (found.code, found.platform_code) == (ErrorCode.WINDOW_CLOSED, "131047/2494100")


def test_a_subcode_of_template_creation_is_understood() -> None:
    found = outcome(refusal(100, error_subcode=2388299))
    assert isinstance(found, Rejected)
    assert found.code is ErrorCode.TEMPLATE_REFUSED


def test_an_unknown_code_tells_the_admin_whatsapps_own_words() -> None:
    found = outcome(refusal(424242, error_data={"messaging_product": "whatsapp", "details": "Something new"}))
    assert isinstance(found, Rejected)
    assert (found.code, found.admin_sentence) == (ErrorCode.UNKNOWN_ERROR, "Something new")


def test_the_answers_own_delay_wins() -> None:
    told = refusal(131056)
    waiting = ApiResponse(status=400, headers={"retry-after": "64"}, body=told.body)
    found = outcome(waiting)
    assert isinstance(found, RetryLater)
    assert found.after_seconds == 64


@pytest.mark.parametrize(
    ("contacts", "ids"),
    [
        ([{"input": "+66811112222", "wa_id": "66811112222"}], ("66811112222",)),
        ([{"input": "TH.1", "user_id": "TH.1"}], ("TH.1",)),
        ([{"input": "+66811112222", "wa_id": "66811112222", "user_id": "TH.1"}], ("66811112222", "TH.1")),
        ([{"input": "+66811112222"}], ()),
        (None, ()),
    ],
)
def test_success_tells_the_message_and_the_ids_of_the_person(contacts: object, ids: tuple[str, ...]) -> None:
    told = {
        "messaging_product": "whatsapp",
        "contacts": contacts,
        "messages": [{"id": "wamid.1", "message_status": "accepted"}],
    }
    found = outcome(answer(told))
    assert isinstance(found, Accepted)
    assert (found.external_ids, found.recipient_ids) == (("wamid.1",), ids)


def test_a_held_template_counts_as_taken() -> None:
    found = outcome(answer({"messages": [{"id": "wamid.1", "message_status": "held_for_quality_assessment"}]}))
    assert isinstance(found, Accepted)


@pytest.mark.parametrize("body", [{}, {"messages": []}, {"messages": [{}]}, {"success": True}])
def test_success_without_a_message_id_is_uncertain(body: object) -> None:
    assert isinstance(outcome(answer(body)), Uncertain)


def test_a_read_mark_answers_without_a_message() -> None:
    request = WHATSAPP.mark_read_request(CONTEXT, "wamid.in", None)
    assert request is not None
    assert isinstance(WHATSAPP.read_response(request, answer({"success": True})), Accepted)


def test_no_row_rejects_what_the_platform_calls_retryable() -> None:
    retried = {code for (code, subcode), row in ERRORS.items() if row.act is Act.RETRY and subcode is None}
    assert {2, 4, 130429, 131000, 131016, 131056, 131057, 133000, 133004} <= retried
