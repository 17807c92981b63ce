"""Channel access tokens. https://developers.line.biz/en/reference/messaging-api/#channel-access-token"""

from __future__ import annotations

from sandbox.http import Request, Response, json_response
from sandbox.trace import Trace
from sandbox.world import World


async def serve_oauth(world: World, trace: Trace, request: Request) -> Response:
    return json_response({"error": "not_found", "error_description": "no such endpoint"}, 404)
