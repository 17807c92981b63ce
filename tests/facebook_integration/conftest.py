"""A Page in the hub and in the sandbox, with a person who wrote to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.facebook_integration.documented import Documented
    from tests.support.outbound import Line, Platforms


@pytest.fixture(scope="module")
def _platforms(database: None) -> Iterator[Platforms]:
    from tests.support.outbound import running_platforms  # needs Django, which is set up after this file is read

    with running_platforms() as found:
        yield found


@pytest.fixture
def platforms(_platforms: Platforms) -> Platforms:
    _platforms.reset()
    return _platforms


@pytest.fixture
def line(platforms: Platforms) -> Line:
    from tests.support.outbound import connect

    return connect(platforms, "facebook")


@pytest.fixture
def shop(platforms: Platforms) -> Iterator[Documented]:
    from tests.facebook_integration.documented import documented_shop

    with documented_shop(platforms) as found:
        yield found


@pytest.fixture
def address(platforms: Platforms, shop: Documented, tmp_path: Path) -> Iterator[str]:
    """Where the shop's Page is heard."""
    from tests.facebook_integration.documented import webhook_address

    with webhook_address(platforms, shop, tmp_path) as found:
        yield found
