"""The product's edge with all its checks, whose store forgets: what durability costs is the difference."""

from __future__ import annotations

import argparse
import asyncio

from hubbub.connectors.registry import CONNECTORS
from hubbub.edge.app import create_app
from hubbub.edge.delivery import Delivery
from hubbub.edge.server import serve
from hubbub.edge.settings import edge_settings
from hubbub.settings.environment import environment


class Forgetful:
    """Says at once that everything is kept."""

    is_ready = True

    def keep(self, _delivery: Delivery) -> asyncio.Future[bool]:
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        kept.set_result(True)
        return kept

    def state(self) -> dict[str, object]:
        return {}

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    settings = edge_settings(environment(), CONNECTORS, edge_name="bench")
    serve(create_app(settings, CONNECTORS, store=Forgetful()), host="127.0.0.1", port=parser.parse_args().port, fd=None)
