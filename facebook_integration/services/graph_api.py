"""Calls to the Graph API for one Page, at once: `(success, response)`.

They keep to the same limits and the same policy as every other send, stand in the call log, and messages are messages
of the hub: in their conversation's order, joined with their echo.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from facebook_integration.services import content
from facebook_integration.services.answers import Answer, failure, of_error, of_message
from facebook_integration.services.calling import GraphCaller, operation_of
from facebook_integration.services.outbox import PageOutbox, only_messenger
from facebook_integration.services.profiles import PersonReader
from facebook_integration.services.record import logged
from hubbub.channels.models import Channel
from hubbub.connectors.messages import ApiRequest, ChannelAccess, OutboundMessage, SendContext
from hubbub.connectors.messenger import account, media, personas, settings, threads
from hubbub.connectors.messenger.tidying import Json
from hubbub.connectors.meta import app
from hubbub.connectors.outcomes import ErrorCode
from hubbub.conversations.models import MessageStatus
from hubbub.kit.errors import HubbubError, InvalidInput
from hubbub.kit.json import JsonValue, as_list, as_object
from hubbub.organizations.models import User
from hubbub.outbound.inline import refuse_transaction
from hubbub.outbound.windows import Window

WAIT_SECONDS = 30.0
"""For the conversation's turn and the answer."""
PROFILE_CALLS, PROFILE_SECONDS = 10, 600.0
"""…/reference/messenger-profile-api: ten calls in ten minutes for a Page."""
TAKEN_BACK = "The message could not go out in time and was taken back: nothing was delivered. Try again later."
OWNED_AFTER = {"pass": False, "take": True, "release": True}
"""Whether flows may answer afterwards: nobody owns what was released. A request is answered by a webhook."""


