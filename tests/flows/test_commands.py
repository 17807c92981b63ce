"""The commands round flows."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hubbub.flows.management.commands import simulate_flow
from hubbub.flows.models import Flow
from hubbub.kit.json import dumps
from hubbub.organizations.scope import organization_scope
from tests.flows.documents import FAULTY, LEADS, hello
from tests.flows.test_actions import make
from tests.support.factories import make_tenant


def written(folder: Path, document: Any) -> Path:
    path = folder / "flow.json"
    path.write_bytes(dumps(document))
    return path


def chat(path: Path, *lines: str, **options: Any) -> str:
    out = io.StringIO()
    command = simulate_flow.Command(stdout=out)
    command.stdin = io.StringIO("".join(f"{line}\n" for line in lines))
    call_command(command, str(path), **options)
    return out.getvalue()


def test_a_flow_is_chatted_with_in_the_terminal(tmp_path: Path) -> None:
    shown = chat(written(tmp_path, LEADS), "demo", "Mali")
    assert "  What's your name?\n  (waiting at collect_name" in shown
    assert "Nice to meet you, Mali!" in shown
    assert "Thank you for your interest! 🚀\n  (completed at end)" in shown


def test_a_button_is_tapped_by_its_number(tmp_path: Path) -> None:
    buttons = [{"title": "Yes", "payload": "YES"}, {"title": "No", "payload": "NO"}]
    document = {
        "start": {
            "actions": [{"type": "send_quick_replies", "text": "Sure?", "quick_replies": buttons}],
            "next": "ask",
        },
        "ask": {"actions": [{"type": "send_text", "text": "You said {{message_text}}."}]},
    }
    shown = chat(written(tmp_path, document), "hi", "/3", "/2")
    assert "    /1 Yes\n    /2 No\n" in shown
    assert "! There is no button 3." in shown
    assert "You said No." in shown


def test_what_the_run_does_not_wait_for_is_told_and_the_chat_goes_on(tmp_path: Path) -> None:
    shown = chat(written(tmp_path, LEADS), "/wait", "demo", "/http 200 {}", "/http 200 {", "Mali")
    assert "! The run waits for no answer to an HTTP request." in shown
    assert "! This is not valid JSON" in shown
    assert "! The run waits for no time." in shown
    assert "Nice to meet you, Mali!" in shown


def test_one_flow_of_an_exported_file_is_chosen(tmp_path: Path) -> None:
    flows = [
        {"key": "first", "name": "First", "definition": hello("First!")},
        {"key": "second", "name": "Second", "definition": hello("Second!")},
    ]
    path = written(tmp_path, {"format": "hubbub.flows/1", "flows": flows})
    assert "First!" in chat(path, "hi")
    assert "Second!" in chat(path, "hi", flow="second")
    with pytest.raises(CommandError, match="has no flow 'third'"):
        chat(path, "hi", flow="third")


GREETING = {"start": {"actions": [{"type": "send_template", "template": "Welcome", "variables": {"shop": "Baan"}}]}}
WELCOME = {"template_type": "button", "text": "Welcome to {{shop}}, {{first_name}}!", "buttons": []}


def test_templates_that_are_stored_for_a_page_come_from_a_file(tmp_path: Path) -> None:
    flow, templates = written(tmp_path, GREETING), tmp_path / "templates.json"
    assert "There is no template Welcome on this channel" in chat(flow, "hi")
    templates.write_bytes(dumps({"Welcome": WELCOME}))
    assert "Welcome to Baan, Mali!" in chat(flow, "hi", templates=templates)
    for useless in (b"{}", b"[]", b'{"Welcome": "hi"}'):
        templates.write_bytes(useless)
        with pytest.raises(CommandError, match="has no templates"):
            chat(flow, "hi", templates=templates)


def test_a_faulty_flow_is_refused_with_every_fault(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        chat(written(tmp_path, FAULTY), "hi")
    assert len(str(refused.value).splitlines()) >= 2


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff"])
def test_a_file_that_is_no_flow_gets_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "flow.json"
    path.write_bytes(content)
    with pytest.raises(CommandError):
        chat(path, "hi")
    with pytest.raises(CommandError, match="cannot be read"):
        chat(tmp_path / "nothing.json", "hi")


@pytest.mark.usefixtures("database")
def test_flows_go_from_one_organisation_to_another_by_file(tmp_path: Path) -> None:
    ours, theirs = make_tenant("Ours"), make_tenant("Theirs")
    make(ours, key="leads")
    path = tmp_path / "flows.json"
    call_command("export_flows", organization=ours.organization.slug, output=path)
    out = io.StringIO()
    call_command("import_flows", str(path), organization=theirs.organization.slug, dry_run=True, stdout=out)
    with organization_scope(theirs.id):
        assert not Flow.objects.exists()
    call_command("import_flows", str(path), organization=theirs.organization.slug, stdout=out)
    with organization_scope(theirs.id):
        assert Flow.objects.get().key == "leads"
    assert out.getvalue().split() == ["created", "leads"] * 2
    terminal = io.StringIO()
    call_command("export_flows", organization=theirs.organization.slug, flow=["leads"], stdout=terminal)
    assert terminal.getvalue() == path.read_text()


@pytest.mark.usefixtures("database")
def test_an_import_with_faults_lists_them_all(tmp_path: Path) -> None:
    tenant = make_tenant()
    path = written(tmp_path, {"key": "x", "name": "X", "definition": FAULTY, "triggers": [{"type": "moon"}]})
    with pytest.raises(CommandError) as refused:
        call_command("import_flows", str(path), organization=tenant.organization.slug)
    assert len(str(refused.value).splitlines()) >= 3
    with pytest.raises(CommandError, match="no organisation"):
        call_command("import_flows", str(path), organization="nobody")
