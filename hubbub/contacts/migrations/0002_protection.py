"""Contacts and their identities: one organisation's, with composite references."""

from django.db import migrations

from hubbub.organizations.protection import identity_key, protect, run

ALL = "SELECT, INSERT, UPDATE, DELETE"
WORK = {"inbound": "SELECT, INSERT, UPDATE", "outbound": "SELECT, UPDATE", "automation": "SELECT, UPDATE"}


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_initial"), ("channels", "0002_protection")]
    operations = [
        # Room on the page for the next state: every message moves when a person was seen last.
        run(["ALTER TABLE contact_identity SET (fillfactor = 70)"]),
        *(identity_key(table) for table in ("contact", "contact_identity")),
        protect(
            "contact",
            grants={"web": ALL, "jobs": "SELECT, UPDATE", **WORK},
            spanning=("inbound", "outbound"),
            references={"merged_into_id": "contact"},
        ),
        protect(
            "contact_identity",
            grants={"web": ALL, "jobs": "SELECT, UPDATE", **WORK},
            spanning=("inbound", "outbound"),
            references={"contact_id": "contact", "channel_id": "channel"},
        ),
        protect(
            "merge_suggestion",
            grants={"web": ALL, "inbound": "SELECT, INSERT", "jobs": "SELECT, INSERT, UPDATE"},
            spanning=("inbound",),
            references={"contact_id": "contact", "other_id": "contact"},
        ),
    ]
