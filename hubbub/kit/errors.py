"""The one family of errors. Each carries a sentence that tells its reader what to do, a code and an HTTP status."""

from collections.abc import Mapping
from typing import ClassVar


class HubbubError(Exception):
    """Something that Hubbub can explain.

    `sentence` is shown to people: no secrets, no message text. `code` is a stable snake_case word for programs,
    `status` the HTTP status that the API answers with, `details` whatever helps a program (JSON-ready values).
    """

    code: str = "internal_error"
    status: ClassVar[int] = 500

    def __init__(self, sentence: str, *, code: str | None = None, details: Mapping[str, object] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.details: dict[str, object] = dict(details or {})
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return self.sentence


class InvalidInput(HubbubError):
    """What came in has the wrong shape or value; the sentence says what is expected."""

    code = "invalid_input"
    status = 422


class InvalidJson(InvalidInput):
    """The bytes are not JSON that we accept (see `hubbub.kit.json`)."""

    code = "invalid_json"


class Unauthenticated(HubbubError):
    """Nobody is signed in, or the key is unknown."""

    code = "unauthenticated"
    status = 401


class NotAllowed(HubbubError):
    """Somebody is signed in, but may not do this."""

    code = "not_allowed"
    status = 403


class BadSignature(HubbubError):
    """A webhook's signature is missing or wrong. The sentence never contains a digest."""

    code = "bad_signature"
    status = 403


class NotFound(HubbubError):
    """It does not exist, or not for this organization."""

    code = "not_found"
    status = 404


class Conflict(HubbubError):
    """It collides with what is there already; `details` says with what."""

    code = "conflict"
    status = 409


class TooLarge(HubbubError):
    """It is larger than the limit that the sentence names."""

    code = "too_large"
    status = 413


class Unsendable(HubbubError):
    """The platform cannot express this message, or a policy forbids it now."""

    code = "unsendable"
    status = 422


class Unavailable(HubbubError):
    """Something that we need is away for the moment; trying again later may help."""

    code = "unavailable"
    status = 503


class ConfigurationError(HubbubError):
    """A setting is missing or wrong; the sentence names it."""

    code = "configuration_error"
    status = 500
