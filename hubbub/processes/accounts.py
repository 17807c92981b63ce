"""The operating-system account that Postgres runs as. Postgres refuses to run as root, so root borrows another."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from hubbub.kit.errors import ConfigurationError

SYSTEM_USER = "hubbub"
FALLBACK_USER = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who the database server runs as; `is_borrowed` when that is not who we are."""

    uid: int
    gid: int
    name: str
    is_borrowed: bool

    def popen_arguments(self) -> dict[str, object]:
        """The arguments that make `subprocess` run a command as this account."""
        if not self.is_borrowed:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def account_for(cluster: Path) -> Account:
    """Ourselves; or, for root, the owner of the existing cluster, else the system user `hubbub`, else `nobody`."""
    if os.geteuid() != 0:
        return Account(uid=os.geteuid(), gid=os.getegid(), name=_name_of(os.geteuid()), is_borrowed=False)
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return Account(uid=owner.st_uid, gid=owner.st_gid, name=_name_of(owner.st_uid), is_borrowed=True)
    entry = _find(SYSTEM_USER) or _create_system_user() or _find(FALLBACK_USER)
    if entry is None:
        raise ConfigurationError(
            "Postgres cannot run as root and there is no other account: create one with "
            f"`useradd --system {SYSTEM_USER}`, or start Hubbub as an ordinary user."
        )
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, name=entry.pw_name, is_borrowed=True)


def give(path: Path, account: Account, mode: int) -> None:
    """Hand `path` to `account` with exactly these permission bits."""
    if account.is_borrowed:
        os.chown(path, account.uid, account.gid)
    path.chmod(mode)


def open_way_to(path: Path, account: Account) -> None:
    """Let a borrowed account reach `path`: each parent that it cannot pass gets `o+x`, nothing more."""
    if not account.is_borrowed:
        return
    for parent in reversed(path.parents):
        found = parent.stat()
        if not _can(found, account, stat.S_IXOTH):
            parent.chmod(stat.S_IMODE(found.st_mode) | stat.S_IXOTH)


def let_read_programs(folder: Path, account: Account) -> None:
    """Let a borrowed account run the programs below `folder`, also when umask 077 installed them."""
    if not account.is_borrowed or not folder.exists():
        return
    open_way_to(folder, account)
    for path in (folder, *folder.rglob("*")):
        found = path.lstat()
        wanted = stat.S_IROTH | (stat.S_IXOTH if found.st_mode & stat.S_IXUSR else 0)
        if not stat.S_ISLNK(found.st_mode) and not _can(found, account, wanted):
            path.chmod(stat.S_IMODE(found.st_mode) | wanted)


def _can(found: os.stat_result, account: Account, wanted: int) -> bool:
    """Whether the account has the `wanted` bits (given as those of "other") on what was found."""
    shift = 6 if found.st_uid == account.uid else 3 if found.st_gid == account.gid else 0
    return (found.st_mode >> shift) & wanted == wanted


def _find(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _create_system_user() -> pwd.struct_passwd | None:
    """Two copies may start at once and /etc/passwd has one lock, so a refusal is looked at again."""
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return None
    command = [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    for _attempt in range(10):
        subprocess.run(command, check=False, capture_output=True)
        if entry := _find(SYSTEM_USER):
            sys.stderr.write(f"Made the system user {SYSTEM_USER}: Postgres does not run as root.\n")
            return entry
        time.sleep(0.2)
    return None
