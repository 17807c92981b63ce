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
