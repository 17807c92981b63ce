"""The way out under test: the real sandbox over HTTP, a channel on each platform, and a sender that runs until idle.

Webhooks that the sandbox sends are kept by a small hub and applied as the inbound role when a test says so.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from hubbub.channels.access import platform_client
from hubbub.channels.models import Channel
from hubbub.connectors.messages import OutboundKind, OutboundMessage
from hubbub.conversations.actions.send import queue_message
from hubbub.conversations.models import Conversation, Message
from hubbub.kit.clock import monotonic
from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope
from hubbub.outbound.worker import Sender
from hubbub.settings.environment import reload_environment
from sandbox.server import RunningSandbox, run_in_thread
from tests.sandbox.fakehub import FakeHub
from tests.support.factories import SECRETS, Tenant, make_channel, make_tenant, unique_external_id
from tests.support.inbound import apply_all, deliver
from tests.support.roles import acting_as

Json = dict[str, Any]
APP = "900000000000001"
ALLOWANCE_SECONDS = 0.1
"""Within this time a platform's allowance holds one more message."""
LOOSE = {"limits": False, "callbacks": False, "require_proof": True}
"""How the sandbox is set for a test that does not say otherwise."""


@dataclass
class Platforms:
    """The sandbox, driven by its control API, and the hub that takes its webhooks."""

    running: RunningSandbox
    hub: FakeHub
    http: httpx.Client

    def put(self, path: str, value: Any) -> Json:
        answer = self.http.put(f"/_sandbox{path}", json=value)
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def post(self, path: str, value: Any) -> Json:
        answer = self.http.post(f"/_sandbox{path}", json=value)
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def get(self, path: str, **query: Any) -> Json:
        return self.http.get(f"/_sandbox{path}", params=query).json()  # type: ignore[no-any-return]

    def reset(self) -> None:
        """No faults, nothing remembered, limits and callbacks off. Accounts stay."""
        self.http.delete("/_sandbox/faults")
        self.http.delete("/_sandbox/ledger")
        self.http.delete("/_sandbox/calls")
        self.put("/settings", LOOSE)
        self.hub.received.clear()

    def fault(self, fault: str, **match: Any) -> None:
        self.put("/faults", [{"match": match, "fault": fault}])

    def sends(self, account: str) -> list[Json]:
        """What the platform accepted for this account, in order."""
        return self.get("/ledger", account=account)["sends"]  # type: ignore[no-any-return]

    def calls(self, account: str = "") -> list[Json]:
        found = self.get("/calls")["calls"]
        return [one for one in found if account in str(one)]

    def apply_webhooks(self) -> None:
        """Bring what the sandbox sent through the inbound lane."""
        received, self.hub.received[:] = list(self.hub.received), []
        for path, _, body in received:
            deliver(path.rsplit("/", 1)[1], body)
        apply_all()

    def wait_for_webhook(self, word: str) -> None:
        """Until a webhook that contains `word` has come."""
        self.hub.wait_for(lambda: any(word.encode() in body for _, _, body in self.hub.received))


@contextmanager
def running_platforms() -> Iterator[Platforms]:
    """A sandbox that this process's settings point to."""
    hub = FakeHub()
    running = run_in_thread(hub.url)
    with pointing_to(running.url), httpx.Client(base_url=running.url, timeout=30, trust_env=False) as http:
        platforms = Platforms(running, hub, http)
        platforms.put(f"/apps/{APP}", {"app_secret": "app-secret", "verify_token": hub.verify_token})
        platforms.reset()
        yield platforms
    running.stop()
    hub.close()


@contextmanager
def pointing_to(url: str) -> Iterator[None]:
    """This process's settings name `url` as the place of every platform."""
    bases = {
        "HUBBUB_GRAPH_BASE_URL": f"{url}/graph",
        "HUBBUB_INSTAGRAM_GRAPH_BASE_URL": f"{url}/instagram",
        "HUBBUB_LINE_BASE_URL": f"{url}/line",
        "HUBBUB_LINE_DATA_BASE_URL": f"{url}/line-data",
        "BASE_URL": "https://hub.example",
    }
    before = {name: os.environ.get(name) for name in bases}
    os.environ.update(bases)
    reload_environment()
    platform_client.cache_clear()
    yield
    for name, value in before.items():
        os.environ.pop(name)
        if value is not None:
            os.environ[name] = value
    reload_environment()
    platform_client.cache_clear()


