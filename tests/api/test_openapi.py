"""The description of the API is true."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hubbub.api.management.commands.openapi import FILE, description
from hubbub.kit.json import loads
from tests.api.routes import all_routes
from tests.support.web import Api

PAGES_ON_OTHER_HOSTS = re.compile(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""")


def test_the_file_is_what_the_code_says() -> None:
    assert FILE.read_text(encoding="utf-8") == description(), "Run `manage.py openapi`."


def test_every_route_is_described_with_its_key_and_its_faults() -> None:
    document: Any = loads(description())
    for route in all_routes():
        operation = document["paths"][f"/api/v1{route.path}"][route.method.lower()]
        assert operation["security"], route
        assert {"401", "403"} <= set(operation["responses"]), route
        assert operation.get("description"), route


@pytest.mark.usefixtures("database")
def test_the_docs_ask_no_other_host() -> None:
    page = Api("").client.get("/api/v1/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert not PAGES_ON_OTHER_HOSTS.search(text)
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', text):
        assert Api("").client.get(address).status_code == 200
