"""People are told what is for them, as they prefer; a fake push service on loopback reads what browsers would."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core import mail
from django.core.mail import EmailMessage
from django.test import override_settings

from hubbub.channels.models import Channel
from hubbub.conversations.models import RealtimeEvent
from hubbub.desk import push, tasks
from hubbub.desk.models import PushSubscription
from hubbub.desk.vapid import public_key
from hubbub.kit.errors import Unavailable
from hubbub.kit.network import ForbiddenAddress
from hubbub.organizations.database import run
from hubbub.organizations.models import User
from hubbub.organizations.scope import organization_scope
from hubbub.settings.environment import environment, reload_environment
from tests.support.roles import acting_as
from tests.support.talk import Talk, make_talk
from tests.support.web import Api, signed_in

pytestmark = pytest.mark.usefixtures("database")
AUTH = b"\x01" * 16


def _unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class PushService:
    """What browsers' vendors run. It takes everything, or answers with `status`."""

    url: str = ""
    status: int = 201
    taken: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    browser: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def subscription(self, name: str = "one") -> dict[str, Any]:
        point = self.browser.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": f"{self.url}/{name}", "keys": {"p256dh": _unpadded(point), "auth": _unpadded(AUTH)}}

    def read(self) -> list[Any]:
        """What the browser makes of it."""
        return [
            json.loads(http_ece.decrypt(body, private_key=self.browser, auth_secret=AUTH, version="aes128gcm"))
            for _, _, body in self.taken
        ]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    found = PushService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.taken.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("HUBBUB_PRIVATE_HOSTS", "127.0.0.1")
    reload_environment()
    push.client.cache_clear()
    yield found
    server.shutdown()
    server.server_close()
    monkeypatch.undo()
    reload_environment()
    push.client.cache_clear()


def jobs_of(talk: Talk, name: str) -> list[dict[str, Any]]:
    rows = run(
        "SELECT args FROM procrastinate_jobs WHERE task_name = %(name)s AND args ->> 'organization_id' = %(id)s"
        " ORDER BY id",
        name=name,
        id=str(talk.tenant.id),
    )
    return [row["args"] for row in rows]


def carry_out(talk: Talk) -> None:
    """Run what was asked for so far, as the process that runs jobs; then forget that it was asked for."""
    with acting_as("jobs"):
        for task in (tasks.notify, tasks.push, tasks.push_test, tasks.mail):
            for arguments in jobs_of(talk, str(task.name)):
                task.func(**arguments)
            run(
                "DELETE FROM procrastinate_jobs WHERE task_name = %(name)s AND args ->> 'organization_id' = %(id)s",
                name=task.name,
                id=str(talk.tenant.id),
            )


def told(talk: Talk) -> list[tuple[str, list[str]]]:
    with organization_scope(talk.tenant.id):
        rows = RealtimeEvent.objects.filter(kind="notification.created").order_by("created_at", "id")
        return [(row.data["reason"], row.data["user_ids"]) for row in rows]


def place(talk: Talk, *rest: str) -> str:
    return "/".join(["/conversations", str(talk.conversation().id), *rest])


class Office:
    """Two people, and a customer who writes; the second one's browser has subscribed."""

    def __init__(self, service: PushService | None = None) -> None:
        self.talk = make_talk("hello")
        self.ann: Api = signed_in(self.talk.tenant, first_name="Ann")[0]
        self.bob: Api
        self.user: User
        self.bob, self.user = signed_in(self.talk.tenant, first_name="Bob", email="bob@example.com")
        if service is not None:
            assert self.bob.post("/me/push-subscriptions", service.subscription()).status == 201

    def give_to_bob(self) -> None:
        assert self.ann.patch(place(self.talk), {"assigned_to": str(self.user.id)}).status == 200
        carry_out(self.talk)


def test_somebody_who_is_given_a_conversation_is_told_on_their_device(service: PushService) -> None:
    office = Office(service)
    office.give_to_bob()
    [notification] = service.read()
    assert (notification["reason"], notification["actor"]) == ("assigned", "Ann")
    assert notification["conversation_id"] == str(office.talk.conversation().id)
    assert told(office.talk) == [("assigned", [str(office.user.id)])]
    [(path, headers, _)] = service.taken
    assert (path, headers["content-encoding"], headers["topic"]) == (
        "/one",
        "aes128gcm",
        office.talk.conversation().id.hex,
    )


def test_the_push_service_can_tell_that_it_is_us(service: PushService) -> None:
    Office(service).give_to_bob()
    [(_, headers, _)] = service.taken
    scheme, _, rest = headers["authorization"].partition(" ")
    parts = dict(one.strip().split("=", 1) for one in rest.split(","))
    head, claims, signature = parts["t"].split(".")
    assert (scheme, parts["k"], json.loads(_raw(claims))["aud"]) == ("vapid", public_key(), service.url)
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _raw(public_key()))
    r, s = (int.from_bytes(half) for half in (_raw(signature)[:32], _raw(signature)[32:]))
    key.verify(encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))


