"""The web process as a WSGI callable."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application

from hubbub.kit.logging import configure
from hubbub.settings.environment import environment

configure(environment().log_level, json=environment().log_json, process="web")
application = get_wsgi_application()
