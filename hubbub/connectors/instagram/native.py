"""Instagram's own `message` object, passed through after what is known of its limits is checked.

https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/product-template
"""

from __future__ import annotations

from hubbub.connectors.meta.templates import Form, JsonObject, at_most, fitting, refuse
from hubbub.connectors.outcomes import ErrorCode
from hubbub.kit.json import JsonValue, as_list, as_object, as_text, dig, dumps

MOST_BYTES = 64 * 1024
CONTENTS = ("text", "attachment", "attachments")
TEMPLATES = ("generic", "button", "product")
MOST_PICTURES = 10


def check_native(form: Form, native: JsonObject) -> JsonObject:
    """`native` itself. Raises `Unsendable`."""
    given = [name for name in CONTENTS if native.get(name)]
    if len(given) != 1:
        refuse("An Instagram message has just one of text, attachment and attachments. Keep one of them.")
    if len(dumps(native)) > MOST_BYTES:
        refuse(f"The message is larger than {MOST_BYTES // 1024} KB. Make it smaller.")
    if "text" in native:
        limits = form.capabilities
        fitting(form, as_text(native["text"]), "The text", limits.text_limit, limits.text_unit)
    at_most(form, len(as_list(native.get("attachments"))), MOST_PICTURES, "pictures")
    at_most(form, len(as_list(native.get("quick_replies"))), form.capabilities.quick_replies_limit, "quick replies")
    _check_template(form, native.get("attachment"))
    return native


def _check_template(form: Form, attachment: JsonValue) -> None:
    if dig(attachment, "type") != "template":
        return
    payload = as_object(dig(attachment, "payload")) or {}
    name = as_text(payload.get("template_type"), limit=100) or "without a type"
    if name not in TEMPLATES:
        refuse(f"Instagram has no {name} template. Use one of: {', '.join(TEMPLATES)}.", ErrorCode.UNSUPPORTED)
    at_most(form, len(as_list(payload.get("elements"))), form.capabilities.cards_limit, "elements of the template")
    at_most(form, len(as_list(payload.get("buttons"))), form.capabilities.buttons_limit, "buttons")
