"""The documented services, with the documented arguments: what reaches the customer's phone."""

from __future__ import annotations

from typing import Any

from facebook_integration.models import FacebookMessage, FacebookPage, FacebookTemplate
from facebook_integration.services.facebook_api import (
    FacebookGraphAPI,
    FacebookMessengerService,
    FacebookRateLimiter,
    create_call_button,
    create_generic_element,
    create_list_element,
    create_postback_button,
    create_quick_reply,
    create_url_button,
)
from tests.facebook_integration.documented import Documented, Json

SHOP = "https://example.com"


def template(payload: Json) -> Json:
    """A message that is a template."""
    return {"attachment": {"type": "template", "payload": payload}}


def picture(kind: str, url: str) -> Json:
    """A message that is a file."""
    return {"attachment": {"type": kind, "payload": {"url": url}}}


def test_the_graph_api_sends_at_once_and_reads_profiles(shop: Documented) -> None:
    facebook_page = shop.page
    api = FacebookGraphAPI(facebook_page)
    success, response = api.send_text_message(recipient_id=shop.psid, text="Hello! How can I help you?")
    assert (success, response["recipient_id"]) == (True, shop.psid)
    assert FacebookMessage.objects.get(facebook_message_id=response["message_id"]).status == "sent"
    buttons = [{"type": "postback", "title": "Support", "payload": "SUPPORT"}]
    data = {"template_type": "button", "text": "Choose an option:", "buttons": buttons}
    success, response = api.send_template_message(recipient_id=shop.psid, template_data=data)
    assert success
    success, profile = api.get_user_profile(user_id=shop.psid)
    assert (success, profile["first_name"]) == (True, "Mali")
    assert shop.sent() == [{"text": "Hello! How can I help you?"}, template(data)]


def test_the_service_sends_text_image_buttons_and_quick_replies(shop: Documented) -> None:
    messenger = FacebookMessengerService(shop.page)
    message = messenger.send_text(recipient_psid=shop.psid, text="Thank you for your message!")
    assert (message.status, message.text, message.direction) == ("pending", "Thank you for your message!", "outbound")
    messenger.send_image(recipient_psid=shop.psid, image_url=f"{SHOP}/image.jpg")
    buttons = [
        {"type": "postback", "title": "Get Help", "payload": "HELP"},
        {"type": "web_url", "title": "Visit Website", "url": SHOP},
    ]
    messenger.send_button_template(recipient_psid=shop.psid, text="What would you like to do?", buttons=buttons)
    replies = [
        {"content_type": "text", "title": "Support", "payload": "SUPPORT"},
        {"content_type": "text", "title": "Sales", "payload": "SALES"},
    ]
    asked: Any = messenger.send_quick_reply(
        recipient_psid=shop.psid, text="How can we help you today?", quick_replies=replies
    )
    assert shop.sent() == [
        {"text": "Thank you for your message!"},
        picture("image", f"{SHOP}/image.jpg"),
        template({"template_type": "button", "text": "What would you like to do?", "buttons": buttons}),
        {"text": "How can we help you today?", "quick_replies": replies},
    ]
    message.refresh_from_db()
    assert (message.status, FacebookMessage.objects.get(message_id=asked.message_id).status) == ("sent", "sent")


def test_a_page_that_was_looked_up_sends_a_text(shop: Documented) -> None:
    page = FacebookPage.objects.get(page_id=shop.page.page_id)
    messenger = FacebookMessengerService(page)
    message: Any = messenger.send_text(recipient_psid=shop.psid, text="Hello! Thank you for contacting us.")
    assert shop.sent() == [{"text": "Hello! Thank you for contacting us."}]
    message.refresh_from_db()
    assert (message.page, message.user.psid, message.status) == (page, shop.psid, "sent")


def test_image_video_and_file_are_sent_by_address(shop: Documented) -> None:
    messenger = FacebookMessengerService(shop.page)
    messenger.send_image(recipient_psid=shop.psid, image_url=f"{SHOP}/product-image.jpg")
    messenger.send_video(recipient_psid=shop.psid, video_url=f"{SHOP}/demo-video.mp4")
    messenger.send_file(recipient_psid=shop.psid, file_url=f"{SHOP}/brochure.pdf")
    assert shop.sent() == [
        picture("image", f"{SHOP}/product-image.jpg"),
        picture("video", f"{SHOP}/demo-video.mp4"),
        picture("file", f"{SHOP}/brochure.pdf"),
    ]
    assert FacebookMessage.objects.filter(page=shop.page, direction="outbound", status="sent").count() == 3


