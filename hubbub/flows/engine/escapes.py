"""Words that leave any flow at any step."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from unicodedata import normalize

import regex

LONGEST = 40
EDGES = regex.compile(r"^[^\p{L}\p{M}\p{N}]+|[^\p{L}\p{M}\p{N}]+$")
WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "human": {
        "en": ("human", "agent", "real person", "talk to a human", "talk to a person", "operator", "representative"),
        "th": ("คุยกับคน", "ติดต่อเจ้าหน้าที่", "เจ้าหน้าที่", "แอดมิน", "พนักงาน", "ขอคุยกับแอดมิน", "คุยกับแอดมิน"),
        "ja": ("担当者", "オペレーター", "人間", "人と話す", "スタッフ"),
        "de": ("mensch", "mitarbeiter", "mit einem menschen sprechen", "berater"),
        "ar": ("موظف", "شخص حقيقي", "التحدث مع شخص", "انسان", "إنسان"),
        "zh": ("人工", "人工客服", "转人工", "轉人工", "真人", "客服"),
        "es": ("humano", "agente", "persona", "hablar con una persona", "asesor"),
        "fr": ("humain", "conseiller", "parler à quelqu'un", "une personne"),
        "pt": ("humano", "atendente", "falar com atendente", "pessoa"),
        "it": ("umano", "operatore", "persona"),
        "nl": ("mens", "medewerker"),
        "pl": ("człowiek", "konsultant"),
        "ru": ("человек", "оператор", "сотрудник"),
        "tr": ("insan", "temsilci", "müşteri temsilcisi"),
        "vi": ("người thật", "nhân viên", "gặp nhân viên"),
        "id": ("manusia", "orang", "petugas", "admin"),
        "ko": ("상담원", "사람", "상담사"),
        "hi": ("इंसान", "एजेंट", "प्रतिनिधि"),
    },
    "help": {
        "en": ("help", "help me"),
        "th": ("ช่วยเหลือ", "ช่วยด้วย", "ความช่วยเหลือ"),
        "ja": ("ヘルプ", "助けて"),
        "de": ("hilfe",),
        "ar": ("مساعدة", "ساعدني"),
        "zh": ("帮助", "幫助"),
        "es": ("ayuda",),
        "fr": ("aide",),
        "pt": ("ajuda",),
        "it": ("aiuto",),
        "nl": ("help", "hulp"),
        "pl": ("pomoc",),
        "ru": ("помощь",),
        "tr": ("yardım",),
        "vi": ("trợ giúp", "giúp tôi"),
        "id": ("bantuan", "tolong"),
        "ko": ("도움말", "도와주세요"),
        "hi": ("मदद", "सहायता"),
    },
    "menu": {
        "en": ("menu", "main menu"),
        "th": ("เมนู", "เมนูหลัก"),
        "ja": ("メニュー",),
        "de": ("menü", "hauptmenü"),
        "ar": ("القائمة", "قائمة"),
        "zh": ("菜单", "選單", "主菜单"),
        "es": ("menú", "menu"),
        "fr": ("menu",),
        "pt": ("menu",),
        "it": ("menu", "menù"),
        "nl": ("menu",),
        "pl": ("menu",),
        "ru": ("меню",),
        "tr": ("menü",),
        "vi": ("menu", "thực đơn"),
        "id": ("menu",),
        "ko": ("메뉴",),
        "hi": ("मेनू",),
    },
    "stop": {
        "en": ("stop", "cancel", "quit", "exit"),
        "th": ("หยุด", "ยกเลิก", "เลิก"),
        "ja": ("停止", "やめる", "キャンセル", "中止"),
        "de": ("stopp", "stop", "abbrechen"),
        "ar": ("توقف", "إلغاء", "الغاء", "قف"),
        "zh": ("停止", "取消", "退出"),
        "es": ("parar", "cancelar", "alto"),
        "fr": ("arrêter", "annuler"),
        "pt": ("parar", "cancelar", "sair"),
        "it": ("ferma", "annulla", "esci"),
        "nl": ("stop", "annuleren"),
        "pl": ("stop", "anuluj"),
        "ru": ("стоп", "отмена"),
        "tr": ("dur", "iptal"),
        "vi": ("dừng", "hủy"),
        "id": ("berhenti", "batal"),
        "ko": ("중지", "취소", "그만"),
        "hi": ("रुको", "बंद करो", "रद्द करें"),
    },
}
"""What is wanted → language → the whole message, in small letters. English is understood in every language."""


class Escape(StrEnum):
    """What the customer asks for."""

    HUMAN = "human"
    HELP = "help"
    MENU = "menu"
    STOP = "stop"


def _plain(text: str) -> str:
    return EDGES.sub("", " ".join(normalize("NFKC", text).casefold().split()))


BY_LANGUAGE: Mapping[str, Mapping[str, Escape]] = {
    language: {_plain(word): Escape(kind) for kind, languages in WORDS.items() for word in languages.get(language, ())}
    for language in WORDS["human"]
}
ANY: Mapping[str, Escape] = {
    word: found for words in reversed([*BY_LANGUAGE.values()]) for word, found in words.items()
}


def escape(text: str, language: str) -> Escape | None:
    """What a message asks for when all of it is an escape word in the language, or in English.

    Without a known language the words of all count.
    """
    if not text or len(text) > LONGEST:
        return None
    plain = _plain(text)
    own = BY_LANGUAGE.get(language.replace("-", "_").partition("_")[0].lower())
    if own is None:
        return ANY.get(plain)
    return own.get(plain) or BY_LANGUAGE["en"].get(plain)
