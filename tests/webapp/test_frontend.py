"""The web app's own tests, and how much of it a browser loads before anything is shown."""

from __future__ import annotations

import gzip
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
DIST = ROOT / "hubbub" / "webapp" / "dist"
MOST_BYTES = 250 * 1000
"""Of JavaScript, gzipped, for the frame and the inbox with a conversation open."""
FIRST_SCREEN = ("src/routes/_app.tsx", "src/routes/_app/inbox.tsx", "src/routes/_app/inbox.$id.tsx")

pytestmark = [
    pytest.mark.skipif(os.environ.get("HUBBUB_SKIP_WEB", "") not in ("", "0"), reason="HUBBUB_SKIP_WEB is set"),
    pytest.mark.xdist_group("web"),
    pytest.mark.timeout(400),
]


@pytest.fixture(scope="module")
def bundle() -> Path:
    """The bundle of today's source."""
    run("build.py")
    return DIST


def run(*arguments: str) -> str:
    """`python web/…`; fails with what it said."""
    ran = subprocess.run([sys.executable, *arguments], cwd=WEB, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-4000:]
    return ran.stdout


@pytest.mark.slow
def test_the_unit_tests_of_the_web_app_pass() -> None:
    assert "passed" in run("build.py", "npm", "--silent", "run", "test")


def test_what_loads_first_is_under_250_kilobytes_of_javascript(bundle: Path) -> None:
    loaded = files_of_first_screen(bundle)
    size = sum(len(gzip.compress((bundle / name).read_bytes(), 9)) for name in loaded)
    assert size < MOST_BYTES, f"{size} bytes in {sorted(loaded)}"


def test_what_loads_first_says_only_words_that_come_with_it(bundle: Path) -> None:
    """All other words come with the screens that say them: in the first files they would be missing."""
    catalogues = {path.stem for path in (WEB / "src" / "i18n" / "en").iterdir()}
    later = "|".join(catalogues - {"shell", "inbox"})
    word = rf"""[`'"](?:{later})\.[a-z][\w.${{}}-]*[`'"]"""
    says = re.compile(rf"{word}(?!:)|(?<![{{,]){word}")  # no name in a catalogue
    code = {name: (bundle / name).read_text() for name in files_of_first_screen(bundle)}
    assert {name: found for name, text in code.items() if (found := says.findall(text))} == {}


def files_of_first_screen(bundle: Path) -> set[str]:
    """The JavaScript files that are fetched until a conversation stands on the screen."""
    manifest: dict[str, dict[str, Any]] = json.loads((bundle / ".vite" / "manifest.json").read_text())
    routes = [
        name for name in manifest if name == "index.html" or any(name.startswith(route) for route in FIRST_SCREEN)
    ]
    assert len(routes) > len(FIRST_SCREEN)
    found: set[str] = set()
    waiting = list(routes)
    while waiting:
        chunk = manifest[waiting.pop()]
        if chunk["file"] not in found:
            found.add(chunk["file"])
            waiting += chunk.get("imports", [])
    return {name for name in found if name.endswith(".js")}


def test_the_second_build_finds_nothing_to_do(bundle: Path) -> None:
    assert (bundle / "index.html").exists()
    assert run("build.py") == ""


def test_files_stand_compressed_beside_the_plain_ones(bundle: Path) -> None:
    large = [path for path in (bundle / "assets").iterdir() if path.suffix in {".js", ".css"}]
    for path in large:
        if path.stat().st_size >= 1024:
            assert gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()) == path.read_bytes()
            assert path.with_name(f"{path.name}.br").exists()


def test_the_page_runs_nothing_inline_and_loads_nothing_from_elsewhere(bundle: Path) -> None:
    page = (bundle / "index.html").read_text()
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert re.findall(r"""(?:src|href)=["'](?!/)""", page) == []
    assert "__CSP_NONCE__" in page


def test_the_lockfile_names_no_registry() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text())
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []


def test_a_node_that_is_too_old_is_not_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    build = load_build()
    for version, is_good in (("v18.20.4", False), ("v20.18.1", False), ("v20.19.0", True), ("v22.11.0", False)):
        put_node(tmp_path, version)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert build.has_node() is is_good, version


def load_build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("web_build", WEB / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def put_node(folder: Path, version: str) -> None:
    for name in ("node", "npm"):
        program = folder / name
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
