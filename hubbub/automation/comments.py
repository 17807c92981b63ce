"""What a flow says to a public comment: one private reply.

The platforms allow one, within a week, and open no window before the person answers; what is answered comes in
another conversation. So the whole first turn is said in one text, and the run ends with it.
https://developers.facebook.com/docs/messenger-platform/discovery/private-replies
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hubbub.automation.decisions import Decision
from hubbub.automation.scenes import Heard
from hubbub.connectors.capabilities import Capabilities
from hubbub.connectors.messages import OutboundKind, OutboundMessage
from hubbub.flows.engine import RequestHttp, Send
from hubbub.flows.engine.values import ENDED, LIVE
from hubbub.kit.text import pieces

COMMENT: Final = "comment"


def privately(decision: Decision, heard: Heard, capabilities: Capabilities) -> Decision:
    """The decision about a comment, with everything that it says in one private reply, as far as this may be long."""
    texts = [one.content.text for one in decision.effects if isinstance(one, Send) and one.content.text]
    others = tuple(one for one in decision.effects if not isinstance(one, (Send, RequestHttp)))
    text = pieces("\n\n".join(texts), capabilities.text_limit, capabilities.text_unit)[0]
    said = (Send(content=_reply(text, heard)),) if text else ()
    ended = tuple(replace(run, status=ENDED, due_at=None) if run.status in LIVE else run for run in decision.runs)
    return replace(decision, effects=(*others, *said), runs=ended, live=None)


def _reply(text: str, heard: Heard) -> OutboundMessage:
    return OutboundMessage(
        message_id="", kind=OutboundKind.PRIVATE_REPLY, text=text, comment_external_id=heard.external_id
    )
