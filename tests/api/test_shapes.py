"""What comes back is what the OpenAPI description promises, name by name and type by type."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from hubbub.api.schemas.channels import Capabilities
from hubbub.api.schemas.common import Error
from hubbub.api.urls import NOUNS
from hubbub.kit.ids import new_id
from hubbub.organizations.models import Role
from tests.api.routes import all_routes
from tests.api.test_permissions import _api, _world
from tests.support.web import Answer

pytestmark = pytest.mark.usefixtures("database")


def _schema(method: str, path: str) -> type[BaseModel]:
    noun, _, rest = path[1:].partition("/")
    view = NOUNS[noun].path_operations[f"/{rest}" if rest else ""]
    [operation] = [one for one in view.operations if method in one.methods]
    models = operation.response_models
    found: type[BaseModel] = next(models[code] for code in (200, 201, 202) if code in models)
    return found


@pytest.mark.parametrize("route", [route for route in all_routes() if route.method == "GET"], ids=str)
def test_an_answer_has_exactly_the_promised_fields(route: Any) -> None:
    world = _world("ours")
    answer: Answer = _api("ours", Role.OWNER, is_operator=True).get(route.at(**world.ids))
    model = _schema(route.method, route.path).model_fields["response"].annotation
    assert isinstance(model, type)
    _check(model, answer.body, str(route))


def _check(model: type[BaseModel], body: dict[str, Any], place: str) -> None:
    """Every promised field is there; nothing else is, but in what is open by description."""
    model.model_validate(body)
    if model is Capabilities:
        return
    assert set(body) == set(model.model_fields), place
    for name, field in model.model_fields.items():
        inner = next((one for one in getattr(field.annotation, "__args__", ()) if isinstance(one, type)), None)
        if isinstance(body[name], list) and inner is not None and issubclass(inner, BaseModel):
            for row in body[name]:
                _check(inner, row, f"{place} {name}")


def test_an_error_has_the_promised_fields() -> None:
    answer = _api("ours", Role.OWNER).get(f"/messages/{new_id()}")
    Error.model_validate(answer.body)
    assert set(answer.body["error"]) == {"code", "sentence", "details"}
