"""Conversations, messages, the outbox, the automation lane and the events for people's screens."""

from django.db import migrations

from hubbub.organizations.partitions import first_partitions
from hubbub.organizations.protection import identity_key, protect, run

ALL = "SELECT, INSERT, UPDATE, DELETE"
WRITE = "SELECT, INSERT, UPDATE"
HOT = ("inbound", "outbound")
LANES = (*HOT, "automation")

REALTIME_EVENT = """
CREATE TABLE realtime_event (
    id uuid NOT NULL, organization_id uuid NOT NULL, created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    seq bigint, kind varchar(40) NOT NULL, subject_id uuid NOT NULL, conversation_id uuid,
    data jsonb NOT NULL DEFAULT '{}', PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at)
"""
OWNERLESS_MEDIA = """
CREATE FUNCTION ownerless_media(keys text[]) RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public AS $$
    SELECT key FROM unnest(keys) AS key
     WHERE NOT EXISTS (SELECT FROM attachment WHERE storage_key = key)
       AND NOT EXISTS (SELECT FROM contact WHERE avatar_key = key)
$$
"""
"""Which files of the media store no row names any more, in any organisation: the same content is stored once."""
FOLLOW = "SELECT, UPDATE, DELETE"
"""When two contacts turn out to be one person, what hangs on the thread that is emptied moves with it."""
CONVERSATION_TAG = """
CREATE TABLE conversation_tag (
    organization_id uuid NOT NULL, tag varchar(100) NOT NULL, conversation_id uuid NOT NULL,
    PRIMARY KEY (organization_id, tag, conversation_id),
    CONSTRAINT conversation_tag_conversation_id_tenant FOREIGN KEY (organization_id, conversation_id)
        REFERENCES conversation (organization_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
)
"""
"""Conversations by tag: row-level security keeps an index on the JSON itself from being used."""
KEEP_TAGS = """
CREATE FUNCTION keep_conversation_tags() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    DELETE FROM conversation_tag WHERE organization_id = NEW.organization_id AND conversation_id = NEW.id
       AND NOT NEW.tags ? tag;
    INSERT INTO conversation_tag (organization_id, tag, conversation_id)
    SELECT NEW.organization_id, left(t, 100), NEW.id FROM jsonb_array_elements_text(NEW.tags) t
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$
"""
TAGS_INSERTED = """
CREATE TRIGGER conversation_tags_inserted AFTER INSERT ON conversation FOR EACH ROW
 WHEN (NEW.tags <> '[]'::jsonb) EXECUTE FUNCTION keep_conversation_tags()
"""
TAGS_UPDATED = """
CREATE TRIGGER conversation_tags_updated AFTER UPDATE OF tags ON conversation FOR EACH ROW
 WHEN (NEW.tags IS DISTINCT FROM OLD.tags) EXECUTE FUNCTION keep_conversation_tags()
"""
SNOOZE_OF_CONVERSATION = """
ALTER TABLE snooze ADD CONSTRAINT snooze_conversation_id_tenant FOREIGN KEY (organization_id, conversation_id)
 REFERENCES conversation (organization_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
"""
MENTION_OF_NOTE = """
ALTER TABLE mention ADD CONSTRAINT mention_note_id_tenant FOREIGN KEY (organization_id, note_id)
 REFERENCES note (organization_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
"""
CONVERSATION_KEYS = {"conversation_id": "conversation"}
MESSAGE_KEYS = {"message_id": "message"}


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0001_initial"),
        ("contacts", "0002_protection"),
        ("procrastinate", "__latest__"),
    ]
    operations = [
        *(identity_key(table) for table in ("conversation", "message", "note")),
        protect(
            "conversation",
            grants={"web": ALL, "inbound": ALL, "outbound": WRITE, "automation": WRITE, "jobs": "SELECT, UPDATE"},
            spanning=HOT,
            references={
                "project_id": "project",
                "channel_id": "channel",
                "contact_id": "contact",
                "identity_id": "contact_identity",
            },
        ),
        protect(
            "participant",
            grants={"web": ALL, "inbound": ALL, "automation": "SELECT", "jobs": "SELECT"},
            spanning=("inbound",),
            references={**CONVERSATION_KEYS, "contact_id": "contact"},
        ),
        protect(
            "message",
            grants={
                "web": ALL,
                "inbound": ALL,
                "outbound": "SELECT, UPDATE, DELETE",
                "automation": WRITE,
                "jobs": WRITE,
            },
            spanning=HOT,
            references={
                **CONVERSATION_KEYS,
                "contact_id": "contact",
                "reply_to_id": "message",
                "response_to_id": "message",
                "template_id": "template",
            },
        ),
        protect(
            "message_edit",
            grants={"web": "SELECT, DELETE", "inbound": ALL, "outbound": ALL},
            spanning=HOT,
            references=MESSAGE_KEYS,
        ),
        protect(
            "attachment",
            grants={
                "web": ALL,
                "inbound": ALL,
                "outbound": "SELECT, UPDATE, DELETE",
                "automation": WRITE,
                "jobs": WRITE,
            },
            spanning=HOT,
            references=MESSAGE_KEYS,
        ),
        protect(
            "reaction",
            grants={"web": "SELECT, DELETE", "inbound": ALL, "outbound": ALL},
            spanning=HOT,
            references=MESSAGE_KEYS,
        ),
        protect(
            "waiting_effect",
            grants={"web": "SELECT, DELETE", "inbound": ALL, "outbound": ALL, "jobs": "SELECT, DELETE"},
            spanning=HOT,
            references={"channel_id": "channel"},
        ),
        protect(
            "receipt_mark",
            grants={"web": "SELECT, DELETE", "inbound": ALL, "outbound": WRITE, "jobs": "SELECT, DELETE"},
            spanning=HOT,
            references={"channel_id": "channel", "contact_id": "contact"},
        ),
        protect(
            "outbox_lane",
            grants={"web": ALL, "inbound": ALL, "outbound": WRITE, "automation": WRITE, "jobs": WRITE},
            spanning=HOT,
            references=CONVERSATION_KEYS,
        ),
        protect(
            "outbox",
            grants={"web": ALL, "inbound": ALL, "outbound": ALL, "automation": WRITE, "jobs": WRITE},
            spanning=HOT,
            references=MESSAGE_KEYS,  # which knows conversation and channel
        ),
        protect(
            "reply_token",
            grants={
                "web": "SELECT, UPDATE, DELETE",
                "inbound": ALL,
                "outbound": ALL,
                "automation": "SELECT",
                "jobs": "SELECT, DELETE",
            },
            spanning=HOT,
            references=CONVERSATION_KEYS,
        ),
        protect(
            "processing_record",
            grants={"web": ALL, "inbound": WRITE, "automation": WRITE, "jobs": WRITE},
            spanning=("inbound",),
            references=MESSAGE_KEYS,
        ),
        protect(
            "automation_lane",
            grants={"web": ALL, "inbound": ALL, "automation": ALL, "outbound": "SELECT"},
            spanning=("inbound", "automation"),
            references=CONVERSATION_KEYS,
        ),
        protect(
            "automation_item",
            grants={"web": ALL, "inbound": ALL, "automation": "SELECT, DELETE"},
            spanning=("inbound",),
            references=CONVERSATION_KEYS,
        ),
        protect(
            "note",
            grants={"web": ALL, "inbound": FOLLOW, "jobs": "SELECT"},
            spanning=("inbound",),
            references=CONVERSATION_KEYS,
        ),
        protect(
            "mention",
            grants={"web": ALL, "inbound": FOLLOW, "jobs": "SELECT"},
            spanning=("inbound",),
            references=CONVERSATION_KEYS,
        ),
        protect(
            "snooze",
            grants={"web": ALL, "inbound": FOLLOW, "automation": "SELECT", "jobs": "SELECT, DELETE"},
            spanning=("inbound",),
        ),
        protect(
            "scheduled_message",
            grants={"web": ALL, "inbound": FOLLOW, "jobs": "SELECT, UPDATE"},
            spanning=("inbound",),
            references=CONVERSATION_KEYS,
        ),
        run([CONVERSATION_TAG]),
        protect("conversation_tag", grants={"web": "SELECT", "jobs": "SELECT"}),
        run(
            [
                SNOOZE_OF_CONVERSATION,
                MENTION_OF_NOTE,
                KEEP_TAGS,
                "REVOKE ALL ON FUNCTION keep_conversation_tags() FROM PUBLIC",
                TAGS_INSERTED,
                TAGS_UPDATED,
                "CREATE INDEX conversation_tag_of_conversation ON conversation_tag (conversation_id)",
                OWNERLESS_MEDIA,
                "REVOKE ALL ON FUNCTION ownerless_media(text[]) FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION ownerless_media(text[]) TO {web}, {jobs}",
                "CREATE INDEX attachment_storage_key ON attachment (storage_key) WHERE storage_key <> ''",
                # Room on the page for the states that follow one another.
                "ALTER TABLE message SET (fillfactor = 85)",
                *(
                    f"ALTER TABLE {table} SET (fillfactor = 60)"
                    for table in ("automation_lane", "outbox_lane", "outbox")
                ),
                "DROP TABLE realtime_event",
                REALTIME_EVENT,
                "CREATE INDEX realtime_event_unstamped ON realtime_event (created_at, id) WHERE seq IS NULL",
                "CREATE INDEX realtime_event_since ON realtime_event (organization_id, seq) WHERE seq IS NOT NULL",
                *first_partitions("realtime_event"),
                *(
                    "GRANT SELECT, INSERT, UPDATE, DELETE ON procrastinate_jobs, procrastinate_events,"
                    f" procrastinate_periodic_defers, procrastinate_workers TO {{{process}}}"
                    for process in ("web", "inbound", "outbound", "automation", "jobs")
                ),
                *(
                    f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {{{process}}}"
                    for process in ("web", "inbound", "outbound", "automation", "jobs")
                ),
            ]
        ),
        protect(
            "realtime_event",
            grants={
                "relay": "SELECT, UPDATE",
                **dict.fromkeys(("web", "jobs", "inbound", "outbound", "automation"), "SELECT, INSERT"),
            },
            spanning=(*HOT, "relay"),
        ),
        protect(
            "fact",
            grants=dict.fromkeys(("web", "inbound", "outbound", "automation", "jobs"), "SELECT, INSERT"),
            spanning=HOT,
        ),
    ]
