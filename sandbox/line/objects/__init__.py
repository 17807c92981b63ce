"""LINE's message objects. https://developers.line.biz/en/reference/messaging-api/#message-objects"""

from sandbox.line.objects.context import check_context
from sandbox.line.objects.messages import MESSAGE, MESSAGES

__all__ = ["MESSAGE", "MESSAGES", "check_context"]
