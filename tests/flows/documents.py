"""Definitions that tests use."""

from __future__ import annotations

from typing import Any

LEADS: dict[str, Any] = {
    "start": {
        "actions": [
            {"type": "send_text", "text": "Great! I'd love to learn more about your needs."},
            {"type": "send_text", "text": "What's your name?"},
        ],
        "next": "collect_name",
    },
    "collect_name": {
        "actions": [
            {"type": "set_variable", "name": "lead_name", "value": "{{message_text}}"},
            {"type": "send_text", "text": "Nice to meet you, {{lead_name}}!"},
        ],
        "next": "end",
    },
    "end": {"actions": [{"type": "send_text", "text": "Thank you for your interest! 🚀"}]},
}
FAULTY: dict[str, Any] = {"start": {"actions": [{"type": "fly"}, {"type": "swim"}]}}


def hello(text: str = "Hello {{first_name}}!") -> dict[str, Any]:
    """A flow that says one thing."""
    return {"start": {"actions": [{"type": "send_text", "text": text}]}}


def calls(key: str) -> dict[str, Any]:
    """A flow that runs another one."""
    return {"start": {"actions": [{"type": "sub_flow", "flow": key}]}}
