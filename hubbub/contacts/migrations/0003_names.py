"""Finding people by a part of their name: pairs of characters, indexed beside the contact.

The contact's own row changes with every message, and each change would be an entry for every pair. Trigrams would need an
extension that not every server has; pairs also find names of two characters, as Chinese and Japanese ones are.
"""

from django.db import migrations

from hubbub.organizations.protection import CURRENT_ORGANIZATION, protect, run

CONTACT_NAME = """
CREATE TABLE contact_name (
    contact_id uuid PRIMARY KEY, organization_id uuid NOT NULL, name text NOT NULL
)
"""
"""Names in lower case. Kept by triggers; nobody reads it but `contacts_named`."""
NAME_PAIRS = """
CREATE FUNCTION name_pairs(organization uuid, name text) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT hashtextextended(part, uuid_hash_extended(organization, 0))), '{}')
      FROM (SELECT substr(name, n, size) AS part FROM generate_series(1, length(name)) n, generate_series(1, 2) size) p
     WHERE length(part) = 2 OR NOT (ascii(part) BETWEEN 97 AND 122 OR ascii(part) = 32)
$$
"""
"""Every two characters that stand together, and every single one that is rare enough to be looked for. The hash carries
the organisation, so that each one's entries lie apart."""
KEEP_NAMES = """
CREATE FUNCTION keep_contact_names() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM contact_name n USING gone WHERE n.contact_id = gone.id;
    ELSE
        INSERT INTO contact_name (contact_id, organization_id, name)
        SELECT id, organization_id, lower(name) FROM fresh WHERE name <> '';
    END IF;
    RETURN NULL;
END $$
"""
KEEP_NAME = """
CREATE FUNCTION keep_contact_name() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO contact_name (contact_id, organization_id, name) VALUES (NEW.id, NEW.organization_id, lower(NEW.name))
        ON CONFLICT (contact_id) DO UPDATE SET name = excluded.name;
    RETURN NULL;
END $$
"""
TRIGGERS = (
    """CREATE TRIGGER contact_names_inserted AFTER INSERT ON contact REFERENCING NEW TABLE AS fresh
        FOR EACH STATEMENT EXECUTE FUNCTION keep_contact_names()""",
    """CREATE TRIGGER contact_names_deleted AFTER DELETE ON contact REFERENCING OLD TABLE AS gone
        FOR EACH STATEMENT EXECUTE FUNCTION keep_contact_names()""",
    """CREATE TRIGGER contact_name_updated AFTER UPDATE OF name ON contact FOR EACH ROW
          WHEN (NEW.name IS DISTINCT FROM OLD.name) EXECUTE FUNCTION keep_contact_name()""",
)
CONTACTS_NAMED = f"""
CREATE FUNCTION contacts_named(part text, most int) RETURNS uuid[] LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public AS $$
DECLARE
    ours uuid := {CURRENT_ORGANIZATION};
    wanted bigint[] := name_pairs(ours, lower(part));
    found uuid[];
BEGIN
    IF wanted = '{{}}' OR (SELECT count(*) FILTER (WHERE position(lower(part) IN lower(k.name)) > 0)
          FROM (SELECT c.name FROM contact c WHERE c.organization_id = ours AND c.last_seen_at IS NOT NULL
                 ORDER BY c.last_seen_at DESC, c.id DESC LIMIT 1000) k) > 15 THEN
        RETURN NULL;
    END IF;
    SELECT coalesce(array_agg(x.contact_id), '{{}}') INTO found
      FROM (SELECT n.contact_id FROM contact_name n
             WHERE name_pairs(n.organization_id, n.name) @> wanted
               AND n.organization_id = ours AND position(lower(part) IN n.name) > 0 LIMIT most + 1) x;
    RETURN CASE WHEN cardinality(found) <= most THEN found END;
END $$
"""  # noqa: S608 - our own words
"""Who has this in their name, of the organisation that is in scope; NULL when so many have that walking any list meets
enough of them at once. It runs as the tables' owner: behind row-level security such an index is not used."""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_protection")]
    operations = [
        run(
            [
                CONTACT_NAME,
                NAME_PAIRS,
                "INSERT INTO contact_name SELECT id, organization_id, lower(name) FROM contact WHERE name <> ''",
                """CREATE INDEX contact_name_pairs ON contact_name USING gin (name_pairs(organization_id, name))
                     WITH (gin_pending_list_limit = 256)""",
                KEEP_NAMES,
                KEEP_NAME,
                *TRIGGERS,
                CONTACTS_NAMED,
                *(
                    f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC"
                    for name in ("keep_contact_names()", "keep_contact_name()", "contacts_named(text, int)")
                ),
                "GRANT EXECUTE ON FUNCTION contacts_named(text, int) TO {web}, {automation}, {jobs}",
            ]
        ),
        protect("contact_name", grants={}),
    ]
