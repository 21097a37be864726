"""Secrets in addresses, headers and cookies.

Source: the providers' documentation, RFC 3986, RFC 6265, RFC 7235.
"""

from __future__ import annotations

import re

from gitmem.guard.forms import part
from gitmem.guard.placeholders import is_placeholder
from gitmem.guard.values import looks_drawn, looks_random

_OPEN_QUOTE = r"\\{0,3}[\"'`]?"
_VALUE = r"(?P<secret>[^\s\"'`,;\\<>]+)"

# The cookies that say who somebody is, by their names.
_SESSION = (
    r"[\w.-]{0,60}?(?:sess(?:ion)?(?:_?id)?|sid|auth|token|jwt|csrf|xsrf|remember|login|sso|saml|oauth"
    r"|access|refresh|identity|credential|phpsessid|connect\.sid|aspxauth|secret|__host-|__secure-"
    r"|passport|ticket|user_?key|logged_in|bearer)[\w.-]{0,60}"
)


def _is_cookie(value: str) -> bool:
    if value.isalpha() and not looks_random(value):
        return False  # a word
    return len(value) >= 6 and not is_placeholder(value)


def _holds_chance(header: str) -> bool:
    """Whether one of a header's cookies, whatever it is called, is long and drawn by lot."""
    values = (pair.partition("=")[2].strip() for pair in header.split(";"))
    return any(len(value) >= 32 and looks_drawn(value) for value in values)


def _is_cookie_of_chance(value: str) -> bool:
    return looks_drawn(value) or re.fullmatch(r"[0-9a-f]{32,64}", value) is not None


HOOKS = (
    part(
        "slack-hook",
        "hooks.slack.com/",
        r"hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/(?P<secret>[\w/-]{10,})",
    ),
    part(
        "discord-hook",
        "/api/webhooks/|/webhooks/",
        r"(?:/api(?:/v\d+)?)?/webhooks/\d{5,25}/(?P<secret>[\w-]{20,})",
    ),
    part(
        "teams-hook",
        "/incomingwebhook/",
        r"/IncomingWebhook/(?P<secret>[a-f0-9]{20,}(?:/[a-f0-9-]{30,})?(?:/[\w-]{20,})?)",
    ),
    part(
        "zapier-hook",
        "hooks.zapier.com/",
        r"hooks\.zapier\.com/hooks/(?:catch|standard)/(?:\d{3,12}/)?(?P<secret>[\w-]{5,}(?:/[\w-]{5,})?)",
    ),
    part(
        "ifttt-key",
        "maker.ifttt.com/",
        r"maker\.ifttt\.com/(?:trigger/[^\s/]{1,80}/(?:json/)?with/key|use)/(?P<secret>[\w-]{16,})",
    ),
    part(
        "mattermost-hook",
        "/hooks/",
        r"/hooks/(?P<secret>(?:[A-Za-z0-9]{15,24}/)?(?=[\w-]{0,40}\d)[A-Za-z0-9]{24,64})(?![\w-])",
    ),
    part("chat-hook", "/bot/v2/hook/|/bot/hook/", r"/bot/(?:v2/)?hook/(?P<secret>[\w-]{20,})"),
    part(
        "chat-hook",
        "?key=|&key=",
        r"(?:hook|send|notify|robot)[\w/.-]{0,40}\?(?:[\w-]{1,20}=[^\s&]{0,80}&){0,3}key=(?P<secret>[\w-]{16,80})",
        reach=120,
    ),
    part(
        "make-hook",
        ".make.com/|.integromat.com/",
        r"\.(?:make|integromat)\.com/(?P<secret>[a-z0-9]{24,40})(?![\w-])",
    ),
    part(
        "pagerduty-hook",
        "events.pagerduty.com/",
        r"events\.pagerduty\.com/(?:integration|x-ere)/(?P<secret>\w{20,})",
    ),
    part(
        "victorops-hook",
        "alert.victorops.com/",
        r"alert\.victorops\.com/integrations/generic/\d+/alert/(?P<secret>[\w-]{20,})",
    ),
    part("telegram-token", "/bot", r"/bot(?P<secret>\d{6,12}:[\w-]{30,45})"),
    part("ping-key", "hc-ping.com/", r"hc-ping\.com/(?P<secret>[\w-]{20,}(?:/[\w-]{1,60})?)"),
    part("calendar-key", "/private-", r"/private-(?P<secret>[a-f0-9]{24,40})(?=/)"),
    part(
        "jenkins-hook",
        "/buildbytoken/|buildwithparameters",
        r"(?:/buildByToken/\S{0,80}?|buildWithParameters\S{0,80}?)[?&]token=(?P<secret>[^\s&\"']{4,})",
    ),
)

