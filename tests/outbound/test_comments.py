"""Comments under a post are hidden, shown again and deleted through the API, at the sandbox and with us."""

from __future__ import annotations

import pytest

from hubbub.conversations.models import Message
from hubbub.organizations.scope import organization_scope
from tests.support.outbound import Line, Platforms, connect
from tests.support.web import api_for


def commented(platforms: Platforms, platform: str) -> tuple[Line, Message]:
    """A channel under whose post somebody has just commented."""
    line = connect(platforms, platform)
    platforms.put("/settings", {"callbacks": True})
    account = line.channel.external_id
    said = platforms.post(
        "/act", {"platform": platform, "account": account, "from": "Mali", "action": "comment", "text": "how much?"}
    )
    platforms.wait_for_webhook(str(said["message_id"]))
    platforms.apply_webhooks()
    with organization_scope(line.tenant.id):
        return line, Message.objects.get(external_id=said["message_id"])


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
def test_a_comment_is_hidden_and_shown_and_deleted_for_good(platforms: Platforms, platform: str) -> None:
    line, comment = commented(platforms, platform)
    api = api_for(line.tenant)
    path = f"/messages/{comment.id}"
    for verb, visibility in (("hide", "hidden"), ("hide", "hidden"), ("unhide", "visible"), ("delete", "deleted")):
        answer = api.post(f"{path}/{verb}")
        assert (answer.status, answer.body.get("visibility")) == (200, visibility), answer
    assert api.post(f"{path}/hide").code == "already_deleted"
    asked = [call for call in platforms.calls(str(comment.external_id)) if call["method"] in ("POST", "DELETE")]
    assert [call["method"] for call in asked] == ["POST", "POST", "DELETE"]


def test_what_the_platform_refuses_changes_nothing(platforms: Platforms) -> None:
    line, comment = commented(platforms, "facebook")
    api = api_for(line.tenant)
    api.post(f"/channels/{line.channel.id}/pause")
    assert api.post(f"/messages/{comment.id}/hide").code == "channel_state"
    assert api.get(f"/messages/{comment.id}").body["visibility"] == "visible"
