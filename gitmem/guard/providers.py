"""Provider keys, recognised by their form wherever they occur: clouds, code hosts, models.

A row holds a kind, what to look for first, and the form.  A form that begins with letters that
chance could make must begin a word (``key``); one with a mark that nothing else has may stand
anywhere (``marked_key``).  A provider whose keys have no form of their own (most that give out
plain hexadecimal digits) is not here: those are known by the name they are given.

Source: the providers' documentation, and what the rule sets of gitleaks, detect-secrets and
trufflehog cover.
"""

# ruff: noqa: E501  a row of a table is one line

from __future__ import annotations

import re

from gitmem.guard.forms import END, Form, key, key_around, marked_key

CLOUDS = (
    key("aws-key-id", "AKIA ASIA ABIA ACCA", rf"A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{{16}}{END}"),
    key("aws-bedrock-key", "ABSK bedrock-api-key-", r"(?:ABSK|bedrock-api-key-)[A-Za-z0-9+/]{40,}"),
    key("google-key", "AIza", r"AIza[\w-]{30,}"),
    key("google-token", "ya29. GOCSPX- 1//0", r"(?:ya29\.|GOCSPX-|1//0)[\w-]{20,}"),
    Form(
        "azure-client-secret",
        ["Q~"],
        r"(?:(?<![\w~.-])|(?<=\\[nrt]))[\w.~-]{3}\dQ~[\w.~-]{31,34}(?![\w~-])",
        reach=4,
    ),
    marked_key("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_", r"do[opr]_v1_[a-f0-9]{40,}"),
    key("alibaba-key-id", "LTAI", rf"LTAI[A-Za-z0-9]{{16,20}}{END}", when=r"[A-Za-z0-9]{16}"),
    key("tencent-key-id", "AKID", rf"AKID[A-Za-z0-9]{{32}}{END}", when=r"[A-Za-z0-9]{16}"),
    marked_key("cloudflare-key", "v1.0-", r"v1\.0-[a-f0-9]{24}-[a-f0-9]{100,}"),
    key("heroku-key", "HRKU-", r"HRKU-[\w-]{30,}"),
    marked_key(
        "fly-token",
        "fo1_ fm1a_ fm1r_ fm2_",
        r"(?:fo1_[\w-]{40,}|fm(?:1[ar]|2)_[A-Za-z0-9+/=,_]{80,})",
    ),
    key("netlify-token", "nfp_ nfc_ nfo_ nfu_", r"nf[pcou]_[A-Za-z0-9]{32,}"),
    key("vercel-token", "vcp_ vci_ vca_ vcr_ vck_", r"vc[piark]_[A-Za-z0-9]{24,}"),
    marked_key(
        "supabase-key",
        "sbp_ sb_secret_",
        r"(?:sbp_(?:oauth_|v0_)?[a-f0-9]{40}|sb_secret_[\w-]{20,})",
    ),
    marked_key("planetscale-key", "pscale_", r"pscale_(?:tkn|pw|oauth)_[\w=.-]{30,}"),
    key("neon-key", "napi_", r"napi_[A-Za-z0-9]{40,}"),
    key("scaleway-key", "SCW", rf"SCW[A-Z0-9]{{17}}{END}", when=r"[A-Z0-9]{8}"),
    key("render-key", "rnd_", r"rnd_[A-Za-z0-9]{28,}"),
    key("railway-key", "tk-us- tk-eu-", r"tk-(?:us|eu)-[\w-]{40,}"),
    key("clickhouse-key", "4b1d", rf"4b1d[A-Za-z0-9]{{38}}{END}", when=r"[A-Za-z0-9]{30}"),
    key(
        "yandex-key",
        "AQVN YCA t1.",
        r"(?:AQVN[\w-]{35,}|YC[ABM][\w-]{35,}|t1\.[A-Z0-9a-z_-]{20,}\.[\w-]{86})",
    ),
    key("openshift-token", "sha256~", r"sha256~[\w-]{43}"),
    marked_key(
        "aws-session-token",
        "IQoJb3JpZ2lu FwoGZXIvYXdz FQoGZXIvYXdz FQoDYXdz",
        r"(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz|FQoDYXdz)[A-Za-z0-9+/=%]{60,4000}",
    ),
    key_around(
        "azure-key",
        "AZDO",
        rf"[A-Za-z0-9]{{4}}{END}",
        rf"[A-Za-z0-9]{{76}}AZDO[A-Za-z0-9]{{4}}{END}",
    ),
    *(
        key_around(
            "azure-key",
            mark,
            r"[A-Za-z0-9+/]{4,10}={0,2}(?![A-Za-z0-9+/])",
            rf"[A-Za-z0-9+/]{{33,76}}{re.escape(mark)}[A-Za-z0-9+/]{{4,10}}={{0,2}}(?![A-Za-z0-9+/])",
        )
        for mark in [
            "+ASt",
            "+ABa",
            "+ARm",
            "+AEh",
            "+AMC",
            "+ACR",
            "AIoT",
            "APIM",
            "ACDb",
            "AzSe",
            "AzFu",
            "AzCa",
        ]
    ),
    key_around(
        "azure-key",
        "JQQJ99",
        r"[A-Za-z0-9]{26}",
        rf"[A-Za-z0-9]{{52}}JQQJ99[A-Za-z0-9]{{26}}{END}",
    ),
    key("cloudflare-key", "cfut_ cfat_ cfk_", r"cf(?:ut|at|k)_[A-Za-z0-9]{36,}"),
    marked_key("firebase-key", "APA91b", r"APA91b[\w-]{100,}"),
    key("aiven-password", "AVNS_", r"AVNS_[\w-]{16,}"),
    key("neon-password", "npg_", rf"npg_[A-Za-z0-9]{{12,24}}{END}"),
    key("mongodb-key", "mdb_sa_sk_", r"mdb_sa_sk_[\w-]{30,}"),
    key("swarm-token", "SWMTKN-", r"SWMTKN-1-[a-z0-9]{40,60}-[a-z0-9]{20,30}"),
    key("rancher-token", "token-", r"token-[a-z0-9]{5}:[a-z0-9]{50,60}", when="[a-z0-9]{5}:"),
    key("akamai-key", "akab-", r"akab-[a-z0-9]{16}-[a-z0-9]{16}"),
    key(
        "ngrok-token",
        "2",
        rf"2[A-Za-z0-9]{{26}}_[A-Za-z0-9]{{20,22}}{END}",
        when="[A-Za-z0-9]{26}_",
    ),
    key("portainer-key", "ptr_", r"ptr_[A-Za-z0-9+/]{40,}={0,2}"),
)

