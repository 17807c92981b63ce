"""Whoever asks, and their colleagues."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from hubbub.api.router import StrictSchema

RoleName = Literal["owner", "admin", "manager", "agent", "viewer"]
LanguageTag = Annotated[str, Field(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,4})?)?$", max_length=10)]


class Person(Schema):
    id: UUID
    name: str
    email: str
    language: str = Field(description="Of the screens; empty: as the browser asks.")


class Business(Schema):
    id: UUID
    name: str
    slug: str


class Features(Schema):
    has_push: bool = Field(description="Whether notifications can be pushed to this person's devices.")


class Me(Schema):
    user: Person | None = Field(description="null: a machine's key asks.")
    organization: Business
    role: RoleName
    permissions: list[str]
    csrf_token: str = Field(description="To send as X-CSRFToken with every change.")
    vapid_public_key: str | None
    features: Features


class MeChange(StrictSchema):
    """Only what is given is changed."""

    name: Annotated[str, Field(min_length=1, max_length=150)] | None = None
    language: LanguageTag | None = None


class Member(Schema):
    user_id: UUID
    name: str
    email: str
    role: RoleName
    is_active: bool = Field(description="Off: may no longer sign in here.")


class Members(Schema):
    items: list[Member]
    next_cursor: str | None
