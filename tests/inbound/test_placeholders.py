"""A file of WhatsApp's history, announced by a placeholder, is one message with its file, whichever comes first."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hubbub.conversations.models import Attachment
from hubbub.organizations.scope import organization_scope
from tests.inbound.shop import Shop, open_shop

pytestmark = pytest.mark.usefixtures("database")

RECORDINGS = Path(__file__).resolve().parents[2] / "hubbub" / "connectors" / "whatsapp" / "recordings"
PLACEHOLDER, FILE = "history_placeholder", "history_media"


def body(name: str, shop: Shop) -> Any:
    """A recording, addressed to the shop's number."""
    recording = json.loads((RECORDINGS / f"{name}.json").read_text("utf-8"))
    return json.loads(json.dumps(recording["body"]).replace("1100220033", shop.channel.external_id))


def kept(shop: Shop) -> list[tuple[str, str, list[str]]]:
    """Type, text and files of the message that came twice."""
    with organization_scope(shop.tenant.id):
        return [
            (
                message.type,
                message.text,
                list(Attachment.objects.filter(message=message).values_list("state", flat=True)),
            )
            for message in shop.messages()
            if message.external_id == "wamid.hm"
        ]


@pytest.mark.parametrize(
    "bodies", [[PLACEHOLDER, FILE], [FILE, PLACEHOLDER], [PLACEHOLDER, FILE, PLACEHOLDER, FILE]], ids=" ".join
)
def test_the_file_takes_the_place_of_its_placeholder(bodies: list[str]) -> None:
    shop = open_shop("whatsapp")
    for name in bodies:
        shop.receive(body(name, shop))
    assert kept(shop) == [("image", "Black Prince echeveria", ["pending"])]
    with organization_scope(shop.tenant.id):
        wanted = shop.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'conversations.store_attachment'")
    files = {str(one.id) for one in attachments(shop)}
    assert {row["args"]["attachment_id"] for row in wanted} >= files


def test_both_in_one_batch_are_one_message_with_its_file() -> None:
    shop = open_shop("whatsapp")
    shop.receive(body(PLACEHOLDER, shop), body(FILE, shop))
    assert kept(shop) == [("image", "Black Prince echeveria", ["pending"])]


def test_a_placeholder_alone_stays_one() -> None:
    shop = open_shop("whatsapp")
    shop.receive(body(PLACEHOLDER, shop))
    assert kept(shop) == [("unsupported", "", [])]


def attachments(shop: Shop) -> list[Attachment]:
    with organization_scope(shop.tenant.id):
        return list(Attachment.objects.filter(message__external_id="wamid.hm"))
