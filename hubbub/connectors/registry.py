"""Which connectors exist. A new platform is one folder and one line here."""

from __future__ import annotations

from hubbub.connectors.base import Connector
from hubbub.connectors.instagram.connector import InstagramConnector
from hubbub.connectors.line.connector import LineConnector
from hubbub.connectors.messenger.connector import MessengerConnector
from hubbub.connectors.whatsapp.connector import WhatsAppConnector
from hubbub.kit.errors import NotFound

CONNECTORS: dict[str, Connector] = {
    connector.platform: connector
    for connector in (MessengerConnector(), InstagramConnector(), WhatsAppConnector(), LineConnector())
}
PLATFORMS: tuple[str, ...] = tuple(CONNECTORS)


def connector_for(platform: str) -> Connector:
    """The connector of a platform name ("facebook", "instagram", "whatsapp", "line"); NotFound for any other."""
    connector = CONNECTORS.get(platform)
    if connector is None:
        raise NotFound(f"There is no platform called {platform!r}; use one of {', '.join(PLATFORMS)}.")
    return connector
