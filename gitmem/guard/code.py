"""Secrets in source code that are told by the function they are given to, not by a name.

Source: the documentation of the libraries that are named.
"""

# ruff: noqa: E501  a row of a table is one line

from __future__ import annotations

import re

from gitmem.guard.forms import Form, Span, part
from gitmem.guard.values import is_given, is_harmless, looks_chosen, looks_drawn

KIND = "argument"

_STRING = r"[a-zA-Z@$]{0,2}(?:\\{0,3}\"[^\"\n]{0,200}\"|\\{0,3}'[^'\n]{0,200}'|`[^`\n]{0,200}`)"
_ANY = rf"(?:{_STRING}|[\w.\[\]()$>:&*-]{{1,80}}?)"
_LAST = (  # the argument that is the secret
    r"(?:Some\(|String::from\(|new\s\w{1,20}\(|&)?[a-zA-Z@$]{0,2}\\{0,3}(?P<q>[\"'`])"
    r"(?P<secret>(?:(?!(?P=q))[^\n\\]){3,200})\\{0,3}(?P=q)"
)


def _looks_told(value: str) -> bool:
    return looks_chosen(value) or looks_drawn(value)


def _call(needles: str, pattern: str, *, strict: bool = False, reach: int = 0) -> Form:
    return part(KIND, needles, pattern, reach=reach, accepts=_looks_told if strict else is_given)


FORMS = (
    _call("getconnection", rf"getConnection\(\s*{_ANY}\s*,\s*{_ANY}\s*,\s*{_LAST}"),
    _call("auth=(|auth = (|auth: (|auth=[|auth: [", rf"auth\s?[=:]\s?[(\[]\s?{_ANY}\s*,\s*{_LAST}\s*[)\]]"),
    _call("basicauth(|basic_auth(|basicauthentication(|digestauth(|withbasicauth(|setbasicauth(|httpbasic(|ntlmauth(|basiccredential(|usernamepasswordcredentials(|passwordauthentication(|networkcredential(|plaintextauth|plainauth(|plaincredentials(|setcredentials(|withcredentials(|basiccredentials(|usernamepasswordauthenticationtoken(|pscredential(|sqlcredential((",
          rf"\w{{0,30}}(?:auth\w*|credentials?|basic)\(\s*(?:\"\",\s*)?{_ANY}\s*,\s*(?:{_ANY}\s*,\s*)?{_LAST}", reach=30),
    _call("basic_auth\t [\"']|basic_authorize\t [\"']|digest_auth\t [\"']|authenticate_with_http_basic\t [\"']|http_basic_authenticate_with\t ", rf"\w{{6,30}}\s(?:name:\s)?{_STRING}\s*,\s*(?:password:\s)?{_LAST}"),
    _call(".login(|login(|signin(|sign_in(|log_in(|logon(|authenticate(|.auth(|authlogin(|.bind(|simple_bind_s(|bind_s(", rf"(?:login|signin|sign_in|log_in|logon|authenticate|auth|bind(?:_s)?)\(\s*(?:\w{{1,20}}\s?[=:]\s?)?{_STRING}\s*,\s*(?:\w{{1,20}}\s?[=:]\s?)?{_LAST}", strict=True, reach=8),
    _call("create_user(|createuser(|create_superuser(|adduser(|add_user(|registeruser(|register_user(|signup(|sign_up(|setpassword(|set_password(|changepassword(|change_password(|check_password(|make_password(|generate_password_hash(|hashpw(|checkpw(|encode(\"|verify_password(|updatepassword(|check_password_hash(", rf"\w{{0,30}}(?:user|password|signup|sign_up|hashpw|checkpw|password_hash)\(\s*(?:{_ANY}\s*,\s*){{0,3}}{_LAST}\s*[,)]", strict=True, reach=24),
    _call("mysqli(|mysqli_connect(|mysql_connect(|pdo(|pg_connect(|oci_connect(|ssh2_auth_password(|ftp_login(|imap_open(|ldap_bind(|sqlsrv_connect(|pdo->__construct(", rf"(?:mysqli(?:_connect)?|mysql_connect|PDO(?:->__construct)?|oci_connect|ssh2_auth_password|ftp_login|imap_open|ldap_bind)\(\s*{_ANY}\s*,\s*{_ANY}\s*,\s*{_LAST}"),
    _call("oci_connect(", rf"(?:oci_connect)\(\s*{_ANY}\s*,\s*{_LAST}"),
    _call("auth.plain|smtp.plainauth|sasl.plain|plainauth", rf"(?:PlainAuth|Plain\w*)\(\s*{_ANY}\s*,\s*{_ANY}\s*,\s*{_LAST}"),
    _call("createasync(|addpasswordasync(|changepasswordasync(|wifi.begin(|wlan.connect(|wifi.connect(", rf"(?:\w*async|begin|connect)\(\s*(?:{_ANY}\s*,\s*){{0,2}}{_LAST}", strict=True, reach=12),
    _call("dbconnect(|.connect(|connect(", rf"connect\(\s*{_ANY}\s*,\s*{_ANY}\s*,\s*{_LAST}\s*[,)]", strict=True),
    _call("userpassword(|url.userpassword|setpasswd(|usernamepassword(|setuserinfo|.credentials(|password(", rf"(?:userpassword|usernamepassword|credentials)\(\s*{_ANY}\s*,\s*{_LAST}", strict=True),
    _call("send \"|send -- \"|send_user|sendline(|send(\"", r"\bsend(?:line)?\s{0,2}(?:--\s)?\(?[\"'](?P<secret>[^\"'\n\\]{5,120})(?:\\[rn])*[\"']", strict=True),
    _call("fill_in|fill(|.type(|sendkeys(|send_keys(|typetext(|settext(|setvalue(|clear().type", rf"(?:password|passwd|pwd|passcode|pin|otp|secret|token)[^\n]{{0,60}}?(?:\.(?:type|fill|sendKeys|send_keys|typeText|setText|setValue|type_text|perform_typing)\(\s*|,\s*with:\s*){_LAST}", reach=120),
    _call("secretkeyspec|hmac.new(|createhmac(|new_hmac|hmacsha|jwt.sign(|jwt.encode(|jwt.verify(|jwt.decode(|fernet(|aes.new(|createcipheriv(|hash_hmac(|setsigningkey|signwith(|.secretkey(|timestampsigner(|urlsafetimedserializer(|urlsafeserializer(", rf"(?:SecretKeySpec|HMAC\.new|createHmac|hash_hmac|jwt\.(?:sign|encode|verify|decode)|Fernet|AES\.new|createCipheriv|setSigningKey|signWith|URLSafe\w*Serializer|TimestampSigner|hmac_?sha\d*)\(\s*(?:(?:{_ANY}|\{{[^{{}}\n]{{0,120}}\}})\s*,\s*){{0,2}}{_LAST}", strict=True),
)  # fmt: skip

