"""Imports every module that registers routes."""

from sandbox.line import account as _account  # noqa: F401
from sandbox.line import content as _content  # noqa: F401
from sandbox.line import coupons as _coupons  # noqa: F401
from sandbox.line import insight as _insight  # noqa: F401
from sandbox.line import people as _people  # noqa: F401
from sandbox.line import rich_menu as _rich_menu  # noqa: F401
from sandbox.line import send as _send  # noqa: F401