def test_button_and_generic_templates_are_sent_as_they_are_written(shop: Documented) -> None:
    messenger = FacebookMessengerService(shop.page)
    support = {"type": "postback", "title": "Get Support", "payload": "SUPPORT"}
    visit = {"type": "web_url", "title": "Visit Website", "url": SHOP, "webview_height_ratio": "tall"}
    call = {"type": "phone_number", "title": "Call Us", "payload": "+1-555-123-4567"}
    messenger.send_button_template(
        recipient_psid=shop.psid, text="What would you like to do?", buttons=[support, visit, call]
    )
    elements: list[Json] = [
        {
            "title": "Product 1",
            "subtitle": "Amazing product description",
            "image_url": f"{SHOP}/product1.jpg",
            "default_action": {"type": "web_url", "url": f"{SHOP}/product1"},
            "buttons": [{"type": "postback", "title": "Buy Now", "payload": "BUY_PRODUCT_1"}],
        },
        {
            "title": "Product 2",
            "subtitle": "Another great product",
            "image_url": f"{SHOP}/product2.jpg",
            "buttons": [{"type": "postback", "title": "Learn More", "payload": "INFO_PRODUCT_2"}],
        },
    ]
    messenger.send_generic_template(recipient_psid=shop.psid, elements=elements)
    buttons, cards = shop.sent()
    assert buttons["attachment"]["payload"]["buttons"] == [support, visit, {**call, "payload": "+15551234567"}]
    assert cards == template({"template_type": "generic", "elements": elements})


def test_quick_replies_keep_their_pictures(shop: Documented) -> None:
    replies = [
        {"title": "Technical Support", "payload": "TECH_SUPPORT", "image_url": f"{SHOP}/tech-icon.png"},
        {"title": "Billing Question", "payload": "BILLING", "image_url": f"{SHOP}/billing-icon.png"},
        {"title": "General Inquiry", "payload": "GENERAL"},
    ]
    replies = [{"content_type": "text", **one} for one in replies]
    FacebookMessengerService(shop.page).send_quick_reply(
        recipient_psid=shop.psid, text="How can we help you today?", quick_replies=replies
    )
    assert shop.sent() == [{"text": "How can we help you today?", "quick_replies": replies}]


def test_a_stored_template_is_made_and_sent_with_its_variables(shop: Documented) -> None:
    buttons = [
        {"type": "postback", "title": "Get Started", "payload": "GET_STARTED"},
        {"type": "postback", "title": "Browse Products", "payload": "BROWSE_PRODUCTS"},
    ]
    stored = FacebookTemplate.objects.create(
        name="Welcome Template",
        template_type="button",
        page=shop.page,
        template_data={
            "template_type": "button",
            "text": "Welcome {{user_name}}! How can we help you?",
            "buttons": buttons,
        },
        variables=["user_name"],
    )
    message = FacebookMessengerService(shop.page).send_template_message(
        recipient_psid=shop.psid, template=stored, variables={"user_name": "John"}
    )
    assert shop.sent() == [
        template({"template_type": "button", "text": "Welcome John! How can we help you?", "buttons": buttons})
    ]
    assert FacebookTemplate.objects.get(name="Welcome Template", page=shop.page).variables == ["user_name"]
    assert FacebookMessage.objects.get(pk=message.pk).status == "sent"


def test_the_parts_of_messages_can_be_sent_as_they_are_made(shop: Documented) -> None:
    quick_reply = create_quick_reply(title="Support", payload="SUPPORT", image_url=f"{SHOP}/icon.png")
    button = create_postback_button(title="Get Started", payload="GET_STARTED")
    url_button = create_url_button(title="Visit Website", url=SHOP, webview_height_ratio="tall")
    call_button = create_call_button(title="Call Us", phone_number="+1-555-123-4567")
    element = create_generic_element(
        title="Product Name",
        subtitle="Product description",
        image_url=f"{SHOP}/product.jpg",
        default_action=create_url_button("View", f"{SHOP}/product"),
        buttons=[create_postback_button("Buy", "BUY_PRODUCT")],
    )
    messenger = FacebookMessengerService(shop.page)
    messenger.send_quick_reply(shop.psid, "Choose", [quick_reply])
    messenger.send_button_template(shop.psid, "Choose", [button, url_button, call_button])
    messenger.send_generic_template(shop.psid, [element])
    messenger.send_list_template(shop.psid, [create_list_element("Product Name", "Product description")], [button])
    choice, buttons, card, listed = shop.sent()
    assert choice["quick_replies"] == [
        {"content_type": "text", "title": "Support", "payload": "SUPPORT", "image_url": f"{SHOP}/icon.png"}
    ]
    assert [one["type"] for one in buttons["attachment"]["payload"]["buttons"]] == [
        "postback",
        "web_url",
        "phone_number",
    ]
    (shown,) = card["attachment"]["payload"]["elements"]
    assert shown["default_action"] == {"type": "web_url", "url": f"{SHOP}/product"}
    assert shown["buttons"] == [{"type": "postback", "title": "Buy", "payload": "BUY_PRODUCT"}]
    assert listed["attachment"]["payload"]["template_type"] == "generic"


def test_a_rate_limiter_says_when_to_wait(shop: Documented) -> None:
    rate_limiter = FacebookRateLimiter(shop.page, max_calls_per_hour=1000)
    assert rate_limiter.can_make_call()
    rate_limiter.record_call()
    assert (rate_limiter.can_make_call(), rate_limiter.get_wait_time()) == (True, 0)
    narrow = FacebookRateLimiter(shop.page, max_calls_per_hour=1)
    assert not narrow.can_make_call()
    assert 0 < narrow.get_wait_time() <= 3660
