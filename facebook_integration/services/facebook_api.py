"""The documented names: the API client, the messaging service, the rate limiter and the parts of messages."""

from facebook_integration.services.components import (
    create_call_button,
    create_generic_element,
    create_list_element,
    create_postback_button,
    create_quick_reply,
    create_url_button,
)
from facebook_integration.services.graph_api import FacebookGraphAPI
from facebook_integration.services.messenger import FacebookMessengerService
from facebook_integration.services.rate_limiter import FacebookRateLimiter

__all__ = [
    "FacebookGraphAPI",
    "FacebookMessengerService",
    "FacebookRateLimiter",
    "create_call_button",
    "create_generic_element",
    "create_list_element",
    "create_postback_button",
    "create_quick_reply",
    "create_url_button",
]
