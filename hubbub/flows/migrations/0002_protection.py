"""Flows and their runs: one organisation's, with composite references; every change of a flow moves its stamp."""

from django.db import migrations

from hubbub.organizations.protection import identity_key, protect, run

ALL = "SELECT, INSERT, UPDATE, DELETE"
READ = {"automation": "SELECT", "jobs": "SELECT"}
FLOW = {"flow_id": "flow"}
CONVERSATION = """
ALTER TABLE flow_run ADD CONSTRAINT flow_run_conversation_id_tenant FOREIGN KEY (organization_id, conversation_id)
 REFERENCES conversation (organization_id, id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
"""
CONTACT = """
ALTER TABLE flow_run ADD CONSTRAINT flow_run_contact_id_tenant FOREIGN KEY (organization_id, contact_id)
 REFERENCES contact (organization_id, id) ON DELETE SET NULL (contact_id) DEFERRABLE INITIALLY DEFERRED
"""
CURRENT_VERSION = """
ALTER TABLE flow ADD CONSTRAINT flow_current_version_id_tenant FOREIGN KEY (organization_id, current_version_id)
 REFERENCES flow_version (organization_id, id) DEFERRABLE INITIALLY DEFERRED
"""
STAMP = """
CREATE FUNCTION stamp_flows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO flow_stamp (organization_id, stamp) VALUES (coalesce(NEW.organization_id, OLD.organization_id), 1)
        ON CONFLICT (organization_id) DO UPDATE SET stamp = flow_stamp.stamp + 1;
    RETURN NULL;
END $$
"""
"""Whoever writes a flow cannot forget to say so."""
STAMPING = {
    "flow": "INSERT OR DELETE OR UPDATE",
    "flow_channel": "INSERT OR DELETE OR UPDATE",
    "flow_trigger": "INSERT OR DELETE OR UPDATE OF position, type, value, settings",
}
PURGE = """
CREATE FUNCTION purge_runs(days int) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    purged bigint;
BEGIN
    DELETE FROM flow_run WHERE id IN (
        SELECT id FROM flow_run WHERE ended_at < hubbub_now() - make_interval(days => days)
         ORDER BY ended_at LIMIT 50000);
    GET DIAGNOSTICS purged = ROW_COUNT;
    RETURN purged;
END $$
"""
"""Runs that ended long ago, for all organisations; called once an hour by the jobs process. Their counts are rows of
their own."""


class Migration(migrations.Migration):
    dependencies = [("flows", "0001_initial"), ("conversations", "0002_protection")]
    operations = [
        *(identity_key(table) for table in ("flow", "flow_version")),
        protect("flow", grants={"web": ALL, **READ}),
        protect("flow_channel", grants={"web": ALL, **READ}, references={**FLOW, "channel_id": "channel"}),
        # Automation looks for schedules of all organisations.
        protect(
            "flow_trigger",
            grants={"web": ALL, **READ, "automation": "SELECT, UPDATE"},
            spanning=("automation",),
            references=FLOW,
        ),
        # No UPDATE for anybody: a version is never changed.
        protect("flow_version", grants={"web": "SELECT, INSERT, DELETE", **READ}, references=FLOW),
        protect(
            "flow_run",
            grants={
                "web": ALL,
                "automation": "SELECT, INSERT, UPDATE",
                "inbound": "SELECT, UPDATE",
                "outbound": "SELECT, UPDATE",
                "jobs": "SELECT",
            },
            spanning=("inbound", "outbound", "automation"),
            references={**FLOW, "version_id": "flow_version"},
        ),
        protect(
            "flow_step_count",
            grants={"web": "SELECT, DELETE", "automation": "SELECT, INSERT, UPDATE", "jobs": "SELECT"},
            references={**FLOW, "version_id": "flow_version"},
        ),
        protect(
            "flow_stamp",
            grants={"web": ALL, "automation": "SELECT, INSERT, UPDATE"},
        ),
        run(
            [
                CONVERSATION,
                CONTACT,
                CURRENT_VERSION,
                STAMP,
                *(
                    f"CREATE TRIGGER stamp_flows AFTER {events} ON {table} FOR EACH ROW EXECUTE FUNCTION stamp_flows()"
                    for table, events in STAMPING.items()
                ),
                PURGE,
                "REVOKE ALL ON FUNCTION purge_runs(int) FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION purge_runs(int) TO {jobs}",
                # Room on the page for the next state: a run and its counts are written at every turn.
                "ALTER TABLE flow_run SET (fillfactor = 60)",
                "ALTER TABLE flow_step_count SET (fillfactor = 60)",
            ]
        ),
    ]
