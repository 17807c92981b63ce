"""Which secrets may have signed a webhook: the channels' own, in memory, opened when first needed."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from hubbub.kit import json
from hubbub.kit.envelope import Envelope
from hubbub.kit.errors import HubbubError
from hubbub.kit.logging import log_event

MOST_OWNERS: Final = 8
"""A body is signed by one app; accounts beyond the first few owners cannot make a right signature righter."""

Field = Literal["signing_secrets", "verify_token"]

log = logging.getLogger("hubbub.edge.secrets")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSecrets:
    """A row of the view `edge_secret`. The two secrets are sealed."""

    channel_id: UUID
    organization_id: UUID
    platform: str
    external_id: str
    parent_external_id: str
    signing_secrets: str | None
    verify_token: str | None
    is_active: bool
    changed_at: datetime

    def names(self) -> Iterator[tuple[str, str]]:
        """Under which it is found: its account ids, and our own id."""
        for name in {self.external_id, self.parent_external_id, str(self.channel_id)} - {""}:
            yield self.platform, name


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """An organization whose own secrets may have made the signature."""

    organization_id: UUID
    secrets: tuple[bytes, ...]


class SecretBook:
    """All active channels. `is_loaded` is False until a first list was read, from the database or from disk."""

    def __init__(self, envelope: Envelope) -> None:
        self._envelope = envelope
        self._channels: dict[UUID, ChannelSecrets] = {}
        self._by_name: dict[tuple[str, str], tuple[ChannelSecrets, ...]] = {}
        self._opened: dict[tuple[UUID, Field], tuple[bytes, ...]] = {}
        self._signers: Counter[str] = Counter()
        self.is_loaded = False

    def __len__(self) -> int:
        return len(self._channels)

    def rows(self) -> list[ChannelSecrets]:
        """Every channel, to be written to disk."""
        return list(self._channels.values())

    def replace(self, rows: Iterable[ChannelSecrets]) -> bool:
        """Take exactly these rows; whether anything changed."""
        rows = list(rows)
        gone = self._channels.keys() - {row.channel_id for row in rows}
        for channel_id in gone:
            self._remove(channel_id)
        has_changed = self.update(rows) or bool(gone) or not self.is_loaded
        self.is_loaded = True
        return has_changed

    def update(self, rows: Iterable[ChannelSecrets]) -> bool:
        """Add and change rows, remove inactive ones; whether anything changed."""
        changed = [row for row in rows if self._is_news(row)]
        for row in changed:
            self._remove(row.channel_id)
            if row.is_active:
                self._add(row)
        return bool(changed)

    def has_channels_of(self, platform: str) -> bool:
        """Whether looking for the accounts in a body can find anything."""
        return self._signers[platform] > 0

    def owners(self, platform: str, names: Iterable[str]) -> list[Owner]:
        """The organizations of the channels of these names, each with its secrets; those without any are left out."""
        secrets: dict[UUID, dict[bytes, None]] = {}
        for name in names:
            for row in self._by_name.get((platform, name), ()):
                if row.organization_id not in secrets and len(secrets) == MOST_OWNERS:
                    continue
                secrets.setdefault(row.organization_id, {}).update(dict.fromkeys(self._secrets(row, "signing_secrets")))
        return [Owner(organization_id=owner, secrets=tuple(found)) for owner, found in secrets.items() if found]

    def named(self, platform: str, names: Iterable[str]) -> set[tuple[UUID, str]]:
        """The organizations and account ids of the channels of these names, at most `MOST_OWNERS`."""
        found: set[tuple[UUID, str]] = set()
        for name in names:
            for row in self._by_name.get((platform, name), ()):
                if len(found) < MOST_OWNERS:
                    found.add((row.organization_id, row.external_id))
        return found

    def verify_tokens(self, platform: str, path_channel: str | None) -> tuple[bytes, ...]:
        """The verify tokens of the platform's channels; of one channel when the path names one."""
        rows = self._channels.values() if path_channel is None else self._by_name.get((platform, path_channel), ())
        found = (self._secrets(row, "verify_token") for row in rows if row.platform == platform)
        return tuple(token for tokens in found for token in tokens)

    def _is_news(self, row: ChannelSecrets) -> bool:
        known = self._channels.get(row.channel_id)
        return known != row if known else row.is_active

    def _add(self, row: ChannelSecrets) -> None:
        self._channels[row.channel_id] = row
        self._signers[row.platform] += row.signing_secrets is not None
        for name in row.names():
            self._by_name[name] = (*self._by_name.get(name, ()), row)

    def _remove(self, channel_id: UUID) -> None:
        row = self._channels.pop(channel_id, None)
        if row is None:
            return
        self._signers[row.platform] -= row.signing_secrets is not None
        for name in row.names():
            rest = tuple(other for other in self._by_name[name] if other.channel_id != channel_id)
            if rest:
                self._by_name[name] = rest
            else:
                del self._by_name[name]
        self._opened.pop((channel_id, "signing_secrets"), None)
        self._opened.pop((channel_id, "verify_token"), None)

    def _secrets(self, row: ChannelSecrets, field: Field) -> tuple[bytes, ...]:
        key = (row.channel_id, field)
        if key not in self._opened:
            self._opened[key] = self._open(row, field)
        return self._opened[key]

    def _open(self, row: ChannelSecrets, field: Field) -> tuple[bytes, ...]:
        sealed = getattr(row, field)
        if not sealed:
            return ()
        try:
            context = (str(row.organization_id), str(row.channel_id), field)
            return _strings_in(self._envelope.open(sealed, context=context))
        except HubbubError as error:  # moved or damaged, or its key is gone: this channel only
            log_event(log, logging.ERROR, "channel_secret_unopenable", channel=row.channel_id, reason=error.sentence)
            return ()


def _strings_in(opened: bytes) -> tuple[bytes, ...]:
    """The strings of a JSON list, or the one JSON string."""
    value = json.loads(opened)
    items = [value] if isinstance(value, str) else json.as_list(value)
    return tuple(item.encode() for item in items if isinstance(item, str) and item)
