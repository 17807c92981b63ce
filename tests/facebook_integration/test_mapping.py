"""The table against the methods: every documented name of every model, wherever a name can stand."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db.models import Count, F, Q

from facebook_integration import models
from facebook_integration.mapping.scope import for_organization
from tests.support.factories import make_tenant, unique_external_id

pytestmark = pytest.mark.usefixtures("database")
WRITTEN = ("FacebookPage", "FacebookIntegration", "FacebookUser", "FacebookMessage", "FacebookTemplate")
READ_ONLY = {"message_id"}
"""A row keeps its id."""


@pytest.fixture(autouse=True)
def rows() -> Any:
    with for_organization(make_tenant().organization.slug):
        page = models.FacebookPage.objects.create(
            page_id=unique_external_id("facebook"), page_name="Shop", page_access_token="t", status="active"
        )
        user = models.FacebookUser.objects.create(page=page, psid="p", first_name="Ann", last_name="Lee", gender="f")
        models.FacebookMessage.objects.create(page=page, user=user, text="Hi", attachment_url="https://x.example/a.png")
        models.FacebookTemplate.objects.create(
            name="T", page=page, template_type="button", template_data={"text": "Hi"}, variables=["a"]
        )
        yield


NAMES = [(model, name) for model in WRITTEN for name in getattr(models, model).documented]


@pytest.mark.parametrize(("model", "name"), NAMES)
def test_a_documented_name_works_in_every_method(model: str, name: str) -> None:
    documented: Any = getattr(models, model)
    entry, objects = documented.documented[name], documented.objects
    row = objects.get()
    value = getattr(row, name)
    if entry.is_sealed:
        with pytest.raises(FieldError, match="sealed"):
            objects.filter(**{name: value})
    else:
        _is_read(objects, row, name, value)
    if name not in READ_ONLY:
        _is_written(objects, row, name, value)


def _is_read(objects: Any, row: Any, name: str, value: Any) -> None:
    plain = getattr(value, "pk", value)
    if value is not None:
        assert objects.get(**{name: value}) == row
        assert not objects.exclude(**{name: value}).exists()
        assert objects.filter(Q(**{name: value}) | Q(pk=None)).count() == 1
        assert objects.aggregate(n=Count(name)) == {"n": 1}
    assert objects.order_by(f"-{name}").first() == row
    assert objects.values(name).get() == {name: plain}
    assert objects.values_list(name, flat=True).get() == plain
    assert objects.annotate(copied=F(name)).get().copied == plain
    assert getattr(objects.only(name).get(), name) == value
    assert getattr(objects.defer(name).get(), name) == value


def _is_written(objects: Any, row: Any, name: str, value: Any) -> None:
    if name not in ("user", "facebook_user") or "conversation__" not in row.documented[name].path:
        assert objects.filter(pk=row.pk).update(**{name: value}) == 1
    setattr(row, name, value)
    row.save(update_fields=[name])
    row.refresh_from_db()
    assert getattr(row, name) == value
