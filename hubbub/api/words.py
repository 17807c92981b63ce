"""What the pages without a script say, in each language of the screens. The app has its own words (`web/src/i18n`)."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_from_request

RIGHT_TO_LEFT: Final = frozenset({"ar"})

WORDS: Final[dict[str, dict[str, str]]] = {
    "sign_in": {
        "en": "Sign in",
        "th": "ลงชื่อเข้าใช้",
        "ja": "サインイン",
        "de": "Anmelden",
        "ar": "تسجيل الدخول",
    },
    "sign_out": {
        "en": "Sign out",
        "th": "ออกจากระบบ",
        "ja": "サインアウト",
        "de": "Abmelden",
        "ar": "تسجيل الخروج",
    },
    "name": {
        "en": "E-mail or user name",
        "th": "อีเมลหรือชื่อผู้ใช้",
        "ja": "メールアドレスまたはユーザー名",
        "de": "E-Mail oder Benutzername",
        "ar": "البريد الإلكتروني أو اسم المستخدم",
    },
    "password": {
        "en": "Password",
        "th": "รหัสผ่าน",
        "ja": "パスワード",
        "de": "Passwort",
        "ar": "كلمة المرور",
    },
    "language": {
        "en": "Language",
        "th": "ภาษา",
        "ja": "言語",
        "de": "Sprache",
        "ar": "اللغة",
    },
    "back": {
        "en": "Back to the inbox",
        "th": "กลับไปที่กล่องข้อความ",
        "ja": "受信トレイに戻る",
        "de": "Zurück zum Posteingang",
        "ar": "العودة إلى صندوق الوارد",
    },
    "wrong": {
        "en": "This e-mail and password do not belong together.",
        "th": "อีเมลและรหัสผ่านนี้ไม่ตรงกัน",
        "ja": "メールアドレスとパスワードの組み合わせが正しくありません。",
        "de": "Diese E-Mail-Adresse und dieses Passwort gehören nicht zusammen.",
        "ar": "البريد الإلكتروني وكلمة المرور غير متطابقين.",
    },
    "too_often": {
        "en": "Too many attempts. Wait five minutes and try again.",
        "th": "ลองหลายครั้งเกินไป โปรดรอห้านาทีแล้วลองใหม่",
        "ja": "試行回数が多すぎます。5 分待ってからもう一度お試しください。",
        "de": "Zu viele Versuche. Warten Sie fünf Minuten und versuchen Sie es noch einmal.",
        "ar": "محاولات كثيرة جدًا. انتظر خمس دقائق ثم حاول مرة أخرى.",
    },
    "too_old": {
        "en": "This page was open too long. Try again.",
        "th": "เปิดหน้านี้ไว้นานเกินไป โปรดลองใหม่",
        "ja": "ページを開いてから時間がたちすぎました。もう一度お試しください。",
        "de": "Diese Seite war zu lange offen. Versuchen Sie es noch einmal.",
        "ar": "ظلت هذه الصفحة مفتوحة مدة طويلة. حاول مرة أخرى.",
    },
    "nowhere": {
        "en": "You are not a member of any organisation. Ask a colleague to invite you.",
        "th": "คุณยังไม่ได้เป็นสมาชิกขององค์กรใด โปรดขอให้เพื่อนร่วมงานเชิญคุณ",
        "ja": "どの組織にも所属していません。同僚に招待を依頼してください。",
        "de": "Sie gehören zu keiner Organisation. Bitten Sie jemanden aus dem Team, Sie einzuladen.",
        "ar": "لست عضوًا في أي مؤسسة. اطلب من أحد زملائك دعوتك.",
    },
    "by_hand": {
        "en": "Open this link by hand: copy it into the address line.",
        "th": "โปรดเปิดลิงก์นี้เอง โดยคัดลอกไปวางในช่องที่อยู่",
        "ja": "このリンクは手動で開いてください。アドレスバーにコピーしてください。",
        "de": "Öffnen Sie diesen Link von Hand: Kopieren Sie ihn in die Adresszeile.",
        "ar": "افتح هذا الرابط يدويًا: انسخه إلى شريط العنوان.",
    },
    "gone": {
        "en": "This link was used already, or is too old.",
        "th": "ลิงก์นี้ถูกใช้ไปแล้วหรือหมดอายุ",
        "ja": "このリンクは使用済みか、期限が切れています。",
        "de": "Dieser Link wurde schon benutzt oder ist zu alt.",
        "ar": "هذا الرابط مستخدم من قبل أو انتهت صلاحيته.",
    },
}


def languages() -> dict[str, str]:
    """Tag → the language's own name."""
    return dict(settings.LANGUAGES)


def chosen_language(request: HttpRequest) -> str | None:
    """The one that was just asked for on a page."""
    wanted = request.GET.get("language")
    return wanted if wanted in languages() else None


def language_of(request: HttpRequest) -> str:
    """The one that was asked for on the page, else chosen in this browser, else the browser's first that we speak."""
    return chosen_language(request) or get_language_from_request(request)


def words_in(language: str) -> dict[str, str]:
    """Name → text; English stands in for a language without any."""
    return {name: texts.get(language, texts["en"]) for name, texts in WORDS.items()}
