"""What secrets are called, in code and in some thirty languages.

Names are looked for as they stand here, in text folded to lower case: stems where a language
inflects, and without the first letter where that may be spelled in two ways.
"""

# ruff: noqa: E501  a row of a table is one line

from __future__ import annotations

PASSWORD, KEY, TOKEN, SECRET, CREDENTIAL, PIN = (
    "password",
    "key",
    "token",
    "secret",
    "credential",
    "pin",
)
"""The kinds of named secrets; a mask shows them."""

# What follows a tab is a regular expression that must fit behind the literal.
_END = r"(?![a-z])"

IN_CODE = {
    PASSWORD: (
        "passw",
        "passphrase",
        "passcode",
        f"pwd\t{_END}",
        f"_pass\t{_END}",
        f'"pass\t{_END}',
        f"'pass\t{_END}",
        "storepass",
        "keypass",
        "mnemonic",
        "seed phrase",
        "seed_phrase",
        "seedphrase",
        "recovery phrase",
        f"_pw\t{_END}",
        f'"pw\t{_END}',
        f"psk\t{_END}",
        "pass\t(?:>|\\sencoding=|\\sis\\s(?=\\S{0,40}\\d)|\\s[\"'`]?(?=[^\\s\"'`]{0,40}\\d)[^\\s\"'`]{6,60})",
        "pass\t[\"']?\\s?(?:=|:\\s[\"'`]?[^\\s\"'`/]{5,60}[\"'`]?(?:[,;.)\\s]|$))",
        "pw\t[\"']?\\s?(?:=|:\\s|is\\s)",
        "preshared",
        "pre_shared",
        "pre-shared",
    ),
    TOKEN: ("token", f"_pat\t{_END}"),
    SECRET: ("secret", f"_salt\t{_END}", f"_dsn\t{_END}", "totp_seed", "otp_seed"),
    CREDENTIAL: (
        "credential",
        f"creds\t{_END}",
        "authorization",
    ),
    KEY: ("key\t(?![a-z]{2})",),
}
"""Also in identifiers, and in prose."""

IN_WORDS = {
    PASSWORD: (
        # German, Dutch, the Nordic languages
        "kennw", "passord", "wachtw", "paswoord", "senord", "dgangskod", "dgangsord", "kodeord", "lykilor", "aðgangsor",
        "salasana", "zugangsdaten", "lösen\t(?![a-z])",
        # Romance languages
        "de passe", "parola d'ordine", "parola chiave", "vra-passe", "vra passe", "motdepasse", f"mdp\t{_END}", "contrase", "clave", "senha", "parol",
        "contrasinal", "contrasenya",
        # Slavic and Baltic languages, in either alphabet
        "hasl", "hasł", "hesl", "lozink", "šifr", "geslo", "slaptažod", "slaptazod",
        "парол", "лозинк", "гасл",
        # Hungarian, Turkish, Greek, Romanian, Albanian
        "jelsz", "κωδικό πρόσβασης", "κωδικός πρόσβασης", "κωδικο προσβασης", "şifre", "sifre", "parola", "κωδικ", "συνθηματικ", "fjalëkalim",
        # Semitic and Indic languages, Persian
        "סיסמ", "ססמ", "كلمة المرور", "كلمة مرور", "كلمة السر", "كلمة سر", "رمز المرور", "رمز عبور",
        "گذرواژه", "पासवर्ड", "कूटशब्द", "পাসওয়ার্ড", "கடவுச்சொல்",
        # East and South-East Asia
        "密码", "密碼", "口令", "パスワード", "パスフレーズ", "暗証番号", "合言葉", "비밀번호", "비번", "암호",
        "mật khẩu", "mat khau", "kata sandi", "katasandi", "sandinya", "รหัสผ่าน", "รหัสลับ",
    ),
    TOKEN: ("токен", "令牌", "トークン", "토큰", "jeton", "τόκεν", "टोकन", "טוקן", "โทเค็น", "توكن"),
    SECRET: ("geheim", "секрет", "密钥", "密鑰", "金鑰", "秘密", "シークレット", "秘钥", "시크릿", "رمز سري"),
    KEY: (
        "schlüssel", "schluessel", "clé", "clef", "chave", "llave", "chiave", "sleutel", "nyckel",
        "nøgle", "nøkkel", "avain", "anahtar", "klíč", "klucz", "ключ", "kulcs", "kunci", "khóa",
        "κλειδί", "מפתח", "مفتاح", "कुंजी", "キー", "키는", "키:", "คีย์",
    ),
    PIN: (
        "pin\t[ \t:=-]", "пин", "пін", "ПИН", "pin-code", "codigo pin", "pin码", "핀번호", "識別番号",
    ),
}  # fmt: skip
"""Only where people write to each other: what follows must look like a secret by itself."""

