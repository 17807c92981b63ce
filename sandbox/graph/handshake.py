"""The GET that Meta makes when a callback URL is set. https://developers.facebook.com/docs/graph-api/webhooks/getting-started"""

from __future__ import annotations

from urllib.parse import quote

from sandbox.graph.errors import GraphError
from sandbox.ids import stable_number
from sandbox.origins import as_public, real_url
from sandbox.webhooks.client import LOOPBACK, Unreachable
from sandbox.world import World


async def verify_callback(world: World, url: str, verify_token: str) -> None:
    """Raises GraphError 2200 unless the callback answers 200 with the challenge and nothing else."""
    real = real_url(world.settings, url)
    if not as_public(world.settings, url).startswith("https://") and not _is_own_hub(world, url):
        raise GraphError(2200, None, "(#2200) The callback URL must use https")
    challenge = stable_number("challenge", url, str(world.clock.ms()), digits=10)
    mark = "&" if "?" in real else "?"
    query = f"hub.mode=subscribe&hub.challenge={challenge}&hub.verify_token={quote(verify_token, safe='')}"
    try:
        answer = await world.client.request("GET", f"{real}{mark}{query}", {"user-agent": "facebookplatform/1.0"})
    except Unreachable as error:
        raise GraphError(2200, None, f"(#2200) Callback verification failed: {error}") from None
    if answer.status != 200:
        raise GraphError(2200, None, f"(#2200) Callback verification failed: HTTP Status Code = {answer.status}")
    if answer.body.decode("utf-8", "replace").strip() != challenge:
        raise GraphError(2200, None, "(#2200) Callback verification failed: the challenge was not returned")


def _is_own_hub(world: World, url: str) -> bool:
    """The hub of the command line is on loopback: it stands for a public one."""
    return url.startswith(world.hub_url + "/") and any(f"//{name}" in world.hub_url for name in LOOPBACK)
