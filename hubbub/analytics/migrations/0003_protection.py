"""Facts are written by every process and read by the web."""

from django.db import migrations

from hubbub.organizations.protection import protect


class Migration(migrations.Migration):
    dependencies = [("analytics", "0002_initial"), ("organizations", "0002_protection")]
    operations = [
        protect(
            "fact",
            grants=dict.fromkeys(("web", "inbound", "outbound", "automation", "jobs"), "SELECT, INSERT"),
            spanning=("inbound", "outbound"),
        ),
    ]