_INSERT = re.compile(
    r"insert\s{1,4}(?:ignore\s|or\s\w+\s)?into\s{1,4}[\w.\"`\[\]]{1,80}\s{0,4}\((?P<columns>[^()\n]{1,400})\)\s{0,4}(?:\n\s*)?values\s{0,4}(?:\n\s*)?\(",
    re.IGNORECASE,
)
_COLUMN = re.compile(
    r"pass|pwd|secret|token|api_?key|private_?key|salt|pin$|otp|seed", re.IGNORECASE
)
_VALUE = re.compile(
    r"\s*(?:[NE]?'(?P<string>(?:[^'\\\n]|''|\\.){0,400})'|(?:[^,()'\n]|\([^()\n]{0,200}\)){0,400})\s*(?P<end>[,)]|$)"
)


class Insert:
    """The values of an INSERT whose columns are those of secrets."""

    needles = ("values\t\\s{0,4}(?:\\n\\s*)?\\(",)

    def spans_at(self, text: str, start: int) -> list[Span]:
        """The secret values of the first row that is inserted."""
        insert = None
        for match in _INSERT.finditer(text, max(0, start - 600), start + 40):
            insert = match
        if insert is None or insert.end() < start:
            return []
        columns = insert["columns"].split(",")
        found: list[Span] = []
        at = insert.end()
        for _ in range(60):  # values, over several rows
            for column in columns:
                value = _VALUE.match(text, at)
                if value is None:
                    return found
                at = value.end()
                string = value["string"]
                if (
                    string
                    and _COLUMN.search(column.strip(' "`[]'))
                    and len(string) > 3
                    and not is_harmless(string)
                ):
                    found.append(Span("sql-password", *value.span("string")))
                if value["end"] != ",":
                    break
            following = re.compile(r"\)?\s*,\s*\(").match(text, at - 1)
            if following is None:
                break
            at = following.end()
        return found


FORMS_OF_SQL = (Insert(),)
