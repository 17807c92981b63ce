"""How a worker begins: one delivery at a time, its attempt counted and committed first.

A delivery that kills or hangs the process is found that way, and is dead after three attempts; its neighbours are not
held up.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from django.db import transaction

from hubbub.inbound.batch import DeliveryRow
from hubbub.inbound.lease import lease
from hubbub.inbound.pipeline import Applied, apply_deliveries
from hubbub.kit.logging import log_event
from hubbub.organizations.database import run

logger = logging.getLogger(__name__)

CAREFUL_DELIVERIES = 20
MOST_ATTEMPTS = 3

TRY = "UPDATE delivery SET attempts = attempts + 1 WHERE id = %(id)s AND received_at = %(received_at)s"
NOT_ITS_FAULT = """
UPDATE delivery SET attempts = greatest(attempts - 1, 0) WHERE id = %(id)s AND received_at = %(received_at)s
"""
GIVE_UP = """
UPDATE delivery SET processed_at = hubbub_now(), state = 'dead', error = 'It stopped the worker three times.'
 WHERE id = %(id)s AND received_at = %(received_at)s
"""


@dataclass(slots=True)
class CarefulStart:
    """The first turns of a worker."""

    left: int = CAREFUL_DELIVERIES
    spared: list[DeliveryRow] = field(default_factory=list)
    """Tried when the database broke off: they did not stop this process, and their attempt is taken back."""

    def apply_one(self, floor: int) -> Applied:
        """Lease one delivery, count the attempt, and apply it or give it up."""
        self.left -= 1
        with transaction.atomic():
            found = lease(1, floor=floor)
            if not found:
                return Applied()
            delivery = found[0]
            self.spared.append(delivery)
            is_over = delivery.attempts >= MOST_ATTEMPTS
            run(GIVE_UP if is_over else TRY, id=delivery.id, received_at=delivery.received_at)
        applied = _given_up(delivery) if is_over else apply_deliveries(1, floor=floor)
        self.spared.clear()
        return applied

    def take_back_attempts(self) -> None:
        """Of what the database broke off."""
        for delivery in tuple(self.spared):
            run(NOT_ITS_FAULT, id=delivery.id, received_at=delivery.received_at)
            self.spared.remove(delivery)


def _given_up(delivery: DeliveryRow) -> Applied:
    log_event(logger, logging.ERROR, "delivery_died", delivery_id=delivery.id)
    return Applied(deliveries=1)
