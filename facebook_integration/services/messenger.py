"""Writing to people from a Page: messages are queued and returned; with `wait` they are sent before the return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypedDict, Unpack

from facebook_integration.services import content
from facebook_integration.services.answers import Answer
from facebook_integration.services.graph_api import FacebookGraphAPI
from facebook_integration.services.outbox import PageOutbox, as_documented, only_messenger
from facebook_integration.services.page_settings import configure
from facebook_integration.services.reading import reader_of
from facebook_integration.services.record import logger
from facebook_integration.services.templates import fill_in
from hubbub.channels.models import Channel
from hubbub.connectors.messages import Button, ButtonType, OutboundKind, OutboundMessage, TemplateUse
from hubbub.connectors.messenger.tidying import Json, tidy_button
from hubbub.conversations.models import Message
from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import JsonValue, as_object
from hubbub.organizations.models import User
from hubbub.outbound.inline import refuse_transaction

Part = Mapping[str, Any]


class StoredTemplate(Protocol):
    """What of a FacebookTemplate is read."""

    @property
    def template_type(self) -> str: ...
    @property
    def template_data(self) -> Any: ...


class Options(TypedDict, total=False):
    """What every message may be given besides. `wait`: seconds to see it through, outside a transaction."""

    wait: float | None
    client_id: str | None
    """The same one again is the same message, sent once."""
    persona_id: str | None
    reply_to: str | None
    """Messenger's id of the message that this one answers."""
    tag: str | None
    """customer_feedback or utility; the human-agent tag is set by itself when `author` may use it."""
    is_silent: bool


