"""Graph's errors as data: (code, subcode) → HTTP status, type and text, and the body that carries them.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
OAUTH = "OAuthException"
METHOD = "GraphMethodException"

TABLE: dict[tuple[int, int | None], tuple[int, str, str]] = {
    (1, None): (500, OAUTH, "An unknown error occurred"),
    (2, None): (503, OAUTH, "Service temporarily unavailable"),
    (2, 2018344): (400, OAUTH, "(#2) The Page must accept the contact terms of service"),
    (4, None): (400, OAUTH, "(#4) Application request limit reached"),
    (9, 2018352): (400, OAUTH, "(#9) Opt-in request limit reached"),
    (10, None): (403, OAUTH, "(#10) Application does not have permission for this action"),
    (10, 2018278): (400, OAUTH, "(#10) This message is sent outside of allowed window."),
    (10, 2018108): (400, OAUTH, "(#10) This person isn't receiving messages from you right now."),
    (10, 2534022): (400, OAUTH, "(#10) This message is sent outside of allowed window."),
    (10, 2534077): (400, OAUTH, "(#10) The link between the Page and the Instagram account is broken"),
    (10, 1893063): (400, OAUTH, "(#10) This Page is temporarily restricted from sending messages"),
    (32, None): (400, OAUTH, "(#32) Page request limit reached"),
    (100, None): (400, OAUTH, "(#100) Invalid parameter"),
    (100, 33): (
        400,
        METHOD,
        (
            "Unsupported request. The object does not exist, cannot be loaded due to missing permissions, or "
            "does not support this operation."
        ),
    ),
    (100, 2018001): (400, OAUTH, "(#100) No matching user found"),
    (100, 2018008): (400, OAUTH, "(#100) Failed to fetch the file from the url"),
    (100, 2018014): (400, OAUTH, "(#100) Parameters message and sender_action cannot be sent together"),
    (100, 2018034): (400, OAUTH, "(#100) Message cannot be empty, must provide valid attachment or text"),
    (100, 2018047): (400, OAUTH, "(#100) Upload attachment failure: the media type does not match the file"),
    (100, 2018074): (400, OAUTH, "(#100) Invalid or expired attachment id"),
    (100, 2018109): (400, OAUTH, "(#100) Attachment size exceeds allowable limit"),
    (100, 2018164): (400, OAUTH, "(#100) Invalid app id"),
    (100, 2018294): (400, OAUTH, "(#100) The video could not be fetched within 75 seconds"),
    (100, 2018320): (400, OAUTH, "(#100) Invalid product id"),
    (100, 2534013): (400, OAUTH, "(#100) The Page is not linked to an Instagram account"),
    (100, 2534014): (400, OAUTH, "(#100) The requested user cannot be found"),
    (100, 2534015): (400, OAUTH, "(#100) Invalid message data"),
    (100, 2534025): (400, OAUTH, "(#100) Invalid private reply"),
    (100, 2534029): (400, OAUTH, "(#100) This business is blocked from messaging"),
    (100, 2534037): (400, OAUTH, "(#100) This app does not own the thread"),
    (101, None): (
        400,
        OAUTH,
        "(#101) Error validating application. Cannot get application info due to a system error.",
    ),
    (104, None): (401, OAUTH, "An access token is required to request this resource."),
    (190, None): (400, OAUTH, "Invalid OAuth access token - Cannot parse access token"),
    (190, 458): (400, OAUTH, "Error validating access token: The user has not authorized application."),
    (190, 459): (
        400,
        OAUTH,
        (
            "Error validating access token: You cannot access the app till you log in to www.facebook.com "
            "and follow the instructions given."
        ),
    ),
    (190, 460): (
        400,
        OAUTH,
        (
            "Error validating access token: The session has been invalidated because the user changed their "
            "password or Facebook has changed the session for security reasons."
        ),
    ),
    (190, 463): (400, OAUTH, "Error validating access token: Session has expired."),
    (190, 464): (
        400,
        OAUTH,
        (
            "Error validating access token: Sessions for the user are not allowed because the user is not a "
            "confirmed user."
        ),
    ),
    (190, 467): (400, OAUTH, "Error validating access token: The session is invalid because the user logged out."),
    (190, 492): (400, OAUTH, "Error validating access token: The user does not have a role on the Page any more."),
    (190, 2069032): (400, OAUTH, "(#190) This method must be called with a Page Access Token"),
    (200, None): (403, OAUTH, "(#200) Permissions error"),
    (200, 2018028): (
        403,
        OAUTH,
        (
            "(#200) Cannot message users who are not admins, developers or testers of the app until "
            "pages_messaging permission is reviewed and the app is live."
        ),
    ),
    (200, 2534041): (403, OAUTH, "(#200) The account owner has disabled access to instagram direct messages"),
    (230, None): (403, OAUTH, "(#230) Permission disallows message to user"),
    (368, None): (400, OAUTH, "(#368) The action attempted has been deemed abusive or is otherwise disallowed"),
    (551, 1545041): (400, OAUTH, "(#551) This person isn't available right now."),
    (613, None): (400, OAUTH, "(#613) Calls to this api have exceeded the rate limit."),
    (613, 2018338): (400, OAUTH, "(#613) You are sending too many messages to this person. Slow down."),
    (613, 2534040): (400, OAUTH, "(#613) Calls to this api have exceeded the rate limit."),
    (803, None): (404, OAUTH, "(#803) Some of the aliases you requested do not exist"),
    (2022, None): (400, OAUTH, "(#2022) Commerce messages are disabled for this Page by policy"),
    (2200, None): (400, OAUTH, "(#2200) Callback verification failed"),
    (2500, None): (400, OAUTH, "An active access token must be used to query information about the current user."),
    (10303, None): (400, OAUTH, "(#10303) Invalid account_linking_token"),
    (10900, None): (400, OAUTH, "(#10900) Activity already replied to"),
    (10903, None): (400, OAUTH, "(#10903) This user cannot reply to this activity"),
    (36103, None): (400, OAUTH, "(#36103) This account is not eligible"),
    (80001, None): (
        400,
        OAUTH,
        "(#80001) There have been too many calls to this Page account. Wait a bit and try again.",
    ),
    (80002, None): (
        400,
        OAUTH,
        "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again.",
    ),
    (80006, None): (
        400,
        OAUTH,
        "(#80006) There have been too many calls to this Messenger account. Wait a bit and try again.",
    ),
    (2018218, None): (400, OAUTH, "(#2018218) This person has no profile"),
    (2018247, None): (400, OAUTH, "(#2018247) Insufficient permission to access user profile fields"),
    (2018300, None): (
        400,
        OAUTH,
        "(#2018300) Message failed to send because another app is controlling this thread now.",
    ),
    (9000001, None): (400, OAUTH, "(#9000001) The message was deleted, or is older than the last 20 of its thread"),
}

TRANSIENT = {1, 2}


class GraphError(Exception):
    """A refusal in Graph's form."""

    def __init__(
        self, code: int, subcode: int | None = None, message: str = "", *, http: int = 0, kind: str = ""
    ) -> None:
        status, default_kind, text = (
            TABLE.get((code, subcode)) or TABLE.get((code, None)) or (400, OAUTH, f"(#{code}) Error")
        )
        super().__init__(message or text)
        self.code = code
        self.subcode = subcode
        self.message = message or text
        self.status = http or status
        self.kind = kind or default_kind
        self.data: Json | str | None = None
        self.title = ""

    def body(self, trace_id: str) -> Json:
        error: Json = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.code in TRANSIENT:
            error["is_transient"] = True
        if self.title:
            error["error_user_title"] = self.title
        if self.data is not None:
            error["error_data"] = self.data
        error["fbtrace_id"] = trace_id
        return {"error": error}


class BadParameter(GraphError):
    """Code 100 with a sentence."""

    def __init__(self, message: str, subcode: int | None = None) -> None:
        super().__init__(100, subcode, message if message.startswith("(#") else f"(#100) {message}")


def unknown_object(object_id: str, method: str) -> GraphError:
    """What Graph says of an id that does not exist or is not visible to the token."""
    return GraphError(
        100,
        33,
        f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, cannot be loaded "
        "due to missing permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api",
    )
