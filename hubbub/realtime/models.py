"""How far the relay has counted for each organisation."""

from __future__ import annotations

from django.db import models


class RealtimeSequence(models.Model):
    """The last number that was given to an organisation's event. Only the relay writes it."""

    organization = models.OneToOneField(
        "organizations.Organization", primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    last_seq = models.BigIntegerField(default=0)

    class Meta:
        db_table = "realtime_sequence"

    def __str__(self) -> str:
        return f"{self.organization_id} {self.last_seq}"
