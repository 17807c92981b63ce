"""Comments: read, answer publicly, hide, delete. https://developers.facebook.com/docs/graph-api/reference/comment"""

from __future__ import annotations

from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.graph.errors import BadParameter, unknown_object
from sandbox.graph.fields import select
from sandbox.graph.routes import route
from sandbox.state import Account
from sandbox.trace import accept
from sandbox.webhooks.meta import post_changes

Json = dict[str, Any]


def _comment(call: GraphCall) -> tuple[Account, Json]:
    """The comment in the path, under a post of an account of the token. Raises GraphError."""
    comment: Json = call.node
    account = call.world.state.accounts[comment["account"]]
    page = call.world.state.page(getattr(account, "page_id", ""))
    owners = [account, page] if page else [account]
    if not any(call.reaches(one) for one in owners) or comment.get("deleted"):
        raise unknown_object(comment["id"], call.method)
    call.trace.platform, call.trace.accounts = account.platform, [account.external_id]
    return account, comment


@route("comment", "GET")
async def read(call: GraphCall) -> Json:
    _, comment = _comment(call)
    values: Json = {
        "id": comment["id"],
        "message": comment["text"],
        "text": comment["text"],
        "from": {"id": comment["from"], "name": comment["name"]},
        "created_time": call.world.clock.iso(comment["at"]),
        "timestamp": call.world.clock.iso(comment["at"]),
        "is_hidden": bool(comment.get("hidden")),
        "hidden": bool(comment.get("hidden")),
        "can_reply_privately": not comment.get("replied") and call.world.clock.now() - comment["at"] <= 7 * 86400,
        "parent": {"id": comment["parent"]} if comment["parent"] else None,
    }
    return select(call.params, values, "Comment", ("id", "message", "from", "created_time"))


async def _answer(call: GraphCall, scope: str) -> Json:
    account, comment = _comment(call)
    call.needs(scope)
    text = call.params.need("message")
    if len(text) > 8000:
        raise BadParameter("Length of param message must be less than or equal to 8000")
    number = call.world.ids.number()
    new_id = number if account.platform == "instagram" else f"{comment['id'].partition('_')[0]}_{number}"
    answer = {**comment, "id": new_id, "from": account.external_id, "name": account.name, "text": text}
    answer |= {"parent": comment["id"], "at": call.world.clock.now(), "replied": False}
    call.world.state.comments[new_id] = answer
    accept(
        call.world,
        call.trace,
        account=account.external_id,
        kind="comment_reply",
        recipients=(comment["from"],),
        message_ids=[new_id],
        request={"comment_id": comment["id"], "message": text},
    )
    _echo(call, account, answer)
    return {"id": new_id}


def _echo(call: GraphCall, account: Account, answer: Json) -> None:
    """Own comments come back by webhook too."""
    if not call.world.settings.callbacks:
        return
    who = {"id": account.external_id, "name": account.name}
    if account.platform == "instagram":
        field = "comments"
        value: Json = {"id": answer["id"], "parent_id": answer["parent"], "text": answer["text"], "from": who}
        value["media"] = {"id": answer["post_id"], "media_product_type": "FEED"}
    else:
        field = "feed"
        post_id = f"{account.external_id}_{answer['post_id']}"
        value = {"item": "comment", "verb": "add", "comment_id": answer["id"], "post_id": post_id, "from": who}
        value |= {"parent_id": answer["parent"], "message": answer["text"], "created_time": int(answer["at"])}
    event_id = f"{answer['id']}:add"
    post_changes(call.world, account, field, value, lane=answer["id"], kind="comment", event_ids=[event_id])


@route("comment", "POST", "comments")
async def answer_on_page(call: GraphCall) -> Json:
    return await _answer(call, "pages_manage_engagement")


@route("comment", "POST", "replies")
async def answer_on_instagram(call: GraphCall) -> Json:
    account, _ = _comment(call)
    if account.platform != "instagram":
        raise unknown_object(call.node_id, call.method)
    return await _answer(
        call, "instagram_business_manage_comments" if call.host == "instagram" else "instagram_manage_comments"
    )


@route("comment", "POST")
async def change(call: GraphCall) -> Json:
    """``is_hidden`` (Page) or ``hide`` (Instagram)."""
    account, comment = _comment(call)
    flag = call.params.flag("hide" if account.platform == "instagram" else "is_hidden")
    if flag is None:
        raise BadParameter(
            "The parameter is_hidden is required"
            if account.platform == "facebook"
            else "The parameter hide is required"
        )
    comment["hidden"] = flag
    return {"success": True}


@route("comment", "DELETE")
async def delete(call: GraphCall) -> Json:
    _, comment = _comment(call)
    comment["deleted"] = True
    return {"success": True}