@dataclass
class Line:
    """One connected channel with a customer who wrote to it: where a test sends."""

    platforms: Platforms
    tenant: Tenant
    channel: Channel
    conversation_id: UUID
    customer_id: str
    who: str = "Mali"
    sent: int = field(default=0)

    @property
    def platform(self) -> str:
        return self.channel.platform

    def say(self, text: str = "hello", who: str = "") -> Json:
        """The customer writes; the message goes through the inbound lane."""
        said = self.platforms.post(
            "/say",
            {"platform": self.platform, "account": self.channel.external_id, "from": who or self.who, "text": text},
        )
        self.platforms.apply_webhooks()
        return said

    def conversation(self) -> Conversation:
        return Conversation.objects.get(id=self.conversation_id)

    def fault(self, fault: str, **match: Any) -> None:
        """The platform misbehaves for sends of this channel (Instagram's go through its Page)."""
        page = self.channel.parent_external_id
        where = {"path_contains": page} if self.platform == "instagram" else {"account": self.channel.external_id}
        self.platforms.fault(fault, **{"sends": True, **where, **match})

    def queue(self, text: str = "hi", **options: Any) -> Message:
        """Queue a text (or `content=`) as the web role."""
        content = options.pop("content", None) or OutboundMessage(message_id="", kind=OutboundKind.TEXT, text=text)
        options.setdefault("author_type", "human")
        with organization_scope(self.tenant.id):
            return queue_message(self.conversation(), content, **options)

    def message(self, message_id: UUID) -> Message:
        with organization_scope(self.tenant.id):
            return Message.objects.get(id=message_id)

    def status(self, message: Message) -> str:
        return self.message(message.id).status

    def code(self, message: Message) -> str:
        return str((self.message(message.id).error or {}).get("code"))

    def texts(self) -> list[str]:
        """What the customer's phone got, in order."""
        return [_text(one["request"]) for one in self.platforms.sends(self.channel.external_id)]

    def row(self, statement: str, **named: Any) -> Any:
        with organization_scope(self.tenant.id):
            rows = run(statement, channel=self.channel.id, conversation=self.conversation_id, **named)
        return rows[0] if rows else None

    def refreshed(self) -> Channel:
        with organization_scope(self.tenant.id):
            return Channel.objects.get(id=self.channel.id)


def connect(platforms: Platforms, platform: str, tenant: Tenant | None = None, **fields: Any) -> Line:
    """Connect a channel in the hub and the sandbox, and let a customer write to it."""
    tenant = tenant or make_tenant()
    external_id = unique_external_id(platform)
    token = f"token-{external_id}"
    account: Json = {"name": "Shop", "access_token": token}
    if platform == "line":
        account["channel_secret"] = SECRETS["line"]
    else:
        account["app_id"] = APP
    if platform == "whatsapp":
        account["waba_id"] = "2" + external_id
    page_id = "1" + external_id
    if platform == "instagram":
        platforms.put(f"/accounts/facebook/{page_id}", {"name": "Page", "access_token": token, "app_id": APP})
        account |= {"page_id": page_id, "username": "shop"}
    platforms.put(f"/accounts/{platform}/{external_id}", account)
    channel = make_channel(
        tenant,
        platform,
        external_id=external_id,
        parent_external_id={"instagram": page_id, "whatsapp": "2" + external_id}.get(platform, ""),
        credentials={"access_token": token, "app_secret": "app-secret"},
        **fields,
    )
    line = Line(platforms, tenant, channel, channel.id, "")
    said = line.say()
    line.customer_id = said["customer_id"]
    with organization_scope(tenant.id):
        line.conversation_id = Conversation.objects.get(channel=channel).id
    return line


