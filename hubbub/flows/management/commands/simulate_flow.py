"""`manage.py simulate_flow flows.json`: chat with a flow in the terminal. Nothing is sent, asked or stored."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from hubbub.channels.models import PLATFORMS
from hubbub.channels.stored_templates import as_sent
from hubbub.flows.actions import FaultyFlow, refuse_definition
from hubbub.flows.engine import read_definition
from hubbub.flows.files import definitions_in, read_json
from hubbub.flows.simulation import Setting, Simulation, start, turn_json
from hubbub.flows.transcript import buttons_of, lines_of
from hubbub.kit.errors import HubbubError, InvalidInput
from hubbub.kit.json import JsonValue, as_object, loads

HELP = """You are the customer. Write what they say, or:
  /1 /2 …        tap the first, second … button
  /tap PAYLOAD   tap a button with this payload
  /wait          let the time pass that the flow waits for
  /http 200 {…}  what the HTTP request got
  /quit          go"""


class Command(BaseCommand):
    """Reads what the customer says from the terminal or from a pipe, one line each."""

    help = "Chat with a flow in the terminal."
    requires_system_checks: list[str] = []  # noqa: RUF012
    stdin: TextIO = sys.stdin

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a definition, a flow, or what export_flows writes")
        parser.add_argument("--flow", metavar="KEY", help="which flow of the file; the first when left out")
        parser.add_argument("--platform", choices=list(PLATFORMS), default="facebook", help="what it can show counts")
        parser.add_argument("--language", default="en", help="the customer's")
        parser.add_argument("--name", default="Mali Boonmee", help="the customer's")
        parser.add_argument(
            "--templates",
            type=Path,
            metavar="FILE",
            help='stored templates: {"Welcome": {"template_type": "button", …}}',
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        try:
            simulation = _simulation(options)
        except FaultyFlow as faulty:
            raise CommandError(faulty.listed()) from None
        except HubbubError as error:
            raise CommandError(error.sentence) from None
        self.stdout.write(HELP)
        self._chat(simulation)

    def _chat(self, simulation: Simulation) -> None:
        buttons: list[tuple[str, str]] = []
        for line in self._lines():
            try:
                came = simulation.play(_given(line, buttons))
            except HubbubError as error:
                self.stdout.write(f"! {error.sentence}")
                continue
            turn = turn_json(came)
            for shown in lines_of(turn):
                self.stdout.write(shown)
            buttons = buttons_of(turn)

    def _lines(self) -> Iterator[str]:
        while True:
            self.stdout.write("> ", ending="")
            self.stdout.flush()
            line = self.stdin.readline()
            if not line or line.strip() == "/quit":
                self.stdout.write("")
                return
            if not self.stdin.isatty():
                self.stdout.write(line.rstrip("\n"))
            yield line.rstrip("\n")


def _simulation(options: Mapping[str, Any]) -> Simulation:
    definitions = definitions_in(read_json(options["file"]))
    key = options["flow"] or next(iter(definitions))
    if key not in definitions:
        raise InvalidInput(f"The file has no flow {key!r}: it has {', '.join(definitions)}.")
    for definition in definitions.values():
        refuse_definition(definition)
    setting = Setting(platform=options["platform"], language=options["language"], name=options["name"], key=key)
    subflows = {name: read_definition(definition, name) for name, definition in definitions.items()}
    simulation = start(definitions[key], setting, subflows)
    if options["templates"] is not None:
        simulation.use_templates(_templates_in(options["templates"]))
    return simulation


def _templates_in(path: Path) -> dict[str, JsonValue]:
    """By name. Raises NotFound, InvalidInput."""
    templates = as_object(read_json(path)) or {}
    read = {name: as_object(template) for name, template in templates.items()}
    if not read or None in read.values():
        raise InvalidInput(f'{path.name} has no templates: {{"Welcome": {{"template_type": "button", …}}}}.')
    return {name: as_sent(template) for name, template in read.items() if template is not None}


def _given(line: str, buttons: list[tuple[str, str]]) -> dict[str, JsonValue]:
    """What a line means. Raises InvalidInput."""
    word, _, rest = line.partition(" ")
    if word == "/tap":
        return {"payload": rest.strip()}
    if word == "/wait":
        return {"is_time_up": True}
    if word == "/http":
        status, _, body = rest.strip().partition(" ")
        return {"http": {"status": status, "body": loads(body.encode()) if body.strip() else None}}
    if word.startswith("/") and word[1:].isdigit():
        return _tap(int(word[1:]), buttons)
    return {"text": line}


def _tap(number: int, buttons: list[tuple[str, str]]) -> dict[str, JsonValue]:
    if not 1 <= number <= len(buttons):
        raise InvalidInput(f"There is no button {number}.")
    title, payload = buttons[number - 1]
    return {"text": title, "payload": payload}
