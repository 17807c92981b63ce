"""Settings of the test run: the same product, quicker password hashing."""

from hubbub.settings.base import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
