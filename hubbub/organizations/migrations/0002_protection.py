"""Who may see and do what with the tables of people and organisations; the database's own clock; partitions."""

from django.db import migrations

from hubbub.organizations import partitions
from hubbub.organizations.protection import (
    CURRENT_KEY_HASH,
    CURRENT_USER_ID,
    grant,
    identity_key,
    protect,
    run,
)

EVERYBODY = ("web", "inbound", "outbound", "automation", "relay", "jobs")
ALL = "SELECT, INSERT, UPDATE, DELETE"

CLOCK = """
CREATE FUNCTION hubbub_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT statement_timestamp() + coalesce(nullif(current_setting('hubbub.clock_shift', true), ''), '0')::interval
$$
"""
FIND_ORGANIZATION = """
CREATE FUNCTION find_organization(wanted text) RETURNS TABLE (id uuid, slug text) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public AS $$
    SELECT o.id, o.slug::text FROM organization o WHERE wanted IS NULL OR o.slug = wanted ORDER BY o.slug LIMIT 20
$$
"""
"""Commands name an organisation by its slug before any scope is set; NULL lists the first twenty."""


ENTER_WITH_KEY = """
CREATE FUNCTION enter_with_key(hash text)
RETURNS TABLE (id uuid, organization_id uuid, role text, is_operator bool, is_stale bool)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public AS $$
DECLARE
    found api_key%ROWTYPE;
BEGIN
    SELECT * INTO found FROM api_key k
     WHERE k.key_hash = hash AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > hubbub_now());
    IF found.id IS NULL THEN
        RETURN;
    END IF;
    PERFORM set_config('hubbub.organization', found.organization_id::text, true);
    RETURN QUERY SELECT found.id, found.organization_id, found.role::text, found.is_operator,
                        coalesce(found.last_used_at < hubbub_now() - interval '1 minute', true);
END $$
"""
"""One round trip a request: the key's row, and the scope of its organisation for the rest of the transaction."""
OPERATOR = "current_setting('hubbub.operator', true) = 'on'"
NOTE_SECURITY_EVENTS = """
CREATE FUNCTION note_security_events(noted jsonb) RETURNS void LANGUAGE sql VOLATILE SECURITY DEFINER
SET search_path = public AS $$
    INSERT INTO security_event AS s
           (id, organization_id, hour, kind, platform, subject, count, first_at, last_at)
    SELECT gen_random_uuid(), n.organization_id, date_trunc('hour', hubbub_now()), n.kind, n.platform, n.subject,
           sum(n.count), hubbub_now(), hubbub_now()
      FROM (SELECT CASE WHEN r.user_id IS NULL THEN o.id ELSE m.organization_id END AS organization_id, r.kind,
                   coalesce(r.platform, '') AS platform, left(coalesce(r.subject, ''), 255) AS subject, r.count
              FROM jsonb_to_recordset(noted) AS r (kind text, organization_id uuid, user_id uuid, platform text,
                   subject text, count bigint)
              LEFT JOIN organization o ON o.id = r.organization_id
              LEFT JOIN membership m ON m.user_id = r.user_id AND m.is_active) n
     GROUP BY n.organization_id, n.kind, n.platform, n.subject
     ORDER BY n.organization_id, n.kind, n.platform, n.subject
        ON CONFLICT (hour, kind, organization_id, platform, subject)
        DO UPDATE SET count = s.count + excluded.count, last_at = excluded.last_at
$$
"""
"""The one way to write them, for processes that may not read them: the edge knows no table of ours but its two."""


class Migration(migrations.Migration):
    dependencies = [
        ("organizations", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("sessions", "0001_initial"),
    ]
    operations = [
        run(
            [
                CLOCK,
                FIND_ORGANIZATION,
                "REVOKE ALL ON FUNCTION find_organization(text) FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION find_organization(text) TO {web}",
                ENTER_WITH_KEY,
                "REVOKE ALL ON FUNCTION enter_with_key(text) FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION enter_with_key(text) TO {web}",
                "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
                *(f"GRANT USAGE ON SCHEMA public TO {{{process}}}" for process in (*EVERYBODY, "edge")),
                *(f"GRANT SELECT ON django_migrations TO {{{process}}}" for process in EVERYBODY),
            ]
        ),
        partitions.functions(),
        grant("hubbub_user", {"web": ALL, "automation": "SELECT", "jobs": "SELECT", "outbound": "SELECT"}),
        *(
            grant(table, {"web": ALL})
            for table in (
                "hubbub_user_groups",
                "hubbub_user_user_permissions",
                "auth_group",
                "auth_group_permissions",
                "auth_permission",
                "django_admin_log",
                "django_content_type",
                "django_session",
            )
        ),
        protect(
            "organization",
            tenant_column="id",
            grants={"web": ALL, **dict.fromkeys(("inbound", "outbound", "automation", "relay", "jobs"), "SELECT")},
            spanning=("inbound", "outbound", "automation", "relay"),
            extra_using=f"id IN (SELECT m.organization_id FROM membership m WHERE m.user_id = {CURRENT_USER_ID})",  # noqa: S608
        ),
        identity_key("project"),
        protect(
            "project",
            grants={"web": ALL, "inbound": "SELECT", "automation": "SELECT", "jobs": "SELECT"},
            spanning=("inbound",),
        ),
        protect("membership", grants={"web": ALL}, extra_using=f"user_id = {CURRENT_USER_ID}"),
        protect("api_key", grants={"web": ALL}, extra_using=f"key_hash = {CURRENT_KEY_HASH}"),
        protect("security_event", grants={"web": "SELECT"}, extra_using=OPERATOR),
        run(
            [
                NOTE_SECURITY_EVENTS,
                "REVOKE ALL ON FUNCTION note_security_events(jsonb) FROM PUBLIC",
                *(
                    f"GRANT EXECUTE ON FUNCTION note_security_events(jsonb) TO {{{process}}}"
                    for process in ("edge", "web", "outbound", "automation", "jobs")
                ),
            ]
        ),
        protect(
            "audit_entry",
            grants={
                "web": "SELECT, INSERT",
                **dict.fromkeys(("inbound", "outbound", "automation", "jobs"), "INSERT, SELECT"),
            },
            spanning=("inbound", "outbound"),
        ),
    ]
