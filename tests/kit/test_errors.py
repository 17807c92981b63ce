import pytest

from hubbub.kit import errors

STATUSES = {
    errors.InvalidInput: 422,
    errors.InvalidJson: 422,
    errors.Unauthenticated: 401,
    errors.NotAllowed: 403,
    errors.BadSignature: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.Unsendable: 422,
    errors.Unavailable: 503,
    errors.ConfigurationError: 500,
}


@pytest.mark.parametrize(("kind", "status"), STATUSES.items(), ids=lambda value: getattr(value, "__name__", str(value)))
def test_every_error_has_its_status_and_a_code_of_its_own(kind: type[errors.HubbubError], status: int) -> None:
    assert kind.status == status
    assert sum(other.code == kind.code for other in STATUSES) == 1


def test_an_error_says_its_sentence_and_carries_details() -> None:
    error = errors.Conflict("Another conversation is open.", details={"conversation_id": "7"})
    assert str(error) == error.sentence == "Another conversation is open."
    assert error.code == "conflict"
    assert error.details == {"conversation_id": "7"}


def test_a_code_given_to_one_error_does_not_leak_into_the_next() -> None:
    assert errors.NotFound("No such channel.", code="channel_not_found").code == "channel_not_found"
    assert errors.NotFound("No such thing.").code == "not_found"
