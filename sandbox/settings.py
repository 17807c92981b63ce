"""What a test can switch while the sandbox runs (``PUT /_sandbox/settings``)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

RETRIES = (0.2, 0.5, 1.0, 2.0, 3.0, 5.0)


@dataclass(slots=True)
class Settings:
    """Every switch with its default. Durations are seconds, unless the name says otherwise."""

    limits: bool = True
    """Rate limits and quotas of the platforms."""
    callbacks: bool = True
    """Webhooks that follow a send of the hub: echoes, deliveries, statuses, reads."""
    auto_deliver: bool = True
    auto_read: bool = False
    require_proof: bool = True
    """``appsecret_proof`` on Graph calls (an app can be exempted too)."""
    latency_ms: int = 0
    """Added to every call's answer."""
    keep_order: bool = True
    """Webhooks of one conversation one after another; off: all at once."""
    concurrency: int = 64
    """Webhook requests under way at once."""
    retries: list[float] = field(default_factory=lambda: list(RETRIES))
    """Pauses between attempts of one webhook; the last one repeats until ``retry_for``."""
    retry_for: float = 7 * 86400.0
    """Give a webhook up this long after its first attempt."""
    unsubscribe_after: float = 3600.0
    """Meta unsubscribes a Page or Instagram account whose messaging webhooks failed for this long."""
    meta_timeout: float = 5.0
    line_timeout: float = 2.0
    auto_approve_templates: bool = True
    resolve_media: bool = True
    """Fetch media URLs that can be reached (loopback, ``origins``, ``/_sandbox/urls``)."""
    origins: dict[str, str] = field(default_factory=dict)
    """Public origin → where it really is. A listed origin counts as HTTPS and public."""
    trust_new_version: str = "v26.0"
    """The newest Graph version that exists."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def change(self, values: dict[str, Any]) -> None:
        """Raises ValueError with a sentence for an unknown name or a value of the wrong type."""
        known = {item.name: item for item in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"There is no setting {name!r}. Choose from: {', '.join(sorted(known))}.")
            setattr(self, name, _converted(name, value, getattr(self, name)))


def _converted(name: str, value: Any, current: Any) -> Any:
    if isinstance(current, bool):
        if value in ("on", "off"):
            return value == "on"
        if isinstance(value, bool):
            return value
        raise ValueError(f"{name} must be on or off.")
    if isinstance(current, (int, float)) and isinstance(value, (int, float)) and not isinstance(value, bool):
        return type(current)(value)
    if type(value) is type(current):
        return value
    raise ValueError(f"{name} must be a {type(current).__name__}.")
