"""uvicorn at its fastest, for the yardsticks."""

from __future__ import annotations

import argparse
from typing import Any

import uvicorn


def serve(app: Any, *, lifespan: str = "off") -> None:
    """Serve on `--port` of the command line: one process, uvloop, httptools, no log."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    uvicorn.run(
        app,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on" if lifespan == "on" else "off",
        log_level="error",
        access_log=False,
    )
