"""Only the relay counts."""

from django.db import migrations

from hubbub.organizations.protection import protect, run

HEADS = """
CREATE FUNCTION realtime_heads(organizations uuid[]) RETURNS TABLE (organization_id uuid, last_seq bigint) LANGUAGE sql
STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT s.organization_id, s.last_seq FROM realtime_sequence s WHERE s.organization_id = ANY(organizations)
$$
"""
"""How far every organisation with a screen is, in one question a second; the events themselves stay in their scope."""


class Migration(migrations.Migration):
    dependencies = [("realtime", "0001_initial"), ("organizations", "0002_protection")]
    operations = [
        protect(
            "realtime_sequence",
            grants={"relay": "SELECT, INSERT, UPDATE", "web": "SELECT"},
            spanning=("relay",),
        ),
        run(
            [
                HEADS,
                "REVOKE ALL ON FUNCTION realtime_heads(uuid[]) FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION realtime_heads(uuid[]) TO {web}",
            ]
        ),
    ]