KEY_BEFORE = (
    r"(?:api|app|apps|validation|machine|master|application|access|account|admin|auth|client|consumer|deploy|encryption|encrypt"
    r"|decryption|crypt|aes|hmac|jwt|license|licence|master|private|priv|server|service|shared|signing"
    r"|sign|ssh|write|storage|subscription|secret|preshared|nonce|logged[_-]in|secure|activation"
    r"|integration|ingest|ingestion|certificate|recovery|webhook|session|wifi|wpa|vapid|bot|install|function"
    r"|instrumentation|product|publish|push|admin|root|root[_-]?level|team|hook|cookie|csrf|security)"
    r"[_.\- ]?$"
)
"""What must stand before ``key`` to make it a secret."""

ABOUT = (
    r"(?:type|ur[il]|endpoint|name|field|file|path|dir|header|count|limit|length|len|size|budget"
    r"|expir\w*|ttl|id|ids|ref|env|var|prefix|suffix|policy|manager|provider|store|regex|pattern"
    r"|i[sz](?:e|er|ers|ed|ing|ation)|usage|class|max|min|hint|label|rotation|version|index|less"
    r"|text|form|input|page|reset|strength|validator|template|message|prompt|callback|hook|scopes?"
    r"|at|in|out|ary|aries|ly|helper|algorithm|alg|age|arn|format|charset|encoding|status|state"
    r"|rules?|(?:cert|content|file)[_-]?(?:hash|digest)|fingerprint|thumbprint|checksum|error|changed|required|enabled|confirmation_sent|placeholder|title|description)$"
)
"""A name that goes on like this says something *about* a secret."""

SAYS = frozenset(
    # to be, to read, to be called; the changed one: "to", "from", "into"
    [
        "is",
        "are",
        "was",
        "be",
        "=",
        "to",
        "from",
        "as",
        "into",
        "now",
        "enter",
        "type",
        "use",
        "try",
        "c'est",
        "c’est",
        "maintenant",
        "în",
        "in",
        "बदलकर",
        "currently",
        "'s",
        "’s",
        ":",
        "-",
        "–",
        "—",
        "：",
        "＝",
        "->",
        "=>",
        "→",
        "equals",
        "being",
        "becomes",
        "became",
        "ist",
        "lautet",
        "war",
        "auf",
        "von",
        "zu",
        "jetzt",
        "nun",
        "neu",
        "heißt",
        "est",
        "sont",
        "à",
        "en",
        "de",
        "était",
        "désormais",
        "devient",
        "es",
        "era",
        "a",
        "por",
        "está",
        "ahora",
        "é",
        "para",
        "agora",
        "è",
        "al",
        "adesso",
        "da",
        "это",
        "на",
        "с",
        "был",
        "стал",
        "теперь",
        "сейчас",
        "це",
        "то",
        "сега",
        "je",
        "zní",
        "byl",
        "jest",
        "to",
        "brzmi",
        "teraz",
        "na",
        "z",
        "nyní",
        "is",
        "luidt",
        "naar",
        "van",
        "nu",
        "wordt",
        "är",
        "lyder",
        "till",
        "från",
        "er",
        "lyder",
        "til",
        "fra",
        "on",
        "oli",
        "nyt",
        "olarak",
        "şimdi",
        "oldu",
        "artık",
        "adalah",
        "ialah",
        "menjadi",
        "yaitu",
        "là",
        "thành",
        "từ",
        "este",
        "e",
        "acum",
        "din",
        "είναι",
        "ήταν",
        "σε",
        "από",
        "τώρα",
        "is",
        "是",
        "为",
        "為",
        "改成",
        "改为",
        "は",
        "を",
        "に",
        "는",
        "은",
        "이",
        "가",
        "를",
        "을",
        "को",
        "है",
        "से",
        "คือ",
        "เป็น",
        "היא",
        "הוא",
        "ל",
        "הייתה",
        "هي",
        "هو",
        "إلى",
        "من",
        "اسمه",
        "lyder",
        "blev",
        "blir",
        "est:",
        "ist:",
        "set",
        "reset",
        "changed",
        "updated",
        "rotated",
    ]
)
"""Words between a name and its value that say that this is the value."""
