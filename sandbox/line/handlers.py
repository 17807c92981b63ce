"""Imports every module that registers routes."""

from sandbox.line import send as _send  # noqa: F401
