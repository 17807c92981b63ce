"""The API as a client sees it: a key, and JSON back. Requests go through the whole of Django, as the web role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client

from hubbub.kit.json import dumps, loads
from hubbub.organizations.actions import create_api_key
from hubbub.organizations.models import Role, User
from hubbub.organizations.scope import organization_scope
from tests.support.factories import Tenant
from tests.support.people import make_member


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def items(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.body["items"]
        return found

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])

    @property
    def sentence(self) -> str:
        return str(self.body["error"]["sentence"])


class Api:
    """Calls below /api/v1 with one key."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.client = Client(raise_request_exception=False, SERVER_NAME="localhost")

    def get(self, path: str, **query: Any) -> Answer:
        return self.call("GET", path, query=query)

    def post(self, path: str, body: object = None) -> Answer:
        return self.call("POST", path, body=body)

    def put(self, path: str, body: object = None) -> Answer:
        return self.call("PUT", path, body=body)

    def patch(self, path: str, body: object = None) -> Answer:
        return self.call("PATCH", path, body=body)

    def delete(self, path: str) -> Answer:
        return self.call("DELETE", path)

    def call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        raw: bytes | None = None,
        query: dict[str, Any] | None = None,
        content_type: str = "application/json",
    ) -> Answer:
        data = raw if raw is not None else dumps(body) if body is not None else b""
        response = self.client.generic(
            method,
            f"/api/v1{path}",
            data,
            content_type=content_type,
            query_params=query or None,
            headers={"Authorization": f"Bearer {self.key}"} if self.key else None,
        )
        return Answer(
            status=response.status_code,
            body=loads(response.content) if response.content else None,
            headers={name.lower(): value for name, value in response.headers.items()},
        )


def api_for(tenant: Tenant, role: Role = Role.ADMIN, *, is_operator: bool = False) -> Api:
    """A client with a fresh key of that role."""
    with organization_scope(tenant.id):
        return Api(create_api_key(tenant.id, f"{role} key", role, is_operator=is_operator).key)


def signed_in(tenant: Tenant, role: Role = Role.AGENT, **fields: str) -> tuple[Api, User]:
    """A new member of that role, and a client with their session."""
    user = make_member(tenant, role, **fields)
    api = Api("")
    api.client.force_login(user)
    return api, user
