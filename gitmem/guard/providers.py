"""Provider keys, recognised by their form wherever they occur.

A row holds a kind, what to look for first, and the form.  A form that begins with letters that
chance could make must begin a word (``_key``); one with a mark that nothing else has may stand
anywhere (``_prefix_key``).  A provider whose keys have no form of their own (most that give out
plain hexadecimal digits) is not here: those are known by the name they are given.

Source: the providers' documentation, and what the rule sets of gitleaks, detect-secrets and
trufflehog cover.
"""

from __future__ import annotations

import re

from gitmem.guard.formats import Format

# Nothing of a word directly before, but for an escaped line break: keys stand in JSON strings.
_START = r"(?:(?<![A-Za-z0-9_])|(?<=\\[nrt]))"
_END = r"(?![A-Za-z0-9])"


def _key(kind: str, needles: str, pattern: str, trigger: str = "") -> Format:
    """A key, whole by itself, that must begin a word: in base64 or CSS its letters are chance."""
    rarer = re.compile(trigger) if trigger else None
    return Format(kind, tuple(needles.split()), re.compile(rf"{_START}(?:{pattern})"), rarer)


def _prefix_key(kind: str, needles: str, pattern: str) -> Format:
    """A key whose beginning is a mark that nothing else has, so that it may stand anywhere."""
    return Format(kind, tuple(needles.split()), re.compile(pattern))


CLOUDS = (
    _key("aws-key-id", "AKIA ASIA ABIA ACCA", rf"A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{{16}}{_END}"),
    _key(
        "aws-bedrock-key", "ABSK bedrock-api-key-", r"(?:ABSK|bedrock-api-key-)[A-Za-z0-9+/]{40,}"
    ),
    _key("google-key", "AIza", r"AIza[\w-]{30,}"),
    _key("google-token", "ya29. GOCSPX- 1//0", r"(?:ya29\.|GOCSPX-|1//0)[\w-]{20,}"),
    _prefix_key(
        "azure-client-secret",
        "Q~",
        r"(?:(?<![\w~.-])|(?<=\\[nrt]))[\w.~-]{3}\dQ~[\w.~-]{31,34}(?![\w~-])",
    ),
    _prefix_key("digitalocean-token", "_v1_", r"do[opr]_v1_[a-f0-9]{40,}"),
    _key("alibaba-key-id", "LTAI", rf"LTAI[A-Za-z0-9]{{16,20}}{_END}"),
    _key("tencent-key-id", "AKID", rf"AKID[A-Za-z0-9]{{32}}{_END}"),
    _prefix_key("cloudflare-key", "v1.0-", r"v1\.0-[a-f0-9]{24}-[a-f0-9]{100,}"),
    _key("heroku-key", "HRKU-", r"HRKU-[\w-]{30,}"),
    _key("fly-token", "fo1_ fm1 fm2_", r"(?:fo1_[\w-]{40,}|fm(?:1[ar]|2)_[A-Za-z0-9+/=,_]{80,})"),
    _key("netlify-token", "nfp_ nfc_ nfo_ nfu_", r"nf[pcou]_[A-Za-z0-9]{32,}"),
    _key("vercel-token", "vcp_ vci_ vca_ vcr_ vck_", r"vc[piark]_[A-Za-z0-9]{24,}"),
    _prefix_key(
        "supabase-key",
        "sbp_ sb_secret_",
        r"(?:sbp_(?:oauth_|v0_)?[a-f0-9]{40}|sb_secret_[\w-]{20,})",
    ),
    _prefix_key("planetscale-key", "pscale_", r"pscale_(?:tkn|pw|oauth)_[\w=.-]{30,}"),
    _key("neon-key", "napi_", r"napi_[A-Za-z0-9]{40,}"),
    _key("scaleway-key", "SCW", rf"SCW[A-Z0-9]{{17}}{_END}"),
    _key("render-key", "rnd_", r"rnd_[A-Za-z0-9]{28,}"),
    _key("railway-key", "tk-us- tk-eu-", r"tk-(?:us|eu)-[\w-]{40,}"),
    _key("clickhouse-key", "4b1d", rf"4b1d[A-Za-z0-9]{{38}}{_END}"),
    _key(
        "yandex-key",
        "AQVN YCA t1.",
        r"(?:AQVN[\w-]{35,}|YC[ABM][\w-]{35,}|t1\.[A-Z0-9a-z_-]{20,}\.[\w-]{86})",
    ),
    _key("openshift-token", "sha256~", r"sha256~[\w-]{43}"),
)

