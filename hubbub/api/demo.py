"""The demo organisation: one channel on each platform of the sandbox, somebody who may sign in, an API key."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from hubbub.api.channels import show_change
from hubbub.channels import sandbox
from hubbub.channels.actions import Connection, connect
from hubbub.channels.models import Channel, ChannelStatus
from hubbub.kit.errors import HubbubError, NotFound
from hubbub.kit.ids import new_token
from hubbub.kit.json import JsonValue, dumps, loads
from hubbub.organizations.access import key_hash
from hubbub.organizations.actions import add_member, create_api_key, create_organization
from hubbub.organizations.models import ApiKey, Organization, Role, User
from hubbub.organizations.queries import find_organization
from hubbub.organizations.scope import organization_scope
from hubbub.processes.entering import DEMO_USER
from hubbub.settings.environment import environment

SLUG = "demo"
EMAIL = DEMO_USER
AGENTS = (
    ("mali@example.com", "Mali", "Srisuk", Role.ADMIN),
    ("kenji@example.com", "Kenji", "Mori", Role.MANAGER),
    ("anna@example.com", "Anna", "Weber", Role.AGENT),
    ("omar@example.com", "Omar", "Haddad", Role.AGENT),
)
"""Colleagues of the demo's owner: e-mail, first and last name, role. They share the owner's password."""
APP_ID = "100000000000001"
PAGE_ID, INSTAGRAM_ID, PHONE_ID, WABA_ID = "200000000000001", "17840000000000001", "300000000000001", "400000000000001"
LINE_ID = "U" + "d" * 32
TEMPLATES = Path(__file__).with_name("demo_templates.json")
"""What WhatsApp has approved, paused and rejected of the demo's number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is kept between runs, for its owner's eyes only."""

    password: str
    api_key: str


def make_demo() -> str:
    """Make what is missing; returns what to tell the person at the terminal. Safe to repeat."""
    organization_id = _organization()
    known = _read() or Known(password=new_token(12), api_key="")
    with organization_scope(organization_id):
        known = _let_in(organization_id, known)
    _write(_file(), dumps(asdict(known)))
    if sandbox.is_there():
        _set_up_sandbox()
        with organization_scope(organization_id):
            _connect_all(organization_id)
    others = ", ".join(email.partition("@")[0] for email, *_ in AGENTS)
    return (
        f"Sign in  {environment().base_url}/sign-in   {EMAIL}   {known.password}\n"
        f"         ({others} @example.com have the same password; the admin is at /admin/)\n"
        f"API      {environment().base_url}/api/v1/docs\n"
        f"API key  {known.api_key}\n"
    )


def _organization() -> UUID:
    try:
        return find_organization(SLUG).id
    except NotFound:
        with transaction.atomic():
            return create_organization("Demo", SLUG).id


def _let_in(organization_id: UUID, known: Known) -> Known:
    """The person and the key that `known` names, made where the database has none of them."""
    user, _ = User.objects.get_or_create(
        username=EMAIL, defaults={"email": EMAIL, "is_staff": True, "is_superuser": True, "first_name": "Demo"}
    )
    if not user.check_password(known.password):
        user.set_password(known.password)
        user.save(update_fields=["password"])
    organization = Organization.objects.get(id=organization_id)
    add_member(organization, user, Role.OWNER)
    _let_colleagues_in(organization, user)
    if known.api_key and ApiKey.objects.filter(key_hash=key_hash(known.api_key), revoked_at=None).exists():
        return known
    key = create_api_key(organization_id, "demo", Role.ADMIN, is_operator=True).key
    return Known(password=known.password, api_key=key)


def _let_colleagues_in(organization: Organization, owner: User) -> None:
    """One password for all: hashing five would take most of a second."""
    for email, first, last, role in AGENTS:
        names = {"email": email, "first_name": first, "last_name": last}
        user, _ = User.objects.get_or_create(username=email, defaults=names)
        if user.password != owner.password:
            user.password = owner.password
            user.save(update_fields=["password"])
        add_member(organization, user, role)


def _connect_all(organization_id: UUID) -> None:
    for connection in demo_connections():
        same = Channel.objects.filter(platform=connection.platform, external_id=connection.external_id)
        if not same.filter(status=ChannelStatus.CONNECTED).exists():
            show_change(organization_id, connect(None, organization_id, connection).id)


def demo_connections() -> list[Connection]:
    """One account on each platform, as a person would connect it."""
    page_token = _secret("facebook")
    return [
        Connection(
            platform="facebook",
            external_id=PAGE_ID,
            name="Demo Page",
            credentials={"access_token": page_token, "app_id": APP_ID},
        ),
        Connection(
            platform="instagram",
            external_id=INSTAGRAM_ID,
            name="Demo Instagram",
            parent_external_id=PAGE_ID,
            credentials={"access_token": page_token, "page_id": PAGE_ID, "app_id": APP_ID},
        ),
        Connection(
            platform="whatsapp",
            external_id=PHONE_ID,
            name="Demo WhatsApp",
            parent_external_id=WABA_ID,
            credentials={"access_token": _secret("whatsapp"), "app_id": APP_ID},
        ),
        Connection(
            platform="line",
            external_id=LINE_ID,
            name="Demo LINE",
            credentials={"access_token": _secret("line"), "channel_secret": _secret("line-secret")},
        ),
    ]


def sandbox_setup() -> dict[str, Any]:
    """What the sandbox must know of the demo: `apps`, `accounts` and `settings` of its control API."""
    found = environment()
    app = {
        "app_secret": found.signing_secrets("facebook")[0].decode(),
        "verify_token": found.facebook_webhook_verify_token.get_secret_value(),
    }
    page_token = _secret("facebook")
    return {
        "settings": {"origins": {found.base_url: found.base_url}},
        "apps": {APP_ID: app},
        "accounts": {
            f"facebook/{PAGE_ID}": {"name": "Demo Page", "app_id": APP_ID, "access_token": page_token},
            f"instagram/{INSTAGRAM_ID}": {
                "name": "Demo Instagram",
                "username": "demo.shop",
                "app_id": APP_ID,
                "page_id": PAGE_ID,
                "access_token": page_token,
            },
            f"whatsapp/{PHONE_ID}": {
                "name": "Demo WhatsApp",
                "app_id": APP_ID,
                "waba_id": WABA_ID,
                "display_phone_number": "+66 2 000 0001",
                "access_token": _secret("whatsapp"),
                "templates": loads(TEMPLATES.read_bytes()),
            },
            f"line/{LINE_ID}": {
                "name": "Demo LINE",
                "channel_secret": _secret("line-secret"),
                "access_token": _secret("line"),
            },
        },
    }


def _set_up_sandbox() -> None:
    """Tell the sandbox that runs, and leave the same for its next start: it forgets everything when it stops."""
    setup = sandbox_setup()
    _write(environment().data_dir / "sandbox.json", dumps(setup))
    sandbox.wait_until_there()
    known = sandbox.control("GET", "/settings")
    origins = known.get("origins") if isinstance(known, dict) else None
    merged: dict[str, JsonValue] = {**(origins if isinstance(origins, dict) else {}), **setup["settings"]["origins"]}
    sandbox.control("PUT", "/settings", {"origins": merged})
    for name, app in setup["apps"].items():
        sandbox.control("PUT", f"/apps/{name}", app)
    for name, account in setup["accounts"].items():
        sandbox.control("PUT", f"/accounts/{name}", account)


def _secret(name: str) -> str:
    """Made from this installation's own secret, so that nothing has to be kept."""
    key = environment().secret_key.get_secret_value().encode()
    return hmac.new(key, f"demo:{name}".encode(), hashlib.sha256).hexdigest()[:32]


def _file() -> Path:
    return environment().data_dir / "demo.json"


def _read() -> Known | None:
    try:
        stored = loads(_file().read_bytes())
    except (OSError, HubbubError):
        return None
    if not isinstance(stored, Mapping):
        return None
    return Known(password=str(stored.get("password", "")), api_key=str(stored.get("api_key", "")))


def _write(path: Path, content: bytes) -> None:
    """For its owner only, from the first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    unfinished.replace(path)