class FacebookGraphAPI:
    """The Graph API for one Page. `author`: who of the team writes; without one the program writes.

    `wait` bounds, in seconds, how long a call may wait for the conversation's turn. Raises InsideTransaction when it is
    used in a transaction, and otherwise nothing that a platform can cause.
    """

    def __init__(self, page: Channel, *, author: User | None = None, wait: float = WAIT_SECONDS) -> None:
        self.page = only_messenger(page)
        self.wait = wait
        self.outbox = PageOutbox(page=self.page, author=author)
        self.graph = GraphCaller(self.page)
        self.people = PersonReader(self.page, self.graph)

    # --- Messages: in the order of their conversation -----------------------------------------------------------------

    def send_text_message(
        self, recipient_id: str, text: str, quick_replies: Sequence[Mapping[str, Any]] = ()
    ) -> Answer:
        """A text of up to 2,000 characters, perhaps with choices."""
        return self._send(recipient_id, lambda: content.text_message(text, quick_replies))

    def send_quick_replies(self, recipient_id: str, text: str, quick_replies: Sequence[Mapping[str, Any]]) -> Answer:
        """A text with up to 13 choices."""
        return self.send_text_message(recipient_id, text, quick_replies)

    def send_attachment_message(
        self,
        recipient_id: str,
        attachment_type: str,
        attachment_url: str | None = None,
        attachment_id: str | None = None,
        is_reusable: bool = False,
    ) -> Answer:
        """An image, video, audio or file. `is_reusable`: uploaded once, and sent by its id from then on."""
        return self._send(
            recipient_id,
            lambda: content.file_message(attachment_type, attachment_url, attachment_id, is_reusable=is_reusable),
        )

    def send_template_message(self, recipient_id: str, template_data: Mapping[str, Any]) -> Answer:
        """A template as Messenger writes it: `{"template_type": "button", "text": …, "buttons": […]}`."""
        return self._send(recipient_id, lambda: content.template_message(template_data))

    def send_message(self, recipient_id: str, message: Mapping[str, Any]) -> Answer:
        """Any `message` object of the Send API."""
        return self._send(recipient_id, lambda: content.native_message(message))

    def send_reaction(self, recipient_id: str, message_id: str, reaction: str) -> Answer:
        """React to one of the person's messages; an empty `reaction` takes it back."""
        return self._send(recipient_id, lambda: content.reaction(message_id, reaction))

    @logged
    def _send(self, psid: str, make: Callable[[], OutboundMessage]) -> Answer:
        refuse_transaction()
        psid = str(psid)
        if held := self.graph.why_held():
            return failure(held, "channel_held")
        try:
            message = self.outbox.queue(psid, make())
        except HubbubError as refused:
            return of_error(refused)
        settled = self.outbox.send(message, self.wait)
        reason = self.outbox.why_waiting(settled)
        if settled.status == MessageStatus.QUEUED and self.outbox.take_back(settled):
            return failure(TAKEN_BACK, reason or ErrorCode.THROTTLED.value)
        return of_message(self.outbox.fresh(settled), psid)

    # --- Signs and control of a conversation: after what waits in it --------------------------------------------------

    def send_sender_action(self, recipient_id: str, action: str) -> Answer:
        """typing_on, typing_off or mark_seen."""
        return self._to_person(recipient_id, lambda context: threads.sender_action(context, action))

    def pass_thread_control(self, recipient_id: str, target_app_id: str | None = None, metadata: str = "") -> Answer:
        """Give the conversation to another app: its id, "page_inbox", or none for the default app."""
        return self._control(recipient_id, "pass", target_app_id=target_app_id, metadata=metadata)

    def take_thread_control(self, recipient_id: str, metadata: str = "") -> Answer:
        """Take the conversation. Meta allows it to apps that may take control."""
        return self._control(recipient_id, "take", metadata=metadata)

    def request_thread_control(self, recipient_id: str, metadata: str = "") -> Answer:
        """Ask for the conversation; where there is no default app."""
        return self._control(recipient_id, "request", metadata=metadata)

    def release_thread_control(self, recipient_id: str, metadata: str = "") -> Answer:
        """Let the conversation go: nobody owns it."""
        return self._control(recipient_id, "release", metadata=metadata)

    def extend_thread_control(self, recipient_id: str, duration: int) -> Answer:
        """Keep the conversation for so many seconds, at most 7 days."""
        return self._control(recipient_id, "extend", seconds=duration)

    @logged
    def get_thread_owner(self, recipient_id: str) -> Answer:
        """`{"data": [{"thread_owner": {"app_id", "expiration"}}]}`; an idle conversation has no owner."""
        return self.graph.call(
            lambda access: self._control_request(access, recipient_id, "owner"), recipient=recipient_id
        )

    def _control(
        self,
        psid: str,
        action: str,
        *,
        target_app_id: str | None = None,
        metadata: str = "",
        seconds: int | None = None,
    ) -> Answer:
        success, response = self._to_person(
            psid,
            lambda context: threads.thread_control_request(
                context, action, target_app_id=target_app_id, metadata=metadata or None, seconds=seconds
            ),
        )
        if success and action in OWNED_AFTER:
            self.outbox.note_owner(psid, is_ours=OWNED_AFTER[action])
        return success, response

    def _control_request(self, access: ChannelAccess, psid: str, action: str) -> ApiRequest:
        context = SendContext(access=access, recipient_external_id=psid)
        return threads.thread_control_request(context, action, target_app_id=None, metadata=None, seconds=None)

    @logged
    def _to_person(self, psid: str, make: Callable[[SendContext], ApiRequest | None]) -> Answer:
        refuse_transaction()
        psid = str(psid)
        if held := self.graph.why_held():
            return failure(held, "channel_held")
        if not self.outbox.drain(psid, self.wait):
            return failure("What was written before is still on its way. Try again later.", "throttled")
        return self.graph.call(
            lambda access: _needed(make(SendContext(access=access, recipient_external_id=psid))), recipient=psid
        )

    # --- People -------------------------------------------------------------------------------------------------------

    @logged
    def get_user_profile(self, user_id: str, fields: Sequence[str] = ()) -> Answer:
        """What Messenger tells of a person: first_name, last_name, name, profile_pic, and locale, timezone and gender
        where the app was granted them. Empty when it tells nothing. The contact is brought up to date."""
        return self.people.read(user_id, fields)

    @logged
    def get_user_profiles(self, user_ids: Sequence[str]) -> Answer:
        """The same for many people, 50 in a call: `{psid: profile}`; whom Messenger does not tell about is left out."""
        return self.people.read_many(user_ids)

    @logged
    def set_user_menu(self, user_id: str, persistent_menu: JsonValue) -> Answer:
        """Give one person a menu of their own (the list of locales); None takes it away."""
        return self.graph.call(
            lambda access: settings.person_menu_request(access, user_id, persistent_menu), recipient=user_id
        )

    # --- The Page -----------------------------------------------------------------------------------------------------

    @logged
    def get_page_info(self) -> Answer:
        """The Page of the token: id, name, username, category, link, followers_count, picture."""
        return self.graph.call(account.account_request)

    @logged
    def set_messenger_profile(self, properties: Json) -> Answer:
        """Set properties of the Messenger profile in one call; the others stay. Null removes: in a call of its own."""
        return self.graph.call(
            lambda access: settings.profile_settings_request(access, properties), window=self._profile_window()
        )

    @logged
    def get_messenger_profile(self, fields: Sequence[str] = ()) -> Answer:
        """The properties that are set: `{"get_started": …, "persistent_menu": …}`."""
        window = self._profile_window()
        success, response = self.graph.call(lambda access: settings.read_request(access, fields), window=window)
        return (True, as_object((as_list(response.get("data")) or [{}])[0]) or {}) if success else (False, response)

    def delete_messenger_profile(self, fields: Sequence[str]) -> Answer:
        """Remove properties of the Messenger profile."""
        return self.set_messenger_profile(dict.fromkeys(fields))

    def set_get_started(self, payload: str = "GET_STARTED") -> Answer:
        """The button with which a person begins."""
        return self.set_messenger_profile({"get_started": {"payload": payload}})

    def _profile_window(self) -> Window:
        return Window(
            name="profile",
            owner=self.page.id,
            organization_id=self.page.organization_id,
            allowed=PROFILE_CALLS,
            seconds=PROFILE_SECONDS,
        )

    # --- Personas -----------------------------------------------------------------------------------------------------

    @logged
    def create_persona(self, name: str, profile_picture_url: str) -> Answer:
        """A name and picture that messages may carry: `{"id"}`, for `persona_id=`."""
        return self.graph.call(lambda access: personas.create_request(access, name, profile_picture_url))

    @logged
    def get_personas(self) -> Answer:
        """`{"data": [{"id", "name", "profile_picture_url"}]}`"""
        return self.graph.call(personas.list_request)

    @logged
    def get_persona(self, persona_id: str) -> Answer:
        """One of them."""
        return self.graph.call(lambda access: personas.one_request(access, persona_id))

    @logged
    def delete_persona(self, persona_id: str) -> Answer:
        """It can name no new message."""
        return self.graph.call(lambda access: personas.delete_request(access, persona_id))

    # --- Files --------------------------------------------------------------------------------------------------------

    @logged
    def upload_attachment(self, attachment_type: str, url: str) -> Answer:
        """`{"attachment_id"}`: good for 90 days, for this Page. Messenger fetches the file from its address."""
        return self.graph.call(lambda access: media.upload_link_request(access, url, attachment_type))

    # --- Webhooks -----------------------------------------------------------------------------------------------------

    @logged
    def subscribe_page(self, fields: Sequence[str] = ()) -> Answer:
        """Have this Page's webhooks sent to the app, always at the Page's own address; replaces the list of fields."""
        core, extras = account.default_fields()
        return self.graph.call(lambda access: account.subscribe_request(access, fields or (*core, *extras)))

    @logged
    def get_subscribed_apps(self) -> Answer:
        """`{"data": [{"id", "name", "subscribed_fields"}]}`: the apps that get this Page's webhooks."""
        return self.graph.call(account.subscriptions_request)

    @logged
    def unsubscribe_page(self) -> Answer:
        """No more webhooks of this Page."""
        return self.graph.call(account.unsubscribe_request)

    @logged
    def subscribe_app(
        self, callback_url: str, verify_token: str, fields: Sequence[str] = (), object_type: str = "page"
    ) -> Answer:
        """Where all webhooks of the app go: one address for all its Pages. Meta verifies it at once."""
        core, extras = account.default_fields()
        return self.graph.call(
            lambda access: app.subscribe_request(
                access, callback_url, verify_token, fields or (*core, *extras), object_type
            )
        )

    @logged
    def get_app_subscriptions(self) -> Answer:
        """`{"data": [{"object", "callback_url", "active", "fields"}]}`"""
        return self.graph.call(app.subscriptions_request)

    # --- Several at once ----------------------------------------------------------------------------------------------

    @logged
    def batch(self, operations: Sequence[Mapping[str, Any]]) -> Answer:
        """Calls that are no messages, 50 at once: `{"method": "GET", "relative_url": "…", "body": {…}}`.

        `{"results": [(success, response), …]}` in their order; success when all of them worked.
        """
        answers = self.graph.batch([operation_of(one) for one in operations])
        return all(success for success, _ in answers), {"results": answers}


def _needed(request: ApiRequest | None) -> ApiRequest:
    if request is None:
        raise InvalidInput("There is nobody to show this to: this person has no id on Messenger yet.")
    return request
