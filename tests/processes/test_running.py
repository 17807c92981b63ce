"""The note that `make run` leaves, and its lock."""

import os
from pathlib import Path

import pytest

from hubbub.kit.errors import ConfigurationError
from hubbub.processes import running
from hubbub.processes.running import Running

NOTE = Running(pid=7, url="http://127.0.0.1:8000", ports={"web": 9}, environment={"HUBBUB_LINE_BASE_URL": "http://x"})


def test_a_second_run_of_the_same_data_is_refused_with_the_firsts_address(tmp_path: Path) -> None:
    running.write(tmp_path, NOTE)
    with (
        running.only_one(tmp_path),
        pytest.raises(ConfigurationError, match=r"at http://127.0.0.1:8000 \(process 7\)"),
        running.only_one(tmp_path),
    ):
        pass
    with running.only_one(tmp_path):
        pass


def test_commands_beside_a_run_see_its_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUBBUB_LINE_BASE_URL", raising=False)
    running.write(tmp_path, NOTE)
    running.adopt_settings(tmp_path)
    assert "HUBBUB_LINE_BASE_URL" not in os.environ
    with running.only_one(tmp_path):
        running.adopt_settings(tmp_path)
    assert os.environ.pop("HUBBUB_LINE_BASE_URL") == "http://x"


def test_what_was_set_by_hand_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBBUB_LINE_BASE_URL", "http://mine")
    running.write(tmp_path, NOTE)
    with running.only_one(tmp_path):
        running.adopt_settings(tmp_path)
    assert os.environ["HUBBUB_LINE_BASE_URL"] == "http://mine"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_a_note_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    (running.folder_of(tmp_path) / "running.json").write_text(text)
    assert running.read(tmp_path) is None


def test_no_note_is_none_and_nothing_runs(tmp_path: Path) -> None:
    assert running.read(tmp_path) is None
    assert not running.is_running(tmp_path)
