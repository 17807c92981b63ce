"""Where a flow ends although its author did not think of it. docs/flows.md lists them."""

from __future__ import annotations

from datetime import timedelta

STEPS_PER_TURN = 50
"""Steps that a run goes through on one input. More is a loop without a question in it."""
STEPS_PER_RUN = 500
MESSAGES_PER_TURN = 30
SUB_FLOW_DEPTH = 5
WAIT_FOR_ANSWER = timedelta(days=7)
"""A question that nobody answers ends its run."""
LONGEST_DELAY = timedelta(days=30)
WINDOW_MARGIN = timedelta(minutes=5)
"""How long before the platform's window closes a delay ends at the latest."""
LONGEST_TEXT = 10_000
"""Characters of a text of a definition, of what a customer said, and of a rendered text."""
LONGEST_VALUE = 10_000
"""Characters of a variable's value as JSON."""
VARIABLES = 200
STEPS = 500
ACTIONS = 50
"""In one list."""
DEPTH = 8
"""Lists of actions in actions, conditions in conditions."""
LONGEST_NAME = 100
RETRIES = 10
OPTIONS = 50
CARDS = 30
BUTTONS = 10
HTTP_SECONDS = 30.0
HTTP_GRACE = timedelta(seconds=60)
"""An answer that is not there this long after its time-out never comes."""
