"""Channels belong to one organisation; the edge sees their signing secrets through one view, and nothing else."""

from django.db import migrations

from hubbub.organizations.partitions import first_partitions
from hubbub.organizations.protection import identity_key, protect, run

ALL = "SELECT, INSERT, UPDATE, DELETE"

PLATFORM_CALL = """
CREATE TABLE platform_call (
    id uuid NOT NULL, organization_id uuid NOT NULL, at timestamptz NOT NULL DEFAULT statement_timestamp(),
    channel_id uuid, message_id uuid, platform varchar(20) NOT NULL, purpose varchar(20) NOT NULL,
    method varchar(8) NOT NULL, endpoint varchar(200) NOT NULL, status int, outcome varchar(20) NOT NULL,
    code varchar(60) NOT NULL DEFAULT '', platform_code varchar(60) NOT NULL DEFAULT '',
    trace_id varchar(120) NOT NULL DEFAULT '', milliseconds float8, usage_percent int,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at)
"""
EDGE_VIEW = """
CREATE VIEW edge_secret AS
SELECT id AS channel_id, organization_id, platform, external_id, parent_external_id, signing_secrets, verify_token,
       status <> 'disconnected' AS is_active, secrets_changed_at
  FROM channel
"""
# A channel that is switched off sends nothing, but what comes in is kept: so its webhooks are still verified.
SECRETS_CHANGED = """
CREATE FUNCTION note_changed_secrets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT'
       OR (NEW.platform, NEW.external_id, NEW.parent_external_id, NEW.signing_secrets, NEW.verify_token, NEW.status)
          IS DISTINCT FROM
          (OLD.platform, OLD.external_id, OLD.parent_external_id, OLD.signing_secrets, OLD.verify_token, OLD.status)
    THEN
        NEW.secrets_changed_at := clock_timestamp();
    ELSE
        NEW.secrets_changed_at := OLD.secrets_changed_at;
    END IF;
    RETURN NEW;
END $$
"""
"""The edges ask for what changed since they last asked: whoever writes a channel cannot forget to say so."""

CLAIM_SYNCS = """
CREATE FUNCTION claim_due_syncs(every interval, most int)
RETURNS TABLE (organization_id uuid, channel_id uuid, platform text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE channel c SET sync_due_at = hubbub_now() + every * random()
     WHERE c.id IN (SELECT n.id FROM channel n
                     WHERE (n.sync_due_at IS NULL OR n.sync_due_at > hubbub_now() + every * 1.25)
                       AND n.status IN ('connected', 'paused', 'error')
                     ORDER BY n.id FOR NO KEY UPDATE SKIP LOCKED);
    RETURN QUERY
    UPDATE channel c SET sync_due_at = hubbub_now() + every * (1 + random() / 4)
     WHERE c.id IN (SELECT d.id FROM channel d
                     WHERE d.sync_due_at <= hubbub_now() AND d.status IN ('connected', 'paused', 'error')
                     ORDER BY d.sync_due_at LIMIT most FOR NO KEY UPDATE SKIP LOCKED)
    RETURNING c.organization_id, c.id, c.platform::text;
END $$
"""
"""Whose turn it is to be asked, in any organisation: ids only, each once an interval however many ask. A channel that has
no time yet, or one of a longer interval than today's, gets a time within the next interval, so that they spread."""

CHANNELS_GO_ON = """
CREATE FUNCTION pass_channels_on() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    gone uuid := (to_jsonb(OLD) ->> CASE TG_TABLE_NAME WHEN 'membership' THEN 'user_id' ELSE 'id' END)::uuid;
    left_organization uuid := (to_jsonb(OLD) ->> 'organization_id')::uuid;
BEGIN
    UPDATE channel c
       SET owner_id = (SELECT m.user_id FROM membership m
                        WHERE m.organization_id = c.organization_id AND m.is_active AND m.user_id <> gone
                          AND (m.projects = '[]' OR m.projects @> to_jsonb(c.project_id::text))
                        ORDER BY array_position(ARRAY['owner', 'admin', 'manager', 'agent', 'viewer'], m.role::text),
                                 m.created_at, m.id
                        LIMIT 1)
     WHERE c.owner_id = gone AND (left_organization IS NULL OR c.organization_id = left_organization);
    RETURN OLD;
END $$
"""
"""Whoever takes a person out of an organisation, or deletes them: their channels pass to another member who may see them,
the highest role and the longest membership first; to nobody where there is none."""
FIRES = "FOR EACH ROW EXECUTE FUNCTION pass_channels_on()"
FIRES_WHEN_OFF = "FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION pass_channels_on()"
GOING = (
    f"CREATE TRIGGER passes_channels_on AFTER DELETE ON membership {FIRES}",
    f"CREATE TRIGGER passes_channels_on_when_off AFTER UPDATE OF is_active ON membership {FIRES_WHEN_OFF}",
    f"CREATE TRIGGER passes_channels_on BEFORE DELETE ON hubbub_user {FIRES}",
)


class Migration(migrations.Migration):
    dependencies = [("channels", "0001_initial"), ("organizations", "0002_protection")]
    operations = [
        *(identity_key(table) for table in ("channel", "template")),
        protect(
            "channel",
            grants={
                "web": ALL,
                **dict.fromkeys(("inbound", "outbound", "jobs"), "SELECT, UPDATE"),
                "automation": "SELECT",
            },
            spanning=("inbound", "outbound"),
            references={"project_id": "project"},
        ),
        protect(
            "webhook_counter",
            grants={"web": "SELECT, DELETE", "inbound": "SELECT, INSERT, UPDATE", "jobs": "SELECT"},
            spanning=("inbound",),
            references={"channel_id": "channel"},
        ),
        protect(
            "template",
            grants={
                "web": ALL,
                "inbound": "SELECT, INSERT, UPDATE",
                "jobs": ALL,
                "outbound": "SELECT",
                "automation": "SELECT",
            },
            spanning=("inbound", "outbound"),
            references={"channel_id": "channel"},
        ),
        protect(
            "media_handle",
            grants={"web": ALL, "outbound": ALL, "jobs": "SELECT, DELETE"},
            spanning=("outbound",),
            references={"channel_id": "channel"},
        ),
        run(
            [
                "DROP TABLE platform_call",
                PLATFORM_CALL,
                "CREATE INDEX platform_call_recent ON platform_call (organization_id, at DESC)",
                *first_partitions("platform_call"),
                EDGE_VIEW,
                "GRANT SELECT ON edge_secret TO {edge}",
                SECRETS_CHANGED,
                "CREATE TRIGGER note_changed_secrets BEFORE INSERT OR UPDATE ON channel FOR EACH ROW EXECUTE FUNCTION note_changed_secrets()",
                "CREATE INDEX channel_secrets_changed ON channel (secrets_changed_at)",
                CLAIM_SYNCS,
                "REVOKE ALL ON FUNCTION claim_due_syncs(interval, int) FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION claim_due_syncs(interval, int) TO {jobs}",
                CHANNELS_GO_ON,
                *GOING,
            ]
        ),
        protect(
            "platform_call",
            grants=dict.fromkeys(("web", "outbound", "jobs", "automation", "inbound"), "SELECT, INSERT"),
            spanning=("outbound",),
        ),
    ]
