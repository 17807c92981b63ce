"""Teams, the conversations that are theirs, and leads: one organisation's, with composite references."""

from django.db import migrations

from hubbub.organizations.protection import grant, identity_key, protect, run

ALL = "SELECT, INSERT, UPDATE, DELETE"
WRITE = "SELECT, INSERT, UPDATE"
FOLLOW = {"inbound": "SELECT, UPDATE", "outbound": "SELECT", "jobs": "SELECT"}
"""When two contacts turn out to be one person, what hangs on the thread that is emptied moves with it."""
TO_CONVERSATION = """
ALTER TABLE {table} ADD CONSTRAINT {table}_conversation_id_tenant FOREIGN KEY (organization_id, conversation_id)
 REFERENCES conversation (organization_id, id) ON DELETE {rule} DEFERRABLE INITIALLY DEFERRED
"""


def to_conversation(table: str, rule: str) -> str:
    """The composite reference of one table, with what becomes of its rows when the conversation goes."""
    return TO_CONVERSATION.replace("{table}", table).replace("{rule}", rule)


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_initial"), ("conversations", "0002_protection")]
    operations = [
        identity_key("team"),
        protect("team", grants={"web": ALL, "automation": "SELECT"}),
        protect("team_membership", grants={"web": ALL, "automation": "SELECT"}, references={"team_id": "team"}),
        protect(
            "team_assignment",
            grants={"web": ALL, "automation": WRITE, **FOLLOW},
            spanning=("inbound", "outbound"),
            references={"team_id": "team"},
        ),
        protect(
            "lead",
            grants={"web": ALL, "automation": WRITE, **FOLLOW},
            spanning=("inbound",),
            references={"contact_id": "contact"},
        ),
        protect("label", grants={"web": ALL, "jobs": "SELECT"}),
        protect("canned_reply", grants={"web": ALL}),
        protect("saved_view", grants={"web": ALL}),
        protect("notification_preference", grants={"web": ALL, "jobs": "SELECT"}, references={"channel_id": "channel"}),
        protect("push_subscription", grants={"web": ALL, "jobs": "SELECT, UPDATE, DELETE"}),
        protect("working_hours", grants={"web": ALL, "jobs": "SELECT"}, references={"channel_id": "channel"}),
        run(
            [
                to_conversation("team_assignment", "CASCADE"),
                to_conversation("lead", "SET NULL (conversation_id)"),
            ]
        ),
        # Flows assign conversations to members, and a verified address that a customer gives may be somebody's.
        grant("membership", {"automation": "SELECT", "jobs": "SELECT"}),
        grant("merge_suggestion", {"automation": "SELECT, INSERT"}),
    ]
