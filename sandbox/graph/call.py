"""One Graph call: version, node, edge, parameters, token; and how it is let in."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, Literal

from sandbox.graph.errors import GraphError
from sandbox.graph.params import Params
from sandbox.http import Request
from sandbox.state import Account, App, Token
from sandbox.trace import Trace
from sandbox.world import World

Json = dict[str, Any]
Host = Literal["facebook", "instagram"]
PROOF_LIFETIME = 300.0


@dataclass(slots=True)
class GraphCall:
    """What a handler gets. ``node`` is the object that the path names."""

    world: World
    trace: Trace
    request: Request
    host: Host
    version: str
    parts: list[str]
    params: Params
    token: Token | None = None
    app: App | None = None
    kind: str = ""
    node_id: str = ""
    node: Any = None
    edge: str = ""

    @property
    def method(self) -> str:
        return self.request.method

    @property
    def bearer(self) -> Token:
        """The token. Raises GraphError when there is none."""
        if self.token is None:
            raise GraphError(104)
        return self.token

    @property
    def app_id(self) -> str:
        return self.token.app_id if self.token else ""

    def needs(self, scope: str) -> None:
        """Raises GraphError when the token was not granted this permission."""
        scopes = self.bearer.scopes
        if scopes is not None and scope not in scopes:
            raise GraphError(200, None, f"(#200) Requires {scope} permission to manage the object")

    def reaches(self, account: Account) -> bool:
        return account in self.bearer.accounts


def authenticate(call: GraphCall) -> None:
    """Find the token, judge it, and check the proof. No token at all is let through: the handler decides."""
    value, place = _token_of(call)
    call.trace.token_place = place
    if not value:
        return
    token = _known(call.world, value)
    call.token = token
    call.app = call.world.state.apps.get(token.app_id)
    call.trace.accounts = [account.external_id for account in token.accounts]
    _check_alive(call, token)


def _token_of(call: GraphCall) -> tuple[str, str]:
    header = call.request.header(b"authorization")
    scheme, _, value = header.partition(" ")
    if scheme.lower() in ("bearer", "oauth") and value:
        return value.strip(), "header"
    if isinstance(given := call.params.body.get("access_token"), str):
        return given, "body"
    return call.params.query.get("access_token", ""), "query" if "access_token" in call.params.query else ""


def _known(world: World, value: str) -> Token:
    if (token := world.state.tokens.get(value)) is not None and token.kind != "line":
        return token
    app_id, mark, secret = value.partition("|")
    app = world.state.apps.get(app_id)
    if mark and app is not None:
        if hmac.compare_digest(app.secret.encode(), secret.encode()):
            return Token(value=value, kind="app", app_id=app_id)
        raise GraphError(190, None, "Invalid OAuth access token signature.")
    raise GraphError(190)


def _check_alive(call: GraphCall, token: Token) -> None:
    if token.invalid_subcode is not None:
        raise GraphError(190, token.invalid_subcode)
    if token.expires_at and token.expires_at <= call.world.clock.now():
        raise GraphError(190, 463)
    if token.kind == "instagram" and call.host != "instagram":
        raise GraphError(190)
    if token.kind not in ("instagram", "app") and call.host == "instagram":
        raise GraphError(190)


WITHOUT_PROOF = {"access_token", "refresh_access_token", "oauth"}
"""Their parameters are documented without a proof: the app's secret itself goes along, or the token is renewed."""


def check_proof(call: GraphCall) -> None:
    """Raises GraphError when the proof is wrong, or missing where the app demands it."""
    given = call.params.text("appsecret_proof")
    if call.token is None or (not given and call.parts and call.parts[0] in WITHOUT_PROOF):
        return
    value = call.token.value
    if not given:
        if call.world.settings.require_proof and call.app is not None and call.app.require_proof:
            raise GraphError(
                100, None, "API calls from the server require an appsecret_proof argument", kind="GraphMethodException"
            )
        return
    if call.app is None or not hmac.compare_digest(given.encode(), _proof(call, value).encode()):
        raise GraphError(100, None, "Invalid appsecret_proof provided in the API argument", kind="GraphMethodException")


def _proof(call: GraphCall, value: str) -> str:
    assert call.app is not None
    text = value
    if stamp := call.params.text("appsecret_time"):
        if not stamp.isdigit() or abs(call.world.clock.now() - int(stamp)) > PROOF_LIFETIME:
            return ""
        text = f"{value}|{stamp}"
    return hmac.new(call.app.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
