"""Who may manage a number or a business account, and how often."""

from __future__ import annotations

from sandbox.graph.call import GraphCall
from sandbox.graph.errors import unknown_object
from sandbox.graph.usage import take_management
from sandbox.state import Waba, WhatsAppNumber


def managed_number(call: GraphCall) -> WhatsAppNumber:
    """The number in the path. Raises GraphError."""
    number: WhatsAppNumber = call.node
    if call.bearer.kind not in ("system", "user") or not call.reaches(number):
        raise unknown_object(number.external_id, call.method)
    call.needs("whatsapp_business_management")
    take_management(call, number.waba.waba_id, is_active=number.is_registered)
    return number


def managed_waba(call: GraphCall) -> Waba:
    """The business account in the path. Raises GraphError."""
    return managed(call, call.node)


def managed(call: GraphCall, waba: Waba) -> Waba:
    """Raises GraphError when no number of the account belongs to the token."""
    numbers = call.world.state.numbers_of(waba)
    if call.bearer.kind not in ("system", "user") or not any(call.reaches(number) for number in numbers):
        raise unknown_object(waba.waba_id, call.method)
    call.trace.platform = "whatsapp"
    call.trace.accounts = [number.external_id for number in numbers]
    call.needs("whatsapp_business_management")
    take_management(call, waba.waba_id, is_active=any(number.is_registered for number in numbers))
    return waba
