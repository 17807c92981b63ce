"""A Django view that verifies the signature and stores the delivery with one ORM INSERT, before it answers."""

from __future__ import annotations

import hashlib
import hmac
import os
import uuid
from datetime import UTC, datetime
from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from hubbub.settings.database import django_database

SECRET = os.environ.get("BENCH_SECRET", "").encode()

settings.configure(
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": django_database(os.environ["BENCH_DATABASE_URL"], pool_size=12)},
    USE_TZ=True,
    LOGGING_CONFIG=None,
)
django.setup()


class RawDelivery(models.Model):
    """The product's table, as far as the view fills it."""

    id = models.UUIDField(primary_key=True)
    received_at = models.DateTimeField()
    platform = models.CharField(max_length=20)
    headers = models.JSONField()
    body = models.BinaryField()
    edge = models.CharField(max_length=100)
    size_bytes = models.IntegerField()

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "delivery"

    def __str__(self) -> str:
        return str(self.id)


@csrf_exempt
def receive(request: HttpRequest) -> HttpResponse:
    expected = "sha256=" + hmac.new(SECRET, request.body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get("X-Hub-Signature-256", "")):
        return HttpResponse(status=403)
    delivery = RawDelivery(
        id=uuid.uuid4(),
        received_at=datetime.now(UTC),
        platform="facebook",
        headers={"user-agent": request.headers.get("User-Agent", "")},
        body=request.body,
        edge="django",
        size_bytes=len(request.body),
    )
    delivery.save(force_insert=True)
    return HttpResponse("ok")


def health(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns: list[Any] = [path("", health), path("webhooks/facebook", receive)]
application = get_wsgi_application()
