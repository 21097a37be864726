"""Sessions and commits in scripts other than the Latin one are told as English ones are."""

from __future__ import annotations

import pytest

from gitmem.compress.offline.dialogue import dialogue_of
from gitmem.compress.offline.gate import trim_to_worth
from gitmem.compress.offline.history import is_worth_reading, memory_of
from gitmem.compress.offline.reason_words import tells_reason
from gitmem.compress.offline.statements import select_statements
from gitmem.compress.sentences import looks_like_code, sentences
from gitmem.model.change import Change, FileChange
from gitmem.model.memory import Memory
from gitmem.model.session import Event, EventKind
from tests.compress.offline.test_history import change_of

# A request with its reason, a second one, the agent's last words, a nod.
TALKS = {
    "Russian": (
        "Читай большие файлы частями, потому что поставщик допускает четыре мегабайта.",
        "И ещё прекращай ждать через тридцать секунд, операторы просили жёсткий предел.",
        "Теперь чтение разбито на части, а ожидание кончается через тридцать секунд.",
        "да, продолжай",
    ),
    "Ukrainian": (
        "Читай великі файли частинами, бо постачальник дозволяє чотири мегабайти.",
        "І ще припиняй чекати через тридцять секунд, оператори просили жорстку межу.",
        "Тепер читання поділено на частини, а очікування закінчується вчасно.",
        "так, продовжуй",
    ),
    "Chinese": (
        "请分块读取大文件，因为供应商最多只允许四兆字节。",
        "另外等待三十秒后就停止，运维人员要求有硬性上限。",
        "现在读取已分成多块，等待三十秒后结束；运维人员会看到清楚的提示。",
        "好的，继续",
    ),
    "Japanese": (
        "大きなファイルは分割して読み込んでください。ベンダーが4メガバイトに制限しているためです。",
        "それから30秒待ったら中止してください。運用担当者が厳格な上限を求めています。",
        "読み込みは分割され、待機は30秒で終わるようになりました。",
        "はい、続けてください",
    ),
    "Korean": (
        "큰 파일은 나누어 읽어 주세요. 공급업체가 최대 4메가바이트만 허용하기 때문입니다.",
        "그리고 삼십 초가 지나면 기다리지 마세요, 운영자들이 엄격한 제한을 요청했습니다.",
        "이제 읽기가 여러 부분으로 나뉘고 대기는 삼십 초 후에 끝납니다.",
        "네, 계속하세요",
    ),
    "Thai": (
        "อ่านไฟล์ขนาดใหญ่เป็นส่วนๆ เพราะผู้ให้บริการอนุญาตไม่เกินสี่เมกะไบต์",
        "และหยุดรอหลังจากสามสิบวินาที ผู้ดูแลระบบขอขีดจำกัดที่เข้มงวด",
        "ตอนนี้การอ่านถูกแบ่งเป็นส่วนๆ และการรอจะสิ้นสุดหลังจากสามสิบวินาที",
        "ใช่ ทำต่อไป",
    ),
    "Arabic": (
        "اقرأ الملفات الكبيرة على أجزاء لأن المورد لا يسمح بأكثر من أربعة ميغابايت.",
        "وتوقف أيضا عن الانتظار بعد ثلاثين ثانية، فقد طلب المشغلون حدا صارما.",
        "أصبحت القراءة الآن مقسمة إلى أجزاء وينتهي الانتظار بعد ثلاثين ثانية.",
        "نعم، تابع",
    ),
    "Hebrew": (
        "קרא קבצים גדולים בחלקים, כי הספק מתיר לכל היותר ארבעה מגה-בייט.",
        "וגם הפסק לחכות אחרי שלושים שניות, המפעילים ביקשו מגבלה קשיחה.",
        "הקריאה מחולקת כעת לחלקים וההמתנה מסתיימת אחרי שלושים שניות.",
        "כן, תמשיך",
    ),
    "Hindi": (
        "बड़ी फ़ाइलें हिस्सों में पढ़ो, क्योंकि विक्रेता चार मेगाबाइट की अनुमति देता है।",
        "और तीस सेकंड के बाद प्रतीक्षा बंद करो, संचालकों ने सख्त सीमा माँगी है।",
        "अब पढ़ना हिस्सों में बँटा है और प्रतीक्षा तीस सेकंड के बाद समाप्त होती है।",
        "हाँ, आगे बढ़ो",
    ),
    "Greek": (
        "Διάβαζε τα μεγάλα αρχεία κομμάτι κομμάτι, επειδή ο προμηθευτής έχει όριο.",
        "Και σταμάτα να περιμένεις μετά από τριάντα δευτερόλεπτα, ζήτησαν όριο.",
        "Η ανάγνωση γίνεται τώρα σε κομμάτια και η αναμονή τελειώνει εγκαίρως.",
        "ναι, συνέχισε",
    ),
}
by_language = pytest.mark.parametrize("talk", TALKS.values(), ids=TALKS)


