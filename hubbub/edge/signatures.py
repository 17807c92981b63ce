"""For whom does a signature speak: the environment's app, or organizations with a secret of their own?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from hubbub.connectors.base import RawRequest, Secrets
from hubbub.edge.doors import Door
from hubbub.edge.secret_book import Owner, SecretBook
from hubbub.kit.errors import BadSignature, Unavailable
from hubbub.kit.ids import new_id, new_token

EVERYBODY: Final[tuple[UUID, ...]] = ()
NOTHING: Final = Secrets()


class Signatures:
    """Checks the exact bytes. An unknown account takes as long to refuse as a known one."""

    def __init__(self, environment: Mapping[str, Secrets], book: SecretBook) -> None:
        self._environment = environment
        self._book = book
        self._decoy = Owner(organization_id=new_id(), secrets=(new_token().encode(),))

    def signers(self, door: Door, request: RawRequest) -> tuple[UUID, ...]:
        """The organizations whose secret signed this; EVERYBODY when the environment's did.

        Raises BadSignature, or Unavailable while the channels' secrets are not known yet.
        """
        ours = self._environment.get(door.connector.platform, NOTHING)
        owners = self._candidates(door, request)
        signers = _signers_among(owners, door, request, ours)
        if signers and not _share_a_secret(owners, ours):
            return signers
        if ours.signing and _is_signed(door, request, ours):
            return EVERYBODY
        if signers:
            return signers
        if not owners:
            _signers_among([self._decoy], door, request, ours)  # for the time that it takes
        if not self._book.is_loaded:
            raise Unavailable("The channels' secrets are not loaded yet.")
        raise BadSignature("The signature is missing or wrong.")

    def named(self, door: Door, request: RawRequest) -> set[tuple[UUID, str]]:
        """The accounts of ours that a refused call names, each with its organization."""
        names = [door.path_channel] if door.path_channel is not None else door.connector.addresses(request.body)
        return self._book.named(door.connector.platform, names)

    def handshake_secrets(self, door: Door) -> Secrets:
        """The verify tokens that a GET may bring: the environment's and the channels'."""
        platform = door.connector.platform
        ours = self._environment.get(platform, NOTHING)
        theirs = self._book.verify_tokens(platform, door.path_channel)
        return replace(ours, verify_tokens=(*ours.verify_tokens, *theirs))

    def _candidates(self, door: Door, request: RawRequest) -> list[Owner]:
        """A channel in the path narrows the search to itself; else the accounts in the body count."""
        platform = door.connector.platform
        if not self._book.has_channels_of(platform):
            return []
        if door.path_channel is not None:
            return self._book.owners(platform, [door.path_channel])
        return self._book.owners(platform, door.connector.addresses(request.body))


def _signers_among(owners: Sequence[Owner], door: Door, request: RawRequest, ours: Secrets) -> tuple[UUID, ...]:
    return tuple(
        [
            owner.organization_id
            for owner in owners
            if _is_signed(door, request, Secrets(signing=owner.secrets, accept_sha1=ours.accept_sha1))
        ]
    )


def _share_a_secret(owners: Sequence[Owner], ours: Secrets) -> bool:
    """Somebody gave the environment's own secret to a channel: then it speaks for everybody all the same."""
    return any(secret in ours.signing for owner in owners for secret in owner.secrets)


def _is_signed(door: Door, request: RawRequest, secrets: Secrets) -> bool:
    try:
        door.connector.verify(request, secrets)
    except BadSignature:
        return False
    return True
