"""WhatsApp's templates: created, approved, listed, sent, refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import NUMBER, WA_TOKEN, WABA, Player, error

Json = dict[str, Any]
DAY = 86400
BODY: Json = {"type": "BODY", "text": "Hello {{1}}, your order {{2}} is on its way to you now."}
FULL: Json = {
    "name": "order_update",
    "language": "th",
    "category": "UTILITY",
    "components": [
        {"type": "HEADER", "format": "IMAGE"},
        BODY,
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "URL", "text": "Track", "url": "https://shop.test/{{1}}"},
                {"type": "QUICK_REPLY", "text": "Stop"},
            ],
        },
    ],
}
NAMED: Json = {
    "name": "named",
    "language": "en",
    "category": "MARKETING",
    "parameter_format": "NAMED",
    "components": [{"type": "BODY", "text": "Hi {{first_name}}, we have new shirts in the shop today."}],
}
HEADER: Json = {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://shop.test/a.jpg"}}]}
TRACK: Json = {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "42"}]}


def filled(*texts: str) -> Json:
    return {"type": "body", "parameters": [{"type": "text", "text": text} for text in texts]}


def named(name: str | None, text: str = "Ann") -> Json:
    parameter = {"type": "text", "text": text, **({"parameter_name": name} if name else {})}
    return {"type": "body", "parameters": [parameter]}


def set_up(player: Player, *templates: Json) -> None:
    player.put(f"/accounts/whatsapp/{NUMBER}", {"templates": list(templates)})


def send(
    player: Player, *components: Json, name: str = "order_update", language: str = "th", to: str = "+66812345678"
) -> Any:
    template = {"name": name, "language": {"code": language}, "components": list(components)}
    return player.whatsapp({"to": to, "type": "template", "template": template})


def code(answer: Any) -> int:
    return int(answer.json()["error"]["code"])


def test_a_template_goes_outside_the_window_and_the_person_reads_it_filled(player: Player) -> None:
    set_up(player, FULL)
    answer = send(player, HEADER, filled("Ann", "42"), TRACK)
    assert answer.json()["messages"][0]["message_status"] == "accepted", answer.text
    bubble = player.get("/phone", platform="whatsapp", **{"from": "66812345678"})["messages"][0]
    assert bubble["body"]["text"] == "Hello Ann, your order 42 is on its way to you now."
    assert player.sends()[-1]["kind"] == "template"


REFUSED: dict[str, tuple[tuple[Json, ...], int]] = {
    "one parameter too few": ((HEADER, filled("Ann"), TRACK), 132000),
    "one parameter too many": ((HEADER, filled("Ann", "42", "x"), TRACK), 132000),
    "no header": ((filled("Ann", "42"), TRACK), 132000),
    "a header of another kind": (
        (
            {"type": "header", "parameters": [{"type": "video", "video": {"link": "https://a.test/v"}}]},
            filled("Ann", "42"),
            TRACK,
        ),
        132012,
    ),
    "no suffix for the link": ((HEADER, filled("Ann", "42")), 131008),
    "a button that is not there": ((HEADER, filled("Ann", "42"), {**TRACK, "index": 2}), 132012),
    "a button of another kind": ((HEADER, filled("Ann", "42"), {**TRACK, "index": 1}), 132012),
    "a named parameter in a positional template": (
        (HEADER, {"type": "body", "parameters": [*named("a")["parameters"], *named("b")["parameters"]]}, TRACK),
        132012,
    ),
    "a new line in a parameter": ((HEADER, filled("Ann\nLee", "42"), TRACK), 132012),
    "five blanks in a parameter": ((HEADER, filled("Ann     Lee", "42"), TRACK), 132012),
    "a text that gets too long": ((HEADER, filled("x" * 1000, "42"), TRACK), 132005),
    "an unknown component": (({"type": "footer"},), 131009),
    "a foreign file": (
        ({"type": "header", "parameters": [{"type": "image", "image": {}}]}, filled("Ann", "42"), TRACK),
        131008,
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_this_send_is_refused(player: Player, name: str) -> None:
    set_up(player, FULL)
    components, expected = REFUSED[name]
    answer = send(player, *components)
    assert code(answer) == expected, answer.text


def test_an_unknown_name_or_language_is_132001_with_http_404(player: Player) -> None:
    set_up(player, FULL)
    assert (code(send(player, name="missing")), send(player, name="missing").status_code) == (132001, 404)
    assert code(send(player, HEADER, filled("Ann", "42"), TRACK, language="en")) == 132001


@pytest.mark.parametrize(
    ("status", "expected"), [("PENDING", 132001), ("REJECTED", 132001), ("PAUSED", 132015), ("DISABLED", 132016)]
)
def test_a_template_that_is_not_approved_cannot_be_sent(player: Player, status: str, expected: int) -> None:
    set_up(player, {**FULL, "status": status})
    assert code(send(player, HEADER, filled("Ann", "42"), TRACK)) == expected


def test_named_parameters_need_their_names(player: Player) -> None:
    set_up(player, NAMED)
    assert send(player, named("first_name"), name="named", language="en").status_code == 200
    assert code(send(player, named(None), name="named", language="en")) == 132000
    assert code(send(player, named("last_name"), name="named", language="en")) == 132012


def test_marketing_stops_when_the_person_says_so_and_never_reaches_the_united_states(player: Player) -> None:
    set_up(player, NAMED)
    who = player.say("whatsapp")["customer_id"]
    player.act("whatsapp", "stop_marketing")
    preference = player.hub.bodies("/webhooks/whatsapp")[-1]["entry"][0]["changes"][0]
    assert preference["field"] == "user_preferences"
    assert preference["value"]["user_preferences"][0]["value"] == "stop"
    assert code(send(player, named("first_name"), name="named", language="en", to="+" + who)) == 131050
    player.act("whatsapp", "resume_marketing")
    assert send(player, named("first_name"), name="named", language="en", to="+" + who).status_code == 200
    assert send(player, named("first_name"), name="named", language="en", to="+15551234567").status_code == 200

    def failures() -> list[Json]:
        found = [body["entry"][0]["changes"][0]["value"] for body in player.hub.bodies("/webhooks/whatsapp")]
        return [one for one in found if one.get("statuses", [{}])[0].get("status") == "failed"]

    assert player.hub.wait_for(failures)[0]["statuses"][0]["errors"][0]["code"] == 131049


def test_an_authentication_template_needs_a_phone_number(player: Player) -> None:
    otp = {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}
    set_up(
        player, {"name": "otp", "language": "en", "category": "AUTHENTICATION", "components": [{"type": "BODY"}, otp]}
    )
    user_id = player.put(f"/customers/whatsapp/{NUMBER}/Mali", {})["user_id"]
    components = [filled("123456"), {**TRACK, "parameters": [{"type": "text", "text": "123456"}]}]
    template = {"name": "otp", "language": {"code": "en"}, "components": components}
    assert code(player.whatsapp({"recipient": user_id, "type": "template", "template": template})) == 131062
    assert player.whatsapp({"to": "+66812345678", "type": "template", "template": template}).status_code == 200


def test_the_portfolio_reaches_only_so_many_people_outside_the_window(player: Player) -> None:
    set_up(player, FULL)
    player.put(f"/accounts/whatsapp/{NUMBER}", {"messaging_limit": "TIER_50"})
    for number in range(50):
        assert send(player, HEADER, filled("Ann", "42"), TRACK, to=f"+668{number:08d}").status_code == 200
    assert code(send(player, HEADER, filled("Ann", "42"), TRACK, to="+66999999999")) == 131048
    player.put("/clock", {"advance": DAY + 1})
    assert send(player, HEADER, filled("Ann", "42"), TRACK, to="+66999999999").status_code == 200


def create(player: Player, **changes: Any) -> Any:
    body = {**BODY, "example": {"body_text": [["Ann", "42"]]}}
    base = {"name": "fresh", "language": "en", "category": "UTILITY", "components": [body]}
    return player.graph("POST", f"{WABA}/message_templates", {**base, **changes}, token=WA_TOKEN)


def test_a_new_template_is_pending_and_its_approval_comes_by_webhook(player: Player) -> None:
    made = create(player).json()
    assert (made["status"], made["category"]) == ("PENDING", "UTILITY")
    player.wait_for_webhook("template")
    change = player.hub.bodies("/webhooks/whatsapp")[-1]["entry"][0]["changes"][0]
    assert change["field"] == "message_template_status_update"
    assert (change["value"]["event"], str(change["value"]["message_template_id"])) == ("APPROVED", made["id"])
    listed = player.graph("GET", f"{WABA}/message_templates", token=WA_TOKEN, fields="name,status", name="fresh").json()
    assert listed["data"] == [{"name": "fresh", "status": "APPROVED", "id": made["id"]}]
    assert player.graph("GET", made["id"], token=WA_TOKEN, fields="language").json()["language"] == "en"


def body(text: str, **more: Any) -> list[Json]:
    return [{"type": "BODY", "text": text, "example": {"body_text": [["a", "b"]]}, **more}]


BAD: dict[str, tuple[Json, int | None]] = {
    "capital letters": ({"name": "Fresh"}, 2388047),
    "an unknown category": ({"category": "NEWS"}, None),
    "a long body": ({"components": body("x" * 1025)}, 2388040),
    "a variable at the start": ({"components": body("{{1}} is the order that you made")}, 2388299),
    "a variable at the end": ({"components": body("The order that you made is {{1}}")}, 2388299),
    "neighbours": ({"components": body("The order {{1}}{{2}} that you made is on its way")}, 2388299),
    "too many variables": ({"components": body("The {{1}} and {{2}} x")}, 2388293),
    "no example": ({"components": [BODY]}, 2388043),
    "no body": ({"components": [{"type": "FOOTER", "text": "x"}]}, 2388072),
    "a long footer": ({"components": [*body("Hello there"), {"type": "FOOTER", "text": "x" * 61}]}, 2388040),
    "two header variables": (
        {"components": [*body("Hello there"), {"type": "HEADER", "format": "TEXT", "text": "{{1}} {{2}}"}]},
        2388047,
    ),
    "a picture without example": (
        {"components": [*body("Hello there"), {"type": "HEADER", "format": "IMAGE"}]},
        2388273,
    ),
    "eleven buttons": (
        {
            "components": [
                *body("Hello there"),
                {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "x"}] * 11},
            ]
        },
        2388072,
    ),
    "three links": (
        {
            "components": [
                *body("Hello there"),
                {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "x", "url": "https://a.test"}] * 3},
            ]
        },
        2388072,
    ),
    "scattered quick replies": (
        {
            "components": [
                *body("Hello there"),
                {
                    "type": "BUTTONS",
                    "buttons": [
                        {"type": "QUICK_REPLY", "text": "a"},
                        {"type": "URL", "text": "x", "url": "https://a.test"},
                        {"type": "QUICK_REPLY", "text": "b"},
                    ],
                },
            ]
        },
        2388072,
    ),
    "a long button": (
        {
            "components": [
                *body("Hello there"),
                {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "x" * 26}]},
            ]
        },
        2388040,
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_this_template_is_not_created(player: Player, name: str) -> None:
    changes, subcode = BAD[name]
    assert error(create(player, **changes)) == (100, subcode)


def test_a_name_exists_once_per_language_and_is_blocked_after_deletion(player: Player) -> None:
    assert create(player).status_code == 200
    assert error(create(player)) == (100, 2388024)
    assert create(player, language="th").status_code == 200
    gone = player.graph("DELETE", f"{WABA}/message_templates", token=WA_TOKEN, name="fresh")
    assert gone.json() == {"success": True}
    assert error(create(player)) == (100, 2388023)
    player.put("/clock", {"advance": 31 * DAY})
    assert create(player).status_code == 200


def test_an_approved_template_is_edited_once_a_day(player: Player) -> None:
    made = create(player).json()["id"]
    new = {"components": body("Your parcel {{1}} of today {{2}} will be with you very soon")}
    assert player.graph("POST", made, new, token=WA_TOKEN).json() == {"success": True}
    assert error(player.graph("POST", made, new, token=WA_TOKEN)) == (100, 2388072)
    player.put("/clock", {"advance": DAY + 1})
    assert player.graph("POST", made, new, token=WA_TOKEN).status_code == 200
    player.put("/clock", {"advance": DAY + 1})
    assert error(player.graph("POST", made, {**new, "category": "MARKETING"}, token=WA_TOKEN)) == (100, 2388072)


def test_a_bad_cursor_is_131059(player: Player) -> None:
    answer = player.graph("GET", f"{WABA}/message_templates", token=WA_TOKEN, after="nonsense")
    assert code(answer) == 131059


def test_250_templates_are_the_limit(player: Player) -> None:
    set_up(player, *[{**FULL, "name": f"t{number}"} for number in range(250)])
    assert error(create(player)) == (100, 2388019)


def test_an_unpaused_template_can_be_sent_again(player: Player) -> None:
    set_up(player, {**FULL, "status": "PAUSED"})
    template_id = player.graph("GET", f"{WABA}/message_templates", token=WA_TOKEN).json()["data"][0]["id"]
    assert player.graph("POST", f"{template_id}/unpause", token=WA_TOKEN).json() == {"success": True}
    assert send(player, HEADER, filled("Ann", "42"), TRACK).status_code == 200


def test_a_paced_template_is_held(player: Player) -> None:
    set_up(player, {**FULL, "is_paced": True})
    answer = send(player, HEADER, filled("Ann", "42"), TRACK)
    assert answer.json()["messages"][0]["message_status"] == "held_for_quality_assessment"


def test_the_marketing_endpoint_takes_templates_only(player: Player) -> None:
    set_up(player, NAMED)
    template = {"name": "named", "language": {"code": "en"}, "components": [named("first_name")]}
    base = {"messaging_product": "whatsapp", "to": "+66812345678"}
    path = f"{NUMBER}/marketing_messages"
    assert (
        player.graph("POST", path, {**base, "type": "template", "template": template}, token=WA_TOKEN).status_code
        == 200
    )
    plain = player.graph("POST", path, {**base, "type": "text", "text": {"body": "x"}}, token=WA_TOKEN)
    assert code(plain) == 131055
