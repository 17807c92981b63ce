"""`manage.py openapi`: writes openapi.json, the API's description."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from hubbub.api import urls
from hubbub.api.router import api
from hubbub.settings.fields import ROOT

FILE = ROOT / "openapi.json"


class Command(BaseCommand):
    """A test compares the file with the code."""

    help = "Write the API's OpenAPI description to openapi.json."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, default=FILE, help="another file")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        options["to"].write_text(description(), encoding="utf-8")
        self.stdout.write(f"Written to {options['to']}.")


def description() -> str:
    """The OpenAPI document as text, the same on every machine."""
    assert urls.NOUNS
    return json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), indent=1, sort_keys=True, default=str) + "\n"
