"""Errors as answers, in one place: {"error": {"code", "sentence", "details"}}. Nothing of ours leaks, nothing is a 5xx
because of what somebody sent."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig, ValidationError
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.errors import ValidationError as SchemaError

from hubbub.kit.errors import HubbubError, InvalidInput, NotFound, TooLarge
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
        case HttpError():
            return answer(error.status_code, "invalid_input", str(error))
        case Http404():
            return error_response(NotFound("There is nothing here."))
        case RequestDataTooBig():
            return error_response(TooLarge("The request is too large."))
        case DataError() | ValidationError():
            return error_response(InvalidInput("A value has the wrong form."))
    log_event(logger, logging.ERROR, "request_failed", error=error, path=request.path)
    return answer(500, "error", "Something failed on our side; it has been logged.")


def _problem(error: Mapping[str, object]) -> dict[str, str]:
    """One fault, with its place and without the value: what somebody sent is not repeated."""
    location = error.get("loc")
    parts = location if isinstance(location, (list, tuple)) else ()
    place = ".".join(str(part) for part in parts if part not in WRAPPERS)[:200]
    return {"place": place, "sentence": f"{place or 'The request'}: {error.get('msg', 'is not valid')}."}
