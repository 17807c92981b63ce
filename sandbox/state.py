"""What the pretended platforms know: apps, accounts, people, conversations, tokens, files."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.ids import customer_id, stable_number

Platform = Literal["facebook", "instagram", "whatsapp", "line"]
PLATFORMS: tuple[Platform, ...] = ("facebook", "instagram", "whatsapp", "line")
TokenKind = Literal["user", "page", "system", "app", "instagram", "line"]
META_OBJECT = {"facebook": "page", "instagram": "instagram", "whatsapp": "whatsapp_business_account"}
PLATFORM_OF_OBJECT: dict[str, Platform] = {
    "page": "facebook",
    "instagram": "instagram",
    "whatsapp_business_account": "whatsapp",
}
ALL_FIELDS = "*"
KEPT_MESSAGES = 100
KEPT_INDEX = 20_000

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Subscription:
    """An app's callback for one ``object``."""

    callback_url: str
    verify_token: str
    fields: set[str] = field(default_factory=lambda: {ALL_FIELDS})
    include_values: bool = True


@dataclass(slots=True, kw_only=True, eq=False)
class App:
    app_id: str
    secret: str
    verify_token: str = ""
    name: str = "App"
    require_proof: bool = True
    features: set[str] = field(default_factory=lambda: {"human_agent", "user_profile"})
    subscriptions: dict[str, Subscription] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True, eq=False)
class Message:
    """One bubble (or what stands for one), as the customer sees it."""

    id: str
    at_ms: int
    direction: Literal["in", "out"]
    type: str
    body: Json
    author: str
    app_id: str | None = None
    reply_to: str | None = None
    reactions: dict[str, str] = field(default_factory=dict)
    status: str = "sent"
    edits: int = 0
    is_unsent: bool = False
    quote_token: str = ""
    callback_data: str = ""
    kind: str = ""

    def as_json(self) -> Json:
        shown: Json = {
            "id": self.id,
            "at": self.at_ms,
            "direction": self.direction,
            "type": self.type,
            "body": self.body,
            "author": self.author,
            "status": self.status,
        }
        if self.type == "text":
            shown["text"] = self.body.get("text", "")
        if self.reply_to:
            shown["reply_to"] = self.reply_to
        if self.reactions:
            shown["reactions"] = self.reactions
        if self.edits:
            shown["edits"] = self.edits
        if self.is_unsent:
            shown["is_unsent"] = True
        return shown


@dataclass(slots=True, kw_only=True, eq=False)
class Customer:
    """A person as one account knows them."""

    id: str
    name: str
    profile: Json = field(default_factory=dict)
    wrote_at: float | None = None
    """Last action that opens the window, on the sandbox's clock."""
    window_seconds: float = 86400.0
    has_consented: bool = False
    is_blocked: bool = False
    """The person blocked us, or cannot be reached."""
    is_friend: bool = False
    hides_phone: bool = False
    user_id: str = ""
    """WhatsApp's business-scoped user id."""
    stopped_marketing: bool = False
    last_marketing_at: float | None = None
    rich_menu: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Thread:
    """A conversation of an account with one person or (LINE) one group or room."""

    peer: str
    kind: Literal["user", "group", "room"] = "user"
    title: str = ""
    messages: deque[Message] = field(default_factory=lambda: deque(maxlen=KEPT_MESSAGES))
    members: dict[str, str] = field(default_factory=dict)
    last_ms: int = 0
    owner_app: str | None = None
    owner_until: float = 0.0
    last_read_ms: int = 0
    is_present: bool = True


@dataclass(slots=True, kw_only=True, eq=False)
class Token:
    value: str
    kind: TokenKind
    app_id: str = ""
    accounts: list[Account] = field(default_factory=list)
    user_id: str = ""
    scopes: set[str] | None = None
    """None: everything was granted."""
    issued_at: float = 0.0
    expires_at: float = 0.0
    """0: never."""
    invalid_subcode: int | None = None
    """Set when the platform has withdrawn it: 460, 463, 467, …"""
    is_long: bool = True


@dataclass(slots=True, kw_only=True, eq=False)
class Account:
    """One Page, Instagram account, WhatsApp number or LINE official account."""

    platform: Platform
    external_id: str
    name: str
    app_id: str = ""
    access_token: str = ""
    customers: dict[str, Customer] = field(default_factory=dict)
    threads: dict[str, Thread] = field(default_factory=dict)
    index: dict[str, tuple[str, Message]] = field(default_factory=dict)
    subscribed: dict[str, set[str]] = field(default_factory=dict)
    """App id → webhook fields."""
    failing_since: float | None = None
    extra: Json = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.platform}:{self.external_id}"

    @property
    def scope(self) -> str:
        """What a person's id is particular to."""
        return self.external_id

    def customer(self, name: str) -> Customer:
        """The person of that name or id; made when new."""
        number = customer_id(self.platform, self.scope, name)
        found = self.customers.get(number)
        if found is None:
            shown = name if number != name.lstrip("+") else f"Customer {number[-4:]}"
            found = self.customers[number] = Customer(id=number, name=shown)
            found.user_id = "TH." + stable_number(self.scope, number, digits=17)
        return found

    def thread(self, peer: str, kind: Literal["user", "group", "room"] = "user") -> Thread:
        found = self.threads.get(peer)
        if found is None:
            found = self.threads[peer] = Thread(peer=peer, kind=kind)
        return found

    def keep(self, thread: Thread, message: Message) -> Message:
        """Append a message; the oldest of a long conversation are forgotten."""
        if len(thread.messages) == KEPT_MESSAGES:
            self.index.pop(thread.messages[0].id, None)
        thread.messages.append(message)
        self.index[message.id] = (thread.peer, message)
        if len(self.index) > KEPT_INDEX:
            self.index.pop(next(iter(self.index)))
        return message

    def message(self, message_id: str) -> Message | None:
        found = self.index.get(message_id)
        return found[1] if found else None

    def next_ms(self, thread: Thread, now_ms: int) -> int:
        """A time later than every other one of this conversation."""
        thread.last_ms = max(now_ms, thread.last_ms + 1)
        return thread.last_ms

    def describe(self) -> Json:
        return {
            "platform": self.platform,
            "external_id": self.external_id,
            "name": self.name,
            "app_id": self.app_id,
            "customers": len(self.customers),
            "subscribed": {app: sorted(names) for app, names in self.subscribed.items()},
            **self.extra,
        }


