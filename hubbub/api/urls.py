"""Every address of the web process."""

from django.contrib import admin
from django.contrib.staticfiles.views import serve as serve_static
from django.urls import path, re_path

from hubbub.api import (
    calls,
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
    teams,
    templates,
    uploads,
)
from hubbub.api.router import api

NOUNS = {
    "channels": channels.router,
    "contacts": contacts.router,
    "conversations": conversations.router,
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
}
for noun, router in NOUNS.items():
    api.add_router(f"/{noun}", router)

urlpatterns = [
    path("", health.front),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("api/v1/", api.urls),
    path("media/<str:token>", media.serve),
    path("admin/", admin.site.urls),
    re_path(r"^static/(?P<path>.+)$", serve_static, {"insecure": True}),
]
handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
