"""Only the relay counts."""

from django.db import migrations

from hubbub.organizations.protection import protect


class Migration(migrations.Migration):
    dependencies = [("realtime", "0001_initial"), ("organizations", "0002_protection")]
    operations = [
        protect(
            "realtime_sequence",
            grants={"relay": "SELECT, INSERT, UPDATE", "web": "SELECT"},
            spanning=("relay",),
        ),
    ]
