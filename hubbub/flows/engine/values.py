"""What goes into the engine and what comes out: values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from hubbub.connectors.capabilities import Capabilities
from hubbub.connectors.messages import OutboundMessage
from hubbub.kit.json import JsonValue

WAITING, DELAYED, ASKING_HTTP = "waiting", "delayed", "asking_http"
COMPLETED, FAILED, HANDED_OVER, ENDED = "completed", "failed", "handed_over", "ended"
LIVE = frozenset({WAITING, DELAYED, ASKING_HTTP, HANDED_OVER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom the flow talks to, and where. `window_closes_at` None: no window, or unknown."""

    id: str
    first_name: str = ""
    last_name: str = ""
    user_name: str = ""
    language: str = ""
    locale: str = ""
    """As the platform says it (th_TH); texts are chosen by `language`, else by this."""
    time_zone: str = ""
    attributes: Mapping[str, JsonValue] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    platform: str
    channel_name: str = ""
    channel_key: str = ""
    capabilities: Capabilities
    window_closes_at: datetime | None = None
    is_new: bool = False
    templates: Mapping[str, JsonValue] = field(default_factory=dict)
    """Of the channel: stored templates by name, as the platform writes them, with `{{variables}}`."""


# --- Inputs -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The customer wrote or tapped."""

    now: datetime
    text: str = ""
    payload: str = ""
    type: str = "text"
    attachments: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Woke:
    """A delay or a time-out ended (`due_at`)."""

    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswered:
    """What became of `RequestHttp`. `status` None: no answer; `error` says why."""

    now: datetime
    status: int | None = None
    body: JsonValue = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A person gave the conversation back."""

    now: datetime


Input: TypeAlias = Said | Woke | HttpAnswered | Returned

# --- Effects ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    content: OutboundMessage
    """`message_id` is empty: whoever queues it gives one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAttribute:
    name: str
    value: JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTag:
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTag:
    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """To a team or an agent: one of them is empty."""

    team: str = ""
    agent: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateLead:
    score: int = 0
    """0 to 100."""
    fields: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHttp:
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: JsonValue = None
    timeout_seconds: float = 10.0
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """`entered`, `left` (whichever way) or `completed` (to its end) of a step, or of one variant of its split."""

    step: str
    what: str
    variant: str = ""


Effect: TypeAlias = Send | SetAttribute | AddTag | RemoveTag | Assign | HandOver | CreateLead | RequestHttp | Count

# --- State ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaiting:
    """What a run waits for."""

    what: str
    """message, answer, time, http, person."""
    attempts: int = 0
    """Answers that did not fit."""
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where a sub-flow returns to. `flow` is empty for the outermost."""

    flow: str
    step: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Something that was offered for tapping, understood too when its title or number is typed."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """A run between two inputs. It belongs to the version of the definition that it began on."""

    status: str
    step: str
    place: str = ""
    """The action at which it waits; empty: before the step's first."""
    flow: str = ""
    """The sub-flow it is in."""
    text: str = ""
    """What the customer said last; `payload`: tapped."""
    payload: str = ""
    variables: Mapping[str, JsonValue] = field(default_factory=dict)
    awaiting: Awaiting | None = None
    due_at: datetime | None = None
    stack: tuple[Frame, ...] = ()
    steps_taken: int = 0
    variants: Mapping[str, str] = field(default_factory=dict)
    """Place (or name) of a random split → variant."""
    offered: tuple[Offer, ...] = ()
    is_numbered: bool = False
    error: str = ""

    def to_json(self) -> dict[str, JsonValue]:
        """For the database. `from_json` gives the same state back."""
        return {
            "status": self.status,
            "step": self.step,
            "place": self.place,
            "flow": self.flow,
            "text": self.text,
            "payload": self.payload,
            "variables": dict(self.variables),
            "awaiting": _awaiting_json(self.awaiting),
            "due_at": _time_json(self.due_at),
            "stack": [[frame.flow, frame.step, frame.place] for frame in self.stack],
            "steps_taken": self.steps_taken,
            "variants": dict(self.variants),
            "offered": [[offer.title, offer.payload] for offer in self.offered],
            "is_numbered": self.is_numbered,
            "error": self.error,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, JsonValue]) -> RunState:
        """A state as `to_json` wrote it. Raises KeyError, TypeError or ValueError for anything else."""
        known: dict[str, object] = dict(value)
        known["awaiting"] = _awaiting_of(known["awaiting"])
        known["due_at"] = _time_of(known["due_at"])
        known["stack"] = tuple(Frame(flow=flow, step=step, place=place) for flow, step, place in _rows(known["stack"]))
        known["offered"] = tuple(Offer(title=title, payload=payload) for title, payload in _rows(known["offered"]))
        return cls(**known)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """What came of one input."""

    state: RunState
    effects: tuple[Effect, ...] = ()


def _time_json(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _time_of(value: object) -> datetime | None:
    return datetime.fromisoformat(str(value)) if value else None


def _awaiting_json(awaiting: Awaiting | None) -> JsonValue:
    if awaiting is None:
        return None
    return {"what": awaiting.what, "attempts": awaiting.attempts, "until": _time_json(awaiting.until)}


def _awaiting_of(value: object) -> Awaiting | None:
    if not isinstance(value, dict):
        return None
    return Awaiting(what=str(value["what"]), attempts=int(value["attempts"]), until=_time_of(value["until"]))


def _rows(value: object) -> list[list[str]]:
    return value if isinstance(value, list) else []
