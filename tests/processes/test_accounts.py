"""What root opens for the account that Postgres runs as, and what not."""

import os
import stat
from pathlib import Path

import pytest

from hubbub.processes.accounts import Account, account_for, let_read_programs, open_way_to

STRANGER = Account(uid=65534, gid=65534, name="stranger", is_borrowed=True)
OURSELVES = Account(uid=os.geteuid(), gid=os.getegid(), name="me", is_borrowed=False)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    folder = tmp_path / "closed" / "programs"
    folder.mkdir(parents=True)
    for name, mode in (("server", 0o700), ("data", 0o600)):
        (folder / name).touch()
        (folder / name).chmod(mode)
    for path in (folder, folder.parent):
        path.chmod(0o700)
    return folder


def test_programs_become_readable_and_runnable_and_their_parents_passable(closed: Path) -> None:
    let_read_programs(closed, STRANGER)
    assert mode_of(closed / "server") == 0o705
    assert mode_of(closed / "data") == 0o604
    assert mode_of(closed) == 0o705
    assert mode_of(closed.parent) == 0o701


def test_our_own_account_needs_nothing_opened(closed: Path) -> None:
    let_read_programs(closed, OURSELVES)
    open_way_to(closed, OURSELVES)
    assert mode_of(closed / "server") == 0o700
    assert mode_of(closed.parent) == 0o700


def test_a_way_that_is_open_stays_as_it_is(closed: Path) -> None:
    for path in (closed, closed.parent):
        path.chmod(0o751)
    open_way_to(closed / "x", STRANGER)
    assert mode_of(closed) == 0o751


def test_an_existing_cluster_keeps_its_owner(closed: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("an ordinary user runs Postgres as itself")
    os.chown(closed, 4242, 4243)
    account = account_for(closed)
    assert (account.uid, account.gid, account.is_borrowed) == (4242, 4243, True)
