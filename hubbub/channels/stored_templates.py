"""Templates that a business keeps for its own use on a channel, as flows send them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from hubbub.connectors.messenger.tidying import tidy_template
from hubbub.kit.errors import Unsendable
from hubbub.kit.json import JsonValue
from hubbub.organizations.database import run

STORED = """
SELECT DISTINCT ON (channel_id, name) channel_id, name,
       jsonb_build_object('template_type', category) || coalesce(components -> 'template_data', '{}') AS data
  FROM template
 WHERE organization_id = %(organization)s AND name = ANY(%(names)s::text[])
   AND (%(channels)s::uuid[] IS NULL OR channel_id = ANY(%(channels)s::uuid[]))
   AND parameter_format = 'stored' AND status = 'stored'
 ORDER BY channel_id, name, id DESC
"""


def stored_templates(
    organization_id: UUID, names: Collection[str], channels: Collection[UUID] | None = None
) -> dict[UUID, dict[str, JsonValue]]:
    """Those of these names, by channel and name, with `{{variables}}`; most flows name none, and nothing is asked."""
    found: dict[UUID, dict[str, JsonValue]] = {}
    if names:
        wanted = None if channels is None else [*channels]
        for row in run(STORED, organization=organization_id, channels=wanted, names=[*names]):
            found.setdefault(row["channel_id"], {})[row["name"]] = as_sent(row["data"])
    return found


def as_sent(template: Mapping[str, JsonValue]) -> JsonValue:
    """As Messenger takes it; what cannot be made so is refused when it is sent, with the reason."""
    try:
        return tidy_template(template)
    except Unsendable:
        return dict(template)
