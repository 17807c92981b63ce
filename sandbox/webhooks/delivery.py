"""Delivers webhooks as the platforms do: signed, with a deadline, again after anything but 200, in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from sandbox.clock import Clock
from sandbox.origins import real_url
from sandbox.settings import Settings
from sandbox.webhooks.client import Client, Unreachable
from sandbox.webhooks.signing import line_bytes, line_signature, meta_bytes, meta_legacy_signature, meta_signature

Json = dict[str, Any]
KEPT_WEBHOOKS = 10_000
KEPT_ACKED = 150_000


@dataclass(slots=True, kw_only=True)
class Webhook:
    """One POST to the hub, with what became of it."""

    platform: str
    account: str
    kind: str
    url: str
    secret: str
    body: Json | bytes
    lane: str
    event_ids: list[str]
    message_ids: list[str] = field(default_factory=list)
    api_version: str = "v26.0"
    retries: bool = True
    id: str = ""
    attempts: int = 0
    status: int | None = None
    error: str = ""
    state: str = "waiting"
    """waiting, acked, or given_up."""
    done: asyncio.Event = field(default_factory=asyncio.Event)
    first_at: float = 0.0

    def as_json(self) -> Json:
        return {
            "id": self.id,
            "platform": self.platform,
            "account": self.account,
            "kind": self.kind,
            "event_ids": self.event_ids,
            "message_ids": self.message_ids,
            "status": self.status,
            "attempts": self.attempts,
            "state": self.state,
            "error": self.error,
        }


class Deliveries:
    """Lanes (one per conversation) over a limited number of requests at once."""

    def __init__(self, clock: Clock, settings: Settings, client: Client) -> None:
        self._clock = clock
        self._settings = settings
        self._client = client
        self._lanes: dict[str, deque[Webhook]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Semaphore(settings.concurrency)
        self._gate_size = settings.concurrency
        self._count = 0
        self._open: dict[str, Webhook] = {}
        self._finished: deque[bytes] = deque(maxlen=KEPT_WEBHOOKS)
        """Records as JSON, so that many stay small."""
        self.acked: deque[str] = deque(maxlen=KEPT_ACKED)
        self.acked_messages: deque[str] = deque(maxlen=KEPT_ACKED)
        self.held: list[Webhook] | None = None
        """While it is a list, webhooks are collected here instead of being sent (to merge them)."""
        self.on_outcome: Callable[[Webhook], None] = lambda _webhook: None

    @property
    def waiting(self) -> int:
        """Webhooks in lanes and work under way; 0 when everything is quiet."""
        return max(len(self._tasks), sum(len(lane) for lane in self._lanes.values()))

    def post(self, webhook: Webhook) -> Webhook:
        """Queue it on its lane and return at once; ``webhook.done`` is set when acked or given up."""
        if self.held is not None:
            self.held.append(webhook)
            return webhook
        self._count += 1
        webhook.id = f"w{self._count}"
        webhook.first_at = self._clock.now()
        self._open[webhook.id] = webhook
        if not self._settings.keep_order:
            self._start(self._deliver(webhook))
        elif (lane := self._lanes.get(webhook.lane)) is not None:
            lane.append(webhook)
        else:
            self._lanes[webhook.lane] = deque([webhook])
            self._start(self._run_lane(webhook.lane))
        return webhook

    def records(self, state: str | None) -> list[Json]:
        """Every webhook posted, oldest first; only those of that state."""
        found: list[Json] = [orjson.loads(line) for line in self._finished]
        found += [webhook.as_json() for webhook in self._open.values()]
        found.sort(key=lambda one: int(one["id"][1:]))
        return [one for one in found if state in (None, one["state"])]

    def post_later(self, webhook: Webhook, seconds: float) -> None:
        """Queue it after a pause; others of its conversation pass it."""
        self._start(self._post_later(webhook, seconds))

    async def _post_later(self, webhook: Webhook, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self.post(webhook)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine that belongs to this sandbox."""
        self._start(work)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run_lane(self, name: str) -> None:
        lane = self._lanes[name]
        while lane:
            await self._deliver(lane[0])
            lane.popleft()
        self._lanes.pop(name, None)

    async def _deliver(self, webhook: Webhook) -> None:
        pauses = self._pauses(webhook)
        while not await self._attempt(webhook):
            pause = next(pauses, None)
            if pause is None or self._clock.now() - webhook.first_at + pause > self._settings.retry_for:
                self._finish(webhook, "given_up")
                return
            await asyncio.sleep(pause)
        self._finish(webhook, "acked")

    def _pauses(self, webhook: Webhook) -> Iterator[float]:
        if not webhook.retries:
            return
        yield from self._settings.retries
        while self._settings.retries:
            yield self._settings.retries[-1]

    async def _attempt(self, webhook: Webhook) -> bool:
        async with self._open_gate():
            webhook.attempts += 1
            body, headers = _signed(webhook)
            timeout = self._settings.line_timeout if webhook.platform == "line" else self._settings.meta_timeout
            url = real_url(self._settings, webhook.url)
            try:
                answer = await self._client.request("POST", url, headers, body, timeout)
                webhook.status, webhook.error = answer.status, ""
            except Unreachable as error:
                webhook.status, webhook.error = None, str(error)
        self.on_outcome(webhook)
        return webhook.status == 200

    def _open_gate(self) -> asyncio.Semaphore:
        if self._gate_size != self._settings.concurrency:
            self._gate_size = self._settings.concurrency
            self._gate = asyncio.Semaphore(self._gate_size)
        return self._gate

    def _finish(self, webhook: Webhook, state: str) -> None:
        webhook.state = state
        self._open.pop(webhook.id, None)
        self._finished.append(bytes(memoryview(orjson.dumps(webhook.as_json()))))
        if state == "acked":
            self.acked.extend(webhook.event_ids)
            self.acked_messages.extend(webhook.message_ids)
        webhook.done.set()

    def cancel(self) -> None:
        """Give up everything that waits."""
        for task in list(self._tasks):
            task.cancel()
        for lane in self._lanes.values():
            for webhook in lane:
                self._finish(webhook, "given_up")
        self._lanes.clear()

    def clear(self) -> None:
        """Forget what was delivered; what waits stays."""
        self._finished.clear()
        self.acked.clear()
        self.acked_messages.clear()

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._client.close()


def _signed(webhook: Webhook) -> tuple[bytes, dict[str, str]]:
    if webhook.platform == "line":
        return _signed_line(webhook)
    body = webhook.body if isinstance(webhook.body, bytes) else meta_bytes(webhook.body)
    return body, {
        "content-type": "application/json",
        "user-agent": "facebookexternalua",
        "facebook-api-version": webhook.api_version,
        "x-hub-signature": meta_legacy_signature(webhook.secret, body),
        "x-hub-signature-256": meta_signature(webhook.secret, body),
    }


def _signed_line(webhook: Webhook) -> tuple[bytes, dict[str, str]]:
    if isinstance(webhook.body, bytes):
        body = webhook.body
    else:
        if webhook.attempts > 1:
            for event in webhook.body["events"]:
                event["deliveryContext"] = {"isRedelivery": True}
        body = line_bytes(webhook.body)
    signature = line_signature(webhook.secret, body)
    headers = {"content-type": "application/json; charset=utf-8", "user-agent": "LineBotWebhook/2.0"}
    return body, {**headers, "x-line-signature": signature}
