"""LINE's own SDK behind FastAPI, as its examples have it: verify, parse, answer. It stores nothing."""

from __future__ import annotations

import os

from fastapi import FastAPI, HTTPException, Request
from linebot.v3 import WebhookParser
from linebot.v3.exceptions import InvalidSignatureError

from benchmarks.servers.serve import serve

app = FastAPI()
parser = WebhookParser(os.environ.get("BENCH_LINE_SECRET", ""))


@app.get("/")
async def health() -> str:
    return "ok"


@app.post("/webhooks/line")
async def callback(request: Request) -> str:
    body = (await request.body()).decode()
    try:
        parser.parse(body, request.headers["X-Line-Signature"])
    except InvalidSignatureError:
        raise HTTPException(status_code=400) from None
    return "OK"


if __name__ == "__main__":
    serve(app)
