"""Flows, what starts them, their versions, who is in the middle of one, and how many came how far."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from hubbub.channels.models import Channel
from hubbub.contacts.models import Contact
from hubbub.conversations.models import Conversation
from hubbub.flows.fields import OrderedJsonField
from hubbub.organizations.fields import TenantForeignKey, TenantModel, TenantPart


class TriggerType(models.TextChoices):
    GET_STARTED = "get_started"
    KEYWORD = "keyword"
    POSTBACK = "postback"
    REFERRAL = "referral"
    AD = "ad"
    OPT_IN = "opt_in"
    ICE_BREAKER = "ice_breaker"
    STORY_MENTION = "story_mention"
    COMMENT = "comment"
    FIRST_MESSAGE = "first_message"
    ANY_MESSAGE = "any_message"
    SCHEDULE = "schedule"


class RunStatus(models.TextChoices):
    WAITING = "waiting"
    DELAYED = "delayed"
    ASKING_HTTP = "asking_http"
    HANDED_OVER = "handed_over"
    """A person has the conversation; the run goes on when they give it back."""
    COMPLETED = "completed"
    FAILED = "failed"
    ENDED = "ended"
    """Somebody stopped it, or the conversation went another way."""


LIVE = (RunStatus.WAITING, RunStatus.DELAYED, RunStatus.ASKING_HTTP, RunStatus.HANDED_OVER)


class Flow(TenantModel):
    """A conversation that runs by itself. What it does stands in its versions."""

    key = models.CharField(max_length=100)
    """Its name for programs: sub-flows, exchange and random splits use it, so it never changes."""
    name = models.CharField(max_length=200)
    flow_type = models.CharField(max_length=40, blank=True, default="custom")
    """welcome, lead_generation, customer_service, faq, feedback, …: for people."""
    description = models.CharField(max_length=2000, blank=True, default="")
    is_active = models.BooleanField(default=False)
    priority = models.SmallIntegerField(default=5)
    """When several flows fit a message, the highest has it."""
    working_hours = models.JSONField(default=dict, blank=True)
    """{"time_zone", "days": {"mon": [["09:00", "18:00"]]}, "is_outside"}; empty: always."""
    current_version = TenantForeignKey(
        "flows.FlowVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "flow"
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="flow_key_unique")]
        indexes = [models.Index(fields=["organization", "-created_at", "-id"], name="flow_recent")]

    def __str__(self) -> str:
        return self.name


class FlowChannel(TenantPart):
    """A channel on which a flow starts; a flow without one starts on all of the organisation's."""

    flow = TenantForeignKey(Flow, on_delete=models.CASCADE, related_name="flow_channels", db_index=False)
    channel = TenantForeignKey(Channel, on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table = "flow_channel"
        constraints = [models.UniqueConstraint(fields=["flow", "channel"], name="flow_channel_unique")]

    def __str__(self) -> str:
        return f"{self.flow_id} on {self.channel_id}"


class FlowTrigger(TenantPart):
    """One of the things that start a flow."""

    flow = TenantForeignKey(Flow, on_delete=models.CASCADE, related_name="triggers")
    position = models.SmallIntegerField(default=0)
    type = models.CharField(max_length=20, choices=TriggerType.choices)
    value = models.TextField(blank=True, default="")
    """Keywords or payloads with commas between them, a ref, an ad's id, a topic; docs/flows-running.md."""
    settings = models.JSONField(default=dict, blank=True)
    fired_at = models.DateTimeField(null=True, blank=True)
    """When a schedule last started its runs; what was before it was saved is not made up for."""

    class Meta:
        db_table = "flow_trigger"

    def __str__(self) -> str:
        return f"{self.type} {self.value}".rstrip()


class FlowVersion(TenantPart):
    """A definition as it was saved. It is never changed: a run finishes on the version it began."""

    flow = TenantForeignKey(Flow, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.IntegerField()
    definition = OrderedJsonField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "flow_version"
        constraints = [models.UniqueConstraint(fields=["flow", "number"], name="flow_version_unique")]

    def __str__(self) -> str:
        return f"version {self.number}"


class FlowRun(TenantPart):
    """One conversation's way through a flow. A conversation is in the middle of one at most."""

    conversation = TenantForeignKey(Conversation, on_delete=models.CASCADE, related_name="flow_runs", db_index=False)
    contact = TenantForeignKey(Contact, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    flow = TenantForeignKey(Flow, on_delete=models.CASCADE, related_name="runs", db_index=False)
    version = TenantForeignKey(FlowVersion, on_delete=models.CASCADE, related_name="+")
    subflow_versions = models.JSONField(default=dict, blank=True)
    """{key: id of a version}: the sub-flows as they were when the run began."""
    state = models.JSONField(default=dict, blank=True)
    """As the engine wrote it, variables included. Empty: the run has still to begin."""
    status = models.CharField(max_length=12, choices=RunStatus.choices)
    step = models.CharField(max_length=100, blank=True, default="")
    due_at = models.DateTimeField(null=True, blank=True)
    """When it goes on by itself."""
    error = models.TextField(blank=True, default="")
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "flow_run"
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], condition=models.Q(status__in=LIVE), name="flow_run_one_live"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], name="flow_run_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["conversation", "-started_at"], name="flow_run_by_conversation"),
            models.Index(fields=["flow", "-started_at"], name="flow_run_by_flow"),
            models.Index(fields=["ended_at"], name="flow_run_ended", condition=models.Q(ended_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.status} at {self.step}"


class FlowStepCount(TenantPart):
    """How many came to a step, left it for another and ended there, by version and variant of a random split.

    The step "" counts the whole flow: entered are runs begun, completed those that came to an end.
    """

    flow = TenantForeignKey(Flow, on_delete=models.CASCADE, related_name="+")
    version = TenantForeignKey(FlowVersion, on_delete=models.CASCADE, related_name="+", db_index=False)
    step = models.CharField(max_length=100, blank=True, default="")
    variant = models.CharField(max_length=100, blank=True, default="")
    entered = models.BigIntegerField(default=0)
    left = models.BigIntegerField(default=0)
    completed = models.BigIntegerField(default=0)

    class Meta:
        db_table = "flow_step_count"
        constraints = [
            models.UniqueConstraint(fields=["version", "step", "variant"], name="flow_step_count_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.step}: {self.entered}"


class FlowStamp(models.Model):
    """A number that grows with every change of an organisation's flows: who has read them asks whether it grew."""

    organization = models.OneToOneField(
        "organizations.Organization",
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
    )
    stamp = models.BigIntegerField(default=1)

    class Meta:
        db_table = "flow_stamp"

    def __str__(self) -> str:
        return str(self.stamp)
