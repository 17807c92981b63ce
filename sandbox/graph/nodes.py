"""From an id in the path to the object it names, as far as the token may see it."""

from __future__ import annotations

from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.graph.errors import GraphError, unknown_object
from sandbox.state import Account, InstagramAccount, Page, WhatsAppNumber

FACEBOOK_ROOTS = {
    "oauth",
    "debug_token",
    "message_template_library",
    "sticker_packs",
    "sticker_search",
    "access_token",
    "refresh_access_token",
}
_KIND_OF_ACCOUNT = {Page: "page", InstagramAccount: "instagram", WhatsAppNumber: "number"}


def resolve(call: GraphCall) -> None:
    """Set kind, node and edge of the call. Raises GraphError for what does not exist for this token."""
    first, *rest = call.parts or [""]
    if first in FACEBOOK_ROOTS:
        call.kind, call.edge = "root", "/".join(call.parts)
        return
    if first == "":
        call.kind, call.edge = "root", ""
        return
    call.edge = "/".join(rest)
    if first == "me":
        _resolve_me(call)
        return
    call.node_id = first
    call.kind, call.node = _find(call, first)
    if not call.kind:
        raise unknown_object(first, call.method)
    if isinstance(call.node, Account):
        call.trace.accounts = [call.node.external_id]


def _resolve_me(call: GraphCall) -> None:
    token = call.token
    if token is None:
        raise GraphError(2500, http=400)
    if token.kind == "user":
        call.kind, call.node_id = "person", token.user_id
        call.node = call.world.state.people.get(token.user_id)
        return
    wanted = InstagramAccount if call.host == "instagram" else Page
    account = next((one for one in token.accounts if isinstance(one, wanted)), None)
    if account is None:
        raise GraphError(2500, http=400)
    call.kind, call.node, call.node_id = _KIND_OF_ACCOUNT[wanted], account, account.external_id
    call.trace.accounts = [account.external_id]


def _find(call: GraphCall, name: str) -> tuple[str, Any]:
    state = call.world.state
    if name in state.apps:
        return "app", state.apps[name]
    for platform in ("facebook", "instagram", "whatsapp"):
        if (account := state.account(platform, name)) is not None:
            return _KIND_OF_ACCOUNT[type(account)], account
    if name in state.wabas:
        return "waba", state.wabas[name]
    if name.startswith("upload:") and name not in state.owners:
        return "", None
    if name in state.owners:
        kind, _ = state.owners[name]
        return kind, name
    if name in state.comments:
        return "comment", state.comments[name]
    return _find_private(call, name)


def _reached(call: GraphCall) -> list[Account]:
    """The token's accounts, and the Instagram accounts behind its Pages."""
    accounts = list(call.token.accounts) if call.token else []
    linked = [call.world.state.instagram_of_page(one.external_id) for one in accounts if isinstance(one, Page)]
    return accounts + [one for one in linked if one is not None and one not in accounts]


def _find_private(call: GraphCall, name: str) -> tuple[str, Any]:
    """People, messages, conversations and files: only those of the token's own accounts."""
    for account in _reached(call):
        if (customer := account.customers.get(name)) is not None:
            call.trace.accounts = [account.external_id]
            return "customer", (account, customer)
        if (message := account.message(name)) is not None:
            return "message", (account, message)
        if name.startswith("t_") and name[2:] in account.threads:
            return "conversation", (account, account.threads[name[2:]])
    if (media := call.world.media.get(name)) is not None:
        return "media", media
    if name in call.world.state.people:
        return "person", call.world.state.people[name]
    return "", None
