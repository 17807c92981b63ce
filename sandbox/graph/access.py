"""Whose call it is: the Page or Instagram account in the path, for a token that belongs to it."""

from __future__ import annotations

from sandbox.graph.call import GraphCall
from sandbox.graph.errors import BadParameter, GraphError
from sandbox.state import InstagramAccount, MetaAccount, Page


def own_account(call: GraphCall, scope: str = "", instagram_scope: str = "") -> MetaAccount:
    """The account in the path; its scope depends on the platform. Raises GraphError."""
    account: MetaAccount = call.node
    if call.bearer.kind not in ("page", "instagram", "system"):
        raise GraphError(190, 2069032)
    if not any(call.reaches(one) for one in _owners(call, account)):
        raise GraphError(200, None, "(#200) The token does not belong to this account")
    _check_scope(call, scope, instagram_scope)
    call.trace.platform, call.trace.accounts = account.platform, [account.external_id]
    return account


def _owners(call: GraphCall, account: MetaAccount) -> list[MetaAccount]:
    """The account, and the Page behind an Instagram account."""
    if isinstance(account, InstagramAccount) and account.flavour == "page":
        page = call.world.state.page(account.page_id)
        return [account, page] if page else [account]
    return [account]


def _check_scope(call: GraphCall, scope: str, instagram_scope: str) -> None:
    wanted = instagram_scope or scope if call.host == "instagram" else scope
    if wanted:
        call.needs(wanted)


def need_task(call: GraphCall, account: MetaAccount, task: str) -> None:
    """The person behind a Page token needs the task on the Page. Raises GraphError."""
    person = call.world.state.people.get(call.bearer.user_id)
    if person is None:
        return
    page_id = account.page_id if isinstance(account, InstagramAccount) else account.external_id
    tasks = person.pages.get(page_id)
    if tasks is None:
        raise GraphError(190, 492)
    if task not in tasks and f"PROFILE_PLUS_{task}" not in tasks:
        raise GraphError(200, None, f"(#200) The user must have the {task} task on the Page")


def own_page(call: GraphCall, scope: str = "") -> Page:
    """Raises GraphError when the node is not a Page of the token."""
    account = own_account(call, scope)
    if not isinstance(account, Page):
        raise GraphError(100, None, "Unsupported request for this object.", kind="GraphMethodException")
    return account


def for_platform(call: GraphCall, account: MetaAccount) -> MetaAccount:
    """``platform=instagram`` on a Page means its Instagram account. Raises GraphError."""
    platform = call.params.text("platform").lower()
    if platform not in ("", "messenger", "instagram"):
        raise BadParameter("Param platform must be one of {MESSENGER, INSTAGRAM}")
    if platform != "instagram" or isinstance(account, InstagramAccount):
        return account
    linked = call.world.state.instagram_of_page(account.external_id)
    if linked is None:
        raise GraphError(100, 2534013)
    call.trace.platform, call.trace.accounts = "instagram", [linked.external_id]
    return linked
