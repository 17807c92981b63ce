"""Where files are kept: a bucket when one is named, else a directory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hubbub.settings.environment import environment


def file_store(bucket: str | None, directory: Path) -> dict[str, Any]:
    """One entry of Django's STORAGES."""
    if not bucket:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": directory}}
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "endpoint_url": environment().media_s3_endpoint or None,
            "default_acl": None,
            "querystring_auth": True,
        },
    }
