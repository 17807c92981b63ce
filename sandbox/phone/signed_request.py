"""Meta's callbacks for "app removed" and "delete my data": a form with one signed field.

https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import urlencode

import orjson

from sandbox.origins import real_url
from sandbox.phone.act import CannotAct
from sandbox.webhooks.client import Unreachable
from sandbox.world import World

Json = dict[str, Any]


async def post_signed_request(world: World, data: Json) -> Json:
    """``{app_id, user_id, url}`` → the hub's answer. ``user_id`` is app-scoped, not a PSID. Raises CannotAct."""
    app = world.state.apps.get(str(data.get("app_id")))
    if app is None or not isinstance(data.get("url"), str) or "user_id" not in data:
        raise CannotAct("Give app_id (of a known app), user_id and url.")
    now = int(world.clock.now())
    payload = {"algorithm": "HMAC-SHA256", "user_id": str(data["user_id"]), "issued_at": now, "expires": now + 3600}
    form = urlencode({"signed_request": sign(payload, app.secret)}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    try:
        answer = await world.client.request("POST", real_url(world.settings, data["url"]), headers, form)
    except Unreachable as error:
        return {"status": None, "error": str(error)}
    return {"status": answer.status, "body": answer.body.decode("utf-8", "replace")}


def sign(payload: Json, secret: str) -> str:
    """b64url(HMAC over the encoded payload) "." b64url(payload), both without padding."""
    encoded = base64.urlsafe_b64encode(orjson.dumps(payload)).rstrip(b"=")
    digest = hmac.new(secret.encode(), encoded, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() + "." + encoded.decode()
