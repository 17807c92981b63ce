"""What every documented model shares: attributes with the documented names, and saving inside the organisation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models.functions import Now

from facebook_integration.mapping.names import Name, hub_words
from facebook_integration.mapping.scope import acting_for


class Documented(property):
    """A documented name as an attribute. Django takes properties as keyword arguments of a model."""

    def __init__(self, name: Name) -> None:
        super().__init__(name.read, name.write)


class DocumentedModel:
    """Mixed into proxy models; `documented` is their table."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...

    documented: ClassVar[Mapping[str, Name]] = {}
    shown: ClassVar[Mapping[str, Any]] = {}
    """Which of the hub's rows these are; new ones are made so."""
    writes_plainly: ClassVar[bool] = True
    deletes_plainly: ClassVar[bool] = True

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name, entry in cls.documented.items():
            setattr(cls, name, Documented(entry))

    @classmethod
    def make(cls, values: Mapping[str, Any]) -> Any:
        """A new row, in the scope of its organisation."""
        row: Any = cls(**values)
        row.save(force_insert=True)
        return row

    def complete(self: Any) -> None:
        """What the hub needs of a new row besides what is documented."""
        with acting_for(self.__dict__.get("organization_id")) as organization:
            self.organization_id = organization
        for name, value in self.shown.items():
            self.__dict__.setdefault(name, value)
            if not self.__dict__[name]:
                self.__dict__[name] = value

    def save(self: Any, *args: Any, **options: Any) -> None:
        """As documented, inside the organisation's scope. `update_fields` takes documented names."""
        with acting_for(self.__dict__.get("organization_id"), user=self.__dict__.get("_documented_user")):
            if self._state.adding:
                self.complete()
            if options.get("update_fields") is not None:
                options["update_fields"] = self.hub_fields(options["update_fields"])
            if self.__dict__.pop("_secrets_changed", False):
                setattr(self, "secrets_changed_at", Now())  # noqa: B010 - only channels have it
            with hub_words():
                self.store(*args, **options)
            for owner in self.__dict__.pop("_behind", {}).values():
                owner.save()

    def store(self: Any, *args: Any, **options: Any) -> None:
        """Write the row."""
        super().save(*args, **options)  # type: ignore[misc]

    def delete(self: Any, *args: Any, **options: Any) -> Any:
        """Inside the organisation's scope."""
        with acting_for(self.__dict__.get("organization_id")):
            return self.remove(*args, **options)

    def remove(self: Any, *args: Any, **options: Any) -> Any:
        """Take the row away."""
        return super().delete(*args, **options)  # type: ignore[misc]

    def refresh_from_db(self: Any, using: Any = None, fields: Any = None, from_queryset: Any = None) -> None:
        """As it stands now. `fields` takes documented names."""
        names = self.hub_fields(fields) if fields is not None else None
        with acting_for(self.__dict__.get("organization_id")), hub_words():
            super().refresh_from_db(using=using, fields=names, from_queryset=from_queryset)  # type: ignore[misc]

    @classmethod
    def hub_fields(cls, names: Iterable[str]) -> list[str]:
        """The hub's fields that hold these documented ones."""
        found = [
            field
            for name in names
            for field in (cls.documented[name].hub_fields if name in cls.documented else (name,))
        ]
        known = {field.name for field in cls._meta.get_fields()}  # type: ignore[attr-defined]
        return [name for name in dict.fromkeys(found) if name in known or name.endswith("_id")]
