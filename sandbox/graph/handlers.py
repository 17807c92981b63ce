"""Imports every module that registers routes."""

from sandbox.graph import uploads as _uploads  # noqa: F401
from sandbox.graph.messenger import send as _messenger_send  # noqa: F401
from sandbox.graph.whatsapp import media as _media  # noqa: F401
from sandbox.graph.whatsapp import numbers as _numbers  # noqa: F401
from sandbox.graph.whatsapp import send as _whatsapp_send  # noqa: F401
from sandbox.graph.whatsapp import templates as _templates  # noqa: F401
