"""Dump and restore of the embedded database, with the programs of its own version."""

import subprocess
from pathlib import Path

from hubbub.kit.errors import ConfigurationError
from hubbub.processes import cluster as files
from hubbub.processes.postgres import EmbeddedPostgres


def dump(postgres: EmbeddedPostgres, target: Path, database: str) -> None:
    """Write a pg_dump archive, whole or not at all; readable for its owner only. Raises ConfigurationError."""
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.touch(mode=0o600)
    _run(postgres, database, "pg_dump", "--format=custom", f"--file={unfinished.absolute()}")
    unfinished.replace(target)


def restore(postgres: EmbeddedPostgres, source: Path, database: str) -> None:
    """Replace what the database holds by the archive's content, in one transaction. Raises ConfigurationError."""
    if not source.is_file():
        raise ConfigurationError(f"{source} is no file: name the archive that dump-database wrote.")
    options = ("--clean", "--if-exists", "--single-transaction", "--exit-on-error")
    _run(postgres, database, "pg_restore", f"--dbname={database}", *options, str(source.absolute()))


def _run(postgres: EmbeddedPostgres, database: str, program: str, *arguments: str) -> None:
    location = postgres.ensure_running()
    environment = {
        **files.clean_environment(),
        "PGHOST": str(location.socket_directory),
        "PGPORT": str(location.port),
        "PGUSER": files.SUPERUSER,
        "PGPASSWORD": postgres.superuser_password(),
        "PGDATABASE": database,
    }
    command = [str(files.programs() / program), "--no-password", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ConfigurationError(f"{program} failed: {files.reason(done.stderr)}")
