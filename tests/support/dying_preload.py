"""Loaded once by the server that dying senders are forked from."""

import django

django.setup()

import hubbub.outbound.worker  # noqa: E402, F401
