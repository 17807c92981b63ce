"""The API's frame: bodies through the JSON door, rows to JSON as they are, one permission named by every route."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.types import DictStrAny
from ninja.utils import check_csrf
from pydantic import ConfigDict

from hubbub.api.errors import register
from hubbub.kit.errors import InvalidInput, NotAllowed, TooLarge
from hubbub.kit.json import dumps, loads
from hubbub.organizations.access import Principal, require

JSON_TYPES = frozenset({"", "application/json"})
LARGEST_BODY = 1024 * 1024


class StrictSchema(Schema):
    """What somebody sends: unknown names are refused, and nothing is coerced into another type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class JsonDoor(Parser):
    """Request bodies come through the one strict reader."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        if request.content_type not in JSON_TYPES:
            raise InvalidInput("Send JSON, with Content-Type: application/json.")
        if len(request.body) > LARGEST_BODY:
            raise TooLarge(f"A JSON body may have at most {LARGEST_BODY} bytes.")
        return cast(DictStrAny, loads(request.body))


class Rows(BaseRenderer):
    """Answers are written by the kit."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:  # noqa: ARG002
        return dumps(data)


class Key:
    """Authentication of a route: the permission that it needs. Named in the OpenAPI document as a bearer key."""

    def __init__(self, permission: str) -> None:
        self.permission = permission
        self.openapi_security_schema = {"type": "http", "scheme": "bearer"}

    def __call__(self, request: HttpRequest) -> Principal:
        principal = require(principal_of(request), self.permission)
        if principal.actor_type == "user" and check_csrf(request) is not None:
            raise NotAllowed("Send the CSRF token (X-CSRFToken) with what you change, or use an API key.")
        return principal


def principal_of(request: HttpRequest) -> Principal | None:
    """Whoever the middleware found."""
    return cast("Principal | None", getattr(request, "principal", None))


def who(request: HttpRequest) -> Principal:
    """The principal of a request that has passed its permission."""
    principal = principal_of(request)
    assert principal is not None
    return principal


def organization_of(request: HttpRequest) -> UUID:
    """The organisation of a request that has passed its permission."""
    return who(request).organization_id


def person_of(request: HttpRequest) -> UUID:
    """The person who asks. Raises InvalidInput (`needs_person`) for a machine's key."""
    user_id = who(request).user_id
    if user_id is None:
        raise InvalidInput("This belongs to a person: sign in, an API key has none.", code="needs_person")
    return user_id


def page(rows: list[Any], next_cursor: str | None) -> HttpResponse:
    """One page of a list, written straight from the rows: {"items": […], "next_cursor": …}."""
    return HttpResponse(dumps({"items": rows, "next_cursor": next_cursor}), content_type="application/json")


def item(row: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """One thing, written straight from its row."""
    return HttpResponse(dumps(row), status=status, content_type="application/json")


Shape = Callable[[Mapping[str, Any]], dict[str, Any]]

api = NinjaAPI(
    title="Hubbub",
    version="1",
    description="Conversations on Messenger, Instagram, WhatsApp and LINE. Authenticate with a bearer key.",
    urls_namespace="api-v1",
    parser=JsonDoor(),
    renderer=Rows(),
    docs_url="/docs",
    openapi_url="/openapi.json",
)
register(api)
