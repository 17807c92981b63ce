"""Which connectors exist."""

from __future__ import annotations

import pytest

from hubbub.connectors.registry import CONNECTORS, PLATFORMS, connector_for
from hubbub.kit.errors import NotFound


def test_there_are_four_platforms() -> None:
    assert PLATFORMS == ("facebook", "instagram", "whatsapp", "line")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_connector_is_found_by_its_platform(platform: str) -> None:
    assert connector_for(platform).platform == platform


def test_an_unknown_platform_is_told_which_there_are() -> None:
    with pytest.raises(NotFound, match="facebook, instagram, whatsapp, line"):
        connector_for("telegram")


def test_the_versions_of_capabilities_differ() -> None:
    versions = [connector.capabilities.version for connector in CONNECTORS.values()]
    assert len(set(versions)) == len(versions)
