"""120 Pages of one app: connected here, heard through the real edge with real signatures, each named when it falls
silent, and healed."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.management import call_command

from hubbub.channels.actions import Connection, connect
from hubbub.channels.models import Channel
from hubbub.conversations.models import Message
from hubbub.organizations.scope import organization_scope
from hubbub.settings.database import logins
from hubbub.settings.environment import environment
from tests.edge.harness import EdgeProcess
from tests.support.factories import Tenant, make_tenant, unique_external_id
from tests.support.inbound import apply_all

if TYPE_CHECKING:
    from tests.support.outbound import Platforms

pytestmark = pytest.mark.usefixtures("database")

PAGES = 120
OUR_APP = "900000000000120"


@pytest.fixture
def edge(platforms: Platforms, tmp_path: Path) -> Iterator[EdgeProcess]:
    """The real edge before this test's database; the platforms reach it under BASE_URL."""
    settings = environment()
    variables = {
        "HUBBUB_ENCRYPTION_KEYS": settings.encryption_keys.get_secret_value(),
        "FACEBOOK_APP_SECRET": settings.facebook_app_secret.get_secret_value(),
        "FACEBOOK_WEBHOOK_VERIFY_TOKEN": settings.facebook_webhook_verify_token.get_secret_value(),
    }
    with EdgeProcess(logins().url_for("edge"), tmp_path, environment=variables) as edge:
        platforms.put("/settings", {"origins": {settings.base_url: f"http://127.0.0.1:{edge.port}"}})
        yield edge
        platforms.put("/settings", {"origins": {}})


def _connect_all(platforms: Platforms, tenant: Tenant) -> list[Channel]:
    secret = environment().signing_secrets("facebook")[0].decode()
    platforms.put(f"/apps/{OUR_APP}", {"app_secret": secret, "subscriptions": {}})
    pages = []
    for number in range(PAGES):
        page_id = unique_external_id("facebook")
        about = {"name": f"Page {number}", "app_id": OUR_APP, "access_token": page_id, "subscribed_fields": []}
        platforms.put(f"/accounts/facebook/{page_id}", about)
        given = Connection(
            platform="facebook", external_id=page_id, credentials={"access_token": page_id, "app_id": OUR_APP}
        )
        with organization_scope(tenant.id):
            pages.append(connect(None, tenant.id, given))
    return pages


def _heard(platforms: Platforms, tenant: Tenant, pages: list[Channel]) -> set[str]:
    """The Pages whose customer's new word stands in the hub."""
    word = uuid4().hex
    for page in pages:
        platforms.post("/say", {"platform": "facebook", "account": page.external_id, "from": "Mali", "text": word})
    apply_all()
    with organization_scope(tenant.id):
        return set(Message.objects.filter(text=word).values_list("channel__external_id", flat=True))


def _run(tenant: Tenant, name: str) -> tuple[int, str]:
    """Exit status and output of a command."""
    out = StringIO()
    try:
        call_command(name, organization=tenant.organization.slug, stdout=out, stderr=StringIO())
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_every_one_of_120_pages_is_heard_named_and_healed(platforms: Platforms, edge: EdgeProcess) -> None:
    tenant = make_tenant()
    pages = _connect_all(platforms, tenant)
    everybody = {page.external_id for page in pages}
    assert _heard(platforms, tenant, pages) == set(), "the app itself is not subscribed yet"
    status, said = _run(tenant, "check_facebook_subscriptions")
    assert (status, "120 of 120 Pages send everything. Look at: App, for Facebook Messenger." in said) == (1, True)
    assert _run(tenant, "resubscribe_facebook_pages")[0] == 0
    assert _heard(platforms, tenant, pages) == everybody

    silent = pages[77]
    platforms.put(f"/accounts/facebook/{silent.external_id}", {"subscribed_fields": []})
    assert _heard(platforms, tenant, pages) == everybody - {silent.external_id}
    status, said = _run(tenant, "check_facebook_subscriptions")
    assert (status, f"119 of 120 Pages send everything. Look at: {silent.name}." in said) == (1, True)
    assert _run(tenant, "resubscribe_facebook_pages")[0] == 0
    assert _heard(platforms, tenant, pages) == everybody
    assert _run(tenant, "check_facebook_subscriptions")[0] == 0
