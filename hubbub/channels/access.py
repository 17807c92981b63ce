"""How to call a channel's platform: credentials and addresses as one value, and the client that may go there."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from hubbub.channels.models import Channel
from hubbub.connectors.messages import ApiRequest, ApiResponse, ChannelAccess, Credentials
from hubbub.kit.http import HttpClient, HttpFile, HttpRequest
from hubbub.settings.environment import Environment, environment

CALL_SECONDS = 20.0
MOST_CONNECTIONS = 160
"""More than a sender has calls under way."""


def access_to(channel: Channel) -> ChannelAccess:
    """The channel's access, with secrets: never log it. The environment's app secret stands in for a missing one."""
    settings = environment()
    return ChannelAccess(
        external_id=channel.external_id,
        parent_external_id=channel.parent_external_id,
        credentials=Credentials(values=_credentials(channel, settings)),
        base_url=_base_url(channel, settings),
        data_url=settings.platform_urls.line_data,
        api_version=settings.facebook_graph_api_version,
        settings=channel.settings,
    )


def _credentials(channel: Channel, settings: Environment) -> dict[str, str]:
    stored: dict[str, Any] = channel.credentials or {}
    values = {name: str(value) for name, value in stored.items()}
    if not values.get("app_secret") and (secrets := settings.signing_secrets(channel.platform)):
        values["app_secret"] = secrets[0].decode()
        if not values.get("app_id") and settings.facebook_app_id:
            values["app_id"] = settings.facebook_app_id
    return values


def _base_url(channel: Channel, settings: Environment) -> str:
    urls = settings.platform_urls
    if channel.platform == "line":
        return urls.line
    is_instagram_login = (channel.credentials or {}).get("flavour") == "instagram_login"
    return urls.instagram_graph if is_instagram_login else urls.graph


@lru_cache(maxsize=1)
def platform_client() -> HttpClient:
    """The one client of this process. Private addresses are refused, but for the platforms' own configured origins."""
    settings = environment()
    return HttpClient(
        timeout=CALL_SECONDS,
        private_origins=settings.platform_urls.origins,
        private_hosts=settings.private_hosts,
        max_connections=MOST_CONNECTIONS,
    )


def http_request(request: ApiRequest) -> HttpRequest:
    """A connector's request as the client takes it; a part without a file name is a plain form field."""
    return HttpRequest(
        method=request.method,
        url=request.url,
        headers=request.headers,
        body=request.body,
        form={part.name: part.content.decode() for part in request.files if not part.file_name},
        files={
            part.name: HttpFile(name=part.file_name, content=part.content, content_type=part.content_type)
            for part in request.files
            if part.file_name
        },
    )


def call(request: ApiRequest) -> ApiResponse:
    """Make one call. Raises NotSent or AnswerLost (hubbub.kit.http)."""
    answer = platform_client().send(http_request(request))
    return ApiResponse(status=answer.status, headers=answer.headers, body=answer.body, elapsed_ms=answer.elapsed_ms)
