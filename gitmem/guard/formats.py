"""Secrets recognised by their surroundings: headers, URLs, command lines, markup.

No pattern has a requirement behind an unbounded run, so that no text makes one slow, and each
has needles that are cheap to look for, so that most are never tried.

Source: the providers' documentation, and what the rule sets of published secret scanners list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitmem.guard.placeholders import is_placeholder
from gitmem.model.value import dataclass


@dataclass(frozen=True)
class Format:
    """One form of secret: ``pattern`` finds it, the group ``secret`` (if any) is what to mask.

    Every match contains one of ``needles``; these are lower case for a pattern that ignores
    case.  Where a needle is a common letter, ``trigger`` finds a rarer part of every match.
    """

    kind: str
    needles: tuple[str, ...]
    pattern: re.Pattern[str]
    trigger: re.Pattern[str] | None = None

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where this form's secrets begin and end in ``text``."""
        if self.trigger is not None and not self.trigger.search(text):
            return
        group = "secret" if "secret" in self.pattern.groupindex else 0
        for match in self.pattern.finditer(text):
            if not is_placeholder(match.group(group)):
                yield match.span(group)


def _part(kind: str, needle: str, pattern: str) -> Format:
    """A secret inside something that stays readable, in any case."""
    return Format(kind, (needle,), re.compile(pattern, re.IGNORECASE | re.MULTILINE))


_OPEN_QUOTE = r"\\{0,3}[\"'`]?"
_VALUE = r"(?P<secret>[^\s\"'`,;\\<>]+)"
_ARGUMENT = r"[\"']?(?P<secret>(?![\s\"'-])[^\s\"']{3,256})"
_RANDOM_ARGUMENT = r"[\"']?(?P<secret>(?=[^\s\"']{0,80}\d)[^\s\"'-][^\s\"']{7,256})"
_KEYWORD = (
    r"[\w.:/-]{0,60}?(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key"
    r"|private[_-]?key|_pass\b|credentials?)(?:_?(?:value|id_secret))?"
)

