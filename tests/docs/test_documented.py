"""What users can name is documented: event kinds, commands, settings, error codes, fact kinds."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

from hubbub.connectors.outcomes import ErrorCode
from hubbub.inbound.models import EventState
from hubbub.organizations.screens import KINDS
from hubbub.settings.environment import Environment
from tests.support.kinds import EVENT_TYPES

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"


def commands() -> list[str]:
    """Every management command of ours."""
    found = []
    for app in apps.get_app_configs():
        if app.name.startswith(("hubbub.", "facebook_integration")):
            folder = Path(app.path) / "management" / "commands"
            found += [module.name for module in pkgutil.iter_modules([str(folder)])]
    return sorted(found)


def page(name: str) -> str:
    return (DOCS / name).read_text()


@pytest.mark.parametrize("kind", sorted(one.kind for one in EVENT_TYPES))
def test_every_event_kind_is_documented(kind: str) -> None:
    assert f"| `{kind}` |" in page("events.md")


@pytest.mark.parametrize("state", [state for state in EventState.values if state != "waiting"])
def test_every_event_state_is_documented(state: str) -> None:
    assert f"`{state}`" in page("events.md")


@pytest.mark.parametrize("code", sorted(ErrorCode))
def test_every_error_code_is_documented(code: str) -> None:
    assert f"`{code}`" in page("errors.md")


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented(command: str) -> None:
    assert f"`{command}" in page("commands.md") or f"manage.py {command}" in page("commands.md")


@pytest.mark.parametrize("kind", KINDS)
def test_every_screen_event_is_documented(kind: str) -> None:
    assert f"`{kind}`" in page("architecture.md")


def test_every_setting_stands_in_the_example() -> None:
    example = (DOCS.parent / ".env.example").read_text()
    names = [field.validation_alias for field in Environment.model_fields.values()]
    missing = [name for name in names if isinstance(name, str) and name not in example]
    assert len(names) > 30
    assert missing == []


def test_no_page_links_to_a_page_that_is_not_there() -> None:
    pages = [DOCS.parent / "README.md", *DOCS.rglob("*.md")]
    broken = []
    for one in pages:
        for part in one.read_text().split("](")[1:]:
            target = part.split(")")[0].split("#")[0]
            if target and "://" not in target and not (one.parent / target).exists():
                broken.append(f"{one.name}: {target}")
    assert broken == []


def test_every_job_that_is_asked_for_exists() -> None:
    from procrastinate.contrib.django import app

    import_module("hubbub.conversations.tasks")
    wanted = {
        "contacts.fetch_profile",
        "conversations.store_attachment",
        "channels.sync_channel",
        "channels.sync_templates",
    }
    assert wanted <= set(app.tasks)
