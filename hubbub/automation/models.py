"""What automation received and decided, in order, message by message."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class AutomationLogEntry(models.Model):
    """One line for each inbound message that automation was given: the log that shows order and single delivery.

    Written in the transaction of the effect. Partitioned by time.
    """

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    at = models.DateTimeField(db_default=Now())
    conversation_id = models.UUIDField()
    message_id = models.UUIDField()
    lease_token = models.UUIDField()
    decision = models.CharField(max_length=40)
    """auto_reply, flow, ai, none, with `reason`."""
    reason = models.CharField(max_length=200, default="")

    class Meta:
        db_table = "automation_log"

    def __str__(self) -> str:
        return self.decision
