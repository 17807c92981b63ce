"""Tables that are cut into days and dropped day by day, never deleted row by row."""

from __future__ import annotations

from typing import Any

from hubbub.organizations.protection import run

ENSURE = """
CREATE OR REPLACE FUNCTION ensure_partitions(parent text, days_ahead int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    day date;
    child text;
BEGIN
    IF parent NOT IN (SELECT c.relname FROM pg_class c JOIN pg_partitioned_table p ON p.partrelid = c.oid) THEN
        RAISE EXCEPTION 'there is no partitioned table %', parent;
    END IF;
    FOR day IN SELECT generate_series(current_date - 1, current_date + days_ahead, '1 day')::date LOOP
        child := parent || '_' || to_char(day, 'YYYYMMDD');
        IF to_regclass(child) IS NULL THEN
            BEGIN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', child, parent,
                               day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
            EXCEPTION
                WHEN duplicate_table THEN NULL;
                WHEN check_violation THEN NULL; -- the default partition holds rows of that day: they stay there
            END;
        END IF;
    END LOOP;
END $$
"""

DROP_EXPIRED = """
CREATE OR REPLACE FUNCTION drop_expired_partitions(parent text, keep_days int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    child record;
    dropped int := 0;
BEGIN
    IF keep_days < 1 THEN
        RAISE EXCEPTION 'keep at least one day';
    END IF;
    FOR child IN
        SELECT c.relname FROM pg_inherits i
          JOIN pg_class c ON c.oid = i.inhrelid
          JOIN pg_class p ON p.oid = i.inhparent
         WHERE p.relname = parent AND c.relname ~ ('^' || parent || '_[0-9]{8}$')
           AND to_date(right(c.relname, 8), 'YYYYMMDD') < current_date - keep_days
    LOOP
        EXECUTE format('DROP TABLE %I', child.relname);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$
"""


def functions() -> Any:
    """The two functions that make and drop partitions; only the jobs process may call them."""
    return run(
        [
            ENSURE,
            DROP_EXPIRED,
            "REVOKE ALL ON FUNCTION ensure_partitions(text, int) FROM PUBLIC",
            "REVOKE ALL ON FUNCTION drop_expired_partitions(text, int) FROM PUBLIC",
            "GRANT EXECUTE ON FUNCTION ensure_partitions(text, int) TO {jobs}",
            "GRANT EXECUTE ON FUNCTION drop_expired_partitions(text, int) TO {jobs}",
        ]
    )


def first_partitions(table: str) -> list[str]:
    """SQL that opens a new partitioned table: a default for stragglers, and the coming week."""
    return [
        f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT",
        f"SELECT ensure_partitions('{table}', 7)",
    ]
