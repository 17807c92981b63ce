"""Headers that keep Django's pages from running, loading or framing anything that is not ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from hubbub.webapp.bundle import SAFE

NOTHING: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
PAGES: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
DOCS: Final = PAGES.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""The API's documentation writes styles into its page; it shows nothing that somebody sent."""
POLICIES: Final = {"/admin/": PAGES, "/sign-": PAGES, "/enter/": PAGES, "/api/v1/docs": DOCS}


class SecurityHeadersMiddleware:
    """A page that brings a policy of its own keeps it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        policy = next((policy for path, policy in POLICIES.items() if request.path.startswith(path)), NOTHING)
        response.headers.setdefault("Content-Security-Policy", policy)
        for name, value in SAFE.items():
            response.headers.setdefault(name, value)
        return response
