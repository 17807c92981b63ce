"""Deliveries are for operators; events belong to their organisation. Both are cut into days."""

from django.db import migrations

from hubbub.organizations.partitions import first_partitions
from hubbub.organizations.protection import grant, protect, run

DELIVERY = """
CREATE TABLE delivery (
    id uuid NOT NULL, received_at timestamptz NOT NULL, seq bigint GENERATED ALWAYS AS IDENTITY,
    platform varchar(20) NOT NULL, path_channel varchar(255), body bytea NOT NULL, headers jsonb NOT NULL DEFAULT '{}',
    edge varchar(100) NOT NULL DEFAULT '', size_bytes int NOT NULL DEFAULT 0, is_spooled bool NOT NULL DEFAULT false,
    processed_at timestamptz, state varchar(10) NOT NULL DEFAULT 'received', attempts smallint NOT NULL DEFAULT 0,
    event_count int NOT NULL DEFAULT 0, unrouted_count int NOT NULL DEFAULT 0, malformed_count int NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT '', PRIMARY KEY (id, received_at)
) PARTITION BY RANGE (received_at)
"""
EVENT = """
CREATE TABLE event (
    id uuid NOT NULL, organization_id uuid NOT NULL, received_at timestamptz NOT NULL, channel_id uuid NOT NULL,
    delivery_id uuid NOT NULL, body_position int NOT NULL DEFAULT 0, platform varchar(20) NOT NULL,
    kind varchar(40) NOT NULL, event_key varchar(600) NOT NULL, occurred_at timestamptz, state varchar(10) NOT NULL,
    contact_id uuid, conversation_id uuid, message_id uuid, raw jsonb NOT NULL DEFAULT '{}',
    error text NOT NULL DEFAULT '', attempts smallint NOT NULL DEFAULT 1, replay_requested_at timestamptz,
    applied_at timestamptz, milliseconds float8, PRIMARY KEY (id, received_at)
) PARTITION BY RANGE (received_at)
"""


PURGE = """
CREATE FUNCTION purge_remembered() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    purged bigint := 0;
    removed bigint;
BEGIN
    DELETE FROM event_seen WHERE id IN (
        SELECT id FROM event_seen WHERE seen_at < hubbub_now() - interval '9 days' ORDER BY seen_at LIMIT 50000);
    GET DIAGNOSTICS purged = ROW_COUNT;
    DELETE FROM waiting_effect WHERE id IN (
        SELECT id FROM waiting_effect WHERE created_at < hubbub_now() - interval '8 days' LIMIT 50000);
    GET DIAGNOSTICS removed = ROW_COUNT;
    purged := purged + removed;
    DELETE FROM reply_token WHERE id IN (
        SELECT id FROM reply_token WHERE received_at < hubbub_now() - interval '1 day' LIMIT 50000);
    GET DIAGNOSTICS removed = ROW_COUNT;
    purged := purged + removed;
    DELETE FROM security_event WHERE id IN (
        SELECT id FROM security_event WHERE hour < hubbub_now() - interval '90 days' LIMIT 50000);
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN purged + removed;
END $$
"""
"""What is remembered for some days only, for all organisations; called once an hour by the jobs process."""


class Migration(migrations.Migration):
    dependencies = [("inbound", "0001_initial"), ("conversations", "0002_protection")]
    operations = [
        run(
            [
                "DROP TABLE event",
                "DROP TABLE delivery",
                DELIVERY,
                "CREATE INDEX delivery_waiting ON delivery (seq) WHERE processed_at IS NULL",
                *first_partitions("delivery"),
                EVENT,
                "CREATE INDEX event_recent ON event (organization_id, received_at DESC, id DESC)",
                "CREATE INDEX event_dead ON event (organization_id, received_at DESC) WHERE state IN ('dead', 'malformed', 'unknown')",
                "CREATE INDEX event_replay ON event (replay_requested_at) WHERE replay_requested_at IS NOT NULL",
                *first_partitions("event"),
                "ALTER TABLE delivery ENABLE ROW LEVEL SECURITY",
                "ALTER TABLE delivery FORCE ROW LEVEL SECURITY",
                "CREATE POLICY machines ON delivery TO {edge}, {inbound}, {migrator} USING (true) WITH CHECK (true)",
                "CREATE POLICY operators ON delivery TO {web} USING (current_setting('hubbub.operator', true) = 'on')",
                "GRANT INSERT, SELECT (id, received_at) ON delivery TO {edge}",
                # What a program of the organisation hands in speaks for that organisation alone.
                """CREATE POLICY handed_in ON delivery FOR INSERT TO {web}
                     WITH CHECK (headers ->> 'hubbub-signed-for' = current_setting('hubbub.organization', true))""",
                "GRANT INSERT ON delivery TO {web}",
                PURGE,
                "REVOKE ALL ON FUNCTION purge_remembered() FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION purge_remembered() TO {jobs}",
            ]
        ),
        grant("delivery", {"inbound": "SELECT, UPDATE", "web": "SELECT"}),
        protect(
            "event",
            grants={"web": "SELECT, UPDATE, DELETE", "inbound": "SELECT, INSERT, UPDATE", "jobs": "SELECT"},
            spanning=("inbound",),
        ),
        protect(
            "event_seen",
            grants={"inbound": "SELECT, INSERT, DELETE", "web": "SELECT, DELETE"},
            spanning=("inbound",),
            references={"channel_id": "channel"},
        ),
    ]