def events_of(*said: str) -> list[Event]:
    """Each prompt with an edit behind it, then the agent's last words."""
    *prompts, last = said
    events: list[Event] = []
    for prompt in prompts:
        at = len(events)
        events.append(Event(EventKind.PROMPT, at, float(at), prompt))
        call = Event(EventKind.CALL, at + 1, at + 1.0, "x", tool="Edit", path="/r/a.py")
        events.append(call)
    return [*events, Event(EventKind.SAY, len(events), float(len(events)), last)]


def told(*said: str) -> set[str]:
    """The sentences that are told of a session."""
    found = select_statements(dialogue_of(events_of(*said)), None)
    statements = [*found.decisions, *found.facts]
    every = [*found.why, *(one for statement in statements for one in statement.sentences)]
    return {sentence.text for sentence in every}


@by_language
def test_both_prompts_and_the_last_words_are_told(talk: tuple[str, str, str, str]) -> None:
    first, second, last, _ = talk

    kept = told(first, second, last)

    for said in (first, second, last):
        assert kept & set(sentences(said)), said


@by_language
def test_a_nod_is_not(talk: tuple[str, str, str, str]) -> None:
    first, _, last, nod = talk

    assert nod not in told(first, nod, last)


@by_language
def test_a_message_body_is_the_reason(talk: tuple[str, str, str, str]) -> None:
    body, subject, _, _ = talk

    memory = memory_of(change_of(f"{subject[:30]}\n\n{body}\n"))

    assert memory is not None
    assert sentences(body)[0].rstrip("।.。") in memory.why


@by_language
def test_a_small_change_with_a_reason_is_worth_a_memory(talk: tuple[str, str, str, str]) -> None:
    small = Change(**{**change_of("fix typo").__dict__, "files": (FileChange("a.py", "M", 1, 1),)})

    kept = trim_to_worth(Memory(kind="fix", title="fix typo", why=talk[0]), small)

    assert kept is not None
    assert kept.why == talk[0]


@by_language
def test_prose_is_no_code_and_a_reason_is_one(talk: tuple[str, str, str, str]) -> None:
    assert not any(map(looks_like_code, talk))
    assert any(map(tells_reason, sentences(talk[0]))) or "όριο" in talk[0]


def test_a_merge_that_gives_its_reason_in_chinese_is_read() -> None:
    message = "Merge branch 'x'\n\n供应商最多允许四兆字节，因此分块读取。这样内存不会超出上限。\n"

    assert is_worth_reading(message, "Ada <a@b>", 2)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("分块读取。内存有限！好吗？好", ["分块读取。", "内存有限！", "好吗？", "好"]),
        ("他说「不行。」然后走了。", ["他说「不行。」然后走了。"]),
        ("पढ़ो। रुको।", ["पढ़ो।", "रुको।"]),
        ("اقرأ؟ توقف.", ["اقرأ؟", "توقف."]),
        ("One. Two? Three", ["One.", "Two?", "Three"]),
    ],
)
def test_sentences_end_as_their_script_ends_them(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts
