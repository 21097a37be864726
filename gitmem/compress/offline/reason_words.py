"""What introduces a reason, in many languages: data, read by who ranks sentences.

None of these is what keeps a sentence: a body of enough words is kept in any language.  They only
tell which of several sentences gives the reason.  Words that English has, too ("car", "pour"),
are left out.  Pure.
"""

from __future__ import annotations

import re
from functools import cache

# Of scripts with spaces, whole words; of the others, wherever they stand.
_WORDS = {
    "German": "weil damit denn sonst deshalb daher nämlich",
    "French": "parce puisque afin sinon donc",
    "Spanish, Portuguese": "porque puesto pois senão",
    "Italian": "perché poiché affinché altrimenti",
    "Dutch": "omdat zodat zodoende anders",
    "Danish, Norwegian, Swedish": "fordi eftersom därför derfor ellers",
    "Finnish": "koska jotta muuten",
    "Polish": "ponieważ żeby inaczej dlatego",
    "Czech, Slovak": "protože pretože jinak proto",
    "Hungarian": "mert hogy különben",
    "Romanian": "deoarece pentru altfel",
    "Turkish": "çünkü yoksa dolayı",
    "Indonesian, Malay": "karena kerana supaya agar",
    "Vietnamese": "vì để nên",
    "Russian": "потому чтобы поскольку иначе из-за поэтому так-как",
    "Ukrainian": "бо тому щоб оскільки інакше через",
    "Bulgarian, Serbian": "защото иначе јер зато",
    "Greek": "επειδή γιατί διότι ώστε αλλιώς",
    "Armenian": "որովհետև քանի որպեսզի",
    "Georgian": "რადგან ვინაიდან თორემ",
    "Hebrew": "כי מפני בגלל משום כדי אחרת",
    "Arabic": "لأن لأنه لأنها بسبب لكي حتى وإلا",
    "Persian, Urdu": "زیرا چون تا کیونکہ تاکہ",
    "Hindi, Marathi, Nepali": "क्योंकि ताकि इसलिए वरना कारण कारण",
    "Bengali": "কারণ যাতে নইলে",
    "Tamil": "ஏனெனில் ஏனென்றால் எனவே",
    "Amharic": "ምክንያቱም ስለዚህ",
}
_ANYWHERE = (
    *("因为", "因為", "由于", "由於", "所以", "因此", "以便", "否则", "否則", "以免", "避免"),
    *("ため", "ので", "から", "なぜなら", "ように", "때문", "위해", "니까", "므로", "도록"),
    *("เพราะ", "เนื่องจาก", "เพื่อ", "មិនដូច្នេះ", "ព្រោះ", "ເພາະ", "သောကြောင့်"),
)


@cache
def _pattern() -> re.Pattern[str]:
    words = {word for told in _WORDS.values() for word in told.split()}
    whole = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{whole})(?!\w)|{'|'.join(_ANYWHERE)}", re.I)


def tells_reason(text: str) -> bool:
    """Whether a sentence that is not English introduces a reason."""
    return _pattern().search(text) is not None
