"""Provider keys, recognised by their form wherever they occur: payment, mail, chat, data, tools.

A row holds a kind, what to look for first, and the form.  A form that begins with letters that
chance could make must begin a word (``key``); one with a mark that nothing else has may stand
anywhere (``marked_key``).  A provider whose keys have no form of their own (most that give out
plain hexadecimal digits) is not here: those are known by the name they are given.

Source: the providers' documentation, and what the rule sets of gitleaks, detect-secrets and
trufflehog cover.
"""

from __future__ import annotations

from gitmem.guard.forms import END, Form, key, key_around, marked_key

SERVICES = (
    marked_key(
        "slack-token", "xox xapp-", r"(?:xox[a-z](?:\.xox[a-z])?-[\w-]{10,}|xapp-\d-[\w-]{10,})"
    ),
    marked_key(
        "stripe-key",
        "sk_live_ rk_live_ sk_test_ rk_test_ whsec_",
        r"(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{10,}",
    ),
    key("sendgrid-key", "SG.", r"SG\.[\w-]{16,32}\.[\w-]{16,64}"),
    key("brevo-key", "xkeysib- xsmtpsib-", r"x(?:keysib|smtpsib)-[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    key("twilio-key", "SK", r"SK[0-9a-f]{32}(?![0-9A-Za-z])", when=r"[0-9a-f]{32}"),
    key("mailgun-key", "key-", rf"key-[0-9a-f]{{32}}{END}", when=r"[0-9a-f]{32}"),
    key_around(
        "mailgun-key",
        "-",
        "[0-9a-f]{8}-[0-9a-f]{8}(?![0-9A-Za-z-])",
        r"[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![0-9A-Za-z-])",
    ),
    key_around("mailchimp-key", "-us", r"\d", rf"[0-9a-f]{{32}}-us\d{{1,2}}{END}"),
    key(
        "resend-key",
        "re_",
        rf"re_[A-Za-z0-9]{{8}}_[A-Za-z0-9]{{20,28}}{END}",
        when=r"[A-Za-z0-9]{8}_",
    ),
    Form("telegram-token", [":AA"], r"(?<![A-Za-z0-9_])(?:bot)?\d{8,10}:AA[\w-]{32,35}", reach=14),
    key_around(
        "discord-token",
        ".",
        r"[\w-]{6}\.[\w-]{27}",
        r"[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])",
    ),
    marked_key(
        "shopify-token", "shpat_ shpca_ shppa_ shpss_", r"shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}"
    ),
    key(
        "square-token",
        "sq0 EAAA",
        r"(?:sq0[a-z]{3}-[\w-]{22,}|EAAA[A-Za-z0-9_-]{56,})",
        when=r"[\w-]{22}",
    ),
    key("meta-token", "EAA", r"EAA[A-Za-z0-9]{90,}", when=r"[A-Za-z0-9]{90}"),
    key("databricks-token", "dapi", r"dapi[a-f0-9]{32}", when=r"[a-f0-9]{32}"),
    key("grafana-token", "glsa_ glc_", r"gl(?:sa|c)_[\w=+/]{20,}"),
    key("sentry-token", "sntrys_ sntryu_", r"sntry[su]_[A-Za-z0-9+/=_]{40,}"),
    key("newrelic-key", "NRAK- NRII- NRRA- NRAA-", r"NR(?:AK|II|RA|AA)-[A-Za-z0-9_-]{27,}"),
    key(
        "dynatrace-token",
        "dt0",
        r"dt0[a-z]\d\d\.[A-Z0-9a-z]{24}\.[A-Za-z0-9]{64}",
        when=r"[a-z]\d\d\.",
    ),
    key("posthog-key", "phx_", r"phx_[A-Za-z0-9]{40,}"),
    marked_key("linear-key", "lin_", r"lin_(?:api|oauth)_[A-Za-z0-9]{32,}"),
    key(
        "notion-token",
        "ntn_ secret_",
        r"(?:ntn_\d{11}[A-Za-z0-9]{30,}|secret_(?=[A-Za-z]*\d)[A-Za-z0-9]{43})",
        when=r"[A-Za-z0-9]{30}",
    ),
    key_around("airtable-token", ".", "[0-9a-f]{64}", r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}"),
    key_around(
        "asana-token",
        ":",
        "[0-9a-f]{32}",
        rf"[12]/\d{{10,20}}(?:/\d{{10,20}})?:[0-9a-f]{{32}}{END}",
    ),
    key("figma-token", "figd_ figo_", r"fig[do]_[\w-]{36,}"),
    key("postman-key", "PMAK-", r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    key("typeform-token", "tfp_", r"tfp_[\w.=-]{40,}"),
    key("contentful-token", "CFPAT-", r"CFPAT-[\w-]{40,}"),
    key("dropbox-token", "sl.", r"sl\.(?:u\.)?[\w=-]{100,}", when=r"(?:u\.)?[\w=-]{60}"),
    key("adobe-secret", "p8e-", r"p8e-[A-Za-z0-9_-]{32}"),
    key(
        "hubspot-token",
        "pat-na pat-eu",
        r"pat-(?:na|eu)\d-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    ),
    key("intercom-token", "dG9r", r"dG9rOi?[A-Za-z0-9+/=_]{50,}", when=r"[A-Za-z0-9+/=_]{50}"),
    key(
        "launchdarkly-key",
        "api- sdk-",
        r"(?:api|sdk)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        when=r"[0-9a-f]{8}-",
    ),
    key(
        "plaid-token",
        "access-",
        r"access-(?:sandbox|development|production)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        when=r"[a-z]{7,11}-[0-9a-f]{8}-",
    ),
    key("mapbox-token", "sk.eyJ", r"sk\.eyJ[\w-]{40,}\.[\w-]{20,}"),
    key("easypost-key", "EZAK EZTK", r"EZ[AT]K[A-Za-z0-9]{54}", when=r"[A-Za-z0-9]{54}"),
    key("duffel-token", "duffel_", r"duffel_(?:test|live)_[\w=-]{40,}"),
    key("flutterwave-key", "FLWSECK", r"FLWSECK(?:_TEST|_LIVE)?-[A-Za-z0-9]{12,}(?:-X)?"),
    key("razorpay-key", "rzp_live_", r"rzp_live_[A-Za-z0-9]{14,}"),
    key("shippo-token", "shippo_", r"shippo_(?:live|test)_[a-f0-9]{40}"),
    key("frameio-token", "fio-u-", r"fio-u-[\w=-]{60,}"),
    key_around("maxmind-key", "_mmk", "", r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk"),
    key("trello-token", "ATTA", rf"ATTA[a-f0-9]{{64,72}}{END}", when=r"[a-f0-9]{60}"),
    key("zapier-key", "zpka_", r"zpka_[a-z0-9_]{36,}"),
    key("jwt", "eyJ", r"(?<!-)eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*){0,3}"),
    marked_key(
        "password-hash",
        "$2 $apr1$ $5$ $6$ $y$ $argon2",
        r"\$(?:2[abxy]\$\d\d\$[./A-Za-z0-9]{50,53}|(?:apr1|[56y])\$[./A-Za-z0-9$=]{20,}"
        r"|argon2(?:id|i|d)\$[\w=,$+/]{40,})",
    ),
    key("newrelic-key", "NRJS- NRSP- NRBR-", r"NR(?:JS|SP|BR)-[A-Za-z0-9_-]{16,}"),
    key_around("newrelic-key", "NRAL", "(?![A-Za-z0-9])", r"[a-zA-Z0-9]{30,36}(?:FFFF)?NRAL"),
    marked_key(
        "braintree-token",
        "access_token$",
        r"access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}",
    ),
    key(
        "braintree-token",
        "production_ sandbox_",
        r"(?:production|sandbox)_[a-z0-9]{8}_[a-z0-9]{16}",
        when="[a-z0-9]{8}_[a-z0-9]{16}",
    ),
    marked_key(
        "django-key",
        "django-insecure-",
        r"django-insecure-(?:[^\s\"'`\\]{50}|[\w!@#$%^&*+=-]{30,49})",
    ),
    key("laravel-key", "base64:", r"base64:[A-Za-z0-9+/]{43}=", when=r"[A-Za-z0-9+/]{43}=(?!=)"),
    key("grafana-token", "eyJrIjoi", r"eyJrIjoi[A-Za-z0-9+/=]{40,400}"),
    key("statsig-key", "secret-", rf"secret-[A-Za-z0-9]{{40,}}{END}", when="[A-Za-z0-9]{40}"),
    key("stytch-key", "secret-live- secret-test-", r"secret-(?:live|test)-[\w-]{30,}=?"),
    key("twitch-token", "oauth:", rf"oauth:[a-z0-9]{{30}}{END}"),
    key_around(
        "ghost-key", ":", "[a-f0-9]{64}(?![a-f0-9])", rf"[a-f0-9]{{24}}:[a-f0-9]{{64}}{END}"
    ),
    key("clickup-token", "pk_", rf"pk_\d{{5,10}}_[A-Z0-9]{{32}}{END}", when=r"\d{5,10}_"),
    key("paddle-key", "pdl_", r"pdl_(?:live|sdbx)_apikey_\w{20,}"),
    key("polar-token", "polar_", r"polar_(?:oat|pat|at_u|at_o)_[A-Za-z0-9]{30,}"),
    key("inngest-key", "signkey-", r"signkey-(?:prod|test|branch)-[a-f0-9]{32,}"),
    key("unkey-key", "unkey_", r"unkey_[A-Za-z0-9]{16,}"),
    key(
        "trigger-key",
        "tr_dev_ tr_prod_ tr_stg_ tr_pat_",
        r"tr_(?:dev|prod|stg|pat)_[A-Za-z0-9]{20,}",
    ),
    key(
        "mollie-key",
        "live_ test_",
        rf"(?:live|test)_[A-Za-z0-9]{{30,}}{END}",
        when=r"(?=[A-Za-z]{0,30}\d)[A-Za-z0-9]{30}",
    ),
    key(
        "gocardless-token",
        "live_ sandbox_",
        r"(?:live|sandbox)_[\w-]{40,}",
        when=r"(?=[A-Za-z_-]{0,30}\d)[\w-]{40}",
    ),
    key("pushbullet-token", "o.", rf"o\.[A-Za-z0-9]{{32}}{END}", when="[A-Za-z0-9]{32}"),
    key("mandrill-key", "md-", rf"md-[\w-]{{22}}{END}", when=r"[\w-]{22}(?![\w-])"),
    key("linkedin-secret", "WPL_AP", r"WPL_AP\d\.[\w+/=.-]{14,}"),
    key("instagram-token", "IGQV", r"IGQV[\w-]{80,}"),
    key("twitter-token", "A" * 20, r"A{20,23}(?=[A-Za-z0-9%]{0,100}%)[A-Za-z0-9%]{60,120}"),
    key("hcaptcha-key", "ES_", rf"ES_[a-f0-9]{{32}}{END}", when="[a-f0-9]{32}"),
    key("turnstile-key", "0x4AAAAAAA", rf"0x4AAAAAAA[\w-]{{25,29}}{END}"),
    key(
        "adyen-key",
        "AQE",
        r"AQE[A-Za-z0-9]{2,4}[A-Za-z0-9+/]{60,}={0,2}-[A-Za-z0-9+/=-]{20,}",
        when="[A-Za-z0-9+/]{40}",
    ),
    key(
        "bitwarden-token",
        "0.",
        r"0\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[A-Za-z0-9]{20,40}(?::[\w+/=]{20,})?",
        when="[0-9a-f]{8}-",
    ),
    key("paypal-token", "A21A", r"A21A[A-Za-z0-9_-]{60,}"),
    key("sanity-token", "sk", rf"sk[A-Za-z0-9]{{150,}}{END}", when="[A-Za-z0-9]{150}"),
)

# Many services that nobody listed make keys like these: a word that says secret, and chance.
NAMELESS = (
    key(
        "secret-key",
        "sk_ secret_ apikey_ api_key_ api-key- token_ tok_ sk- pat_ at_live_ key_live_ key_test_",
        r"(?:sk|secret|api[_-]?key|tok(?:en)?|pat|at_live|key_(?:live|test))[_-](?:[a-z]{2,8}[_-]){0,2}"
        rf"(?=[A-Za-z]{{0,20}}\d)(?=[A-Za-z0-9]{{0,40}}?\d[A-Za-z]{{1,20}}\d)[A-Za-z0-9]{{24,}}{END}",
        when=r"(?:[a-z]{2,8}[_-]){0,2}[A-Za-z0-9]{24}",
    ),
)
