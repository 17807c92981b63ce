"""Resumable uploads: a session of an app, then the bytes, then a handle.

https://developers.facebook.com/docs/graph-api/guides/upload
"""

from __future__ import annotations

from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.graph.errors import BadParameter
from sandbox.graph.routes import route

Json = dict[str, Any]


@route("app", "POST", "uploads")
async def start(call: GraphCall) -> Json:
    _ = call.bearer
    length, mime = call.params.need("file_length"), call.params.need("file_type")
    if not length.isdigit():
        raise BadParameter("Param file_length must be an integer")
    session = "upload:" + call.world.ids.token()
    call.world.state.owners[session] = ("upload", f"{mime}|{length}|{call.params.text('file_name')}")
    return {"id": session}


@route("upload", "POST")
async def transfer(call: GraphCall) -> Json:
    """Header ``file_offset``, the body is the file."""
    _ = call.bearer
    mime, length, name = call.world.state.owners[call.node_id][1].split("|", 2)
    if call.request.header(b"file_offset") != "0":
        raise BadParameter("The header file_offset must be 0")
    if len(call.request.body) != int(length):
        raise BadParameter(f"The upload has {len(call.request.body)} bytes instead of {length}")
    media = call.world.media.add("uploads", mime, call.request.body, filename=name)
    return {"h": f"4::{media.id}:{call.world.ids.token()}"}
