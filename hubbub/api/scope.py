"""One transaction a request, seeing one organisation: the key's, or the membership's of the person who signed in."""

from __future__ import annotations

from collections.abc import Callable

from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from hubbub.api.errors import error_response, method_not_allowed
from hubbub.api.links import links_for
from hubbub.kit.errors import HubbubError, InvalidInput, Unavailable
from hubbub.organizations.access import Principal, enter_with_key
from hubbub.organizations.models import Membership, Role
from hubbub.organizations.scope import enter
from hubbub.organizations.security import note

WITHOUT_SCOPE = ("/health/", "/static/", "/api/v1/docs", "/api/v1/openapi.json", "/media/")
BEARER = "Bearer "
FIRST_REFUSAL = 400
NOT_ALLOWED = 405
REFUSED = (401, 403)


class OrganizationScopeMiddleware:
    """Sets `request.principal`; rolls back what a refused request has written."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.principal = None  # type: ignore[attr-defined]
        if request.path == "/" or request.path.startswith(WITHOUT_SCOPE):
            return self.get_response(request)
        if "%00" in request.get_full_path():
            return error_response(InvalidInput("A NUL byte cannot stand in an address."))
        try:
            return self._answer(request)
        except (OperationalError, InterfaceError):
            return error_response(Unavailable("The database cannot be reached. Try again in a moment."))

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        with transaction.atomic():
            try:
                principal = identify(request)
                request.principal = principal  # type: ignore[attr-defined]
                with links_for(principal):
                    response = self.get_response(request)
            except HubbubError as refused:
                response = error_response(refused)
            if response.status_code >= FIRST_REFUSAL:
                transaction.set_rollback(True)
        if response.status_code in REFUSED and request.path.startswith("/api/"):
            _note_refusal(request)
        if response.status_code == NOT_ALLOWED and isinstance(response, HttpResponse):
            return method_not_allowed(response)
        return response


def _note_refusal(request: HttpRequest) -> None:
    """For whoever looks after the organisation: which key or person was refused. A wrong key is nobody's."""
    principal: Principal | None = getattr(request, "principal", None)
    if principal is not None:
        subject = f"{principal.actor_type} {principal.actor_id}"
        note("access_refused", organization_id=principal.organization_id, subject=subject)
    elif "Authorization" in request.headers:
        note("access_refused")


def identify(request: HttpRequest) -> Principal | None:
    """The key's principal, else the session's, else None. Sets the transaction's scope."""
    header = request.headers.get("Authorization", "")
    if header.startswith(BEARER):
        return enter_with_key(header[len(BEARER) :].strip())
    if not request.user.is_authenticated:
        return None
    enter(user=request.user.id)
    membership = Membership.objects.filter(user=request.user, is_active=True).order_by("created_at").first()
    if membership is None:
        return None
    enter(organization=membership.organization_id)
    return Principal(
        organization_id=membership.organization_id,
        role=Role(membership.role),
        actor_type="user",
        actor_id=request.user.id,
        is_operator=request.user.is_superuser,
    )
