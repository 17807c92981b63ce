"""Who people are: asked of Messenger, and kept on their contacts.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/user-profile
"""

from __future__ import annotations

from collections.abc import Sequence

from facebook_integration.services.answers import Answer, Response
from facebook_integration.services.calling import GraphCaller
from hubbub.channels.models import Channel
from hubbub.connectors.messenger import batch, people
from hubbub.connectors.meta import app
from hubbub.connectors.outcomes import Accepted, ErrorCode
from hubbub.contacts.models import ContactIdentity
from hubbub.contacts.profiles import keep_profile
from hubbub.kit.errors import HubbubError, InvalidInput
from hubbub.organizations.jobs import defer
from hubbub.organizations.scope import organization_scope

KNOWN = (*people.FIELDS.split(","), *people.EXTRAS)


class PersonReader:
    """Reads people of one Page."""

    def __init__(self, page: Channel, graph: GraphCaller) -> None:
        self.page = page
        self.graph = graph
        self.scopes: frozenset[str] | None = None

    def read(self, psid: str, fields: Sequence[str] = ()) -> Answer:
        """What Messenger tells of one person; their contact is brought up to date."""
        wanted = self._fields(fields)
        success, response = self._ask(psid, wanted)
        if not success and response["error"]["reason"] == ErrorCode.PERMISSION_MISSING and wanted != people.FIELDS:
            success, response = self._ask(psid, people.FIELDS)
        if success:
            self._keep({psid: response})
        return success, response

    def read_many(self, psids: Sequence[str]) -> Answer:
        """The same for many: `{psid: profile}` of those of whom Messenger tells something."""
        wanted = self._fields(())
        parts = [batch.Operation(method="GET", path=f"{psid}?fields={wanted}") for psid in psids]
        answers = dict(zip(psids, self.graph.batch(parts), strict=True))
        found = {psid: told for psid, (success, told) in answers.items() if success and told}
        self._keep(found)
        refused = [told for success, told in answers.values() if not success]
        return (True, found) if found or not refused else (False, refused[0])

    def _ask(self, psid: str, fields: str) -> Answer:
        return self.graph.call(lambda access: people.profile_request(access, psid, fields))

    def _fields(self, asked: Sequence[str]) -> str:
        if unknown := sorted(set(asked) - set(KNOWN)):
            raise InvalidInput(f"Messenger tells no {unknown[0]!r} of a person; ask for {', '.join(KNOWN)}.")
        return ",".join(asked) or people.granted_fields(self._scopes())

    def _scopes(self) -> frozenset[str]:
        """What the app was granted, asked once; nothing where it cannot be asked."""
        if self.scopes is None:
            try:
                outcome = self.graph.outcome(app.token_request)
            except HubbubError:
                outcome = None
            self.scopes = app.scopes_in(outcome.body) if isinstance(outcome, Accepted) else frozenset()
        return self.scopes

    def _keep(self, profiles: dict[str, Response]) -> None:
        with organization_scope(self.page.organization_id):
            known = ContactIdentity.objects.filter(
                organization_id=self.page.organization_id, channel_id=self.page.id, external_id__in=list(profiles)
            ).order_by("contact_id")  # everybody locks contacts in this order
            for identity in known:
                profile = people.profile_in(profiles[identity.external_id])
                keep_profile(identity, profile)
                if profile is not None and profile.avatar_url:  # its address expires: a job copies the picture
                    defer(
                        "contacts.copy_avatar",
                        organization_id=str(self.page.organization_id),
                        identity_id=str(identity.id),
                        url=profile.avatar_url,
                    )