CODE = (
    marked_key(
        "github-token",
        "ghp_ gho_ ghs_ ghr_ ghu_ github_pat_",
        r"(?:gh[pousr]_[A-Za-z0-9_]{20,}(?:\.[\w-]+){0,2}|github_pat_\w{20,})",
    ),
    marked_key(
        "gitlab-token",
        "glpat- glptt- gldt- glrt- glrtr- glcbt- glft- glsoat- glimt- glagent- gloas- glffct- glwt-",
        r"gl(?:pat|ptt|dt|rt|rtr|cbt|ft|soat|imt|agent|oas|ffct|wt)-[\w.=-]{18,}",
    ),
    marked_key("session-cookie", "CfDJ8", r"CfDJ8[\w-]{40,4000}"),
    marked_key("docker-auth", "eyJhdXRocyI6", r"eyJhdXRocyI6[A-Za-z0-9+/=]{20,}"),
    marked_key("gitlab-token", "GR1348941", r"GR1348941[\w-]{20,}"),
    key("bitbucket-token", "ATBB ATCTT3", r"(?:ATBB|ATCTT3)[\w=-]{24,}", when=r"[\w=-]{24}"),
    key("atlassian-token", "ATATT3 ATSTT3 ATOATT", r"AT(?:ATT3|STT3|OATT)[\w=-]{50,}"),
    key("npm-token", "npm_", r"npm_[A-Za-z0-9]{30,}"),
    marked_key("pypi-token", "pypi-Ag", r"pypi-Ag[\w-]{30,}"),
    marked_key("rubygems-key", "rubygems_", r"rubygems_[a-f0-9]{40,}"),
    marked_key("clojars-token", "CLOJARS_", r"CLOJARS_[a-z0-9]{50,}"),
    key("cratesio-token", "cio", rf"cio[A-Za-z0-9]{{32}}{END}", when=r"[A-Za-z0-9]{32}"),
    key("nuget-key", "oy2", rf"oy2[a-z0-9]{{43}}{END}", when=r"[a-z0-9]{40}"),
    marked_key("docker-token", "dckr_", r"dckr_(?:pat|oat)_[\w-]{20,}"),
    key(
        "artifactory-key",
        "AKCp cmVmd",
        rf"(?:AKCp[A-Za-z0-9]{{60,}}|cmVmd[A-Za-z0-9]{{55,}}){END}",
        when=r"[A-Za-z0-9]{50}",
    ),
    key("vault-token", "hvs. hvb. hvr.", r"hv[sbr]\.[\w-]{20,}"),
    key_around("terraform-token", ".atlasv1.", "", r"[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{50,}"),
    key("pulumi-token", "pul-", rf"pul-[a-f0-9]{{40}}{END}"),
    key(
        "doppler-token",
        "dp.",
        r"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,}",
    ),
    key(
        "infisical-token",
        "st.",
        r"st\.[a-f0-9]{24}\.[a-f0-9]{32}\.[a-f0-9]{32}",
        when=r"[0-9a-f]{24}\.",
    ),
    key("onepassword-token", "ops_eyJ", r"ops_eyJ[A-Za-z0-9+/=_-]{60,}"),
    key("onepassword-key", "A3-", r"A3-[A-Z0-9]{6}(?:-[A-Z0-9]{5,11}){4,5}", when=r"[A-Z0-9]{6}-"),
    marked_key("age-key", "AGE-SECRET-KEY-", r"AGE-SECRET-KEY-1[A-Z0-9]{40,}"),
    key("circleci-token", "CCIPAT_ CCIPRJ_", r"CCIP(?:AT|RJ)_[A-Za-z0-9_]{30,}"),
    key("buildkite-token", "bkua_ bkct_", r"bk(?:ua|ct)_[A-Za-z0-9_-]{30,}"),
    key("octopus-key", "API-", rf"API-[A-Z0-9]{{26,32}}{END}", when=r"[A-Z0-9]{20}"),
    key(
        "harness-token",
        "pat. sat.",
        r"[ps]at\.[\w-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}",
        when=r"[\w-]{22}\.",
    ),
    key("sourcegraph-token", "sgp_", r"sgp_(?:[A-Za-z0-9]{16}_|local_)?[a-f0-9]{40}"),
    key("tailscale-key", "tskey-", r"tskey-[a-z]{2,12}-[\w-]{20,}"),
    key("infracost-key", "ico-", rf"ico-[A-Za-z0-9]{{32}}{END}", when=r"[A-Za-z0-9]{32}"),
    key("prefect-key", "pnu_", r"pnu_[A-Za-z0-9]{30,}"),
    key("readme-key", "rdme_", r"rdme_[a-z0-9]{60,}"),
    key("snyk-token", "snyk_", r"snyk_[us]at\.[\w.-]{40,}"),
    key("sonar-token", "squ_ sqp_ sqa_", rf"sq[upa]_[a-f0-9]{{40}}{END}"),
)

