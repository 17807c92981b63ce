"""A shop as the documents have it: a Page under its documented model, its customer, and what reached them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management import call_command

from facebook_integration.models import FacebookPage
from hubbub.channels.access import platform_client
from hubbub.connectors.messenger.account import default_fields
from hubbub.organizations.scope import organization_scope
from hubbub.settings.database import logins
from hubbub.settings.environment import environment, reload_environment
from tests.edge.harness import EdgeProcess
from tests.facebook_integration.seeds import ROOT
from tests.facebook_integration.services.seen import messages
from tests.support.automation import automate
from tests.support.factories import unique_external_id
from tests.support.outbound import Line, connect, send_all

if TYPE_CHECKING:
    from tests.support.outbound import Platforms

Json = dict[str, Any]
PUBLIC = "https://yoursite.example"
"""What the platforms call our address."""
OUR_APP = "900000000000777"
"""The Meta app of the installation: its secret is FACEBOOK_APP_SECRET."""


@dataclass
class Documented:
    """One shop on Messenger."""

    line: Line
    page: Any

    @property
    def psid(self) -> str:
        return self.line.customer_id

    @property
    def token(self) -> str:
        return f"token-{self.page.page_id}"

    @property
    def app_secret(self) -> str:
        """Of our own app."""
        return environment().signing_secrets("facebook")[0].decode()

    def sent(self) -> list[Json]:
        """What the customer's phone got, after everything that was queued went out."""
        send_all(until=self._is_sent)
        return messages(self.line)

    def _is_sent(self) -> bool:
        waiting = "SELECT count(*) AS n FROM message WHERE channel_id = %(channel)s AND status IN ('queued', 'sending')"
        return bool(self.line.row(waiting)["n"] == 0)

    def texts(self) -> list[str]:
        return [str(one.get("text", "")) for one in self.sent()]

    def says(self, text: str) -> None:
        """The customer writes, and flows answer."""
        self.line.say(text)
        automate()

    def taps(self, payload: str) -> None:
        """The customer taps a button, and flows answer."""
        about = {"platform": "facebook", "account": self.page.page_id, "from": self.line.who, "action": "postback"}
        self.line.platforms.post("/act", {**about, "payload": payload, "title": payload})
        self.line.platforms.apply_webhooks()
        automate()

    def called(self, word: str) -> list[Json]:
        """The calls of this Page whose path holds `word`."""
        found = self.line.platforms.get("/calls")["calls"]
        return [one for one in found if word in one["path"]]

    def run(self, name: str, *flags: str) -> str:
        """What a command prints, for this shop."""
        out = StringIO()
        call_command(name, *flags, stdout=out, stderr=StringIO())
        return out.getvalue()

    def new_account(self, platform: str = "facebook", **about: Any) -> str:
        """A Page in the sandbox that nobody has connected; its token is `token-` and its id."""
        external_id = unique_external_id(platform)
        about = {"subscribed_fields": [], **about}
        self.line.platforms.put(
            f"/accounts/{platform}/{external_id}",
            {"name": "Another", "access_token": f"token-{external_id}", "app_id": OUR_APP, **about},
        )
        return external_id


@contextmanager
def documented_shop(platforms: Platforms) -> Iterator[Documented]:
    """A shop of an organisation of its own: the one that the setting names."""
    put_app(platforms, subscriptions={"page": {"fields": [name for part in default_fields() for name in part]}})
    line = connect(platforms, "facebook")
    with with_setting("HUBBUB_ORGANIZATION", line.tenant.organization.slug):
        yield Documented(line, FacebookPage.objects.get(page_id=line.channel.external_id))


def put_app(platforms: Platforms, **about: Any) -> None:
    """Our own app, in the sandbox."""
    secret = environment().signing_secrets("facebook")[0].decode()
    platforms.put(f"/apps/{OUR_APP}", {"app_secret": secret, **about})


@contextmanager
def webhook_address(platforms: Platforms, shop: Documented, folder: Path) -> Iterator[str]:
    """The address where the shop's Page is heard: the real edge, at BASE_URL. Its Page belongs to our own app."""
    put_app(platforms, subscriptions={})
    platforms.put(f"/accounts/facebook/{shop.page.page_id}", {"app_id": OUR_APP})
    settings = environment()
    variables = {
        "HUBBUB_ENCRYPTION_KEYS": settings.encryption_keys.get_secret_value(),
        "FACEBOOK_APP_SECRET": settings.facebook_app_secret.get_secret_value(),
        "FACEBOOK_WEBHOOK_VERIFY_TOKEN": settings.facebook_webhook_verify_token.get_secret_value(),
        "HUBBUB_ACCEPT_SHA1": "true",
    }
    with EdgeProcess(logins().url_for("edge"), folder, environment=variables) as edge:
        here = f"http://127.0.0.1:{edge.port}"
        platforms.put("/settings", {"origins": {PUBLIC: here, here: here}})
        with with_setting("BASE_URL", here):
            yield f"{here}/api/facebook/webhook/"
        platforms.put("/settings", {"origins": {}})


@contextmanager
def with_setting(name: str, value: str) -> Iterator[None]:
    """As if the environment said so."""
    before = os.environ.get(name)
    os.environ[name] = value
    _reload()
    yield
    os.environ.pop(name)
    if before is not None:
        os.environ[name] = before
    _reload()


def _reload() -> None:
    reload_environment()
    platform_client.cache_clear()


def rows(shop: Documented, model: Any, **wanted: Any) -> list[Any]:
    """Rows of the hub's own model, read without the façade."""
    with organization_scope(shop.line.tenant.id):
        return list(model.objects.filter(**wanted))


def manage(*arguments: str) -> str:
    """What a real process prints, as somebody would run it."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
