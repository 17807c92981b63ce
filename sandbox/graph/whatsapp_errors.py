"""WhatsApp's error codes: code → HTTP status and title.

https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

from __future__ import annotations

from sandbox.graph.errors import GraphError

TITLES: dict[int, tuple[int, str]] = {
    100: (400, "Invalid parameter"),
    368: (403, "Temporarily blocked for policies violations"),
    80007: (400, "Rate limit hit"),
    130429: (400, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country"),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131031: (403, "Business account has been locked"),
    131042: (400, "Business eligibility payment issue"),
    131045: (500, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "This message was not delivered to maintain healthy ecosystem engagement."),
    131050: (400, "User has stopped receiving marketing messages"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131055: (400, "Method not allowed"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    131059: (400, "Invalid cursor"),
    131062: (400, "Business-scoped user id recipients are not supported for this message"),
    132000: (400, "Number of parameters does not match the expected number of params"),
    132001: (404, "Template name does not exist in the translation"),
    132005: (400, "Translated text too long"),
    132007: (400, "Character policy violated"),
    132012: (400, "Parameter format does not match format in the created template"),
    132015: (400, "Template is paused"),
    132016: (400, "Template is disabled"),
    133005: (400, "Two-step verification PIN mismatch"),
    133006: (400, "Phone number re-verification needed"),
    133010: (400, "Phone number not registered"),
    133016: (400, "Registration/deregistration limit hit"),
    137000: (400, "Recipient identity key hash mismatch"),
    139100: (400, "Failed to block or unblock users"),
    2593107: (400, "Synchronization request limit exceeded"),
    2593108: (400, "Synchronization request made outside of the allowed time"),
}  # fmt: skip


class WhatsAppError(GraphError):
    """``details`` is the sentence that the platform puts into error_data."""

    def __init__(self, code: int, details: str = "", subcode: int | None = None) -> None:
        http, title = TITLES[code]
        super().__init__(code, subcode, f"(#{code}) {title}", http=http)
        self.data = {"messaging_product": "whatsapp", "details": details or title}
        self.details = details or title

    def in_status(self) -> dict[str, object]:
        """The same error as a failed status carries it."""
        _, title = TITLES[self.code]
        return {
            "code": self.code,
            "title": title,
            "message": title,
            "error_data": {"details": self.details},
            "href": "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes",
        }
