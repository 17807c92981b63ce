"""What the edge needs to know, read from the environment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hubbub.connectors.base import Secrets
from hubbub.kit.envelope import Envelope
from hubbub.kit.errors import ConfigurationError
from hubbub.settings.environment import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSettings:
    """`secrets` are the environment's, by platform; those of channels come from the database."""

    database_url: str = field(repr=False)
    envelope: Envelope = field(repr=False)
    secrets: Mapping[str, Secrets] = field(repr=False)
    spool_dir: Path | None = None
    queue_depth: int = 5000
    edge_name: str = "edge"


def edge_settings(environment: Environment, platforms: Iterable[str], *, edge_name: str) -> EdgeSettings:
    """Raises ConfigurationError when the database is not named."""
    url = environment.edge_database_url.get_secret_value() if environment.edge_database_url else ""
    if not url:
        raise ConfigurationError(
            "HUBBUB_EDGE_DATABASE_URL is not set: start the edge with `make run` or `manage.py edge`, or set it to the "
            "URL of the database role hubbub_edge."
        )
    return EdgeSettings(
        database_url=url,
        envelope=environment.envelope,
        secrets={platform: _secrets(environment, platform) for platform in platforms},
        spool_dir=environment.spool_dir,
        queue_depth=environment.edge_queue_depth,
        edge_name=edge_name,
    )


def _secrets(environment: Environment, platform: str) -> Secrets:
    verify_token = environment.facebook_webhook_verify_token.get_secret_value().encode()
    return Secrets(
        signing=environment.signing_secrets(platform),
        verify_tokens=(verify_token,) if verify_token else (),
        accept_sha1=environment.accept_sha1,
    )