CODE = (
    _prefix_key(
        "github-token",
        "ghp_ gho_ ghs_ ghr_ ghu_ github_pat_",
        r"(?:gh[pousr]_[A-Za-z0-9_]{20,}(?:\.[\w-]+){0,2}|github_pat_\w{20,})",
    ),
    _prefix_key(
        "gitlab-token",
        "glpat- glptt- gldt- glrt- glrtr- glcbt- glft- glsoat- glimt- glagent- gloas- glffct-",
        r"gl(?:pat|ptt|dt|rt|rtr|cbt|ft|soat|imt|agent|oas|ffct)-[\w.=-]{18,}",
    ),
    _prefix_key("gitlab-token", "GR1348941", r"GR1348941[\w-]{20,}"),
    _key("bitbucket-token", "ATBB ATCTT3", r"(?:ATBB|ATCTT3)[\w=-]{24,}"),
    _key("atlassian-token", "ATATT3 ATSTT3 ATOATT", r"AT(?:ATT3|STT3|OATT)[\w=-]{50,}"),
    _key("npm-token", "npm_", r"npm_[A-Za-z0-9]{30,}"),
    _prefix_key("pypi-token", "pypi-Ag", r"pypi-Ag[\w-]{30,}"),
    _prefix_key("rubygems-key", "rubygems_", r"rubygems_[a-f0-9]{40,}"),
    _prefix_key("clojars-token", "CLOJARS_", r"CLOJARS_[a-z0-9]{50,}"),
    _key("cratesio-token", "cio", rf"cio[A-Za-z0-9]{{32}}{_END}"),
    _key("nuget-key", "oy2", rf"oy2[a-z0-9]{{43}}{_END}"),
    _prefix_key("docker-token", "dckr_", r"dckr_(?:pat|oat)_[\w-]{20,}"),
    _key(
        "artifactory-key",
        "AKCp cmVmd",
        rf"(?:AKCp[A-Za-z0-9]{{60,}}|cmVmd[A-Za-z0-9]{{55,}}){_END}",
    ),
    _key("vault-token", "hvs. hvb. hvr.", r"hv[sbr]\.[\w-]{20,}"),
    _key("terraform-token", ".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{50,}"),
    _key("pulumi-token", "pul-", rf"pul-[a-f0-9]{{40}}{_END}"),
    _key(
        "doppler-token",
        "dp.",
        r"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,}",
    ),
    _key(
        "infisical-token",
        "st.",
        r"st\.[a-f0-9]{24}\.[a-f0-9]{32}\.[a-f0-9]{32}",
        r"\.[0-9a-f]{32}\.",
    ),
    _key("onepassword-token", "ops_eyJ", r"ops_eyJ[A-Za-z0-9+/=_-]{60,}"),
    _key("onepassword-key", "A3-", r"A3-[A-Z0-9]{6}(?:-[A-Z0-9]{5,11}){4,5}"),
    _prefix_key("age-key", "AGE-SECRET-KEY-", r"AGE-SECRET-KEY-1[A-Z0-9]{40,}"),
    _key("circleci-token", "CCIPAT_ CCIPRJ_", r"CCIP(?:AT|RJ)_[A-Za-z0-9_]{30,}"),
    _key("buildkite-token", "bkua_ bkct_", r"bk(?:ua|ct)_[A-Za-z0-9_-]{30,}"),
    _key("octopus-key", "API-", rf"API-[A-Z0-9]{{26,32}}{_END}"),
    _key("harness-token", "pat. sat.", r"[ps]at\.[\w-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}"),
    _key("sourcegraph-token", "sgp_", r"sgp_(?:[A-Za-z0-9]{16}_|local_)?[a-f0-9]{40}"),
    _key("tailscale-key", "tskey-", r"tskey-[a-z]{2,12}-[\w-]{20,}"),
    _key("infracost-key", "ico-", rf"ico-[A-Za-z0-9]{{32}}{_END}"),
    _key("prefect-key", "pnu_", r"pnu_[A-Za-z0-9]{30,}"),
    _key("readme-key", "rdme_", r"rdme_[a-z0-9]{60,}"),
    _key("snyk-token", "snyk_", r"snyk_[us]at\.[\w.-]{40,}"),
    _key("sonar-token", "squ_ sqp_ sqa_", rf"sq[upa]_[a-f0-9]{{40}}{_END}"),
)

