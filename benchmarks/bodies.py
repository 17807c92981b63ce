"""Webhook bodies of each platform, as they arrive, signed."""

from __future__ import annotations

import hashlib
import hmac
import time
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from benchmarks.load import request
from hubbub.kit.ids import new_id
from hubbub.kit.json import dumps

WORDS = "Good morning, do you still have the blue one in size M? I could come by this afternoon."


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One of our channels as a platform knows it."""

    platform: str
    external_id: str
    parent_external_id: str
    secret: str


def body_of(account: Account, person: int, text: str = WORDS, *, later: float = 0) -> bytes:
    """A text message from a person of this number, with a message id of its own, written `later` seconds from now."""
    return dumps(_BODIES[account.platform](account, person, text, new_id().hex, time.time() + later))


def http_of(account: Account, body: bytes) -> bytes:
    """The signed POST at our door."""
    return request("POST", f"/webhooks/{account.platform}", signature(account, body), body)


def signature(account: Account, body: bytes) -> dict[str, str]:
    digest = hmac.new(account.secret.encode(), body, hashlib.sha256)
    if account.platform == "line":
        return {"X-Line-Signature": b64encode(digest.digest()).decode()}
    return {"X-Hub-Signature-256": f"sha256={digest.hexdigest()}"}


def requests_of(account: Account, count: int = 1000, people: int = 200) -> list[bytes]:
    """Signed POSTs of that many messages."""
    return [http_of(account, body_of(account, number % people)) for number in range(count)]


def _messaging(account: Account, person: int, text: str, mid: str, at: float) -> dict[str, Any]:
    message = {
        "sender": {"id": f"70000000000{person:06}"},
        "recipient": {"id": account.external_id},
        "timestamp": int(at * 1000),
        "message": {"mid": f"m_{mid}", "text": text},
    }
    return {"object": "page", "entry": [{"id": account.external_id, "time": int(at * 1000), "messaging": [message]}]}


def _instagram(account: Account, person: int, text: str, mid: str, at: float) -> dict[str, Any]:
    return {**_messaging(account, person, text, mid, at), "object": "instagram"}


def _whatsapp(account: Account, person: int, text: str, mid: str, at: float) -> dict[str, Any]:
    customer = f"6681{person:07}"
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "6620000000", "phone_number_id": account.external_id},
        "contacts": [{"profile": {"name": f"Person {person}"}, "wa_id": customer}],
        "messages": [
            {
                "from": customer,
                "id": f"wamid.{mid}",
                "timestamp": str(int(at)),
                "type": "text",
                "text": {"body": text},
            }
        ],
    }
    entry = {"id": account.parent_external_id, "changes": [{"field": "messages", "value": value}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def _line(account: Account, person: int, text: str, mid: str, at: float) -> dict[str, Any]:
    event = {
        "type": "message",
        "mode": "active",
        "timestamp": int(at * 1000),
        "source": {"type": "user", "userId": f"U{person:032x}"},
        "webhookEventId": mid.upper()[:26],
        "deliveryContext": {"isRedelivery": False},
        "replyToken": mid,
        "message": {"type": "text", "id": str(int(mid, 16))[-18:], "quoteToken": "q", "text": text},
    }
    return {"destination": account.external_id, "events": [event]}


_BODIES = {"facebook": _messaging, "instagram": _instagram, "whatsapp": _whatsapp, "line": _line}
