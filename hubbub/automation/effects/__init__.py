"""What a flow wants done, done: all but sending and counting, which are written for many conversations at once."""

from hubbub.automation.effects.apply import apply_effects, lock_for_effects
from hubbub.automation.effects.http import ask as ask_http

__all__ = ["apply_effects", "ask_http", "lock_for_effects"]
