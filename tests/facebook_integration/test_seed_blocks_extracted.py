"""The very blocks of the documents, taken out of them and run: unchanged but for ids, tokens and addresses.

Python runs in a namespace that holds what the documents take for granted (page, messenger, api, request, …); shell
lines run the commands that they name; the four blocks that cannot be read are repaired by the list in `seeds.py`.
Seed 002 is code of another program: there the meaning counts, and `MEANINGS` says what stands for each block.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test.utils import isolate_apps

from facebook_integration import models
from facebook_integration.services import facebook_api
from facebook_integration.webhooks import FacebookWebhookHandler
from hubbub.contacts.models import Contact
from hubbub.organizations.models import Role
from hubbub.settings.environment import read_environment
from tests.facebook_integration import extracted, test_seed_blocks_by_hand_many_pages
from tests.facebook_integration.documented import OUR_APP, PUBLIC, Documented, manage, rows
from tests.facebook_integration.extracted import Ran
from tests.facebook_integration.seeds import Block, blocks
from tests.inbound.bodies import page as body_of
from tests.inbound.bodies import said
from tests.support.people import make_member

pytestmark = pytest.mark.skipif(not blocks(), reason="The documents are not here; name their folder with HUBBUB_SEEDS.")


def some(seeds: str, *languages: str) -> pytest.MarkDecorator:
    """The blocks of these documents in these languages, each by its name."""
    found = [one for one in blocks() if one.seed in seeds.split() and one.language in languages]
    return pytest.mark.parametrize("block", found, ids=lambda one: one.name)


class Request:
    """What a view has."""

    def __init__(self, user: Any) -> None:
        self.user = user


def put_in(text: str, shop: Documented, page_id: str) -> str:
    """The ids, tokens and addresses of this shop instead of those of the document."""
    pages = [shop.new_account(), shop.new_account()] if "PAGE_ID_1" in text else ["", ""]
    ours = {
        '"YOUR_PAGE_ID"': f'"{page_id}"',
        "YOUR_PAGE_ID": page_id,
        "1234567890123456": page_id,
        "YOUR_PAGE_ACCESS_TOKEN": f"token-{page_id}",
        "your_page_access_token": f"token-{page_id}",
        "YOUR_APP_ID": OUR_APP,
        "your_app_id": OUR_APP,
        "YOUR_APP_SECRET": shop.app_secret,
        "your_app_secret": shop.app_secret,
        "https://yoursite.com": PUBLIC,
        '"user_psid"': f'"{shop.psid}"',
        '"USER_PSID"': f'"{shop.psid}"',
        "PAGE_ID_1": pages[0],
        "TOKEN_1": f"token-{pages[0]}",
        "PAGE_ID_2": pages[1],
        "TOKEN_2": f"token-{pages[1]}",
        "unique_message_id": "01a1fd6c-6b45-745e-8e99-fb3e8f97bc4c",
    }
    for theirs, mine in ours.items():
        text = text.replace(theirs, mine)
    return text


def namespace(shop: Documented) -> dict[str, Any]:
    """What the documents take for granted."""
    known = {name: getattr(models, name) for name in models.__all__}
    known |= {name: getattr(facebook_api, name) for name in facebook_api.__all__}
    (customer,) = rows(shop, Contact)
    return known | {
        "__name__": "facebook_integration.models",
        "page": shop.page,
        "facebook_page": shop.page,
        "FacebookPage_object": shop.page,
        "Customer_object": customer,
        "api": facebook_api.FacebookGraphAPI(shop.page),
        "messenger": facebook_api.FacebookMessengerService(shop.page),
        "request": Request(make_member(shop.line.tenant, Role.OWNER)),
        "FacebookWebhookHandler": FacebookWebhookHandler,
        "webhook_data": body_of(shop.page.page_id, said(shop.page.page_id, "from the document")),
        "user_needs_human_agent": True,
        "app_secret": shop.app_secret,
        **extracted.MODULES,
    }


@some("000 001", "python")
def test_a_python_block_runs(
    block: Block, shop: Documented, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    check = extracted.CHECKS[block.name]
    names = namespace(shop)
    prepare = extracted.PREPARED.get(block.name)
    if prepare is not None:
        prepare(shop, names, request)
    text = put_in(block.text, shop, shop.page.page_id)
    with isolate_apps("facebook_integration"):
        exec(compile(text, block.name, "exec"), names)
    check(Ran(shop=shop, names=names, printed=capsys.readouterr().out, request=request))


def lines(text: str) -> list[list[str]]:
    """The shell's commands, each as its words; comments left out."""
    whole = text.replace("\\\n", " ")
    return [words for line in whole.splitlines() if (words := shlex.split(line, comments=True))]