SIGNED = (
    part(
        "azure-key",
        "accountkey=|sharedaccesskey=",
        r"(?:Account|SharedAccess)Key=(?P<secret>[A-Za-z0-9+/=]{20,})",
    ),
    part("okta-token", "ssws ", r"SSWS (?P<secret>00[\w-]{38,42})"),
    part(
        "totp-seed",
        "otpauth://",
        r"otpauth://[^\s\"'<>]{0,300}?secret=(?P<secret>[A-Za-z2-7]{16,})",
    ),
    part("azure-signature", "sig=", r"(?<=[?&;])sig=(?P<secret>[A-Za-z0-9%+/=_-]{20,})"),
    part(
        "signature",
        "x-amz-signature=|x-goog-signature=",
        r"x-(?:amz|goog)-signature=(?P<secret>[a-f0-9]{32,1024})",
        length=1200,
    ),
    part(
        "signature",
        "&signature=|?signature=",
        r"[?&]signature=(?P<secret>[A-Za-z0-9%+/=_~-]{20,})",
        length=1200,
    ),
    part(
        "oauth-code",
        "code=",
        r"(?<=[?&#])code=(?P<secret>(?=[^\s&\"'#]{0,200}\d)[^\s&\"'#<>]{20,500})",
    ),
    part(
        "reset-link",
        "/reset\t[-_/?]|/verify/|/invite/|magic-|/confirm/|activate/",
        r"(?:reset|verify|invite|magic|confirm|activat)[\w-]{0,20}(?:/[\w-]{1,20}){0,2}(?:/|\?\w{1,12}=)(?P<secret>[\w.-]{16,300})(?![\w/.])",
        accepts=looks_drawn,
    ),
)

URLS = (
    part("url-password", "://", r"://[^\s:/@\"'`<>]{0,128}:(?P<secret>[^\s\"'`<>/]{1,256})@"),
    part(  # a slash that should have been escaped; a web address has a port there, or a path
        "url-password",
        "://",
        r"(?<!http)(?<!https)://[^\s:/@\"'`<>]{1,128}:(?P<secret>[^\s\"'`<>]{1,256})@(?=[\w\[.-])",
    ),
    part(
        "url-token",
        "://",
        r"://(?=[a-z_.-]{0,64}\d)(?P<secret>[\w.-]{20,256})(?::(?:x-oauth-basic|x-token-auth)?)?@",
    ),
    part("url-token", ":x-oauth-basic@", r"://(?P<secret>[\w.-]{8,256}):x-oauth-basic@", reach=260),
)

HEADERS = (
    part(
        "authorization",
        "authorization",
        rf"authorization{_OPEN_QUOTE}\]?\s{{0,4}}[:=,]\s{{0,4}}[a-z]?{_OPEN_QUOTE}"
        r"(?:bearer|basic|token(?:\stoken=)?|bot|digest|apikey|api-key|negotiate|aws4-hmac-sha256|ssws|splunk"
        rf"|key|genie_?key|discogs|hmac|sharedkey|client|zoho-oauthtoken|klaviyo-api-key|gogs|pat|jwt|oauth)\s{{1,4}}{_VALUE}",
        length=8_000,
    ),
    part(
        "bearer",
        "bearer",
        r"(?<!\w)bearer(?:\s|%20|\+){1,4}(?=[a-z._~+/-]*\d)(?P<secret>[\w.~+/=-]{12,})",
        length=8_000,
    ),
    part(
        "cookie",
        "cookie",
        rf"cookie{_OPEN_QUOTE}\s{{0,2}}[:=]\s{{0,4}}[bru]?{_OPEN_QUOTE}(?:[\w.-]{{1,80}}=[^;\n\"'`\\]{{0,4000}};\s{{0,4}}){{0,20}}?{_SESSION}=(?P<secret>[^;\s\"'`\\,]{{6,4000}})",
        length=8_000,
        accepts=_is_cookie,
    ),
    part(
        "cookie",
        "cookie",
        rf"cookie{_OPEN_QUOTE}\s{{0,2}}[:=]\s{{0,4}}[bru]?{_OPEN_QUOTE}(?P<secret>[\w.-]{{1,80}}=[^\n\"'`\\]{{32,8000}})",
        length=8_400,
        accepts=_holds_chance,
    ),
)

SESSIONS = (
    # as a browser saves cookies
    part(
        "cookie",
        "sess\t[\\w.-]{0,20}[\"']|sid\t[\"']|auth\t[\\w.-]{0,20}[\"']|token\t[\"']|remember\t[\\w.-]{0,20}[\"']",
        r"(?:sess|sid|auth|token|remember)[\w.-]{0,20}[\"'],\s{0,2}[\"']value[\"']\s?:\s?[\"'](?P<secret>[^\"'\n]{12,4000})[\"']",
        length=4_400,
        accepts=_is_cookie,
    ),
    # what frameworks call their session's cookie: nothing else is called so
    part(
        "cookie",
        "phpsessid|jsessionid|asp.net_sessionid|connect.sid|laravel_session|.aspnetcore.|ci_session|cfid|beaker.session",
        r"(?:phpsessid|jsessionid|asp\.net_sessionid|connect\.sid|laravel_session|\.aspnetcore\.[\w.]{1,60}|ci_session|cfid|beaker\.session\.id)[\"']?\]?\s{0,3}(?:[=:,]|=>|%3D)\s{0,3}[\"']?(?P<secret>(?=[^\s;\"'`,&<>]{0,40}\d)[^\s;\"'`\\,&<>(){}]{16,4000})",
        length=4_400,
        accepts=_is_cookie,
        reach=24,
    ),
    part(
        "cookie",
        "sess=|session=|session_id=|sessionid=|sessid=|sid=|remember\t[\\w.-]{0,40}=|aspxauth=|authtoken=|jwt=",
        r"(?:sess(?:ion)?(?:_?id)?|sid|remember|aspxauth|authtoken|jwt)[\w.-]{0,40}=(?P<secret>[^;\s\"'`\\,&<>]{16,4000})",
        length=4_400,
        accepts=_is_cookie_of_chance,
    ),
)

FORMS = (*HOOKS, *SIGNED, *URLS, *HEADERS, *SESSIONS)
