"""Coexistence: the messages of the WhatsApp Business app from before it was connected (field `history`).

Up to 180 days in chunks, in no order. Files come as placeholders first; those of the last 14 days follow as plain
`messages` under the same field. Nothing of it opens a reply window.
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/history
"""

from __future__ import annotations

from collections.abc import Iterator

from hubbub.connectors.events import AccountAlert, InboundEvent
from hubbub.connectors.meta.envelope import Odd, fingerprint, malformed
from hubbub.connectors.whatsapp.parse.acts import parse_error
from hubbub.connectors.whatsapp.parse.change import Change, JsonObject, account_id, each, guarded
from hubbub.connectors.whatsapp.parse.messages import parse_echoed, parse_received
from hubbub.kit.json import JsonValue, as_int, as_list, as_object

DECLINED = 2593109


def parse_history(change: Change) -> Iterator[InboundEvent]:
    """Every message, the progress of every chunk, every error. Raises `Odd`."""
    change = change._replace(is_history=True)
    if not any(name in change.value for name in ("history", "messages", "errors")):
        raise Odd("value has no history, messages or errors.")
    if "messages" in change.value:
        yield from each(change, "messages", _message)
    if "errors" in change.value:
        yield from each(change, "errors", _error)
    if "history" in change.value:
        yield from _chunks(change, change.value["history"])


def _chunks(change: Change, chunks: JsonValue) -> Iterator[InboundEvent]:
    if not isinstance(chunks, list):
        raw = change.body({**change.frame, "history": chunks})
        yield malformed(change.address, "history is not a list.", raw)
        return
    for chunk in chunks:
        if isinstance(chunk, dict) and (chunk.keys() & {"metadata", "threads", "errors"}):
            yield from _chunk(change, chunk)
        else:
            yield malformed(change.address, "A chunk of history is empty.", change.raw("history", chunk))


def _chunk(change: Change, chunk: JsonObject) -> Iterator[InboundEvent]:
    if isinstance(metadata := chunk.get("metadata"), dict):
        yield _progress(change, metadata)
    for error in as_list(chunk.get("errors")):
        yield guarded(change, "errors", error, _error)
    threads = chunk.get("threads", [])
    if not isinstance(threads, list):
        yield malformed(change.address, "threads is not a list.", change.raw("history", {"threads": threads}))
        return
    for thread in threads:
        yield from _thread(change, thread)


def _thread(change: Change, thread: JsonValue) -> Iterator[InboundEvent]:
    inside = as_object(thread) or {}
    messages = inside.get("messages")
    if account_id(inside.get("id")) is None or not isinstance(messages, list):
        raw = change.raw("history", {"threads": [thread]})
        yield malformed(change.address, "A thread of the history has no id or no messages.", raw)
        return
    inner = change._replace(history_thread=inside["id"])
    for message in messages:
        yield guarded(inner, "messages", message, _message)


def _message(change: Change, message: JsonObject) -> InboundEvent:
    return (parse_echoed if _is_ours(change, message) else parse_received)(change, message, "messages")


def _is_ours(change: Change, message: JsonObject) -> bool:
    """Ours come from our number; `to` and `from_me` stand in ours alone."""
    sender = account_id(message.get("from"))
    if sender is not None and sender == account_id(change.history_thread):
        return False
    is_from_me = (as_object(message.get("history_context")) or {}).get("from_me") is True
    return is_from_me or (sender is not None and sender == change.our_number) or "to" in message


def _progress(change: Change, metadata: JsonObject) -> InboundEvent:
    percent = as_int(metadata.get("progress"), low=0, high=100)
    raw = change.raw("history", {"metadata": metadata})
    return AccountAlert(
        **change.facts(f"history:progress:{fingerprint([change.address, metadata])}", None, raw),
        topic="sync",
        sentence="The history of the WhatsApp Business app is being copied"
        + (f"; {percent} % of it are here." if percent is not None else "."),
        extra=metadata,
    )


def _error(change: Change, error: JsonObject) -> InboundEvent:
    """The owner did not agree to share the history (2593109), or something went wrong."""
    found = parse_error(change, error)
    if as_int(error.get("code")) != DECLINED or not isinstance(found, AccountAlert):
        return found
    return AccountAlert(
        address=found.address,
        event_key=found.event_key,
        occurred_at=found.occurred_at,
        raw=found.raw,
        topic="sync",
        sentence=found.sentence,
        extra=error,
    )
