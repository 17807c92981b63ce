"""/sign-in, /sign-out and /enter/…: Django's own accounts and sessions, on plain pages without a script."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Final

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from hubbub.api.attempts import forget_failures, may_try, note_failure
from hubbub.api.words import RIGHT_TO_LEFT, chosen_language, language_of, languages, words_in
from hubbub.kit.errors import NotFound
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.database import run
from hubbub.organizations.models import Membership, Role, User
from hubbub.organizations.scope import enter
from hubbub.organizations.security import note
from hubbub.processes.entering import GONE, read_link
from hubbub.settings.environment import environment

LONGEST: Final = 254
BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
HOME: Final = "/"
REMEMBERED_SECONDS: Final = 365 * 24 * 3600
"""How long a browser keeps the language that was chosen."""
USE = """
INSERT INTO django_session (session_key, session_data, expire_date) VALUES (%(key)s, '', %(until)s)
ON CONFLICT DO NOTHING RETURNING session_key
"""
"""A used link is remembered beside the sessions until it would be too old anyhow; nobody's session has that key."""


@never_cache
@csrf_protect
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The form, and what was typed into it."""
    wanted = _local(request.POST.get("next") or request.GET.get("next"))
    if request.method != "POST":
        return _form(request, wanted)
    name, password = request.POST.get("name", "").strip(), request.POST.get("password", "")
    if not may_try(request, name):
        return _form(request, wanted, name=name, problem="too_often", status=429)
    user = _person(request, name, password)
    if user is None:
        note_failure(request, name)
        found = _named(name)
        note("sign_in_failed", user_id=found.id if found else None, subject=found.username if found else "")
        return _form(request, wanted, name=name, problem="wrong")
    forget_failures(request, name)
    return _let_in(request, user, wanted) or _form(request, wanted, name=name, problem="nowhere")


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session, and with it the screens that it opened. What the browser kept of customers' files goes, too."""
    if request.method != "POST":
        return _page(request, "hubbub/sign_out.html", {})
    logout(request)
    return HttpResponseRedirect("/sign-in", headers={"Clear-Site-Data": '"cache"'})


@never_cache
@require_safe
def enter_with_link(request: HttpRequest, token: str) -> HttpResponse:
    """Signs in whoever opens the link first, if they typed or clicked it on no other site's page."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin") or "Sec-Purpose" in request.headers:
        return _form(request, HOME, problem="by_hand")
    try:
        user = _person_of_link(token)
    except NotFound:
        return _form(request, HOME, problem="gone")
    return _let_in(request, user, HOME) or _form(request, HOME, problem="nowhere")


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form without its token: one that was open too long, or another site's."""
    return _form(request, HOME, problem="too_old", status=403)


def _person(request: HttpRequest, name: str, password: str) -> User | None:
    """By user name, else by e-mail; a name that nobody has takes as long as a wrong password."""
    if not 0 < len(name) <= LONGEST or len(password) > 4096 or "\x00" in name + password:
        return None
    found = _named(name)
    user = authenticate(request, username=found.username if found else name, password=password)
    return user if isinstance(user, User) else None


def _named(name: str) -> User | None:
    if not 0 < len(name) <= LONGEST or "\x00" in name:
        return None
    return User.objects.filter(username=name).first() or User.objects.filter(email__iexact=name).order_by("id").first()


def _person_of_link(token: str) -> User:
    link = read_link(environment(), token)
    key = hashlib.sha256(f"enter:{link.nonce}".encode()).hexdigest()[:40]
    is_first = run(USE, key=key, until=datetime.fromtimestamp(link.expires, UTC))
    user = User.objects.filter(username=link.username, is_active=True).first()
    if not is_first or user is None:
        raise NotFound(GONE)
    return user


def _let_in(request: HttpRequest, user: User, wanted: str) -> HttpResponse | None:
    """A fresh session; None for somebody who belongs nowhere. Operators without an organisation get the admin."""
    enter(user=user.id)
    membership = Membership.objects.filter(user=user, is_active=True).order_by("created_at").first()
    if membership is None and not user.is_staff:
        return None
    login(request, user, backend=BACKEND)
    if membership is None:
        return HttpResponseRedirect("/admin/")
    enter(organization=membership.organization_id)
    principal = Principal(
        organization_id=membership.organization_id,
        role=Role(membership.role),
        actor_type="user",
        actor_id=user.id,
    )
    audit(principal, membership.organization_id, "signed_in", "user", user.id)
    return HttpResponseRedirect(wanted)


def _form(request: HttpRequest, wanted: str, *, name: str = "", problem: str = "", status: int = 200) -> HttpResponse:
    """`problem` is the name of a sentence in `words`."""
    return _page(request, "hubbub/sign_in.html", {"next": wanted, "name": name, "problem": problem}, status=status)


def _page(request: HttpRequest, template: str, shown: dict[str, str], *, status: int = 200) -> HttpResponse:
    """In the visitor's language; one that they chose here stays chosen, also in the app."""
    language = language_of(request)
    words = words_in(language)
    about = {
        "language": language,
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "languages": languages().items(),
        "words": words,
    }
    problem = words[shown["problem"]] if shown.get("problem") else ""
    response = render(request, template, {**shown, **about, "problem": problem}, status=status)
    response.headers["Content-Language"] = language
    if chosen_language(request):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=REMEMBERED_SECONDS,
            secure=request.is_secure(),
            samesite="Lax",
        )
    return response


def _local(wanted: str | None) -> str:
    """Where to go afterwards: only ever a place of ours."""
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and str(wanted).startswith("/")
    return str(wanted) if is_ours else HOME
