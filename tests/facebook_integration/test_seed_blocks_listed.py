"""Which test stands for which block of the documents; none is left out."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

import pytest

from tests.facebook_integration.seeds import REPAIRS, blocks

HERE = "tests.facebook_integration.test_seed_blocks_by_hand_"


@dataclass(frozen=True, slots=True)
class Listed:
    """A block by its document, its number there and its first words; and the test that makes the same calls."""

    seed: str
    number: int
    words: str
    module: str
    test: str

    @property
    def name(self) -> str:
        return f"{self.seed}/{self.number}"


LIST = (
    Listed(
        "000",
        1,
        "from django db import models",
        "models",
        "test_integrations_have_the_documented_fields_and_names",
    ),
    Listed(
        "000",
        2,
        "def handle_facebook_webhook payload page_id payload",
        "webhooks",
        "test_a_body_finds_the_integration_and_its_user",
    ),
    Listed(
        "000",
        3,
        "Connect first page FacebookIntegration objects",
        "models",
        "test_two_pages_are_connected_for_one_user",
    ),
    Listed(
        "000",
        4,
        "user_facebook_pages FacebookIntegration objects filter user",
        "models",
        "test_the_pages_of_a_user_are_listed",
    ),
    Listed("001", 1, "Core fields page_name Customer Support", "models", "test_a_page_has_the_documented_fields"),
    Listed(
        "001",
        2,
        "Facebook Information psid user_page_scoped_id page",
        "models",
        "test_a_user_has_the_documented_fields",
    ),
    Listed(
        "001",
        3,
        "Message metadata message_id unique_message_id facebook_message_id",
        "models",
        "test_a_message_has_the_documented_fields",
    ),
    Listed(
        "001", 4, "name Welcome Message template_type button", "models", "test_a_template_has_the_documented_fields"
    ),
    Listed("001", 5, "name Welcome Flow flow_type welcome", "models", "test_a_flow_has_the_documented_fields"),
    Listed(
        "001",
        6,
        "api FacebookGraphAPI facebook_page Send text",
        "sending",
        "test_the_graph_api_sends_at_once_and_reads_profiles",
    ),
    Listed(
        "001",
        7,
        "messenger FacebookMessengerService facebook_page Send text",
        "sending",
        "test_the_service_sends_text_image_buttons_and_quick_replies",
    ),
    Listed(
        "001",
        8,
        "handler FacebookWebhookHandler facebook_page Process webhook",
        "webhooks",
        "test_the_handler_takes_every_documented_kind_of_event",
    ),
    Listed(
        "001",
        9,
        "Facebook Integration Settings FACEBOOK_WEBHOOK_VERIFY_TOKEN your_webhook_verify_token",
        "pages",
        "test_the_documented_variables_are_read_from_the_env_file",
    ),
    Listed(
        "001",
        10,
        "python manage py makemigrations facebook_integration",
        "commands",
        "test_makemigrations_and_migrate_have_nothing_to_do",
    ),
    Listed(
        "001",
        11,
        "python manage py setup_facebook_page page",
        "commands",
        "test_a_page_is_set_up_with_its_profile",
    ),
    Listed(
        "001",
        12,
        "python manage py test_facebook_webhook page",
        "commands",
        "test_a_webhook_is_verified_and_subscribed",
    ),
    Listed(
        "001",
        13,
        "from facebook_integration services facebook_api import",
        "sending",
        "test_a_page_that_was_looked_up_sends_a_text",
    ),
    Listed(
        "001",
        14,
        "Send image message messenger send_image",
        "sending",
        "test_image_video_and_file_are_sent_by_address",
    ),
    Listed(
        "001",
        15,
        "Button template message messenger send_button_template",
        "sending",
        "test_button_and_generic_templates_are_sent_as_they_are_written",
    ),
    Listed(
        "001",
        16,
        "message messenger send_quick_reply recipient_psid user_psid",
        "sending",
        "test_quick_replies_keep_their_pictures",
    ),
    Listed(
        "001",
        17,
        "from facebook_integration models import FacebookTemplate",
        "sending",
        "test_a_stored_template_is_made_and_sent_with_its_variables",
    ),
    Listed("001", 18, "python manage py create_facebook_flow page", "commands", "test_a_predefined_flow_is_created"),
    Listed(
        "001",
        19,
        "from facebook_integration models import FacebookConversationFlow",
        "pages",
        "test_the_documented_flow_asks_stores_and_thanks",
    ),
    Listed(
        "001",
        20,
        "messenger configure_page_settings persistent_menu type postback",
        "pages",
        "test_menu_greeting_button_and_questions_are_set_together",
    ),
    Listed("001", 21, "In your conversation flow or", "pages", "test_control_is_passed_to_a_live_agent"),
    Listed("001", 22, "When agent is done success", "pages", "test_control_is_taken_back"),
    Listed("001", 23, "Complete page setup python manage", "commands", "test_a_page_is_set_up_completely"),
    Listed(
        "001", 24, "Test webhook verification python manage", "commands", "test_each_check_of_a_webhook_runs_by_itself"
    ),
    Listed(
        "001",
        25,
        "Show monitoring dashboard python manage",
        "commands",
        "test_the_monitor_shows_pages_errors_flows_and_users",
    ),
    Listed(
        "001",
        26,
        "Create welcome flow python manage",
        "commands",
        "test_all_predefined_flows_are_created_and_replaced",
    ),
    Listed(
        "001",
        27,
        "Signature verification def verify_webhook_signature payload",
        "webhooks",
        "test_webhooks_are_verified_and_checked",
    ),
    Listed(
        "001",
        28,
        "from facebook_integration services facebook_api import",
        "sending",
        "test_the_parts_of_messages_can_be_sent_as_they_are_made",
    ),
    Listed(
        "001",
        29,
        "from facebook_integration services facebook_api import",
        "sending",
        "test_a_rate_limiter_says_when_to_wait",
    ),
    Listed("001", 30, "Check webhook configuration python manage", "commands", "test_a_wrong_verify_token_is_told"),
    Listed("001", 31, "Check page health page FacebookPage", "pages", "test_health_and_connection_of_a_page_are_told"),
    Listed("001", 32, "Check user profile data user", "pages", "test_a_missing_profile_is_fetched_and_kept"),
    Listed(
        "001",
        33,
        "settings py LOGGING version 1",
        "pages",
        "test_the_documented_logging_tells_what_is_done_without_text",
    ),
    Listed("002", 1, "WRONG Global endpoint POST https", "many_pages", "test_the_global_address_is_never_used"),
    Listed(
        "002",
        2,
        "CORRECT Page specific endpoint POST",
        "many_pages",
        "test_each_page_is_subscribed_at_its_own_address",
    ),
    Listed(
        "002",
        3,
        "async subscribePageToWebhook pageId string Page",
        "many_pages",
        "test_subscribing_takes_the_page_its_token_and_the_fields",
    ),
    Listed(
        "002",
        4,
        "Extract page ID from webhook",
        "many_pages",
        "test_a_webhook_finds_its_page_and_the_answer_its_token",
    ),
    Listed(
        "002",
        5,
        "Prevent duplicate message processing await",
        "many_pages",
        "test_a_body_that_comes_many_times_is_one_message",
    ),
    Listed(
        "002",
        6,
        "User clicks Connect Facebook Page",
        "many_pages",
        "test_connecting_stores_subscribes_and_marks_each_page",
    ),
    Listed(
        "002",
        7,
        "Old Connect OAuth route await",
        "many_pages",
        "test_there_is_no_way_to_subscribe_without_a_page",
    ),
    Listed("002", 8, "New Connect OAuth route await", "many_pages", "test_the_new_call_names_the_page_first"),
    Listed("002", 9, "node resubscribe all pages js", "many_pages", "test_all_pages_are_subscribed_anew_by_a_command"),
    Listed(
        "002",
        10,
        "node check all webhook subscriptions",
        "many_pages",
        "test_all_subscriptions_are_checked_by_a_command",
    ),
    Listed(
        "002", 11, "model PageConnection id String id", "many_pages", "test_a_page_connection_is_stored_once_and_sealed"
    ),
    Listed("002", 12, "Via API GET https graph", "many_pages", "test_the_subscription_of_a_page_can_be_read"),
    Listed(
        "002",
        13,
        "1 Update token in database",
        "many_pages",
        "test_a_refreshed_token_is_stored_and_the_page_subscribed_anew",
    ),
    Listed(
        "002", 14, "Chatwoot s message routing def", "many_pages", "test_an_echo_is_routed_to_the_page_that_it_is_about"
    ),
)


@pytest.mark.parametrize("one", LIST, ids=lambda one: one.name)
def test_every_listed_block_has_a_test(one: Listed) -> None:
    assert callable(getattr(import_module(HERE + one.module), one.test, None))


def test_no_test_stands_for_two_blocks() -> None:
    assert len({(one.module, one.test) for one in LIST}) == len({one.name for one in LIST}) == len(LIST)


def test_the_list_names_every_block_of_the_documents() -> None:
    found = blocks()
    if not found:
        pytest.skip("The documents are not here; name their folder with HUBBUB_SEEDS.")
    assert [(one.name, one.first_words) for one in found] == [(one.name, one.words) for one in LIST]
    assert set(REPAIRS) <= {one.name for one in found}