class FacebookMessengerService:
    """Messages of one Page. `author`: who of the team writes; without one the program writes.

    Every `send_…` returns the message: pending, or as it stands after `wait` seconds. What the platform or its policy
    would refuse raises Unsendable with the reason, and nothing is stored. With `wait`, in a transaction, raises
    InsideTransaction. Somebody who never wrote becomes a contact; Facebook decides whether the message may go.
    """

    def __init__(self, page: Channel, *, author: User | None = None) -> None:
        self.page = only_messenger(page)
        self.outbox = PageOutbox(page=self.page, author=author)
        self.api = FacebookGraphAPI(page, author=author)

    # --- Text and files -----------------------------------------------------------------------------------------------

    def send_text(self, recipient_psid: str, text: str, **options: Unpack[Options]) -> Message:
        """A text of up to 2,000 characters."""
        return self._send(recipient_psid, content.text_message(text), options)

    def send_quick_reply(
        self, recipient_psid: str, text: str, quick_replies: Sequence[Part], **options: Unpack[Options]
    ) -> Message:
        """A text with up to 13 choices: `{"content_type": "text", "title", "payload", "image_url"}`."""
        return self._send(recipient_psid, content.text_message(text, quick_replies), options)

    def send_image(
        self,
        recipient_psid: str,
        image_url: str | None = None,
        *,
        attachment_id: str | None = None,
        is_reusable: bool = False,
        **options: Unpack[Options],
    ) -> Message:
        """A picture of up to 8 MB. `is_reusable`: uploaded once, and sent by its id from then on, for 90 days."""
        return self._send_file(recipient_psid, "image", image_url, attachment_id, is_reusable, options)

    def send_video(
        self,
        recipient_psid: str,
        video_url: str | None = None,
        *,
        attachment_id: str | None = None,
        is_reusable: bool = False,
        **options: Unpack[Options],
    ) -> Message:
        """A video of up to 25 MB."""
        return self._send_file(recipient_psid, "video", video_url, attachment_id, is_reusable, options)

    def send_audio(
        self,
        recipient_psid: str,
        audio_url: str | None = None,
        *,
        attachment_id: str | None = None,
        is_reusable: bool = False,
        **options: Unpack[Options],
    ) -> Message:
        """A recording of up to 25 MB."""
        return self._send_file(recipient_psid, "audio", audio_url, attachment_id, is_reusable, options)

    def send_file(
        self,
        recipient_psid: str,
        file_url: str | None = None,
        *,
        attachment_id: str | None = None,
        is_reusable: bool = False,
        **options: Unpack[Options],
    ) -> Message:
        """A document of up to 25 MB."""
        return self._send_file(recipient_psid, "file", file_url, attachment_id, is_reusable, options)

    def _send_file(
        self, psid: str, kind: str, url: str | None, attachment_id: str | None, is_reusable: bool, options: Options
    ) -> Message:
        return self._send(psid, content.file_message(kind, url, attachment_id, is_reusable=is_reusable), options)

    # --- Templates ----------------------------------------------------------------------------------------------------

    def send_button_template(
        self, recipient_psid: str, text: str, buttons: Sequence[Part], **options: Unpack[Options]
    ) -> Message:
        """A text of up to 640 characters with one to three buttons."""
        return self._send_payload(
            recipient_psid, {"template_type": "button", "text": text, "buttons": _listed(buttons)}, options
        )

    def send_generic_template(
        self,
        recipient_psid: str,
        elements: Sequence[Part],
        *,
        image_aspect_ratio: str | None = None,
        sharable: bool | None = None,
        **options: Unpack[Options],
    ) -> Message:
        """A carousel of up to ten cards. `image_aspect_ratio`: horizontal or square."""
        payload: Json = {"template_type": "generic", "elements": _listed(elements)}
        payload |= {"image_aspect_ratio": image_aspect_ratio, "sharable": sharable}
        return self._send_payload(recipient_psid, payload, options)

    def send_list_template(
        self, recipient_psid: str, elements: Sequence[Part], buttons: Sequence[Part] = (), **options: Unpack[Options]
    ) -> Message:
        """Sent as a carousel, since Messenger has no lists any more; the list's own button goes on the last card."""
        payload: Json = {"template_type": "list", "elements": _listed(elements), "buttons": _listed(buttons)}
        return self._send_payload(recipient_psid, payload, options)

    def send_media_template(
        self,
        recipient_psid: str,
        media_type: str,
        url: str | None = None,
        *,
        attachment_id: str | None = None,
        buttons: Sequence[Part] = (),
        **options: Unpack[Options],
    ) -> Message:
        """An image or video with up to three buttons. A file that does not lie on facebook.com is uploaded first."""
        message = content.file_message(media_type, url, attachment_id, is_reusable=not content.is_on_facebook(url))
        shown = tuple(Button(type=ButtonType.NATIVE, native=tidy_button(one)) for one in buttons)
        if not shown:
            raise InvalidInput("A media template needs a button; without one send_image or send_video is enough.")
        return self._send(recipient_psid, replace(message, buttons=shown), options)

    def send_receipt_template(self, recipient_psid: str, receipt: Part, **options: Unpack[Options]) -> Message:
        """A receipt: recipient_name, order_number, currency, payment_method, summary, elements, address, …"""
        return self._send_payload(recipient_psid, {**receipt, "template_type": "receipt"}, options)

    def send_template_message(
        self,
        recipient_psid: str,
        template: StoredTemplate | Part,
        variables: Mapping[str, Any] | None = None,
        **options: Unpack[Options],
    ) -> Message:
        """A stored template (or template data), with `{{variables}}` filled in.

        Raises InvalidInput that names the variables which have no value; see `services.templates`.
        """
        reader = reader_of(self.page, str(recipient_psid))
        filled = as_object(fill_in(_data_of(template), variables or {}, reader))
        return self._send_payload(recipient_psid, filled or {}, options)

    def send_utility_template(
        self,
        recipient_psid: str,
        name: str,
        language: str,
        components: Sequence[Part] = (),
        **options: Unpack[Options],
    ) -> Message:
        """A template that Facebook approved, by name and language; it may go out after the window too."""
        use = TemplateUse(name=name, language=language, components=tuple(dict(one) for one in components))
        message = OutboundMessage(message_id="", kind=OutboundKind.TEMPLATE, template=use, text=name)
        return self._send(recipient_psid, message, options)

    def _send_payload(self, psid: str, payload: Part, options: Options) -> Message:
        return self._send(psid, content.template_message(payload), options)

    def send_message(self, recipient_psid: str, message: Part, **options: Unpack[Options]) -> Message:
        """Any `message` object of the Send API."""
        return self._send(recipient_psid, content.native_message(message), options)

    # --- Signs --------------------------------------------------------------------------------------------------------

    def send_typing_on(self, recipient_psid: str) -> Answer:
        """Show that somebody is writing."""
        return self.api.send_sender_action(recipient_psid, "typing_on")

    def send_typing_off(self, recipient_psid: str) -> Answer:
        """Show it no longer."""
        return self.api.send_sender_action(recipient_psid, "typing_off")

    def mark_seen(self, recipient_psid: str) -> Answer:
        """Show the person that their messages were read."""
        return self.api.send_sender_action(recipient_psid, "mark_seen")

    def react(self, recipient_psid: str, message_id: str, reaction: str, **options: Unpack[Options]) -> Message:
        """React to one of the person's messages with any emoji; an empty one takes the reaction back."""
        return self._send(recipient_psid, content.reaction(message_id, reaction), options)

    # --- The Page -----------------------------------------------------------------------------------------------------

    def configure_page_settings(self, settings: Mapping[str, Any]) -> Answer:
        """Set up what a person sees first, in one call: get_started_payload, greeting_text, persistent_menu,
        ice_breakers, whitelisted_domains, commands, account_linking_url.

        `(True, {"set": [names]})`; what was refused stands in `"rejected": {name: sentence}`, and a greeting that is
        refused does not undo the rest.
        """
        return configure(self.api, settings)

    def test_connection(self) -> tuple[bool, str]:
        """Ask Facebook who the token belongs to; `(success, sentence)`."""
        success, response = self.api.get_page_info()
        if not success:
            return False, str(response["error"].get("admin_message") or response["error"]["message"])
        if str(response.get("id")) != self.page.external_id:
            return False, (
                f"The token belongs to {response.get('name')} ({response.get('id')}), not to the Page "
                f"{self.page.external_id}. Enter the token of this Page."
            )
        return True, f"Connected to the Page {response.get('name')} ({response.get('id')})."

    def get_user_profile(self, recipient_psid: str) -> Answer:
        """As `FacebookGraphAPI.get_user_profile`."""
        return self.api.get_user_profile(recipient_psid)

    # --- Sending ------------------------------------------------------------------------------------------------------

    def _send(self, psid: str, message: OutboundMessage, options: Options) -> Message:
        wait = options.get("wait")
        if wait is not None:
            refuse_transaction()
        queued = self.outbox.queue(str(psid), _with_options(message, options), options.get("client_id"))
        logger.debug("queued message %s (%s) for Page %s", queued.id, message.kind.value, self.page.external_id)
        if wait is None:
            return as_documented(queued)
        settled = self.outbox.send(queued, wait)
        logger.debug("message %s is %s (%s)", settled.id, settled.status, (settled.error or {}).get("code", "no error"))
        return as_documented(settled)


def _with_options(message: OutboundMessage, options: Options) -> OutboundMessage:
    return replace(
        message,
        persona_id=options.get("persona_id"),
        reply_to_external_id=options.get("reply_to"),
        tag=options.get("tag") or message.tag,
        is_silent=options.get("is_silent", False),
    )


def _data_of(template: StoredTemplate | Part) -> dict[str, Any]:
    if isinstance(template, Mapping):
        return dict(template)
    return {"template_type": template.template_type, **template.template_data}


def _listed(parts: Sequence[Part]) -> list[JsonValue]:
    return [dict(part) for part in parts]
