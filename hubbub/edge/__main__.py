"""`python -m hubbub.edge --host 127.0.0.1 --port 8001`: the webhook receiver as a process of its own."""

from __future__ import annotations

import argparse
import os
import socket
import sys

from hubbub.connectors.registry import CONNECTORS
from hubbub.edge.app import create_app
from hubbub.edge.server import serve
from hubbub.edge.settings import edge_settings
from hubbub.kit.errors import ConfigurationError
from hubbub.kit.logging import configure
from hubbub.settings.environment import environment

LONGEST_NAME = 100


def main() -> int:
    """The exit code: 2 with a sentence when the configuration is wrong."""
    arguments = _arguments()
    try:
        settings = environment()
        configure(settings.log_level, json=settings.log_json, process="edge")
        app = create_app(edge_settings(settings, CONNECTORS, edge_name=_name()), CONNECTORS)
    except ConfigurationError as error:
        sys.stderr.write(f"{error.sentence}\n")
        return 2
    serve(app, host=arguments.host, port=arguments.port, fd=arguments.fd)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m hubbub.edge", description="Receives webhooks.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8001, help="port to listen on (8001)")
    parser.add_argument("--fd", type=int, help="listen on this open socket instead, shared with other edges")
    return parser.parse_args()


def _name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"[:LONGEST_NAME]


if __name__ == "__main__":
    sys.exit(main())
