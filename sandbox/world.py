"""Everything a running sandbox consists of, in one value that each handler gets."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.ids import Ids
from sandbox.ledger import Calls, Ledger
from sandbox.limits import Limits
from sandbox.line.tokens import LineTokens
from sandbox.media import MediaStore
from sandbox.settings import Settings
from sandbox.state import State
from sandbox.webhooks.client import Client
from sandbox.webhooks.delivery import Deliveries


@dataclass(slots=True)
class World:
    """``hub_url`` is where webhooks go, ``base_url`` where the sandbox itself listens."""

    hub_url: str
    base_url: str
    settings: Settings = field(default_factory=Settings)
    clock: Clock = field(default_factory=Clock)
    ids: Ids = field(default_factory=Ids)
    state: State = field(default_factory=State)
    calls: Calls = field(default_factory=Calls)
    faults: Faults = field(default_factory=Faults)
    limits: Limits = field(default_factory=Limits)
    client: Client = field(default_factory=Client)
    ledger: Ledger = field(init=False)
    media: MediaStore = field(init=False)
    deliveries: Deliveries = field(init=False)
    line_tokens: LineTokens = field(init=False)
    line_progress: dict[str, tuple[float, int]] = field(default_factory=dict)
    """Narrowcasts: request id → (accepted at, people)."""
    urls: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What public URLs would answer: {url: {status, content_type, size}}."""
    login: dict[str, Any] = field(default_factory=dict)
    """Who agrees at the login dialogs: {user_id, account, scopes, declines}."""
    ledger_file: Path | None = None

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.ledger_file)
        self.media = MediaStore(self.ids, self.clock)
        self.line_tokens = LineTokens(self.clock)
        self.deliveries = Deliveries(self.clock, self.settings, self.client)

    @property
    def limits_on(self) -> bool:
        return self.settings.limits

    def reset(self) -> None:
        """Forget everything but settings and faults."""
        self.state = State()
        self.urls, self.login = {}, {}
        self.media.clear()
        self.ledger.clear()
        self.calls.clear()
        self.limits.clear()
        self.deliveries.cancel()
        self.deliveries.clear()
        self.line_tokens = LineTokens(self.clock)

    async def close(self) -> None:
        await self.deliveries.stop()
        self.ledger.close()
        self.media.close()
