"""Signing in and out: Django's accounts, one-time links, and what strangers try."""

from __future__ import annotations

from datetime import timedelta
from typing import cast
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import Client

from hubbub.api.words import WORDS, languages
from hubbub.kit import clock
from hubbub.kit.ids import new_id
from hubbub.organizations.models import AuditEntry, Membership, User
from hubbub.organizations.scope import organization_scope
from hubbub.processes.entering import enter_url
from hubbub.settings.environment import environment
from tests.support.factories import Tenant, make_tenant
from tests.support.people import make_member

pytestmark = pytest.mark.usefixtures("database")
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _nobody_tried_yet() -> None:
    cache.clear()


@pytest.fixture
def tenant() -> Tenant:
    return make_tenant()


@pytest.fixture
def person(tenant: Tenant) -> User:
    name = f"p{new_id().hex[-12:]}"
    user = make_member(tenant, username=name, email=f"{name}@example.com")
    user.set_password(PASSWORD)
    user.save()
    return user


def browser(address: str = "192.0.2.1") -> Client:
    """A browser that the proxy sees at this address; whatever it claims itself stands before."""
    return Client(
        SERVER_NAME="localhost",
        enforce_csrf_checks=True,
        raise_request_exception=False,
        headers={"X-Forwarded-For": f"203.0.113.9, {address}"},
    )


def attempt(client: Client, name: str, password: str, **more: str) -> HttpResponse:
    token = client.get("/sign-in").cookies["csrftoken"].value
    form = {"name": name, "password": password, "csrfmiddlewaretoken": token, **more}
    return cast(HttpResponse, client.post("/sign-in", form))


def is_in(client: Client) -> bool:
    return client.get("/api/v1/conversations").status_code == 200


@pytest.mark.parametrize("by", ["username", "email"])
def test_somebody_signs_in_and_out(person: User, tenant: Tenant, by: str) -> None:
    client = browser()
    answer = attempt(client, str(getattr(person, by)).upper() if by == "email" else person.username, PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_in(client)
    with organization_scope(tenant.id):
        assert AuditEntry.objects.filter(action="signed_in", actor_id=person.id).exists()
    token = client.get("/sign-out").cookies["csrftoken"].value
    left = client.post("/sign-out", {"csrfmiddlewaretoken": token})
    assert left["Location"] == "/sign-in"
    assert left["Clear-Site-Data"] == '"cache"'
    assert not is_in(client)


def test_signing_in_begins_a_new_session(person: User) -> None:
    client = browser()
    stranger = Session.objects.create(session_key="a" * 32, session_data="", expire_date=clock.now() + timedelta(1))
    client.cookies["sessionid"] = stranger.session_key
    attempt(client, person.username, PASSWORD)
    assert is_in(client)
    assert client.cookies["sessionid"].value != stranger.session_key


@pytest.mark.parametrize("password", ["wrong", "", "x" * 5000, "a\x00b", "\ud800"])
def test_a_wrong_password_is_refused_in_one_sentence(person: User, password: str) -> None:
    client = browser()
    answer = attempt(client, person.username, password.encode("utf-8", "replace").decode())
    assert answer.status_code == 200
    assert "do not belong together" in answer.content.decode()
    assert not is_in(client)


def test_a_stranger_learns_nothing_about_who_has_an_account(person: User) -> None:
    def words(answer: HttpResponse) -> str:
        return answer.content.decode().partition('role="alert">')[2].partition("<")[0]

    known, unknown = attempt(browser(), person.username, "wrong"), attempt(browser(), "nobody", "wrong")
    assert words(known) == words(unknown) != ""


def test_attempts_are_counted_for_an_account_at_an_address(person: User) -> None:
    client = browser()
    for _ in range(5):
        assert attempt(client, person.username, "wrong").status_code == 200
    assert attempt(client, person.username, PASSWORD).status_code == 429
    assert not is_in(client)
    elsewhere = browser("192.0.2.2")
    attempt(elsewhere, person.username, PASSWORD)
    assert is_in(elsewhere), "its owner is not locked out"


def test_an_address_cannot_be_made_up_to_get_more_attempts(person: User) -> None:
    for number in range(6):
        client = browser()
        client.defaults["HTTP_X_FORWARDED_FOR"] = f"198.51.100.{number}, 192.0.2.1"
        answer = attempt(client, person.username, "wrong")
    assert answer.status_code == 429


def test_an_address_that_tries_many_accounts_is_stopped() -> None:
    client = browser("192.0.2.77")
    statuses = [attempt(client, f"nobody{number}", "wrong").status_code for number in range(31)]
    assert (statuses[:30], statuses[30]) == ([200] * 30, 429)


@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/inbox/1?tab=mine", "/inbox/1?tab=mine"),
        ("//evil.example", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("evil", "/"),
        ("http://localhost/inbox", "/"),
    ],
)
def test_afterwards_one_is_somewhere_of_ours(person: User, wanted: str, goes_to: str) -> None:
    assert attempt(browser(), person.username, PASSWORD, next=wanted)["Location"] == goes_to