PARTS = (
    _part(
        "slack-hook",
        "hooks.slack.com/",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[\w/-]{10,})",
    ),
    _part("discord-hook", "/api/webhooks/", r"/api/webhooks/\d{5,25}/(?P<secret>[\w-]{20,})"),
    _part("azure-key", "accountkey=", r"AccountKey=(?P<secret>[A-Za-z0-9+/=]{20,})"),
    _part("azure-signature", "sig=", r"[?&;]sig=(?P<secret>[A-Za-z0-9%+/=_-]{20,})"),
    _part(
        "url-password",
        "://",
        r"://[^\s:/@\"'`<>]{0,128}:(?P<secret>[^\s\"'`<>/]{1,256})@",
    ),
    _part(  # a slash that should have been escaped; a web address has a port there, or a path
        "url-password",
        "://",
        r"(?<!http)(?<!https)://[^\s:/@\"'`<>]{1,128}:(?P<secret>[^\s\"'`<>]{1,256})@(?=[\w\[.-])",
    ),
    _part(
        "url-token",
        "://",
        r"://(?=[a-z_-]{0,64}\d)(?P<secret>[\w-]{20,256})@",
    ),
    _part(
        "authorization",
        "authorization",
        rf"authorization{_OPEN_QUOTE}\]?\s{{0,4}}[:=,]\s{{0,4}}[a-z]?{_OPEN_QUOTE}"
        rf"(?:bearer|basic|token|bot|digest|apikey|negotiate|aws4-hmac-sha256)\s{{1,4}}{_VALUE}",
    ),
    _part("bearer", "bearer", r"\bbearer\s{1,4}(?=[a-z._~+/-]*\d)(?P<secret>[\w.~+/=-]{12,})"),
    _part(
        "cookie",
        "cookie",
        rf"cookie{_OPEN_QUOTE}:\s{{0,4}}{_OPEN_QUOTE}(?P<secret>[\w.-]{{1,80}}=[^\n\"'`\\]+)",
    ),
    _part(
        "curl-password",
        "curl",
        r"\bcurl\b[^\n]{0,400}?\s(?:-u|--user|--proxy-user)[ =]?\s{0,4}[\"']?"
        r"[^\s:\"'-][^\s:\"']{0,100}:(?P<secret>[^\s\"']+)",
    ),
    _part(
        "command-password",
        "sshpass",
        rf"\bsshpass\s{{1,4}}-p\s{{0,4}}{_ARGUMENT}",
    ),
    _part(
        "command-password",
        "mysql",
        rf"\bmysql(?:dump|admin|import|show)?\b[^\n|;&]{{0,200}}?\s-p{_ARGUMENT}",
    ),
    _part(
        "command-password",
        "maria",
        rf"\bmariadb(?:-dump|-admin)?\b[^\n|;&]{{0,200}}?\s-p{_ARGUMENT}",
    ),
    _part(
        "command-password",
        "mongo",
        rf"\bmongo(?:sh|dump|restore|export|import)?\b[^\n|;&]{{0,200}}?\s-p\s{{0,4}}{_ARGUMENT}",
    ),
    _part(
        "command-password",
        "redis-cli",
        rf"\bredis-cli\b[^\n|;&]{{0,200}}?\s(?:-a|--pass)\s{{1,4}}{_ARGUMENT}",
    ),
    _part(
        "command-password",
        " login",
        rf"\b(?:docker|podman|helm|oc|az|skopeo|nerdctl|buildah|cf|ibmcloud)\b[^\n|;&]{{0,60}}?\slogin\b"
        rf"[^\n|;&]{{0,200}}?\s-p[ =]\s{{0,4}}{_ARGUMENT}",
    ),
    _part(
        "command-password",
        "ldap",
        rf"\bldap(?:search|modify|add|delete|passwd|whoami)\b[^\n|;&]{{0,300}}?\s-w\s{{0,4}}{_ARGUMENT}",
    ),
    _part(
        "command-password",
        "htpasswd",
        rf"\bhtpasswd\s{{1,4}}-\w{{0,6}}b\w{{0,6}}\s[^\n|;&]{{1,200}}?\s[\w.@-]{{1,64}}\s{{1,4}}{_ARGUMENT}\s*$",
    ),
    _part("command-password", "pass:", rf"\s-pass(?:in|out)?\s{{1,4}}pass:{_ARGUMENT}"),
    _part(
        "command-password",
        "vault login",
        rf"\bvault\s{{1,4}}login\s{{1,4}}{_ARGUMENT}",
    ),
    _part(
        "command-password",
        "add_user",
        rf"\brabbitmqctl\s{{1,4}}(?:add_user|change_password)\s{{1,4}}\S{{1,64}}\s{{1,4}}{_ARGUMENT}",
    ),
    _part(
        "command-password",
        "-stdin",
        rf"\becho\s{{1,4}}(?:-n\s{{1,4}})?{_ARGUMENT}\s{{0,4}}\|[^\n]{{0,100}}?--?(?:password|with-token)[\w-]{{0,12}}",
    ),
    _part(
        "named-argument",
        "",
        rf"\b(?:set|put|add|setx|setenv|env|create|config)\s{{1,4}}(?:-\S{{1,40}}\s{{1,4}}){{0,3}}(?=\w{{0,60}}[_:./-]){_KEYWORD}\s{{1,4}}"
        rf"(?:--body[ =]|-b\s|--value[ =])?\s{{0,4}}{_RANDOM_ARGUMENT}",
    ),
    _part(
        "markup-secret",
        "</",
        rf"<{_KEYWORD}(?:\s[^<>]{{0,80}})?>(?P<secret>[^<>\s][^<>\n]{{2,256}})</",
    ),
    _part(
        "markup-secret",
        "value=",
        rf"(?:key|name)=\\{{0,3}}[\"']{_KEYWORD}\\{{0,3}}[\"']\s{{1,4}}value=\\{{0,3}}[\"'](?P<secret>[^\"'\n\\]{{3,256}})",
    ),
    _part(
        "registry-auth",
        "auth",
        r"(?<![a-z])_?auth\\{0,3}[\"']?\s{0,4}[:=]\s{0,4}\\{0,3}[\"']?(?P<secret>(?=[a-z+/]*[\d=])[a-z0-9+/]{16,}={0,2})(?![\w/.(-])",
    ),
    _part(
        "named-argument",
        "",
        rf"[\"']{_KEYWORD}\\{{0,3}}[\"']\s{{0,4}},\s{{0,4}}\\{{0,3}}[\"']"
        r"(?P<secret>(?=[^\s\"']{0,80}\d)[^\s\"'\\]{8,256})",
    ),
    _part(
        "block-value",
        "",
        rf"^[ \t]{{0,40}}[\"']?{_KEYWORD}[\"']?:[ \t]{{0,4}}[|>][+-]?\n[ \t]{{1,40}}"
        r"(?P<secret>\S{4,256})",
    ),
    _part(
        "default-value",
        "default",
        rf"variable\s{{1,4}}[\"']{_KEYWORD}[\"']\s{{0,4}}\{{[^{{}}]{{0,300}}?default\s{{0,8}}=\s{{0,8}}"
        r"[\"'](?P<secret>[^\"'\n]{4,256})",
    ),
    _part(
        "sql-password",
        "identified by",
        r"identified\s{1,4}by\s{1,4}['\"](?P<secret>(?=[^'\"\n]{0,80}\d)[^'\"\n]{4,128})",
    ),
    _part("sql-password", "password", r"\bpassword\s{1,4}'(?P<secret>[^'\n]{4,128})'"),
    _part(
        "password",
        "password ",
        r"\bpassword\s(?P<secret>(?=[^\s]{0,40}[a-z])(?=[^\s]{0,40}\d)(?![a-z]{1,12}\d?\b)[^\s\"'`(),;:=\[\]<>/]{8,64})(?![\w(=:])",
    ),
    _part("signature", "-signature=", r"x-(?:amz|goog)-signature=(?P<secret>[a-f0-9]{32,1024})"),
    _part(
        "private-key",
        "private-lines",
        r"private-lines:\s{0,4}\d{1,4}(?:\n|\\n)"
        r"(?P<secret>[a-z0-9+/=]{1,100}(?:(?:\n|\\n)[a-z0-9+/=]{1,100}(?=\n|\\n|$)){0,200})",
    ),
    _part(
        "private-key",
        "kty",
        r"(?<![a-z])(?:d|p|q|dp|dq|qi|k)\\{0,3}\":\s{0,4}\\{0,3}\"(?P<secret>[\w-]{20,2000})",
    ),
    _part(
        "netrc-password", "login", r"\blogin\s{1,4}\S{1,100}\s{1,8}password\s{1,4}(?P<secret>\S+)"
    ),
)
"""Matched in any case."""
