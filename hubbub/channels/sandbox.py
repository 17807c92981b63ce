"""The sandbox's control API, for the demo and for playing a customer from the command line."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from hubbub.channels.access import platform_client
from hubbub.kit.errors import HubbubError, InvalidInput, Unavailable
from hubbub.kit.http import HttpRequest
from hubbub.kit.json import JsonValue, dumps, loads
from hubbub.settings.environment import environment

WAIT_SECONDS = 15.0
PAUSE_SECONDS = 0.1


def is_there() -> bool:
    """Whether this installation talks to a sandbox instead of the platforms."""
    return environment().sandbox


def control(method: str, path: str, body: JsonValue = None) -> JsonValue:
    """One call below /_sandbox. Raises InvalidInput with the sandbox's sentence, Unavailable when it is not there."""
    if not is_there():
        raise InvalidInput("There is no sandbox here: HUBBUB_SANDBOX is off. `make run` starts one.")
    request = HttpRequest(
        method=method,
        url=f"{_origin()}/_sandbox{path}",
        headers={"Content-Type": "application/json"},
        body=b"" if body is None else dumps(body),
    )
    try:
        answer = platform_client().send(request)
    except HubbubError:
        raise Unavailable("The sandbox does not answer. Is `make run` running?") from None
    told = loads(answer.body)
    if answer.status >= 400:
        raise InvalidInput(str(told.get("error") if isinstance(told, dict) else told))
    return told


def wait_until_there() -> None:
    """The sandbox starts at the same time as whoever calls this. Raises Unavailable."""
    end = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            control("GET", "/health")
            return
        except Unavailable:
            if time.monotonic() > end:
                raise
            time.sleep(PAUSE_SECONDS)


def _origin() -> str:
    parts = urlsplit(environment().platform_urls.graph)
    return f"{parts.scheme}://{parts.netloc}"