@dataclass(slots=True, kw_only=True, eq=False)
class MetaAccount(Account):
    """What Pages and Instagram accounts share."""

    profile: Json = field(default_factory=dict)
    user_profile: dict[str, Json] = field(default_factory=dict)
    is_restricted: bool = False
    uses_routing: bool = False
    may_take_control: bool = True
    default_app: str = ""
    engaged_users: int = 10_000


@dataclass(slots=True, kw_only=True, eq=False)
class Page(MetaAccount):
    personas: dict[str, Json] = field(default_factory=dict)
    templates: dict[tuple[str, str], Json] = field(default_factory=dict)
    labels: dict[str, Json] = field(default_factory=dict)
    catalog: set[str] | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class InstagramAccount(MetaAccount):
    page_id: str = ""
    username: str = ""
    flavour: Literal["page", "login"] = "page"
    allows_access: bool = True
    """The switch "Allow access to messages" in the Instagram app."""


@dataclass(slots=True, kw_only=True, eq=False)
class Waba:
    waba_id: str
    name: str = "Business"
    app_id: str = ""
    templates: dict[tuple[str, str], Json] = field(default_factory=dict)
    subscribed: dict[str, Json] = field(default_factory=dict)
    """App id → override ({} when none)."""


@dataclass(slots=True, kw_only=True, eq=False)
class WhatsAppNumber(Account):
    waba: Waba
    display_phone_number: str = ""
    is_registered: bool = True
    is_coexistence: bool = False
    pin: str = ""
    messaging_limit: str = "TIER_2K"
    messages_per_second: int = 80
    business_profile: Json = field(default_factory=dict)
    override: Json = field(default_factory=dict)
    reached: dict[str, float] = field(default_factory=dict)
    """People reached outside the window → when."""
    blocked_users: set[str] = field(default_factory=set)
    country_code: str = "66"
    settings: Json = field(default_factory=dict)


@dataclass(slots=True, kw_only=True, eq=False)
class LineBot(Account):
    channel_id: str = ""
    channel_secret: str = ""
    provider: str = ""
    basic_id: str = ""
    quota: int | None = None
    used: int = 0
    is_verified: bool = False
    chat_mode: Literal["chat", "bot"] = "chat"
    redelivers: bool = False
    endpoint: str = ""
    is_active: bool = True
    rich_menus: dict[str, Json] = field(default_factory=dict)
    rich_menu_aliases: dict[str, str] = field(default_factory=dict)
    default_rich_menu: str = ""
    coupons: dict[str, Json] = field(default_factory=dict)

    @property
    def scope(self) -> str:
        """LINE's user ids belong to the provider."""
        return self.provider or self.external_id


@dataclass(slots=True, kw_only=True, eq=False)
class Person:
    """Someone with a Facebook login, who connects Pages."""

    user_id: str
    name: str
    pages: dict[str, list[str]] = field(default_factory=dict)
    """Page id → tasks."""
    granted: set[str] | None = None


class State:
    """Everything above, with the indexes that calls need."""

    def __init__(self) -> None:
        self.apps: dict[str, App] = {}
        self.accounts: dict[str, Account] = {}
        self.wabas: dict[str, Waba] = {}
        self.people: dict[str, Person] = {}
        self.tokens: dict[str, Token] = {}
        self.codes: dict[str, Json] = {}
        self.comments: dict[str, Json] = {}
        self.owners: dict[str, tuple[str, str]] = {}
        """Id of a small object (persona, template, label, …) → (kind, key of its account or WABA)."""

    def account(self, platform: str, external_id: str) -> Account | None:
        return self.accounts.get(f"{platform}:{external_id}")

    def page(self, page_id: str) -> Page | None:
        found = self.accounts.get(f"facebook:{page_id}")
        return found if isinstance(found, Page) else None

    def instagram(self, ig_id: str) -> InstagramAccount | None:
        found = self.accounts.get(f"instagram:{ig_id}")
        return found if isinstance(found, InstagramAccount) else None

    def number(self, number_id: str) -> WhatsAppNumber | None:
        found = self.accounts.get(f"whatsapp:{number_id}")
        return found if isinstance(found, WhatsAppNumber) else None

    def line_bot(self, user_id: str) -> LineBot | None:
        found = self.accounts.get(f"line:{user_id}")
        return found if isinstance(found, LineBot) else None

    def instagram_of_page(self, page_id: str) -> InstagramAccount | None:
        for account in self.accounts.values():
            if isinstance(account, InstagramAccount) and account.page_id == page_id and account.flavour == "page":
                return account
        return None

    def numbers_of(self, waba: Waba) -> list[WhatsAppNumber]:
        return [one for one in self.accounts.values() if isinstance(one, WhatsAppNumber) and one.waba is waba]

    def grant(self, token: Token, account: Account) -> None:
        """Make the token good for the account too."""
        known = self.tokens.setdefault(token.value, token)
        known.app_id = known.app_id or token.app_id
        if account not in known.accounts:
            known.accounts.append(account)
