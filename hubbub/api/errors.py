"""Errors as answers, in one place: {"error": {"code", "sentence", "details"}}. Nothing of ours leaks, nothing is a 5xx
because of what somebody sent."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent, ValidationError
from django.db import DataError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as SchemaError

from hubbub.kit.errors import HubbubError, InvalidInput, NotFound, TooLarge, Unavailable
from hubbub.kit.json import dumps
from hubbub.kit.logging import log_event

logger = logging.getLogger(__name__)
LONGEST_LIST = 20
WRAPPERS = frozenset({"body", "query", "path", "payload"})


def error_response(error: HubbubError) -> HttpResponse:
    """The answer for one of our own errors."""
    return answer(error.status, error.code, error.sentence, error.details)


def answer(status: int, code: str, sentence: str, details: object = None) -> HttpResponse:
    """An error as JSON."""
    body = {"error": {"code": code, "sentence": sentence, "details": details or {}}}
    return HttpResponse(dumps(body), status=status, content_type="application/json")


def register(api: NinjaAPI) -> None:
    """Teach the API every kind of error."""
    for kind in (
        HubbubError,
        SchemaError,
        ValidationError,
        DataError,
        Http404,
        RequestDataTooBig,
        HttpError,
        Exception,
    ):
        api.add_exception_handler(kind, _answer_any)


def _answer_any(request: HttpRequest, error: Any) -> HttpResponse:
    match error:
        case HubbubError():
            return error_response(error)
        case SchemaError():
            problems = [_problem(one) for one in error.errors[:LONGEST_LIST]]
            return answer(422, "invalid_input", problems[0]["sentence"], {"problems": problems})
        case HttpError() if isinstance(error.__cause__, HubbubError):
            return error_response(error.__cause__)
        case HttpError():
            return answer(error.status_code, "invalid_input", f"{error}.")
        case Http404():
            return error_response(NotFound("There is nothing here."))
        case RequestDataTooBig():
            return error_response(TooLarge("The request is too large."))
        case UnreadablePostError() | MultiPartParserError() | TooManyFieldsSent() | BadRequest():
            return error_response(InvalidInput("The request's body cannot be read."))
        case DataError() | ValidationError():
            return error_response(InvalidInput("A value has the wrong form."))
        case OperationalError() | InterfaceError():
            return error_response(Unavailable("The database cannot be reached. Try again in a moment."))
    log_event(logger, logging.ERROR, "request_failed", error=error, path=request.path)
    return answer(500, "error", "Something failed on our side; it has been logged.")


def _problem(error: Mapping[str, object]) -> dict[str, str]:
    """One fault, with its place and without the value: what somebody sent is not repeated."""
    location = error.get("loc")
    parts = location if isinstance(location, (list, tuple)) else ()
    place = ".".join(str(part) for part in parts if part not in WRAPPERS)[:200]
    return {"place": place, "sentence": f"{place or 'The request'}: {error.get('msg', 'is not valid')}."}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """What Django itself refuses: a host that is not ours, a broken form."""
    return answer(400, "invalid_input", "This request cannot be understood. Is the host in ALLOWED_HOSTS?")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Somebody who is signed in may not do this."""
    return answer(403, "not_allowed", "You may not do this.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """An address that does not exist."""
    return error_response(NotFound("There is nothing at this address. The API's docs are at /api/v1/docs."))


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """A fault of ours outside the API."""
    return answer(500, "error", "Something failed on our side; it has been logged.")


def method_not_allowed(response: HttpResponse) -> HttpResponse:
    """A 405 as JSON like every other error; the methods stay in Allow."""
    allowed = response.headers.get("Allow", "")
    refused = answer(405, "method_not_allowed", f"This address takes {allowed} only.")
    refused["Allow"] = allowed
    return refused
