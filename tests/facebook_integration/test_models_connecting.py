"""FacebookIntegration connects: the platform is asked, and its webhooks come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError

from facebook_integration.mapping.scope import for_organization
from facebook_integration.models import FacebookIntegration, FacebookPage
from hubbub.organizations.models import Membership, Organization, Role, User
from hubbub.organizations.scope import organization_scope
from tests.support.outbound import APP

if TYPE_CHECKING:
    from tests.support.outbound import Line


def test_an_integration_adopts_the_page_of_its_organisation_once(line: Line) -> None:
    channel = line.channel
    with organization_scope(channel.organization_id):
        slug = Organization.objects.get(id=channel.organization_id).slug
        user = User.objects.create(username=str(channel.id))
        Membership.objects.create(organization_id=channel.organization_id, user=user, role=Role.OWNER)
    about = {
        "name": "Shop",
        "access_token": channel.credentials["access_token"],
        "app_id": APP,
        "subscribed_fields": [],
    }
    line.platforms.put(f"/accounts/facebook/{channel.external_id}", about)
    values = {"platform_id": channel.external_id, "access_token": channel.credentials["access_token"]}
    made = FacebookIntegration.objects.create(user=user, page_name="Main Business Page", **values)
    assert (made.id, made.user, made.page_name, made.is_connected) == (channel.id, user, "Main Business Page", True)
    assert [one.platform_id for one in FacebookIntegration.objects.filter(user=user)] == [channel.external_id]
    with for_organization(slug):
        page = FacebookPage.objects.get(page_id=channel.external_id)
        assert (page.webhook_subscribed, page.status, page.user) == (True, "active", user)
        with pytest.raises(IntegrityError):
            FacebookIntegration.objects.create(user=user, page_name="Again", **values)