def test_whoever_takes_a_conversation_is_not_told_of_it() -> None:
    office = Office()
    office.bob.patch(place(office.talk), {"assigned_to": str(office.user.id)})
    carry_out(office.talk)
    assert told(office.talk) == []


def test_a_mention_and_a_customer_s_message_are_told(service: PushService) -> None:
    office = Office(service)
    office.ann.post(place(office.talk, "notes"), {"text": "see this", "mentions": [str(office.user.id)]})
    carry_out(office.talk)
    office.talk.says("nobody has it yet", second=3)
    carry_out(office.talk)
    office.give_to_bob()
    office.talk.says("are you there?", second=5)
    carry_out(office.talk)
    assert [one["reason"] for one in service.read()] == ["mentioned", "assigned", "message"]
    assert "see this" not in str(service.read())


def test_nobody_is_told_where_the_channel_s_notifications_are_off(service: PushService) -> None:
    office = Office(service)
    with organization_scope(office.talk.tenant.id):
        Channel.objects.filter(id=office.talk.channel.id).update(is_send_notification=False)
    office.give_to_bob()
    office.talk.says("hello?", second=5)
    carry_out(office.talk)
    assert (service.taken, told(office.talk)) == ([], [])


def test_everybody_is_told_as_they_prefer(service: PushService) -> None:
    office = Office(service)
    office.bob.put("/me/notifications", {"items": [{"in_app": True, "push": False, "email": False}]})
    office.give_to_bob()
    assert (len(service.taken), len(told(office.talk))) == (0, 1)
    own = {"channel_id": str(office.talk.channel.id), "in_app": False, "push": True, "email": False}
    office.bob.put("/me/notifications", {"items": [{"push": False}, own]})
    office.talk.says("hello?", second=5)
    carry_out(office.talk)
    assert (len(service.taken), len(told(office.talk))) == (1, 1)


def test_a_browser_that_is_gone_is_forgotten(service: PushService) -> None:
    office = Office(service)
    service.status = 410
    office.give_to_bob()
    with organization_scope(office.talk.tenant.id):
        assert not PushSubscription.objects.exists()
    office.talk.says("hello?", second=5)
    carry_out(office.talk)
    assert len(service.taken) == 1


def test_a_device_can_be_tried_by_its_owner_alone(service: PushService) -> None:
    office = Office(service)
    [device] = office.bob.get("/me/push-subscriptions").items
    address = f"/me/push-subscriptions/{device['id']}/test"
    assert office.ann.post(address, {}).status == 404
    assert office.bob.post(address, {}).status == 202
    carry_out(office.talk)
    assert service.read() == [{"reason": "test"}]
    assert office.bob.get("/me/push-subscriptions").items[0]["used_at"] is not None


def test_a_device_that_is_gone_is_forgotten_when_it_is_tried(service: PushService) -> None:
    office = Office(service)
    [device] = office.bob.get("/me/push-subscriptions").items
    office.bob.post(f"/me/push-subscriptions/{device['id']}/test", {})
    service.status = 410
    carry_out(office.talk)
    assert office.bob.get("/me/push-subscriptions").items == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_push_service_is_asked_again_later(service: PushService, status: int) -> None:
    office = Office(service)
    service.status = status
    with pytest.raises(Unavailable):
        office.give_to_bob()
    with organization_scope(office.talk.tenant.id):
        assert PushSubscription.objects.count() == 1


def test_what_a_push_service_refuses_is_dropped(service: PushService) -> None:
    office = Office(service)
    service.status = 400
    office.give_to_bob()
    with organization_scope(office.talk.tenant.id):
        assert PushSubscription.objects.count() == 1


def test_an_endpoint_on_our_own_network_is_not_called(service: PushService, monkeypatch: pytest.MonkeyPatch) -> None:
    subscription = service.subscription()
    monkeypatch.setenv("HUBBUB_PRIVATE_HOSTS", "")
    reload_environment()
    push.client.cache_clear()
    with pytest.raises(ForbiddenAddress):
        push.send(subscription, {"reason": "assigned"})
    assert service.taken == []


@override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend")
def test_a_letter_goes_out_where_there_is_a_mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    outbox: list[EmailMessage] = []
    monkeypatch.setattr(mail, "outbox", outbox, raising=False)
    office.bob.put("/me/notifications", {"items": [{"in_app": False, "push": False, "email": True}]})
    office.give_to_bob()
    assert outbox == []
    monkeypatch.setenv("HUBBUB_SMTP_URL", "smtp://mail.example.com:587")
    reload_environment()
    try:
        assert office.bob.get("/me").body["features"]["has_email"] is True
        office.talk.says("hello?", second=5)
        carry_out(office.talk)
    finally:
        monkeypatch.delenv("HUBBUB_SMTP_URL")
        reload_environment()
    [letter] = outbox
    assert (letter.to, letter.subject.endswith("has written.")) == (["bob@example.com"], True)
    assert f"{environment().base_url}/inbox/{office.talk.conversation().id}" in letter.body
    assert "hello?" not in letter.body
