"""For whom does a signature speak: the environment's app, or organizations with a secret of their own?"""

from __future__ import annotations

from collections.abc import Mapping
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
        platform = door.connector.platform
        ours = self._environment.get(platform, NOTHING)
        if ours.signing and _is_signed(door, request, ours):
            return EVERYBODY
        owners = self._candidates(door, request) or [self._decoy]
        signers = [
            owner.organization_id
            for owner in owners
            if _is_signed(door, request, Secrets(signing=owner.secrets, accept_sha1=ours.accept_sha1))
        ]
        if signers:
            return tuple(signers)
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


def _is_signed(door: Door, request: RawRequest, secrets: Secrets) -> bool:
    try:
        door.connector.verify(request, secrets)
    except BadSignature:
        return False
    return True
