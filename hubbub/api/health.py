"""Whether the web process works, and what stands at the root while there is no web app."""

from __future__ import annotations

from functools import lru_cache

import psycopg
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from psycopg.rows import tuple_row

from hubbub.kit.errors import ConfigurationError
from hubbub.kit.json import dumps
from hubbub.processes.roles import refuse_dangerous_role
from hubbub.settings.database import current_process, logins

CONNECT_SECONDS = 3
FRONT = (
    "Hubbub runs. The web app is not built yet: `make web` builds it. The API is described at /api/v1/docs, "
    "the administration is at /admin/.\n"
)


@require_safe
def front(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """One sentence for whoever opens the address in a browser."""
    return HttpResponse(FRONT, content_type="text/plain; charset=utf-8")


@require_safe
def live(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """200 while the process answers at all; it asks nobody."""
    return HttpResponse(dumps({"status": "live"}), content_type="application/json")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """200 when requests can be served; 503 with the reasons when not."""
    reasons = find_reasons()
    body = {"status": "unready" if reasons else "ready", "reasons": reasons}
    return HttpResponse(dumps(body), status=503 if reasons else 200, content_type="application/json")


def find_reasons() -> list[str]:
    """Why the web cannot work now; empty when it can. On a connection of its own: a full pool is no outage."""
    found = logins()
    try:
        with psycopg.connect(
            found.url_for("web"), connect_timeout=CONNECT_SECONDS, row_factory=tuple_row
        ) as connection:
            refuse_dangerous_role(connection, found.role_of(current_process()))
            rows = connection.execute("SELECT app, name FROM django_migrations").fetchall()
    except ConfigurationError as refused:
        return [refused.sentence]
    except psycopg.Error:
        return ["The database cannot be reached."]
    missing = known_migrations() - {(str(app), str(name)) for app, name in rows}
    return [f"{len(missing)} migrations are not applied: run `manage.py migrate`."] if missing else []


@lru_cache(maxsize=1)
def known_migrations() -> frozenset[tuple[str, str]]:
    """The migrations that this program brings."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return frozenset((key[0], key[1]) for key in loader.disk_migrations)
