"""Flows as a pure function: (definition, person, state, input) → (state, effects). No clock, no chance, no I/O.

The language of definitions is described in docs/flows.md.
"""

from hubbub.flows.engine.definition import Definition, faults_of, read_definition
from hubbub.flows.engine.escapes import Escape, escape
from hubbub.flows.engine.faults import Fault, FaultyDefinition
from hubbub.flows.engine.running import advance, begin
from hubbub.flows.engine.values import (
    AddTag,
    Advance,
    Assign,
    Awaiting,
    Count,
    CreateLead,
    Effect,
    HandOver,
    HttpAnswered,
    Input,
    Person,
    RemoveTag,
    RequestHttp,
    Returned,
    RunState,
    Said,
    Send,
    SetAttribute,
    Woke,
)

__all__ = [
    "AddTag",
    "Advance",
    "Assign",
    "Awaiting",
    "Count",
    "CreateLead",
    "Definition",
    "Effect",
    "Escape",
    "Fault",
    "FaultyDefinition",
    "HandOver",
    "HttpAnswered",
    "Input",
    "Person",
    "RemoveTag",
    "RequestHttp",
    "Returned",
    "RunState",
    "Said",
    "Send",
    "SetAttribute",
    "Woke",
    "advance",
    "begin",
    "escape",
    "faults_of",
    "read_definition",
]
