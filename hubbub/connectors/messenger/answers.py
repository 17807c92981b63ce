"""What Graph's answers to Messenger's calls mean."""

from __future__ import annotations

from hubbub.connectors.messenger.errors import ERRORS
from hubbub.connectors.messenger.render.form import LABEL
from hubbub.connectors.meta.answers import Answers

ANSWERS = Answers(platform=LABEL, errors=ERRORS)
