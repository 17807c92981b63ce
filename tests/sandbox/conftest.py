"""One sandbox with four accounts and a fake hub, in this process; each test starts from a clean state."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.server import RunningSandbox, run_in_thread
from sandbox.settings import Settings
from tests.sandbox.fakehub import FakeHub

Json = dict[str, Any]
PAGE, IG, NUMBER, WABA = "100000000000001", "17840000000000001", "110022003300", "220033004400"
BOT = "U" + "0b" * 16
PAGE_TOKEN, WA_TOKEN, LINE_TOKEN = "page-token", "wa-token", "line-token"
SECRET = "app-secret"
APP = "900000000000001"


DEFAULTS = Settings().as_json()


class Player:
    """Short hands for the tests: control calls, Graph calls with proof, LINE calls."""

    def __init__(self, running: RunningSandbox, hub: FakeHub) -> None:
        self.url = url = running.url
        self.world = running.world
        self.hub = hub
        self.http = httpx.Client(base_url=url, timeout=10, trust_env=False, verify=False)

    def put(self, path: str, value: Any) -> Json:
        answer = self.http.put(f"/_sandbox{path}", json=value)
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def get(self, path: str, **query: Any) -> Json:
        answer = self.http.get(f"/_sandbox{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def post(self, path: str, value: Any) -> Json:
        answer = self.http.post(f"/_sandbox{path}", json=value)
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def say(self, platform: str, text: str = "hello", who: str = "Mali", **more: Any) -> Json:
        return self.post("/say", {"platform": platform, "from": who, "text": text, **more})

    def act(self, platform: str, action: str, who: str = "Mali", **more: Any) -> Json:
        return self.post("/act", {"platform": platform, "from": who, "action": action, **more})

    def graph(
        self, method: str, path: str, body: Any = None, *, token: str = PAGE_TOKEN, host: str = "graph", **query: Any
    ) -> httpx.Response:
        params = {"appsecret_proof": proof(token), **query}
        headers = {"authorization": f"Bearer {token}"}
        return self.http.request(method, f"/{host}/v26.0/{path}", json=body, params=params, headers=headers)

    def line(
        self, method: str, path: str, body: Any = None, *, key: str = "", host: str = "line", **query: Any
    ) -> httpx.Response:
        headers = {"authorization": f"Bearer {LINE_TOKEN}"}
        if key:
            headers["x-line-retry-key"] = key
        return self.http.request(method, f"/{host}{path}", json=body, params=query, headers=headers)

    def send(self, to: str, text: str = "hi", **more: Any) -> httpx.Response:
        body = {"recipient": {"id": to}, "messaging_type": "RESPONSE", "message": {"text": text}, **more}
        return self.graph("POST", f"{PAGE}/messages", body)

    def send_message(self, to: str, message: Any, **more: Any) -> httpx.Response:
        return self.graph("POST", f"{PAGE}/messages", {"recipient": {"id": to}, "message": message, **more})

    def whatsapp(self, body: Json) -> httpx.Response:
        return self.graph("POST", f"{NUMBER}/messages", {"messaging_product": "whatsapp", **body}, token=WA_TOKEN)

    def push(self, to: str, *messages: Json, key: str = "") -> httpx.Response:
        return self.line("POST", "/v2/bot/message/push", {"to": to, "messages": list(messages)}, key=key)

    def quiet(self) -> None:
        """Until no webhook is under way any more."""
        self.hub.wait_for(lambda: self.get("/health")["waiting"] == 0)

    def sends(self) -> list[Json]:
        return self.get("/ledger")["sends"]  # type: ignore[no-any-return]

    def wait_for_webhook(self, kind: str) -> Json:
        """The newest webhook of that kind, once it is acked."""

        def found() -> Json | None:
            known = self.get("/webhooks", state="acked")["webhooks"]
            return next((one for one in reversed(known) if one["kind"] == kind), None)

        return self.hub.wait_for(found)  # type: ignore[no-any-return]


def proof(token: str, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def error(answer: httpx.Response) -> tuple[int, int | None]:
    """(code, subcode) of a Graph error."""
    found = answer.json()["error"]
    assert {"message", "type", "code", "fbtrace_id"} <= set(found)
    return found["code"], found.get("error_subcode")


@pytest.fixture(scope="session")
def _running() -> Iterator[tuple[RunningSandbox, FakeHub]]:
    hub = FakeHub()
    running = run_in_thread(hub.url)
    yield running, hub
    running.stop()
    hub.close()


@pytest.fixture
def player(_running: tuple[RunningSandbox, FakeHub]) -> Iterator[Player]:
    running, hub = _running
    found = Player(running, hub)
    _set_up(found)
    yield found
    found.http.close()


def _set_up(player: Player) -> None:
    hub = player.hub
    hub.answers.clear()
    hub.files.clear()
    hub.delay = 0.0
    player.http.delete("/_sandbox/faults")
    player.quiet()
    player.http.delete("/_sandbox/state")
    hub.received.clear()
    player.put("/clock", {"offset": 0})
    player.put("/settings", DEFAULTS)
    player.put(f"/apps/{APP}", {"app_secret": SECRET, "verify_token": hub.verify_token})
    player.put(f"/accounts/facebook/{PAGE}", {"name": "Shop", "access_token": PAGE_TOKEN, "app_id": APP})
    instagram = {"name": "Shop IG", "access_token": PAGE_TOKEN, "app_id": APP, "page_id": PAGE, "username": "shop"}
    player.put(f"/accounts/instagram/{IG}", instagram)
    number = {"name": "Shop WA", "access_token": WA_TOKEN, "app_id": APP, "waba_id": WABA}
    player.put(f"/accounts/whatsapp/{NUMBER}", number)
    player.put(
        f"/accounts/line/{BOT}", {"name": "Shop LINE", "access_token": LINE_TOKEN, "channel_secret": "line-secret"}
    )
