"""Labelled points at which tests let a process die, to see what a crash there leaves behind."""

import os

FAILPOINT = os.environ.get("HUBBUB_FAILPOINT", "")
"""The name of the point at which this process dies at once; read once. Empty in real life."""
EXIT_CODE = 77


def failpoint(name: str) -> None:
    """Die here, as by SIGKILL, when the environment asks for it."""
    if name == FAILPOINT:
        os._exit(EXIT_CODE)
