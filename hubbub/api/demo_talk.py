"""Life for the demo organisation: customers write through the sandbox, members answer, as they would any day.

What is said goes the whole way, by signed webhooks in and through the outbox out; only who says what stands in
`demo_talk.json`.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from django.db import transaction

from hubbub.api.demo import AGENTS, PAGE_ID, SLUG
from hubbub.channels import sandbox
from hubbub.channels.models import Channel
from hubbub.connectors.messages import OutboundKind, OutboundMessage
from hubbub.conversations.actions.lifecycle import assign, change_status, change_tags, set_priority
from hubbub.conversations.actions.notes import write_note
from hubbub.conversations.actions.send import queue_message
from hubbub.conversations.lifecycle import LifecycleEvent
from hubbub.conversations.models import Conversation, Message
from hubbub.desk.actions.labels import create_label
from hubbub.desk.actions.replies import create_reply
from hubbub.desk.actions.views import create_view
from hubbub.flows.predefined import KINDS, install
from hubbub.kit.errors import Unavailable
from hubbub.kit.json import JsonValue, loads
from hubbub.organizations.access import Principal
from hubbub.organizations.models import Membership, Role
from hubbub.organizations.queries import find_organization
from hubbub.organizations.scope import organization_scope

SCRIPT = Path(__file__).with_name("demo_talk.json")
PICTURES = Path(__file__).with_name("demo_pictures")
LABELS = {
    "vip": "#c2255c",
    "complaint": "#c92a2a",
    "delivery": "#1864ab",
    "reservation": "#5f3dc4",
    "wholesale": "#2b8a3e",
}
REPLIES = (
    ("hello", "A greeting", "Hello {{contact.first_name|there}}, {{agent.first_name}} here. How can I help?"),
    ("hours", "When the shop is open", "We are open from Monday to Saturday, 10:00 to 19:00 (Bangkok time)."),
    ("late", "A parcel is late", "I am sorry that your parcel takes so long. May I have your order number, please?"),
    ("refund", "Sending something back", "You can send it back within 30 days; you have the money three days later."),
)
"""Of the team: shortcut, title, text."""
VIEWS: tuple[tuple[str, dict[str, JsonValue]], ...] = (
    ("Urgent", {"status": "active", "priority": "urgent"}),
    ("Deliveries nobody has", {"status": "active", "is_assigned": False, "label": "delivery"}),
    ("Free replies that end soon", {"status": "active", "window": "closing", "sort": "waiting"}),
)
NEWCOMER = {"platform": "facebook", "account": PAGE_ID, "from": "Chloé Martin", "text": "Hi!"}
"""Comes when the flows are on: one of them answers."""
ARRIVES_WITHIN_SECONDS = 20.0
PAUSE_SECONDS = 0.05


def fill_demo() -> int:
    """Play the script, once: an organisation that has conversations is left alone. Returns how many it has then.

    Raises Unavailable when what a customer said does not arrive: the edge and a worker must be running.
    """
    organization_id = find_organization(SLUG).id
    with organization_scope(organization_id):
        if Conversation.objects.filter(organization_id=organization_id).exists():
            return Conversation.objects.filter(organization_id=organization_id).count()
        colleagues = _colleagues(organization_id)
        with transaction.atomic():
            _set_up_desk(colleagues[0])
    for number, scene in enumerate(cast("list[dict[str, Any]]", loads(SCRIPT.read_bytes()))):
        _play(organization_id, scene, colleagues[number % len(colleagues)])
    with organization_scope(organization_id):
        page = Channel.objects.get(platform="facebook", external_id=PAGE_ID)
        for kind in KINDS:
            install(None, organization_id, kind, channel_id=page.id)
    _say(organization_id, NEWCOMER)
    with organization_scope(organization_id):
        return Conversation.objects.filter(organization_id=organization_id).count()


def _set_up_desk(manager: Principal) -> None:
    """What a team has made for itself before the first customer writes."""
    for name, color in LABELS.items():
        create_label(manager, name=name, color=color)
    for shortcut, title, text in REPLIES:
        create_reply(manager, shortcut=shortcut, title=title, text=text, is_shared=True)
    for name, filters in VIEWS:
        create_view(manager, name=name, filters=filters, is_shared=True)


def _colleagues(organization_id: UUID) -> list[Principal]:
    """Those who answer, in the order of the demo's list."""
    names = [email for email, *_ in AGENTS]
    members = Membership.objects.select_related("user").filter(user__username__in=names)
    found = {member.user.username: member for member in members}
    return [
        Principal(
            organization_id=organization_id,
            role=Role(found[name].role),
            actor_type="user",
            actor_id=found[name].user_id,
        )
        for name in names
    ]


def _play(organization_id: UUID, scene: Mapping[str, Any], colleague: Principal) -> None:
    """One customer's story: what they say, what the team does, what they say then."""
    who = {"platform": scene["platform"], "from": scene["from"]}
    conversation_id = [_say(organization_id, {**who, **line}) for line in scene["says"]][-1]
    with organization_scope(organization_id), transaction.atomic():
        _work_on(conversation_id, scene, colleague)
    for line in scene.get("says_then", ()):
        _say(organization_id, {**who, **line})
    if scene.get("close"):
        with organization_scope(organization_id), transaction.atomic():
            change_status(colleague, conversation_id, LifecycleEvent.CLOSE)


def _work_on(conversation_id: UUID, scene: Mapping[str, Any], colleague: Principal) -> None:
    if scene.get("assign"):
        assign(colleague, conversation_id, colleague.user_id)
    if labels := scene.get("labels"):
        change_tags(colleague, conversation_id, add=labels, remove=())
    if priority := scene.get("priority"):
        set_priority(colleague, conversation_id, priority)
    if note := scene.get("note"):
        write_note(colleague, conversation_id, note)
    if reply := scene.get("reply"):
        conversation = Conversation.objects.get(id=conversation_id)
        content = OutboundMessage(message_id="", kind=OutboundKind.TEXT, text=reply)
        author = Membership.objects.select_related("user").get(user_id=colleague.actor_id).user
        queue_message(conversation, content, author_type="human", author_user=author)


def _say(organization_id: UUID, line: Mapping[str, JsonValue]) -> UUID:
    """The conversation in which it arrived."""
    told = sandbox.control("POST", "/say", _with_picture(line))
    external_id = told.get("message_id") if isinstance(told, dict) else None
    until = time.monotonic() + ARRIVES_WITHIN_SECONDS
    while time.monotonic() < until:
        with organization_scope(organization_id):
            if found := Message.objects.filter(external_id=external_id).values_list("conversation_id", flat=True)[:1]:
                return found[0]
        time.sleep(PAUSE_SECONDS)
    raise Unavailable("What the demo's customers say does not arrive. Is `make run` running?")


def _with_picture(line: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """What the sandbox is told: a picture goes along as its bytes."""
    name = line.get("picture")
    if not isinstance(name, str):
        return dict(line)
    content = base64.b64encode((PICTURES / name).read_bytes()).decode()
    rest = {key: value for key, value in line.items() if key != "picture"}
    return {**rest, "content_base64": content, "mime_type": "image/jpeg", "filename": name}
