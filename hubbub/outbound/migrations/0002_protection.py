"""What the senders share."""

from django.db import migrations

from hubbub.organizations.protection import protect

ALL = "SELECT, INSERT, UPDATE, DELETE"


class Migration(migrations.Migration):
    dependencies = [("outbound", "0001_initial"), ("conversations", "0002_protection")]
    operations = [
        protect("rate_bucket", grants={"outbound": ALL, "web": "SELECT"}, spanning=("outbound",)),
        protect(
            "breaker",
            grants={"outbound": ALL, "web": "SELECT, DELETE"},
            spanning=("outbound",),
            references={"channel_id": "channel"},
        ),
    ]
