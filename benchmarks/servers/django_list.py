"""A bare Django view that runs the product's list statement in the organisation's scope: no key, no API around it."""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

from hubbub.kit.json import dumps, loads
from hubbub.settings.database import POOL_SIZES, django_database

settings.configure(
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": django_database(os.environ["BENCH_DATABASE_URL"], pool_size=POOL_SIZES["web"])},
    USE_TZ=True,
    LOGGING_CONFIG=None,
)
django.setup()

ORGANIZATION = UUID(os.environ["BENCH_ORGANIZATION"])
STATEMENT = os.environ["BENCH_STATEMENT"]
VALUES: Any = loads(os.environ["BENCH_VALUES"])
LIMIT = 50


def conversations(_request: HttpRequest) -> HttpResponse:
    from hubbub.organizations.database import run
    from hubbub.organizations.scope import organization_scope

    with organization_scope(ORGANIZATION):
        rows = run(STATEMENT, **VALUES)
    return HttpResponse(dumps({"items": rows[:LIMIT]}), content_type="application/json")


def health(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns: list[Any] = [path("", health), path("conversations", conversations)]
application = get_wsgi_application()
