"""What was taken, sorted: messages that can be called now, those whose files must be uploaded first, the impossible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from hubbub.connectors.messages import Media
from hubbub.outbound.jobs import ChannelCard, Leased, Ready, UsedHandle
from hubbub.outbound.plan import Taken
from hubbub.outbound.prepare import Refused, handle_key, prepare
from hubbub.outbound.uploads import content_key, files_to_upload, known_handles


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A message with the platform's handles of its files, and the files that the platform still lacks."""

    leased: Leased
    channel: ChannelCard
    handles: dict[str, UsedHandle] = field(default_factory=dict)
    """What `handle_key` names → handle."""
    missing: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """Each message of a batch in one of three lists."""

    ready: list[Ready] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    to_upload: list[Bundle] = field(default_factory=list)


def sort_out(taken: Taken) -> Sorted:
    """Ask once for the handles of all files, then render what lacks none."""
    files = {one.message_id: files_to_upload(one, taken.cards[one.channel_id]) for one in taken.leased}
    wanted = [(taken.cards[one.channel_id], file) for one in taken.leased for file in files[one.message_id]]
    known = known_handles(wanted)
    bundles = []
    for one in taken.leased:
        card = taken.cards[one.channel_id]
        found = {
            handle_key(file): known.get((card.id, content_key(handle_key(file)), file.type))
            for file in files[one.message_id]
        }
        handles = {key: handle for key, handle in found.items() if handle is not None}
        missing = tuple(file for file in files[one.message_id] if handle_key(file) not in handles)
        bundles.append(Bundle(leased=one, channel=card, handles=handles, missing=missing))
    ready, refused = render_all((bundle for bundle in bundles if not bundle.missing), taken.now)
    return Sorted(ready=ready, refused=refused, to_upload=[bundle for bundle in bundles if bundle.missing])


def render_all(bundles: Iterable[Bundle], now: datetime) -> tuple[list[Ready], list[Refused]]:
    """The calls, and what cannot be called."""
    ready: list[Ready] = []
    refused: list[Refused] = []
    for bundle in bundles:
        prepared = prepare(bundle.leased, bundle.channel, bundle.handles, now)
        if isinstance(prepared, Ready):
            ready.append(prepared)
        else:
            refused.append(prepared)
    return ready, refused
