"""WhatsApp's files and numbers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.conftest import APP, NUMBER, WA_TOKEN, WABA, Player, error, proof

DAY = 86400
MB = 1024 * 1024


def upload(player: Player, mime: str, content: bytes = b"x", **form: str) -> Any:
    return player.http.post(
        f"/graph/v26.0/{NUMBER}/media",
        params={"appsecret_proof": proof(WA_TOKEN)},
        data=form or {"messaging_product": "whatsapp"},
        files={"file": ("a.bin", content, mime)},
        headers={"authorization": f"Bearer {WA_TOKEN}"},
    )


def graph(player: Player, method: str, path: str, body: Any = None, **query: str) -> Any:
    return player.graph(method, path, body, token=WA_TOKEN, **query)


def fetch(player: Player, url: str, token: str = WA_TOKEN) -> Any:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return player.http.get(url, headers=headers)


def test_an_uploaded_file_can_be_linked_downloaded_sent_and_deleted(player: Player) -> None:
    media_id = upload(player, "image/png", b"\x89PNG").json()["id"]
    told = graph(player, "GET", media_id).json()
    assert (told["mime_type"], told["file_size"], told["messaging_product"]) == ("image/png", 4, "whatsapp")
    assert fetch(player, told["url"]).content == b"\x89PNG"
    to = "+" + player.say("whatsapp")["customer_id"]
    assert player.whatsapp({"to": to, "type": "image", "image": {"id": media_id}}).status_code == 200
    assert graph(player, "DELETE", media_id).json() == {"success": True}
    assert error(graph(player, "GET", media_id)) == (100, 33)


def test_a_download_needs_the_right_token_and_a_fresh_link(player: Player) -> None:
    url = graph(player, "GET", upload(player, "image/png").json()["id"]).json()["url"]
    assert fetch(player, url, "").status_code == 401
    assert fetch(player, url, "nonsense").status_code == 401
    assert fetch(player, url, "page-token").status_code == 401
    assert fetch(player, url.replace("oh=", "oh=0")).status_code == 404
    player.put("/clock", {"advance": 301})
    assert fetch(player, url).status_code == 404


def test_an_upload_lives_30_days_and_an_inbound_file_7(player: Player) -> None:
    media_id = upload(player, "image/png").json()["id"]
    player.say("whatsapp", type="image")
    inbound = player.hub.bodies("/webhooks/whatsapp")[-1]["entry"][0]["changes"][0]["value"]["messages"][0]["image"]
    assert fetch(player, inbound["url"]).headers["content-type"] == "image/jpeg"
    player.put("/clock", {"advance": 8 * DAY})
    assert error(graph(player, "GET", inbound["id"])) == (100, 33)
    assert graph(player, "GET", media_id).status_code == 200
    player.put("/clock", {"advance": 23 * DAY})
    assert error(graph(player, "GET", media_id)) == (100, 33)


@pytest.mark.parametrize(
    ("mime", "size"),
    [
        ("image/gif", 1),
        ("image/webp", 500 * 1024 + 1),
        ("image/jpeg", 5 * MB + 1),
        ("audio/ogg", 16 * MB + 1),
        ("video/webm", 1),
        ("application/x-msdownload", 1),
    ],
)
def test_a_file_of_the_wrong_type_or_size_is_131053(player: Player, mime: str, size: int) -> None:
    assert error(upload(player, mime, b"x" * size)) == (131053, None)


def test_an_upload_names_the_product(player: Player) -> None:
    assert error(upload(player, "image/png", purpose="x")) == (100, None)


def test_a_file_sent_as_another_kind_fails_later(player: Player) -> None:
    media_id = upload(player, "image/png").json()["id"]
    to = "+" + player.say("whatsapp")["customer_id"]
    assert player.whatsapp({"to": to, "type": "video", "video": {"id": media_id}}).status_code == 200

    def failed() -> list[int]:
        found = [body["entry"][0]["changes"][0]["value"] for body in player.hub.bodies("/webhooks/whatsapp")]
        return [one["statuses"][0]["errors"][0]["code"] for one in found if "errors" in one.get("statuses", [{}])[0]]

    assert player.hub.wait_for(failed) == [131053]


def test_a_template_header_needs_a_handle_from_a_resumable_upload(player: Player) -> None:
    token = f"{APP}|app-secret"
    query = {"file_name": "a.png", "file_length": "4", "file_type": "image/png"}
    session = player.graph("POST", f"{APP}/uploads", token=token, **query).json()["id"]
    headers = {"authorization": f"OAuth {token}", "file_offset": "0"}
    answer = player.http.post(
        f"/graph/v26.0/{session}", params={"appsecret_proof": proof(token)}, content=b"\x89PNG", headers=headers
    )
    assert answer.json()["h"].startswith("4::")
    short = player.http.post(
        f"/graph/v26.0/{session}", params={"appsecret_proof": proof(token)}, content=b"\x89", headers=headers
    )
    assert error(short) == (100, None)


def test_a_number_tells_of_itself_and_is_listed(player: Player) -> None:
    told = graph(player, "GET", NUMBER, fields="status,quality_rating,throughput,platform_type").json()
    assert told == {
        "status": "CONNECTED",
        "quality_rating": "GREEN",
        "throughput": {"level": "STANDARD"},
        "platform_type": "CLOUD_API",
        "id": NUMBER,
    }
    assert graph(player, "GET", f"{WABA}/phone_numbers").json()["data"][0]["id"] == NUMBER
    assert graph(player, "GET", WABA).json()["id"] == WABA


def test_registration_knows_its_pin_and_its_limit(player: Player) -> None:
    body = {"messaging_product": "whatsapp", "pin": "123456"}
    assert graph(player, "POST", f"{NUMBER}/register", body).json() == {"success": True}
    assert error(graph(player, "POST", f"{NUMBER}/register", {**body, "pin": "654321"})) == (133005, None)
    assert error(graph(player, "POST", f"{NUMBER}/register", {**body, "pin": "12"})) == (131009, None)
    for _ in range(8):
        graph(player, "POST", f"{NUMBER}/register", body)
    assert error(graph(player, "POST", f"{NUMBER}/register", body)) == (133016, None)
    assert graph(player, "POST", f"{NUMBER}/deregister").json() == {"success": True}
    assert graph(player, "GET", NUMBER, fields="status").json()["status"] == "PENDING"


def test_the_business_profile_has_limits(player: Player) -> None:
    path = f"{NUMBER}/whatsapp_business_profile"
    body = {"messaging_product": "whatsapp", "about": "A shop", "websites": ["https://shop.test"], "vertical": "RETAIL"}
    assert graph(player, "POST", path, body).json() == {"success": True}
    assert graph(player, "GET", path, fields="about,vertical").json() == {
        "data": [{"about": "A shop", "vertical": "RETAIL"}]
    }
    for bad in (
        {"about": "x" * 140},
        {"vertical": "CIRCUS"},
        {"websites": ["https://a.test"] * 3},
        {"email": "x" * 129},
    ):
        assert error(graph(player, "POST", path, {"messaging_product": "whatsapp", **bad})) == (100, None)


def test_only_people_who_wrote_today_can_be_blocked(player: Player) -> None:
    who = player.say("whatsapp")["customer_id"]

    def block(user: str) -> Any:
        body = {"messaging_product": "whatsapp", "block_users": [{"user": user}]}
        return graph(player, "POST", f"{NUMBER}/block_users", body)

    assert block(f"+{who}").json()["block_users"]["added_users"][0]["wa_id"] == who
    assert graph(player, "GET", f"{NUMBER}/block_users").json()["data"][0]["wa_id"] == who
    assert error(block("+66899999999")) == (139100, None)


def test_synchronisation_of_a_coexistence_number_happens_once(player: Player) -> None:
    body = {"messaging_product": "whatsapp", "sync_type": "history"}
    assert error(graph(player, "POST", f"{NUMBER}/smb_app_data", body)) == (100, None)
    player.put(f"/accounts/whatsapp/{NUMBER}", {"is_coexistence": True})
    assert "request_id" in graph(player, "POST", f"{NUMBER}/smb_app_data", body).json()
    assert error(graph(player, "POST", f"{NUMBER}/smb_app_data", body)) == (2593107, None)


@pytest.mark.parametrize("name", ["wwwshop", "a", "shop..th", ".shop", "12345", "shop.com"])
def test_a_business_username_follows_the_rules(player: Player, name: str) -> None:
    assert error(graph(player, "POST", f"{NUMBER}/username", {"username": name})) == (147001, None)
    assert graph(player, "POST", f"{NUMBER}/username", {"username": "shop.th"}).status_code == 200


def test_management_calls_are_counted_per_account(player: Player) -> None:
    player.put(f"/accounts/whatsapp/{NUMBER}", {"is_registered": False})
    now = player.world.clock.now()
    for _ in range(200):
        player.world.limits.count(f"waba:{WABA}", 200, 3600.0, now)
    assert error(graph(player, "GET", NUMBER)) == (80007, None)
