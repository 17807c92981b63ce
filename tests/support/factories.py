"""A fresh organisation with what a test needs. Everything is committed, as the web role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hubbub.channels.models import Channel, ChannelStatus
from hubbub.kit.ids import new_id
from hubbub.organizations.models import Organization, Project
from hubbub.organizations.scope import organization_scope

SECRETS = {
    "facebook": "fb-app-secret",
    "instagram": "ig-app-secret",
    "whatsapp": "wa-app-secret",
    "line": "line-secret",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """One organisation with one project."""

    organization: Organization
    project: Project

    @property
    def id(self) -> UUID:
        return self.organization.id


def make_tenant(name: str = "Shop") -> Tenant:
    """An organisation that no other test knows."""
    organization_id = new_id()
    with organization_scope(organization_id):
        organization = Organization.objects.create(
            id=organization_id, name=name, slug=f"{name.lower()}-{organization_id.hex[-12:]}"
        )
        project = Project.objects.create(organization=organization, name="Main", slug="main")
    return Tenant(organization=organization, project=project)


def make_channel(tenant: Tenant, platform: str = "facebook", **fields: Any) -> Channel:
    """A connected channel with working-looking credentials; its external id is unique in the test run."""
    external_id = fields.pop("external_id", None) or unique_external_id(platform)
    credentials = fields.pop("credentials", {"access_token": f"token-{external_id}", "app_secret": SECRETS[platform]})
    with organization_scope(tenant.id):
        return Channel.objects.create(
            organization=tenant.organization,
            project=tenant.project,
            platform=platform,
            external_id=external_id,
            name=fields.pop("name", f"{platform} {external_id[-4:]}"),
            credentials=credentials,
            signing_secrets=fields.pop("signing_secrets", [SECRETS[platform]]),
            status=fields.pop("status", ChannelStatus.CONNECTED),
            **fields,
        )


def unique_external_id(platform: str) -> str:
    """An account id in the platform's own shape."""
    number = str(new_id().int)[-15:]
    return f"U{new_id().hex}" if platform == "line" else f"1{number}"
