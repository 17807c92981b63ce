"""What is not a webhook POST: the handshake, health, and 404 for the rest. A small FastAPI app behind the receiver."""

from __future__ import annotations

from ipaddress import ip_address

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from hubbub.connectors.base import RawRequest
from hubbub.edge import answers
from hubbub.edge.counters import Counters
from hubbub.edge.doors import Doors
from hubbub.edge.secret_book import SecretBook
from hubbub.edge.signatures import Signatures
from hubbub.edge.store import Keeps

OTHER_METHODS = ("POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")
FORWARDING_HEADERS = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def make_pages(doors: Doors, signatures: Signatures, store: Keeps, book: SecretBook, counters: Counters) -> FastAPI:
    """GET at every door, `/health/live` and `/health/ready`."""
    pages = FastAPI(title="Hubbub edge", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)

    @pages.get("/health/live")
    async def live() -> dict[str, bool]:
        return {"live": True}

    @pages.get("/health/ready")
    async def ready(request: Request) -> JSONResponse:
        is_ready = store.is_ready and book.is_loaded
        state: dict[str, object] = {"ready": is_ready, "secrets_loaded": book.is_loaded}
        if _is_local(request):
            state |= {"channels": len(book), "counters": counters.snapshot(), **store.state()}
        return JSONResponse(state, status_code=200 if is_ready else 503)

    @pages.get("/{path:path}")
    async def handshake(request: Request) -> Response:
        door = doors.at(request.url.path)
        if door is None:
            raise HTTPException(404)
        response = door.connector.handshake(_raw(request), signatures.handshake_secrets(door))
        if response is None:  # LINE has no handshake
            return Response(answers.WRONG_METHOD.body["body"], 405, {"allow": "POST"}, "text/plain")
        if response.status != 200 and not book.is_loaded:
            return Response(answers.NOT_READY.body["body"], 503, answers.RETRY_HEADERS, "text/plain")
        counters.count(door.connector.platform, f"handshake_{response.status}")
        return Response(response.body, response.status, media_type=response.content_type)

    @pages.api_route("/{path:path}", methods=list(OTHER_METHODS))
    async def nothing_here() -> Response:
        raise HTTPException(404)

    return pages


def _raw(request: Request) -> RawRequest:
    return RawRequest(
        method="GET", path=request.url.path, query=dict(request.query_params), headers=dict(request.headers)
    )


def _is_local(request: Request) -> bool:
    """Whether the call comes from this machine itself, not through a proxy on it."""
    if request.client is None:
        return True  # a unix socket
    is_forwarded = any(name in request.headers for name in FORWARDING_HEADERS)
    return ip_address(request.client.host).is_loopback and not is_forwarded
