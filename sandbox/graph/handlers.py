"""Imports every module that registers routes."""

from sandbox.graph.messenger import send as _messenger_send  # noqa: F401
from sandbox.graph.whatsapp import send as _whatsapp_send  # noqa: F401
