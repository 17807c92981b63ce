"""The logger `facebook_integration`: what was done for which Page and what came of it, without text and secrets."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from facebook_integration.services.answers import Answer
from hubbub.kit.clock import monotonic

logger = logging.getLogger("facebook_integration")

Given = ParamSpec("Given")
Owner = TypeVar("Owner", bound=Any)
Method = Callable[Concatenate[Owner, Given], Answer]


def logged(method: Method[Owner, Given]) -> Method[Owner, Given]:
    """Log each call of the method with its outcome. What it was given is not written: it may be private."""

    @functools.wraps(method)
    def log_and_call(owner: Owner, /, *given: Given.args, **named: Given.kwargs) -> Answer:
        started = monotonic()
        success, response = method(owner, *given, **named)
        log_answer(method.__name__.strip("_"), owner.page.external_id, success, response, monotonic() - started)
        return success, response

    return log_and_call


def log_answer(what: str, page_id: str, success: bool, response: dict[str, Any], seconds: float) -> None:
    """One line at DEBUG for what worked, at WARNING for what did not."""
    if success:
        message_id = response.get("message_id")
        shown = f" ({message_id})" if isinstance(message_id, str) else ""
        logger.debug("%s for Page %s worked%s in %.0f ms", what, page_id, shown, seconds * 1000)
        return
    error = response.get("error") or {}
    logger.warning(
        "%s for Page %s failed: %s (reason %s, code %s/%s, trace %s) after %.0f ms",
        what,
        page_id,
        error.get("message"),
        error.get("reason"),
        error.get("code"),
        error.get("error_subcode"),
        error.get("fbtrace_id"),
        seconds * 1000,
    )
