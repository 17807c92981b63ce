"""Imports every module that registers routes."""

from sandbox.graph import batch as _batch  # noqa: F401
from sandbox.graph import oauth as _oauth  # noqa: F401
from sandbox.graph import page as _page  # noqa: F401
from sandbox.graph import stickers as _stickers  # noqa: F401
from sandbox.graph import uploads as _uploads  # noqa: F401
from sandbox.graph.messenger import comments as _comments  # noqa: F401
from sandbox.graph.messenger import history as _history  # noqa: F401
from sandbox.graph.messenger import profile as _profile  # noqa: F401
from sandbox.graph.messenger import send as _messenger_send  # noqa: F401
from sandbox.graph.messenger import threads as _threads  # noqa: F401
from sandbox.graph.whatsapp import media as _media  # noqa: F401
from sandbox.graph.whatsapp import numbers as _numbers  # noqa: F401
from sandbox.graph.whatsapp import send as _whatsapp_send  # noqa: F401
from sandbox.graph.whatsapp import templates as _templates  # noqa: F401
