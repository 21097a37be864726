"""Secrets that are known by their own form: what a provider's key or a header looks like.

No pattern has a requirement behind an unbounded run, so that no text makes one slow, and each
has needles that are cheap to look for, so that most are never tried.

Source: the providers' documentation, and what the rule sets of published secret scanners list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gitmem.guard.placeholders import is_placeholder


@dataclass(frozen=True)
class Format:
    """One form of secret: ``pattern`` finds it, the group ``secret`` (if any) is what to mask.

    Every match contains one of ``needles``; these are lower case for a pattern that ignores
    case.
    """

    kind: str
    needles: tuple[str, ...]
    pattern: re.Pattern[str]

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where this form's secrets begin and end in ``text``."""
        group = "secret" if "secret" in self.pattern.groupindex else 0
        for match in self.pattern.finditer(text):
            if not is_placeholder(match.group(group)):
                yield match.span(group)


# Nothing of a word directly before, but for an escaped line break: keys stand in JSON strings.
_START = r"(?:(?<![A-Za-z0-9_])|(?<=\\[nrt]))"


def _key(kind: str, needles: str, pattern: str) -> Format:
    """A key, whole by itself, that must begin a word: in base64 or CSS its letters are chance."""
    return Format(kind, tuple(needles.split()), re.compile(rf"{_START}(?:{pattern})"))


def _marked_key(kind: str, needles: str, pattern: str) -> Format:
    """A key whose beginning is a mark that nothing else has, so that it may stand anywhere."""
    return Format(kind, tuple(needles.split()), re.compile(pattern))


def _part(kind: str, needle: str, pattern: str) -> Format:
    """A secret inside something that stays readable, in any case."""
    return Format(kind, (needle,), re.compile(pattern, re.IGNORECASE))


KEYS = (
    _key("aws-key-id", "AKIA ASIA ABIA ACCA", r"A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _marked_key(
        "github-token",
        "ghp_ gho_ ghs_ ghr_ ghu_ github_pat_",
        r"(?:gh[pousr]_[A-Za-z0-9_]{20,}(?:\.[\w-]+){0,2}|github_pat_\w{20,})",
    ),
    _marked_key(
        "gitlab-token",
        "glpat- glptt- gldt- glrt- glcbt- glft- glsoat- glimt- glagent- gloas- glffct-",
        r"gl(?:pat|ptt|dt|rt|cbt|ft|soat|imt|agent|oas|ffct)-[\w.=-]{18,}",
    ),
    _marked_key(
        "slack-token", "xox xapp-", r"(?:xox[a-z](?:\.xox[a-z])?-[\w-]{10,}|xapp-\d-[\w-]{10,})"
    ),
    _marked_key(
        "stripe-key", "k_live_ k_test_ whsec_", r"(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{10,}"
    ),
    _marked_key("anthropic-key", "sk-ant-", r"sk-ant-[\w-]{10,}"),
    _marked_key(
        "openai-key", "sk-proj- sk-svcacct- sk-admin-", r"sk-(?:proj|svcacct|admin)-[\w-]{16,}"
    ),
    _key("openai-key", "sk-", r"sk-(?:or-v1-)?(?=[A-Za-z]*\d)[A-Za-z0-9]{20,}"),
    _key("google-key", "AIza", r"AIza[\w-]{30,}"),
    _key("google-token", "ya29. GOCSPX- 1//0", r"(?:ya29\.|GOCSPX-|1//0)[\w-]{20,}"),
    _key("npm-token", "npm_", r"npm_[A-Za-z0-9]{30,}"),
    _marked_key("pypi-token", "pypi-Ag", r"pypi-Ag[\w-]{30,}"),
    _key("huggingface-token", "hf_ api_org_", r"(?:hf|api_org)_[A-Za-z0-9]{30,}"),
    _key("sendgrid-key", "SG.", r"SG\.[\w-]{16,32}\.[\w-]{16,64}"),
    _key("twilio-key", "SK", r"SK[0-9a-f]{32}(?![0-9A-Za-z])"),
    _key("telegram-token", ":AA", r"\d{8,10}:AA[\w-]{32,35}"),
    _key(
        "discord-token",
        ".",
        r"[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])",
    ),
    _marked_key("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_", r"do[opr]_v1_[a-f0-9]{40,}"),
    _marked_key("docker-token", "dckr_", r"dckr_(?:pat|oat)_[\w-]{20,}"),
    _key("vault-token", "hvs. hvb. hvr.", r"hv[sbr]\.[\w-]{20,}"),
    _key("databricks-token", "dapi", r"dapi[a-f0-9]{32}"),
    _key("grafana-token", "glsa_ glc_", r"gl(?:sa|c)_[\w=]{20,}"),
    _key("groq-key", "gsk_", r"gsk_[A-Za-z0-9]{30,}"),
    _marked_key(
        "shopify-token", "shpat_ shpca_ shppa_ shpss_", r"shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}"
    ),
    _marked_key("age-key", "AGE-SECRET-KEY-", r"AGE-SECRET-KEY-1[A-Z0-9]{40,}"),
    _key("jwt", "eyJ", r"(?<!-)eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*){0,3}"),
)
"""Matched in their own case."""

_OPENING = r"\\{0,3}[\"'`]?"
_VALUE = r"(?P<secret>[^\s\"'`,;\\<>]+)"

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
    _part(
        "url-token",
        "://",
        r"://(?=[a-z_-]{0,64}\d)(?P<secret>[\w-]{20,256})@",
    ),
    _part(
        "authorization",
        "authorization",
        rf"authorization{_OPENING}\]?\s{{0,4}}[:=,]\s{{0,4}}[a-z]?{_OPENING}"
        rf"(?:bearer|basic|token|bot|digest|apikey|negotiate|aws4-hmac-sha256)\s{{1,4}}{_VALUE}",
    ),
    _part("bearer", "bearer", r"\bbearer\s{1,4}(?=[a-z._~+/-]*\d)(?P<secret>[\w.~+/=-]{12,})"),
    _part(
        "cookie",
        "cookie",
        rf"cookie{_OPENING}:\s{{0,4}}{_OPENING}(?P<secret>[\w.-]{{1,80}}=[^\n\"'`\\]+)",
    ),
    _part(
        "curl-password",
        "curl",
        r"\bcurl\b[^\n]{0,400}?\s(?:-u|--user|--proxy-user)[ =]?\s{0,4}[\"']?"
        r"[^\s:\"'-][^\s:\"']{0,100}:(?P<secret>[^\s\"']+)",
    ),
    _part(
        "netrc-password", "login", r"\blogin\s{1,4}\S{1,100}\s{1,8}password\s{1,4}(?P<secret>\S+)"
    ),
)
"""Matched in any case."""
