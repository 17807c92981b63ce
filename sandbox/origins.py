"""Public origins of the test's hub: what counts as HTTPS and public, and where it really is."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from sandbox.settings import Settings


def as_public(settings: Settings, value: Any) -> Any:
    """The value with every trusted ``http://`` origin written as ``https://``, so that the checks take it."""
    trusted = tuple(origin for origin in settings.origins if origin.startswith("http://"))
    return _rewritten(value, trusted) if trusted else value


def _rewritten(value: Any, trusted: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        return f"https://{value[7:]}" if value.startswith(trusted) else value
    if isinstance(value, dict):
        return {key: _rewritten(item, trusted) for key, item in value.items()}
    if isinstance(value, list):
        return [_rewritten(item, trusted) for item in value]
    return value


def real_url(settings: Settings, url: str) -> str:
    """Where the URL really is."""
    parts = urlsplit(url)
    real = settings.origins.get(f"{parts.scheme}://{parts.netloc}")
    if real is None:
        return url
    return real.rstrip("/") + url[len(f"{parts.scheme}://{parts.netloc}") :]
