"""docs/messenger.md: its examples run from top to bottom, and give what they say."""

from __future__ import annotations

import ast
import logging
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hubbub.organizations.models import Role
from hubbub.settings.environment import read_environment
from tests.facebook_integration.documented import Documented
from tests.facebook_integration.seeds import ROOT, fenced
from tests.support.outbound import APP
from tests.support.people import make_member

GUIDE = ROOT / "docs" / "messenger.md"
GIVES = "# → "


class Request:
    """What a view has."""

    def __init__(self, user: Any) -> None:
        self.user = user


@pytest.fixture
def _quiet_afterwards() -> Iterator[None]:
    logger = logging.getLogger("facebook_integration")
    before = (logger.handlers[:], logger.level)
    yield
    logger.handlers[:], logger.level = before


@pytest.mark.usefixtures("address", "_quiet_afterwards")
def test_the_guide_does_what_it_says(shop: Documented, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    platforms, page_id = shop.line.platforms, shop.page.page_id
    platforms.put(f"/accounts/facebook/{page_id}", {"uses_routing": True, "default_app": APP, "may_take_control": True})
    second = shop.new_account()
    ours = {
        "1234567890123456": page_id,
        "PAGE_ACCESS_TOKEN": shop.token,
        "2345678901234567": second,
        "SECOND_TOKEN": f"token-{second}",
        "APP_ID": APP,
        "APP_SECRET": "app-secret",
        "PSID": shop.psid,
    }
    names: dict[str, Any] = {"request": Request(make_member(shop.line.tenant, Role.OWNER))}
    monkeypatch.setenv("HUBBUB_DATA_DIR", str(tmp_path))
    shown = 0
    for block in fenced("guide", GUIDE.read_text(encoding="utf-8")):
        text = _with(ours, block.text) if block.language != "dotenv" else block.text
        if block.language == "python":
            shown += _run_python(text, names, block.name)
        elif block.language == "bash":
            _run_shell(text, shop)
        else:
            _is_read(text, tmp_path / ".env")
    assert shown > 25
    kinds = [_kind(one) for one in shop.sent()]
    assert {"text", "image", "video", "audio", "file", "button", "generic", "media", "receipt"} <= set(kinds)


def _with(ours: dict[str, str], text: str) -> str:
    words = {f'"{theirs}"': f'"{mine}"' for theirs, mine in ours.items()}
    flags = {f" {theirs}": f" {mine}" for theirs, mine in ours.items()}
    for theirs, mine in {**words, **flags}.items():
        text = text.replace(theirs, mine)
    return text


def _run_python(text: str, names: dict[str, Any], name: str) -> int:
    """Statement by statement; how many said what they give, and did."""
    lines, shown = text.splitlines(), 0
    for statement in ast.parse(text, name).body:
        line = lines[(statement.end_lineno or 1) - 1]
        if isinstance(statement, ast.Expr):
            found = eval(compile(ast.Expression(statement.value), name, "eval"), names)
            if GIVES in line:
                assert found == ast.literal_eval(line.partition(GIVES)[2]), line
                shown += 1
        else:
            exec(compile(ast.Module([statement], []), name, "exec"), names)
    return shown


def _run_shell(text: str, shop: Documented) -> None:
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words:
            assert words[:2] == ["python", "manage.py"]
            assert shop.run(*words[2:])


def _is_read(text: str, file: Path) -> None:
    file.write_text(text)
    for line in text.split():
        name, _, value = line.partition("=")
        assert getattr(read_environment(file), name.lower()).get_secret_value() == value


def _kind(message: dict[str, Any]) -> str:
    attachment = message.get("attachment")
    if attachment is None:
        return "text"
    return str(attachment["payload"].get("template_type") or attachment["type"])
