"""Database logins, against a real server."""

import threading
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from hubbub.kit.errors import ConfigurationError
from hubbub.processes.postgres import EmbeddedPostgres
from hubbub.processes.roles import PROCESSES, Logins, prepare_database, refuse_dangerous_role, with_login


@pytest.fixture(scope="module")
def logins(postgres: EmbeddedPostgres) -> Logins:
    found = Logins(admin_url=postgres.superuser_url(), secret_key="a secret", database="hubbub", prefix="hb")
    prepare_database(found)
    return found


@pytest.fixture
def admin(logins: Logins) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(logins.admin_url, dbname="hubbub", autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("process", PROCESSES)
def test_each_process_signs_in_as_a_powerless_role_of_its_own(logins: Logins, process: str) -> None:
    with psycopg.connect(logins.url_for(process)) as connection:
        row = connection.execute(
            "SELECT rolname::text, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolcanlogin"
            "  FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == (f"hb_{process}", False, False, False, False, True)


def test_the_migrator_owns_the_database_and_may_make_tables(logins: Logins) -> None:
    with psycopg.connect(logins.url_for("migrator")) as connection:
        connection.execute("CREATE TABLE made_by_migrator (id int); DROP TABLE made_by_migrator")
        row = connection.execute(
            "SELECT pg_get_userbyid(datdba)::text, datlocprovider::text, datlocale FROM pg_database"
            " WHERE datname = current_database()"
        ).fetchone()
    assert row == ("hb_migrator", "b", "C.UTF-8")


def test_another_role_may_not_make_tables(logins: Logins) -> None:
    with psycopg.connect(logins.url_for("web")) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE not_allowed (id int)")


def test_a_stranger_may_not_enter_the_database(logins: Logins, admin: psycopg.Connection[tuple[object, ...]]) -> None:
    admin.execute("CREATE ROLE stranger LOGIN PASSWORD 'x'")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(with_login(logins.admin_url, "stranger", "x", "hubbub"))


def test_a_new_secret_key_changes_every_password(logins: Logins) -> None:
    changed = Logins(admin_url=logins.admin_url, secret_key="another", database="hubbub", prefix="hb")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(changed.url_for("web"))
    prepare_database(changed)
    psycopg.connect(changed.url_for("web")).close()
    prepare_database(logins)
    psycopg.connect(logins.url_for("web")).close()


def test_a_role_that_gained_powers_loses_them_again(
    logins: Logins, admin: psycopg.Connection[tuple[object, ...]]
) -> None:
    admin.execute("ALTER ROLE hb_web BYPASSRLS CREATEDB")
    prepare_database(logins)
    row = admin.execute("SELECT rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = 'hb_web'").fetchone()
    assert row == (False, False)


def test_many_at_once_make_the_roles_once(postgres: EmbeddedPostgres) -> None:
    logins = Logins(admin_url=postgres.superuser_url(), secret_key="s", database="crowd", prefix="crowd")
    errors: list[Exception] = []

    def prepare() -> None:
        try:
            prepare_database(logins)
        except Exception as error:  # noqa: BLE001  whatever it is, the test shows it
            errors.append(error)

    threads = [threading.Thread(target=prepare) for _thread in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    psycopg.connect(logins.url_for("edge")).close()


def test_passwords_never_reach_the_servers_log(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.superuser_url(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET log_statement = 'all'")
        connection.execute("SELECT pg_reload_conf()")
    logins = Logins(admin_url=postgres.superuser_url(), secret_key="logged?", database="logged", prefix="logged")
    prepare_database(logins)
    with psycopg.connect(postgres.superuser_url(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM RESET log_statement")
        connection.execute("SELECT pg_reload_conf()")
    log = postgres.log.read_text()
    assert "CREATE ROLE" in log
    assert logins.password_of("web") not in log


def test_an_administrator_who_is_no_superuser_is_enough(
    logins: Logins, admin: psycopg.Connection[tuple[object, ...]]
) -> None:
    admin.execute("CREATE ROLE landlord LOGIN CREATEROLE CREATEDB PASSWORD 'x'")
    rented = Logins(
        admin_url=with_login(logins.admin_url, "landlord", "x", "postgres"),
        secret_key="s",
        database="rented",
        prefix="rented",
    )
    prepare_database(rented)
    prepare_database(rented)
    with psycopg.connect(rented.url_for("migrator")) as connection:
        connection.execute("CREATE TABLE fine (id int)")


def test_a_database_that_somebody_else_made_is_opened_to_the_migrator(
    logins: Logins, admin: psycopg.Connection[tuple[object, ...]]
) -> None:
    admin.execute("CREATE DATABASE theirs")
    theirs = Logins(
        admin_url=logins.admin_url.replace("/postgres?", "/theirs?"), secret_key="s", database="theirs", prefix="th"
    )
    prepare_database(theirs)
    with psycopg.connect(theirs.url_for("migrator")) as connection:
        connection.execute("CREATE TABLE fine (id int)")


def test_an_administrator_without_the_right_is_told_what_to_give(
    logins: Logins, admin: psycopg.Connection[tuple[object, ...]]
) -> None:
    admin.execute("CREATE ROLE tenant LOGIN PASSWORD 'x'")
    url = with_login(logins.admin_url, "tenant", "x", "postgres")
    with pytest.raises(ConfigurationError, match="give it CREATEROLE"):
        prepare_database(Logins(admin_url=url, secret_key="s", prefix="nope"))


def test_an_operators_own_role_is_neither_made_nor_changed(
    logins: Logins, admin: psycopg.Connection[tuple[object, ...]]
) -> None:
    own = with_login(logins.admin_url, "own_web", "theirs", "hubbub")
    partly = Logins(admin_url=logins.admin_url, secret_key="s", prefix="partly", overrides={"web": own})
    prepare_database(partly)
    assert partly.url_for("web") == own
    assert partly.role_of("web") == "own_web"
    assert admin.execute("SELECT FROM pg_roles WHERE rolname IN ('own_web', 'partly_web')").fetchone() is None


def test_a_url_keeps_its_place_and_options_and_changes_only_the_login() -> None:
    url = "postgresql://root:pw@one:5432,two:5433/app?sslmode=verify-full&user=root&connect_timeout=3"
    assert with_login(url, "hubbub_web", "p/w", "hubbub") == (
        "postgresql://hubbub_web:p%2Fw@one:5432,two:5433/hubbub?sslmode=verify-full&connect_timeout=3"
    )


def test_an_unknown_process_is_refused_with_the_choices(logins: Logins) -> None:
    with pytest.raises(ConfigurationError, match="choose one of migrator, web"):
        logins.url_for("janitor")


class TestRefusing:
    def test_an_ordinary_role_is_accepted(self, logins: Logins) -> None:
        with psycopg.connect(logins.url_for("inbound")) as connection:
            refuse_dangerous_role(connection, "hb_inbound")

    def test_a_superuser_is_refused(self, logins: Logins) -> None:
        with psycopg.connect(logins.admin_url) as connection, pytest.raises(ConfigurationError, match="superuser"):
            refuse_dangerous_role(connection, "postgres")

    def test_another_role_than_expected_is_refused(self, logins: Logins) -> None:
        with (
            psycopg.connect(logins.url_for("web")) as connection,
            pytest.raises(ConfigurationError, match="signed in as hb_web, not hb_inbound"),
        ):
            refuse_dangerous_role(connection, "hb_inbound")

    def test_a_role_that_was_put_on_for_the_moment_is_refused(
        self, logins: Logins, admin: psycopg.Connection[tuple[object, ...]]
    ) -> None:
        admin.execute("SET ROLE hb_web")
        with pytest.raises(ConfigurationError, match="superuser"):
            refuse_dangerous_role(admin, "hb_web")

    @pytest.mark.parametrize(
        ("powers", "reason"),
        [("BYPASSRLS", "bypass row-level security"), ("IN ROLE powerful", "bypass row-level security")],
    )
    def test_a_role_that_can_bypass_is_refused_also_by_membership(
        self, logins: Logins, admin: psycopg.Connection[tuple[object, ...]], powers: str, reason: str
    ) -> None:
        admin.execute("DROP ROLE IF EXISTS sly; DROP ROLE IF EXISTS powerful; CREATE ROLE powerful BYPASSRLS")
        admin.execute(sql.SQL("CREATE ROLE sly LOGIN PASSWORD 'x' ") + sql.SQL(powers))
        admin.execute("GRANT CONNECT ON DATABASE hubbub TO sly")
        try:
            with (
                psycopg.connect(with_login(logins.admin_url, "sly", "x", "hubbub")) as connection,
                pytest.raises(ConfigurationError, match=reason),
            ):
                refuse_dangerous_role(connection, "sly")
        finally:
            admin.execute("REVOKE CONNECT ON DATABASE hubbub FROM sly")

    def test_an_owner_of_tables_is_refused(self, logins: Logins) -> None:
        with psycopg.connect(logins.url_for("migrator"), autocommit=True) as connection:
            connection.execute("CREATE TABLE owned (id int)")
            with pytest.raises(ConfigurationError, match="owns tables"):
                refuse_dangerous_role(connection, "hb_migrator")
            connection.execute("DROP TABLE owned")