@some("001", "bash")
def test_a_shell_block_runs(
    block: Block, shop: Documented, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert address
    if block.text.lstrip().startswith("# Facebook Integration Settings"):
        monkeypatch.setenv("HUBBUB_DATA_DIR", str(tmp_path))
        _is_an_env_file(block.text, tmp_path / ".env")
        return
    page_id = shop.new_account() if "setup_facebook_page" in block.text else shop.page.page_id
    for words in lines(put_in(block.text, shop, page_id)):
        assert words[:2] == ["python", "manage.py"]
        printed = _run(shop, words[2:])
        assert any(sign in printed for sign in SIGNS[words[2]]), printed


SIGNS = {
    "makemigrations": ("No changes detected in app 'facebook_integration'",),
    "migrate": ("No migrations to apply",),
    "setup_facebook_page": ("The Messenger profile is set.",),
    "test_facebook_webhook": ("passes the handshake", "complete", "The message is sent.", "messages"),
    "facebook_monitor": ("Page", "page"),
    "create_facebook_flow": ("created and switched on", "replaced by a new version"),
}
"""What each command prints when it worked; a failure raises anyway."""


def _run(shop: Documented, words: list[str]) -> str:
    if words[0] in ("makemigrations", "migrate"):
        return manage(*words)
    return shop.run(words[0], *words[1:])


def _is_an_env_file(text: str, file: Path) -> None:
    """The settings that it holds are read as they are written."""
    file.write_text(text)
    read = read_environment(file)
    for name, value in re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE):
        found = getattr(read, name.lower())
        assert str(found.get_secret_value() if hasattr(found, "get_secret_value") else found) == value, name


# --- Seed 002: what stands for each block -----------------------------------------------------------------------------

by_hand = test_seed_blocks_by_hand_many_pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a block says (patterns that it must hold), and the test that shows the same of us."""

    says: tuple[str, ...]
    shown: Callable[[Documented], None]


MEANINGS = {
    "002/1": Meaning(says=(r"POST \S+/me/subscribed_apps",), shown=by_hand.test_the_global_address_is_never_used),
    "002/2": Meaning(
        says=(r"POST \S+/\{page-id\}/subscribed_apps",), shown=by_hand.test_each_page_is_subscribed_at_its_own_address
    ),
    "002/3": Meaning(
        says=(r"subscribePageToWebhook\(\s+pageId", r"/\$\{pageId\}/subscribed_apps"),
        shown=by_hand.test_subscribing_takes_the_page_its_token_and_the_fields,
    ),
    "002/4": Meaning(
        says=(r"pageId = entry\.id", r"where: \{ pageId \}", r"decrypt\("),
        shown=by_hand.test_a_webhook_finds_its_page_and_the_answer_its_token,
    ),
    "002/5": Meaning(
        says=(r"withMutexLock\(`\$\{senderId\}:\$\{recipientId\}`",),
        shown=by_hand.test_a_body_that_comes_many_times_is_one_message,
    ),
    "002/6": Meaning(
        says=(r"encrypted access token", r"/\{page-id\}/subscribed_apps", r"Mark as subscribed"),
        shown=by_hand.test_connecting_stores_subscribes_and_marks_each_page,
    ),
    "002/7": Meaning(says=(r"`/me/subscribed_apps`",), shown=by_hand.test_there_is_no_way_to_subscribe_without_a_page),
    "002/8": Meaning(
        says=(r"pageData\.id,", r"`/\$\{pageId\}/subscribed_apps`"),
        shown=by_hand.test_the_new_call_names_the_page_first,
    ),
    "002/9": Meaning(says=(r"resubscribe-all-pages",), shown=by_hand.test_all_pages_are_subscribed_anew_by_a_command),
    "002/10": Meaning(
        says=(r"check-all-webhook-subscriptions",), shown=by_hand.test_all_subscriptions_are_checked_by_a_command
    ),
    "002/11": Meaning(
        says=(r"pageId +String +@unique", r"pageAccessTokenEnc", r"verifyTokenEnc", r"subscribed +Boolean"),
        shown=by_hand.test_a_page_connection_is_stored_once_and_sealed,
    ),
    "002/12": Meaning(
        says=(r"GET \S+/\{page-id\}/subscribed_apps",), shown=by_hand.test_the_subscription_of_a_page_can_be_read
    ),
    "002/13": Meaning(
        says=(r"update\(", r"subscribePageToWebhook\("),
        shown=by_hand.test_a_refreshed_token_is_stored_and_the_page_subscribed_anew,
    ),
    "002/14": Meaning(
        says=(r"where\(page_id: response\.recipient_id\)",),
        shown=by_hand.test_an_echo_is_routed_to_the_page_that_it_is_about,
    ),
}


@some("002", "javascript", "typescript", "prisma", "ruby", "bash", "")
def test_a_block_of_another_program_has_its_meaning_here(block: Block, shop: Documented) -> None:
    meaning = MEANINGS[block.name]
    assert [one for one in meaning.says if not re.search(one, block.text)] == []
    meaning.shown(shop)


def test_every_block_is_run_by_one_of_these_tests() -> None:
    python = {one.name for one in blocks() if one.seed != "002" and one.language == "python"}
    shell = {one.name for one in blocks() if one.seed != "002" and one.language == "bash"}
    assert python == set(extracted.CHECKS)
    assert python | shell | set(MEANINGS) == {one.name for one in blocks()}
