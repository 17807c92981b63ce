"""Rows of one organisation do not exist for another."""

from __future__ import annotations

import json

import psycopg
import pytest
from django.core.exceptions import FieldError
from django.db import DatabaseError, connection, transaction

from hubbub.channels.models import Channel
from hubbub.kit.envelope import Unopenable
from hubbub.kit.errors import ConfigurationError
from hubbub.organizations.models import Organization, Project
from hubbub.organizations.scope import organization_scope
from hubbub.processes.roles import PROCESSES, refuse_dangerous_role
from hubbub.settings.database import logins
from tests.support import world
from tests.support.factories import make_channel, make_tenant
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")

WITHOUT_TENANT_POLICY = {"delivery"}
"""Has no tenant; its own policies let in machines and operators only."""


def test_another_organisation_does_not_see_a_channel() -> None:
    ours, theirs = make_tenant(), make_tenant()
    channel = make_channel(ours)
    with organization_scope(theirs.id):
        assert not Channel.objects.filter(id=channel.id).exists()
    with organization_scope(ours.id):
        assert Channel.objects.filter(id=channel.id).exists()


def test_without_a_scope_nothing_is_seen() -> None:
    make_channel(make_tenant())
    assert Channel.objects.count() == 0
    assert Organization.objects.count() == 0


def test_the_scope_ends_with_its_transaction() -> None:
    tenant = make_tenant()
    with organization_scope(tenant.id):
        assert Project.objects.count() == 1
    assert Project.objects.count() == 0


def test_a_row_cannot_point_into_another_organisation() -> None:
    ours, theirs = make_tenant(), make_tenant()
    with pytest.raises(DatabaseError), organization_scope(ours.id):
        Channel.objects.create(
            organization=ours.organization, project=theirs.project, platform="line", external_id="U-foreign"
        )


def test_a_row_cannot_be_written_for_another_organisation() -> None:
    ours, theirs = make_tenant(), make_tenant()
    with pytest.raises(DatabaseError), organization_scope(ours.id):
        Project.objects.create(organization=theirs.organization, name="x", slug="x")


def test_every_table_with_an_organisation_has_forced_row_level_security() -> None:
    with psycopg.connect(world.admin_url()) as admin:
        rows = admin.execute(
            """SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
                      EXISTS (SELECT FROM pg_policies p WHERE p.tablename = c.relname AND p.policyname = 'tenant')
                 FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
                WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace"""
        ).fetchall()
    assert len(rows) > 25
    assert [row[0] for row in rows if row[1:] != (True, True, True)] == []


def test_no_process_role_can_step_round_row_level_security() -> None:
    for process in PROCESSES:
        if process == "migrator":
            continue
        with psycopg.connect(logins().url_for(process)) as connected:
            refuse_dangerous_role(connected, logins().role_of(process))


def test_the_edge_role_touches_two_relations() -> None:
    role = logins().role_of("edge")
    with psycopg.connect(world.admin_url()) as admin:
        rows = admin.execute(
            "SELECT DISTINCT table_name FROM information_schema.role_table_grants WHERE grantee = %s"
            " UNION SELECT DISTINCT table_name FROM information_schema.column_privileges WHERE grantee = %s",
            [role, role],
        ).fetchall()
    assert sorted(row[0] for row in rows) == ["delivery", "edge_secret"]


def test_the_web_reads_raw_deliveries_only_as_operator() -> None:
    with acting_as("edge") as edge, edge.cursor() as cursor:
        cursor.execute(
            "INSERT INTO delivery (id, received_at, platform, body)"
            " VALUES (gen_random_uuid(), statement_timestamp(), 'line', '\\x00')"
        )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM delivery")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT set_config('hubbub.operator', 'on', true)")
        cursor.execute("SELECT count(*) > 0 FROM delivery")
        assert cursor.fetchone() == (True,)


def test_a_sealed_value_opens_in_its_own_row_only() -> None:
    tenant = make_tenant()
    one = make_channel(tenant, credentials={"access_token": "one"})
    other = make_channel(tenant, credentials={"access_token": "other"})
    with organization_scope(tenant.id):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE channel SET credentials = (SELECT credentials FROM channel WHERE id = %s) WHERE id = %s",
                [other.id, one.id],
            )
        assert Channel.objects.get(id=other.id).credentials == {"access_token": "other"}
        with pytest.raises(Unopenable):
            _ = Channel.objects.get(id=one.id).credentials


def test_a_sealed_value_cannot_be_updated_or_looked_up_around_its_seal() -> None:
    tenant = make_tenant()
    make_channel(tenant)
    with pytest.raises(FieldError), organization_scope(tenant.id):
        Channel.objects.update(credentials={"access_token": "x"})
    with pytest.raises(FieldError), organization_scope(tenant.id):
        Channel.objects.filter(credentials="x").exists()


def test_values_hands_out_a_sealed_value_that_cannot_be_printed_or_serialised() -> None:
    tenant = make_tenant()
    make_channel(tenant, credentials={"access_token": "secret"})
    with organization_scope(tenant.id):
        row = Channel.objects.values("credentials")[0]
    assert "secret" not in repr(row)
    with pytest.raises(ConfigurationError):
        str(row["credentials"])
    with pytest.raises(TypeError):
        json.dumps(row)


def test_saving_a_row_again_keeps_its_sealed_values() -> None:
    tenant = make_tenant()
    channel = make_channel(tenant, credentials={"access_token": "kept"})
    with organization_scope(tenant.id):
        again = Channel.objects.get(id=channel.id)
        again.name = "renamed"
        again.save()
        assert Channel.objects.get(id=channel.id).credentials == {"access_token": "kept"}
