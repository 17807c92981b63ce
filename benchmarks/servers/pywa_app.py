"""pywa behind FastAPI, as its documentation has it: verify, parse, call a handler. It stores nothing."""

from __future__ import annotations

import os

from fastapi import FastAPI
from pywa_async import WhatsApp, types

from benchmarks.servers.serve import serve

app = FastAPI()
whatsapp = WhatsApp(
    phone_id=os.environ.get("BENCH_PHONE_ID", "1"),
    token="token",
    server=app,
    webhook_endpoint="/webhooks/whatsapp",
    verify_token="verify",
    app_secret=os.environ.get("BENCH_WHATSAPP_SECRET", ""),
    skip_duplicate_updates=False,  # the load repeats its bodies; every one is to be parsed
)


@app.get("/")
async def health() -> str:
    return "ok"


@whatsapp.on_message  # type: ignore[untyped-decorator]  # pywa is read as Any: it is there in the bench only
async def received(_client: WhatsApp, _message: types.Message) -> None:
    return None


if __name__ == "__main__":
    serve(app)
