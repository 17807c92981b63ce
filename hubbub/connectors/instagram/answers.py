"""What Graph's answers to our calls mean."""

from __future__ import annotations

from hubbub.connectors.instagram.calls import LABEL
from hubbub.connectors.instagram.errors import ERRORS
from hubbub.connectors.meta.answers import Answers

ANSWERS = Answers(platform=LABEL, errors=ERRORS)
