"""Every address of the web process."""

from django.contrib import admin
from django.contrib.staticfiles.views import serve as serve_static
from django.urls import path, re_path
from django.views.generic import RedirectView

from hubbub.api import (
    api_keys,
    archive,
    calls,
    canned_replies,
    channels,
    contacts,
    conversations,
    deliveries,
    errors,
    events,
    flows,
    health,
    labels,
    leads,
    me,
    media,
    members,
    messages,
    notes,
    processing,
    realtime,
    runs,
    scheduled,
    security,
    sign_in,
    teams,
    templates,
    uploads,
    views,
    work,
    working_hours,
)
from hubbub.api.router import api

NOUNS = {
    "channels": channels.router,
    "contacts": contacts.router,
    "conversations": conversations.router,
    "archive": archive.router,
    "messages": messages.router,
    "events": events.router,
    "deliveries": deliveries.router,
    "processing": processing.router,
    "calls": calls.router,
    "templates": templates.router,
    "uploads": uploads.router,
    "teams": teams.router,
    "leads": leads.router,
    "flows": flows.router,
    "me": me.router,
    "members": members.router,
    "notes": notes.router,
    "labels": labels.router,
    "realtime": realtime.router,
    "views": views.router,
    "canned-replies": canned_replies.router,
    "scheduled": scheduled.router,
    "api-keys": api_keys.router,
    "working-hours": working_hours.router,
    "work": work.router,
    "security-events": security.router,
}
NESTED = (runs,)
"""Modules whose routes all stand below another noun."""
for noun, router in NOUNS.items():
    api.add_router(f"/{noun}", router)

urlpatterns = [
    path("", health.front),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("api/v1/", api.urls),
    path("media/<str:token>", media.serve),
    path("sign-in", sign_in.sign_in),
    path("sign-out", sign_in.sign_out),
    path("enter/<str:token>", sign_in.enter_with_link),
    path("admin/login/", RedirectView.as_view(url="/sign-in?next=/admin/")),
    path("admin/logout/", RedirectView.as_view(url="/sign-out")),
    path("admin/", admin.site.urls),
    re_path(r"^static/(?P<path>.+)$", serve_static, {"insecure": True}),
]
handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
