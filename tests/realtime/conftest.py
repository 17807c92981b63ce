"""One web process for all tests of screens; a relay while they run, for other tests number events by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.factories import Tenant
    from tests.support.webprocess import Web


@pytest.fixture(scope="session")
def web(database: None) -> Iterator[Web]:
    from tests.support.webprocess import web_process

    with web_process() as one:
        yield one


@pytest.fixture(scope="module")
def relay(database: None) -> Iterator[None]:
    from tests.support.webprocess import relaying

    with relaying():
        yield


@pytest.fixture
def tenant(database: None) -> Tenant:
    from tests.support.factories import make_tenant

    return make_tenant()


@pytest.fixture
def session(tenant: Tenant) -> str:
    """The cookie of somebody who has signed in."""
    from tests.support.people import make_member
    from tests.support.webprocess import session_of

    return session_of(make_member(tenant, first_name="Mali"))


@pytest.fixture(autouse=True)
def _stories_write_to_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """They run on an event loop of their own, on which nothing else waits."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