MODELS = (
    key("elevenlabs-key", "sk_", rf"sk_[a-f0-9]{{48}}{END}", when="[a-f0-9]{48}"),
    key("cerebras-key", "csk-", r"csk-[a-z0-9]{40,}"),
    key("jina-key", "jina_", r"jina_[A-Za-z0-9]{30,}_?[\w-]*"),
    key("voyage-key", "pa-", r"pa-[\w-]{43,}", when=r"[\w-]{43}"),
    key("firecrawl-key", "fc-", rf"fc-[a-f0-9]{{32}}{END}", when="[a-f0-9]{32}"),
    key("anyscale-key", "esecret_", r"esecret_[a-z0-9]{20,}"),
    key("modal-token", "ak- as-", rf"a[ks]-[A-Za-z0-9]{{22}}{END}", when="[A-Za-z0-9]{22}"),
    key("helicone-key", "sk-helicone- eu-helicone-", r"(?:sk|eu)-helicone-[a-z0-9-]{20,}"),
    key("brave-key", "BSA", rf"BSA[\w-]{{28}}{END}", when=r"[\w-]{28}(?![\w-])"),
    marked_key("anthropic-key", "sk-ant-", r"sk-ant-[\w-]{10,}"),
    marked_key(
        "openai-key",
        "sk-proj- sk-svcacct- sk-admin- sk-None-",
        r"sk-(?:proj|svcacct|admin|None)-[\w-]{16,}",
    ),
    key(
        "openai-key",
        "sk-",
        r"sk-(?:or-v1-)?(?=[A-Za-z]*\d)[A-Za-z0-9]{20,}",
        when=r"[A-Za-z0-9-]{20}",
    ),
    key("huggingface-token", "hf_ api_org_", r"(?:hf|api_org)_[A-Za-z0-9]{30,}"),
    key("groq-key", "gsk_", r"gsk_[A-Za-z0-9]{30,}"),
    key("xai-key", "xai-", r"xai-[A-Za-z0-9]{40,}"),
    key("perplexity-key", "pplx-", r"pplx-[A-Za-z0-9]{32,}"),
    key("replicate-token", "r8_", rf"r8_[A-Za-z0-9]{{37}}{END}"),
    key("fireworks-key", "fw_", rf"fw_[A-Za-z0-9]{{20,30}}{END}", when=r"[A-Za-z0-9]{20}"),
    key("nvidia-key", "nvapi-", r"nvapi-[\w-]{50,}"),
    key("tavily-key", "tvly-", r"tvly-(?:dev-|prod-)?[A-Za-z0-9]{28,}"),
    key("langsmith-key", "lsv2_", r"lsv2_[ps][tk]_[a-f0-9]{32}_[a-f0-9]{10}"),
    key("langfuse-key", "sk-lf-", r"sk-lf-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    key("pinecone-key", "pcsk_", r"pcsk_[A-Za-z0-9_]{40,}"),
    key("assembly-key", "e2b_", rf"e2b_[a-f0-9]{{40}}{END}"),
)
