"""Fields that every tenant table shares: ids made before insert, references inside one organisation, sealed values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import IsNull

from hubbub.kit.envelope import Envelope
from hubbub.kit.errors import ConfigurationError
from hubbub.kit.ids import new_id
from hubbub.settings.environment import environment

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


def envelope() -> Envelope:
    """The envelope made of the configured keys."""
    return environment().envelope


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A reference inside one organisation.

    The database constraint is the composite one, (organization_id, id), which `protection.protect()` adds in the
    migration; a plain one would let a row point across organisations.
    """

    def __init__(self, to: Any, on_delete: Any, **options: Any) -> None:
        options["db_constraint"] = False
        super().__init__(to, on_delete, **options)


class TenantModel(models.Model):
    """A row that belongs to one organisation and is hidden from all others by row-level security."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", db_index=False
    )

    class Meta:
        abstract = True


class TenantPart(TenantModel):
    """A row that is part of another tenant row: its composite reference vouches for the organisation.

    A constraint of its own on the organisation would be checked for every row of the busiest tables, and never fail.
    """

    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        abstract = True


class Sealed:
    """A value that is decrypted only when somebody asks for it."""

    __slots__ = ("_plain", "token")

    def __init__(self, token: str | None = None, plain: Any = None) -> None:
        self.token = token
        self._plain = plain

    def reveal(self, context: tuple[str, ...]) -> Any:
        """The plain value; raises `Unopenable` when the token was moved or changed."""
        if self.token is not None and self._plain is None:
            self._plain = orjson.loads(envelope().open(self.token, context=context))
        return self._plain

    def __repr__(self) -> str:
        return "Sealed(…)"


class SealedAttribute:
    """Reads decrypt lazily; writes keep the plain value until `pre_save` seals it."""

    def __init__(self, field: SealedField) -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type | None = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        stored = instance.__dict__[name]
        return stored.reveal(self.field.context(instance)) if isinstance(stored, Sealed) else stored

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(models.TextField[Any, Any]):
    """JSON, sealed with AES-256-GCM and bound to organisation, row and field.

    It can be read, assigned and saved. Lookups, `update()` and `values()` raise: there is nothing to compare, and
    they would write or hand out something that is not sealed. What must be found has an HMAC column beside it.
    """

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, SealedAttribute(self))

    def context(self, instance: models.Model) -> tuple[str, ...]:
        """What the sealed value is bound to."""
        return (str(instance.organization_id), str(instance.pk), self.attname)  # type: ignore[attr-defined]

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: ARG002
        stored = model_instance.__dict__.get(self.attname)
        if stored is None:
            return None
        if isinstance(stored, Sealed) and stored.token is not None:
            return stored
        plain = stored.reveal(()) if isinstance(stored, Sealed) else stored
        sealed = Sealed(envelope().seal(orjson.dumps(plain), context=self.context(model_instance)), plain)
        model_instance.__dict__[self.attname] = sealed
        return sealed

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:  # noqa: ARG002
        if value is None:
            return None
        if not isinstance(value, Sealed) or value.token is None:
            raise FieldError(f"{self.name} is sealed: assign it on the object and save(); update() cannot seal it.")
        return value.token

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Sealed | None:  # noqa: ARG002
        return None if value is None else SealedToken(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return IsNull
        raise FieldError(f"{self.name} is sealed and cannot be looked up; use its HMAC column.")

    def get_transform(self, lookup_name: str) -> type[models.Transform] | None:
        raise FieldError(f"{self.name} is sealed and cannot be transformed ({lookup_name}).")


class SealedToken(Sealed):
    """As read from the database. `values()` would hand this out: it shows nothing and refuses to be serialised."""

    def __str__(self) -> str:
        raise ConfigurationError("A sealed value was read with values(); read it from the object instead.")


def blind_index(value: str, purpose: str) -> str:
    """The HMAC under which a sealed value can be found."""
    return envelope().blind_index(value, purpose=purpose)
