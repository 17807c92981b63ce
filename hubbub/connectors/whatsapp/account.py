"""Our own number, and the webhooks of its account.

https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/phone-numbers
https://developers.facebook.com/documentation/business-messaging/whatsapp/solution-providers/manage-webhooks
"""

from __future__ import annotations

from hubbub.connectors.messages import AccountInfo, ApiRequest, ApiResponse, ChannelAccess
from hubbub.connectors.meta.graph import GraphRefused, graph_request, need_object
from hubbub.connectors.whatsapp.errors import PLATFORM
from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import as_id, as_list, as_text, dig

ACCOUNT_FIELDS = (
    "id,display_phone_number,verified_name,status,quality_rating,code_verification_status,name_status,platform_type,"
    "throughput,is_on_biz_app,is_official_business_account,account_mode,whatsapp_business_manager_messaging_limit"
)
QUOTA_FIELDS = {
    "messaging_limit": "whatsapp_business_manager_messaging_limit",
    "quality_rating": "quality_rating",
    "throughput": "throughput",
}
CORE_FIELDS = ("messages",)
OPTIONAL_FIELDS = (
    "message_template_status_update",
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
    "account_update",
    "account_alerts",
    "account_review_update",
    "business_capability_update",
    "phone_number_quality_update",
    "phone_number_name_update",
    "business_username_update",
    "security",
    "user_preferences",
    "calls",
    "smb_message_echoes",
    "smb_app_state_sync",
    "history",
    "standby",
    "messaging_handovers",
    "flows",
    "payment_configuration_update",
    "partner_solutions",
    "automatic_events",
    "group_lifecycle_update",
    "group_participants_update",
    "group_settings_update",
    "group_status_update",
)
SUBSCRIBED_APPS = "/{waba-id}/subscribed_apps"


def account_request(access: ChannelAccess) -> ApiRequest:
    return graph_request(
        access,
        "GET",
        (access.external_id,),
        endpoint="/{phone-number-id}",
        purpose="probe",
        query={"fields": ACCOUNT_FIELDS},
        is_repeatable=True,
    )


def read_account(access: ChannelAccess, response: ApiResponse) -> AccountInfo:
    """Raises `InvalidInput` with WhatsApp's reason."""
    try:
        answer = need_object(response, PLATFORM)
    except GraphRefused as refused:
        raise InvalidInput(refused.sentence, details=refused.details) from None
    external_id = as_id(answer.get("id"))
    number = as_text(answer.get("display_phone_number"), limit=50) or ""
    if external_id != access.external_id:
        raise InvalidInput("This token belongs to another WhatsApp number. Check the phone number id and the token.")
    return AccountInfo(
        external_id=external_id,
        name=as_text(answer.get("verified_name"), limit=255) or number,
        username=number or None,
        parent_external_id=access.parent_external_id or None,
        quota={name: answer[key] for name, key in QUOTA_FIELDS.items() if key in answer},
        extra={name: value for name, value in answer.items() if name != "id"},
    )


def subscribe_request(access: ChannelAccess) -> ApiRequest:
    """Per account; which fields come is set once for the app, in its dashboard."""
    return _subscription(access, "POST")


def unsubscribe_request(access: ChannelAccess) -> ApiRequest:
    return _subscription(access, "DELETE")


def subscriptions_request(access: ChannelAccess) -> ApiRequest:
    return _subscription(access, "GET")


def _subscription(access: ChannelAccess, method: str) -> ApiRequest:
    if not access.parent_external_id:
        raise InvalidInput("The WhatsApp Business account id is missing. Enter it beside the phone number id.")
    return graph_request(
        access,
        method,
        (access.parent_external_id, "subscribed_apps"),
        endpoint=SUBSCRIBED_APPS,
        purpose="probe" if method == "GET" else "action",
        is_repeatable=True,
    )


def read_subscriptions(access: ChannelAccess, response: ApiResponse) -> tuple[str, ...]:
    """An account has no fields of its own: when an app is subscribed, it gets those of the app; we name the core ones.

    With `app_id` among the credentials just that app counts. Raises `GraphRefused`.
    """
    answer = need_object(response, PLATFORM)
    apps = [as_id(dig(one, "whatsapp_business_api_data", "id")) for one in as_list(answer.get("data"))]
    ours = access.credentials.get("app_id")
    is_subscribed = ours in apps if ours else any(apps)
    return CORE_FIELDS if is_subscribed else ()