def send_all(
    *,
    seconds: float = 20.0,
    until: Callable[[], bool] | None = None,
    sender: Sender | None = None,
    later: str = "0 seconds",
) -> Sender:
    """Run a sender, as its own role, until nothing is under way and nothing more was found (or `until` holds).

    `later`: the database's clock stands so much later for it.
    """
    sender = sender or Sender()
    end = monotonic() + seconds
    with acting_as("outbound") as connection:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('hubbub.clock_shift', %s, false)", [later])
        quiet = 0
        while monotonic() < end:
            work = sender.turn()
            quiet = 0 if work or not sender.is_idle or _wakes_soon(sender) else quiet + 1
            if quiet >= 2 if until is None else sender.is_idle and until():
                return sender
            if not work:
                sender.wait(0.01)
    raise AssertionError("the sender did not come to rest")


def _wakes_soon(sender: Sender) -> bool:
    """A channel waits only for its allowance to refill (a held one sleeps for a second)."""
    return any(busy.not_before < monotonic() + ALLOWANCE_SECONDS for busy in sender.agenda.busy.values())


def _text(request: Json) -> str:
    """The text in a send of any platform."""
    holder = request.get("message") or request.get("text") or (request.get("messages") or [{}])[0]
    return str(holder.get("text") or holder.get("body") or "")


PILE = (
    """INSERT INTO conversation (id, organization_id, project_id, channel_id, contact_id, identity_id, type, thread_key,
              status, priority, title, summary, tags, metadata, is_ai_enabled, is_auto_reply_enabled, handover,
              is_standby, assignment_type, resolution, message_count, inbound_count, outbound_count, unread_count,
              last_message_text, response_count, response_seconds_total, updated_at)
       SELECT gen_random_uuid(), c.organization_id, c.project_id, c.channel_id, c.contact_id, c.identity_id, 'private',
              '', 'closed', 'normal', 'pile', '', '[]', '{}', true, true, 'flow', false, 'ai', '', 0, 0, 0, 0, '', 0, 0,
              hubbub_now()
         FROM conversation c, generate_series(1, %(count)s) WHERE c.id = %(conversation)s""",
    """INSERT INTO message (id, organization_id, conversation_id, channel_id, contact_id, direction, author_type,
              author_name, author_avatar_url, type, text, content, status, visibility, occurred_at, body_position,
              reply_to_external_id, response_type, is_replied, is_edited, edit_number, is_unsent, mentions, hashtags,
              error_count, metadata)
       SELECT gen_random_uuid(), c.organization_id, c.id, c.channel_id, c.contact_id, 'outbound', 'flow', '', '',
              'text',
              'bulk', '{"outbound": {"kind": "text", "text": "bulk"}}', 'queued', 'visible', hubbub_now(), 0, '', '',
              false, false, 0, false, '[]', '[]', 0, '{}'
         FROM conversation c WHERE c.channel_id = %(channel)s AND c.title = 'pile'""",
    """INSERT INTO outbox_lane (conversation_id, organization_id, next_position)
       SELECT id, organization_id, 2 FROM conversation WHERE channel_id = %(channel)s AND title = 'pile'""",
    """INSERT INTO outbox (message_id, organization_id, channel_id, conversation_id, position, is_head, priority, state,
              due_at, attempts, retry_key, uses_reply_token, was_pushed, last_code, queued_at)
       SELECT m.id, m.organization_id, m.channel_id, m.conversation_id, 1, true, %(priority)s, 'queued',
              hubbub_now(), 0,
              gen_random_uuid(), false, false, '', hubbub_now()
         FROM message m JOIN conversation c ON c.id = m.conversation_id
        WHERE m.channel_id = %(channel)s AND c.title = 'pile'""",
)


def pile_up(line: Line, count: int, priority: int = 9) -> None:
    """Queue many messages, each in a conversation of its own, all to the same customer."""
    with organization_scope(line.tenant.id):
        for statement in PILE:
            run(
                statement,
                channel=line.channel.id,
                conversation=line.conversation_id,
                count=count,
                priority=priority,
            )