MODELS = (
    _prefix_key("anthropic-key", "sk-ant-", r"sk-ant-[\w-]{10,}"),
    _prefix_key(
        "openai-key", "sk-proj- sk-svcacct- sk-admin-", r"sk-(?:proj|svcacct|admin)-[\w-]{16,}"
    ),
    _key("openai-key", "sk-", r"sk-(?:or-v1-)?(?=[A-Za-z]*\d)[A-Za-z0-9]{20,}"),
    _key("huggingface-token", "hf_ api_org_", r"(?:hf|api_org)_[A-Za-z0-9]{30,}"),
    _key("groq-key", "gsk_", r"gsk_[A-Za-z0-9]{30,}"),
    _key("xai-key", "xai-", r"xai-[A-Za-z0-9]{40,}"),
    _key("perplexity-key", "pplx-", r"pplx-[A-Za-z0-9]{32,}"),
    _key("replicate-token", "r8_", rf"r8_[A-Za-z0-9]{{37}}{_END}"),
    _key("fireworks-key", "fw_", rf"fw_[A-Za-z0-9]{{20,30}}{_END}"),
    _key("nvidia-key", "nvapi-", r"nvapi-[\w-]{50,}"),
    _key("tavily-key", "tvly-", r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{28,}"),
    _key("langsmith-key", "lsv2_", r"lsv2_[ps][tk]_[a-f0-9]{32}_[a-f0-9]{10}"),
    _key("langfuse-key", "sk-lf-", r"sk-lf-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    _key("pinecone-key", "pcsk_", r"pcsk_[A-Za-z0-9_]{40,}"),
    _key("assembly-key", "e2b_", rf"e2b_[a-f0-9]{{40}}{_END}"),
)

SERVICES = (
    _prefix_key(
        "slack-token", "xox xapp-", r"(?:xox[a-z](?:\.xox[a-z])?-[\w-]{10,}|xapp-\d-[\w-]{10,})"
    ),
    _prefix_key(
        "stripe-key", "k_live_ k_test_ whsec_", r"(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{10,}"
    ),
    _key("sendgrid-key", "SG.", r"SG\.[\w-]{16,32}\.[\w-]{16,64}"),
    _key("brevo-key", "xkeysib- xsmtpsib-", r"x(?:keysib|smtpsib)-[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    _key("twilio-key", "SK", r"SK[0-9a-f]{32}(?![0-9A-Za-z])"),
    _key("mailgun-key", "key-", rf"key-[0-9a-f]{{32}}{_END}"),
    _key(
        "mailgun-key",
        "-",
        r"[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}(?![0-9A-Za-z-])",
        r"-[0-9a-f]{8}-[0-9a-f]{8}",
    ),
    _key("mailchimp-key", "-us", rf"[0-9a-f]{{32}}-us\d{{1,2}}{_END}"),
    _key("resend-key", "re_", rf"re_[A-Za-z0-9]{{8}}_[A-Za-z0-9]{{20,28}}{_END}"),
    _key("telegram-token", ":AA", r"\d{8,10}:AA[\w-]{32,35}"),
    _key(
        "discord-token",
        ".",
        r"[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])",
        r"\.[\w-]{6}\.[\w-]{27}",
    ),
    _prefix_key(
        "shopify-token", "shpat_ shpca_ shppa_ shpss_", r"shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}"
    ),
    _key("square-token", "sq0 EAAA", r"(?:sq0[a-z]{3}-[\w-]{22,}|EAAA[A-Za-z0-9_-]{56,})"),
    _key("meta-token", "EAA", r"EAA[A-Za-z0-9]{90,}"),
    _key("databricks-token", "dapi", r"dapi[a-f0-9]{32}"),
    _key("grafana-token", "glsa_ glc_", r"gl(?:sa|c)_[\w=+/]{20,}"),
    _key("sentry-token", "sntrys_ sntryu_", r"sntry[su]_[A-Za-z0-9+/=_]{40,}"),
    _key("newrelic-key", "NRAK- NRII- NRRA- NRAA-", r"NR(?:AK|II|RA|AA)-[A-Za-z0-9_-]{27,}"),
    _key("dynatrace-token", "dt0", r"dt0[a-z]\d\d\.[A-Z0-9a-z]{24}\.[A-Za-z0-9]{64}"),
    _key("posthog-key", "phx_", r"phx_[A-Za-z0-9]{40,}"),
    _prefix_key("linear-key", "lin_", r"lin_(?:api|oauth)_[A-Za-z0-9]{32,}"),
    _key(
        "notion-token",
        "ntn_ secret_",
        r"(?:ntn_\d{11}[A-Za-z0-9]{30,}|secret_(?=[A-Za-z]*\d)[A-Za-z0-9]{43})",
    ),
    _key("airtable-token", "pat", r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}", r"\.[0-9a-f]{64}"),
    _key(
        "asana-token",
        "/",
        rf"[12]/\d{{10,20}}(?:/\d{{10,20}})?:[0-9a-f]{{32}}{_END}",
        r":[0-9a-f]{32}",
    ),
    _key("figma-token", "figd_ figo_", r"fig[do]_[\w-]{36,}"),
    _key("postman-key", "PMAK-", r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    _key("typeform-token", "tfp_", r"tfp_[\w.=-]{40,}"),
    _key("contentful-token", "CFPAT-", r"CFPAT-[\w-]{40,}"),
    _key("dropbox-token", "sl.", r"sl\.(?:u\.)?[\w=-]{100,}"),
    _key("adobe-secret", "p8e-", r"p8e-[A-Za-z0-9_-]{32}"),
    _key(
        "hubspot-token",
        "pat-na pat-eu",
        r"pat-(?:na|eu)\d-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    ),
    _key("intercom-token", "dG9r", r"dG9rOi?[A-Za-z0-9+/=_]{50,}"),
    _key(
        "launchdarkly-key", "api- sdk-", r"(?:api|sdk)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    ),
    _key(
        "plaid-token",
        "access-",
        r"access-(?:sandbox|development|production)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    ),
    _key("mapbox-token", "sk.eyJ", r"sk\.eyJ[\w-]{40,}\.[\w-]{20,}"),
    _key("easypost-key", "EZAK EZTK", r"EZ[AT]K[A-Za-z0-9]{54}"),
    _key("duffel-token", "duffel_", r"duffel_(?:test|live)_[\w=-]{40,}"),
    _key("flutterwave-key", "FLWSECK", r"FLWSECK(?:_TEST|_LIVE)?-[A-Za-z0-9]{12,}(?:-X)?"),
    _key("razorpay-key", "rzp_live_", r"rzp_live_[A-Za-z0-9]{14,}"),
    _key("shippo-token", "shippo_", r"shippo_(?:live|test)_[a-f0-9]{40}"),
    _key("frameio-token", "fio-u-", r"fio-u-[\w=-]{60,}"),
    _key("maxmind-key", "_mmk", r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk"),
    _key("trello-token", "ATTA", rf"ATTA[a-f0-9]{{64,72}}{_END}"),
    _key("zapier-key", "zpka_", r"zpka_[a-z0-9_]{36,}"),
    _key("jwt", "eyJ", r"(?<!-)eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*){0,3}"),
    _prefix_key(
        "password-hash",
        "$2 $apr1$ $5$ $6$ $y$ $argon2",
        r"\$(?:2[abxy]\$\d\d\$[./A-Za-z0-9]{50,53}|(?:apr1|[56y])\$[./A-Za-z0-9$=]{20,}"
        r"|argon2(?:id|i|d)\$[\w=,$+/]{40,})",
    ),
)

KEYS = (*CLOUDS, *CODE, *MODELS, *SERVICES)
"""Matched in their own case."""
