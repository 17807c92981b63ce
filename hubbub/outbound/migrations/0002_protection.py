"""What the senders share."""

from django.db import migrations

from hubbub.organizations.protection import grant, protect, run

APP_WIDE = """
CREATE POLICY app_wide ON rate_bucket TO {web} USING (organization_id IS NULL) WITH CHECK (organization_id IS NULL)
"""
ALL = "SELECT, INSERT, UPDATE, DELETE"


class Migration(migrations.Migration):
    dependencies = [("outbound", "0001_initial"), ("conversations", "0002_protection")]
    operations = [
        protect("rate_bucket", grants={"outbound": ALL, "web": ALL}, spanning=("outbound",)),
        # Commands and services send by themselves, as the web's role. What is allowed to an app of the platform belongs
        # to no organisation: everybody who calls with it must see it.
        run([APP_WIDE]),
        *(
            grant(table, {"web": "INSERT, UPDATE"})
            for table in ("message_edit", "reaction", "receipt_mark", "waiting_effect")
        ),
        protect(
            "breaker",
            grants={"outbound": ALL, "web": ALL},
            spanning=("outbound",),
            references={"channel_id": "channel"},
        ),
    ]