def test_the_form_shows_what_was_typed_as_text() -> None:
    page = attempt(browser(), '"><script>alert(1)</script>', "x").content.decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_pages_run_and_load_nothing_strange() -> None:
    for path in ("/sign-in", "/sign-out"):
        page = browser().get(path)
        policy = page["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert page["Cache-Control"].count("no-store")
        assert "<script" not in page.content.decode()


def test_a_form_without_its_token_is_refused_kindly(person: User) -> None:
    answer = browser().post("/sign-in", {"name": person.username, "password": PASSWORD})
    assert answer.status_code == 403
    assert "open too long" in answer.content.decode()


def test_somebody_without_an_organisation_is_told_so(tenant: Tenant, person: User) -> None:
    with organization_scope(tenant.id):
        Membership.objects.filter(user=person).update(is_active=False)
    client = browser()
    assert "not a member" in attempt(client, person.username, PASSWORD).content.decode()
    assert "sessionid" not in client.cookies


def test_the_administration_s_own_form_leads_here() -> None:
    assert browser().get("/admin/login/")["Location"] == "/sign-in?next=/admin/"


def link_for(user: User, **given: timedelta) -> str:
    return urlsplit(enter_url(environment(), user.username, **given)).path


def test_a_link_signs_in_once(person: User) -> None:
    link, first, second = link_for(person), browser(), browser()
    answer = first.get(link)
    assert (answer.status_code, answer["Location"], answer["Referrer-Policy"]) == (302, "/", "same-origin")
    assert is_in(first)
    assert "used already" in second.get(link).content.decode()
    assert not is_in(second)


def test_a_link_is_good_for_a_short_while_only(person: User) -> None:
    client = browser()
    assert "too old" in client.get(link_for(person, life=timedelta(seconds=-1))).content.decode()
    assert not is_in(client)


@pytest.mark.parametrize("token", ["x", "=", "é", "A" * 500, "_" * 43])
def test_a_made_up_link_opens_nothing(token: str) -> None:
    client = browser()
    assert client.get(f"/enter/{token}").status_code == 200
    assert not is_in(client)


def test_a_changed_link_opens_nothing(person: User) -> None:
    link = link_for(person)
    changed = link[:-2] + ("AA" if link[-2:] != "AA" else "BB")
    client = browser()
    client.get(changed)
    assert not is_in(client)


@pytest.mark.parametrize("header", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Purpose": "prefetch"}])
def test_another_site_cannot_have_the_link_opened(person: User, header: dict[str, str]) -> None:
    link, client = link_for(person), browser()
    assert "by hand" in client.get(link, headers=header).content.decode()
    assert not is_in(client)
    client.get(link)
    assert is_in(client), "it was not used up"


def test_the_command_prints_a_link(person: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("enter_link", "--user", person.email)
    client = browser()
    client.get(urlsplit(capsys.readouterr().out.strip()).path)
    assert is_in(client)
    with pytest.raises(CommandError, match="Nobody called"):
        call_command("enter_link", "--user", "nobody@example.com")


@pytest.mark.parametrize(
    ("accepted", "language", "direction", "heading"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", "de", "ltr", "Anmelden"),
        ("th", "th", "ltr", "ลงชื่อเข้าใช้"),
        ("ja-JP", "ja", "ltr", "サインイン"),
        ("ar-EG,en;q=0.1", "ar", "rtl", "تسجيل الدخول"),
        ("tlh, *;q=0.1", "en", "ltr", "Sign in"),
        ("", "en", "ltr", "Sign in"),
    ],
)
def test_the_page_speaks_the_browser_s_language(accepted: str, language: str, direction: str, heading: str) -> None:
    answer = browser().get("/sign-in", headers={"Accept-Language": accepted})
    assert answer["Content-Language"] == language
    assert f'<html lang="{language}" dir="{direction}">' in answer.content.decode()
    assert f"<h1>{heading}</h1>" in answer.content.decode()


def test_a_language_that_was_chosen_stays_and_so_does_the_way_back() -> None:
    client = browser()
    page = client.get("/sign-in", {"language": "de", "next": "/inbox?tab=mine&q=a"}).content.decode()
    assert 'value="/inbox?tab=mine&amp;q=a"' in page
    assert "/sign-in?language=th&amp;next=%2Finbox%3Ftab%3Dmine%26q%3Da" in page
    answer = attempt(client, "nobody", "wrong")
    assert "gehören nicht zusammen" in answer.content.decode()
    assert answer["Content-Language"] == "de"


def test_a_language_that_nobody_speaks_here_is_passed_over() -> None:
    answer = browser().get("/sign-in", {"language": "../../etc"})
    assert answer["Content-Language"] == "en"
    assert "hubbub_language" not in answer.cookies


def test_every_sentence_is_there_in_every_language() -> None:
    for name, texts in WORDS.items():
        assert set(texts) == set(languages()), name
        assert all(texts.values()), name
        assert len(set(texts.values())) == len(texts), name
