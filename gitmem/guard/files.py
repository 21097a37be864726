"""Secrets in files whose form says where they stand: password files, key files, connections.

Source: the programs' manual pages and documentation.
"""

# ruff: noqa: E501  a row of a table is one line

from __future__ import annotations

import re

from gitmem.guard.forms import Span, part
from gitmem.guard.values import is_given, looks_chosen, looks_drawn


def _looks_told(value: str) -> bool:
    return looks_chosen(value) or looks_drawn(value)


def _is_long(value: str) -> bool:
    return is_given(value) and any(sign.isdigit() for sign in value) and " " not in value


FORMS = (
    # host:port:database:user:password, of libpq
    part(
        "pgpass",
        ":\t(?:\\d{4,5}|\\*):",
        r"(?:^|[\s\"'`>])(?![0-9a-f]{1,4}:)[\w.*-]{1,120}:(?:\d{4,5}|\*):[\w*.-]{1,60}:[\w*.@-]{1,60}:(?P<secret>[^\s\"'`]{4,128})",
        reach=122,
        accepts=is_given,
    ),
    part("netrc-password", "login\t\\s", r"\blogin\s{1,4}\S{1,100}\s{1,8}password\s{1,4}(?P<secret>\S+)", reach=1),
    part("wifi-password", "wifi:", r"WIFI:(?:[A-Z]:(?:\\.|[^;\n\\]){0,64};){0,4}?P:\"?(?P<secret>(?:\\.|[^;\"\\\n]){4,63})", accepts=is_given),
    part("wifi-password", "psk=", r"psk=\"?(?P<secret>[^\"\s\n]{8,64})", accepts=is_given),
    part("wifi-password", "key1=|wep_key0=|wpa_passphrase=|sae_password=", r"(?:wep_key\d|wpa_passphrase|sae_password)=\"?(?P<secret>[^\"\n|]{5,64})", accepts=is_given),
    # a map of Postfix: host, then user:password
    part("relay-password", "]:\t\\d{2,5}\\s", r"\]:\d{2,5}\s{1,20}[\w.@+-]{1,80}:(?P<secret>[^\s\"'`]{4,128})[ \t]*(?=\n|$)", accepts=is_given),
    part("docker-auth", ".dockerconfigjson|.dockercfg", r"\.docker(?:configjson|cfg)[\"']?\s{0,2}[:=]\s{0,3}[\"']?(?P<secret>[A-Za-z0-9+/=]{20,})", length=8_000, accepts=is_given),
    part("odbc-password", "pwd=\t\\{", r"pwd=\{(?P<secret>(?:[^{}\n]|\}\}){3,128})\}", accepts=_looks_told),
    part("oracle-password", "oracle:thin:|oracle:oci:|oracle:oci8:", r"oracle:(?:thin|oci8?):[\w.$#]{1,60}/(?P<secret>[^\s@\"'/]{2,128})@"),
    part("registry-auth", "auth", r"(?<![a-z])_?auth\\{0,3}[\"']?\s{0,4}[:=]\s{0,4}\\{0,3}[\"']?(?P<secret>(?=[a-z+/]*[\d=])[a-z0-9+/]{16,}={0,2})(?![\w/.(-])", reach=1),
    part("docker-auth", "\"auth\t\\\\?\"", r"auth\\?\":\s{0,4}\\?\"(?P<secret>[A-Za-z0-9+/=]{8,})", reach=0),
    part("private-key", "private-lines", r"private-lines:\s{0,4}\d{1,4}(?:\n|\\n)(?P<secret>[a-z0-9+/=]{1,100}(?:(?:\n|\\n)[a-z0-9+/=]{1,100}(?=\n|\\n|$)){0,200})", length=20_000),
    part("private-key", "\"kty|kty\\", r"(?<![a-z])(?:d|p|q|dp|dq|qi|k)\\{0,3}\":\s{0,4}\\{0,3}\"(?P<secret>[\w-]{20,2000})", reach=3_000, length=5_000),
    part("password-hash", "{sha}|{ssha}|{smd5}|{crypt}|{ssha512}|{ssha256}", r"\{(?:S?SHA(?:256|512)?|SMD5|CRYPT)\}(?P<secret>[A-Za-z0-9+/=$.]{10,200})"),
    part("password-hash", ":::", r":\d{3,6}:(?P<secret>[a-fA-F0-9]{32}:[a-fA-F0-9]{32}):::", reach=80),
    part("password-hash", "pbkdf2_|scrypt:|pbkdf2:", r"(?:pbkdf2_sha(?:1|256|512)\$\d+\$|scrypt:\d+:\d+:\d+\$|pbkdf2:sha\d+(?::\d+)?\$)(?P<secret>[\w./+=$-]{20,300})"),
    part("password-hash", "md5\t[a-f0-9]{32}", r"\"md5(?P<secret>[a-f0-9]{32})\"", reach=1),
    part("password-hash", "scram-sha-256$", r"SCRAM-SHA-256\$(?P<secret>\d+:[\w+/=$:]{40,300})"),
    part("ansible-vault", "$ansible_vault;", r"\$ANSIBLE_VAULT;[\d.]+;\w+[^\n\\]{0,40}(?:\n|\\n)(?P<secret>(?:[ \t]*[0-9a-f]{20,80}(?:\n|\\n|$)){1,400})", length=40_000),
    part("router-password", "enable secret|enable password|username ", r"(?:enable|username\s\S{1,40})(?:\sprivilege\s\d{1,2})?\s(?:secret|password)\s(?:\d\s)?(?P<secret>\S{4,128})", accepts=_looks_told),
    part("router-password", "snmp-server community|key-string|community ", r"(?:snmp-server\scommunity|key-string|rocommunity|rwcommunity)\s(?:\d\s)?(?P<secret>\S{4,128})", reach=12, accepts=is_given),
    part("rootpw", "rootpw", r"rootpw\s(?:--(?:plaintext|iscrypted)\s){0,2}(?P<secret>(?!-)\S{3,200})", accepts=is_given),
    part("wordpress-salt", "define(|define (", r"define\s?\(\s?['\"][A-Z_]{0,40}(?:KEY|SALT|PASSWORD|SECRET|TOKEN)['\"]\s{0,4},\s{0,40}(?:'(?P<secret>[^'\n]{4,256})'|\"(?P<secret2>[^\"\n]{4,256})\")"),
    part("sql-password", "password\t +'", r"\bpassword\s{1,4}'(?P<secret>[^'\n]{4,128})'"),
    part("sql-password", "secret\t +'", r"\bsecret\s{1,4}'(?P<secret>[^'\n]{12,128})'", accepts=_is_long),
    part("sql-password", "identified by", r"(?:user\s[^\n]{1,80}?identified\s{1,4}by\s{1,4}(?:password\s)?['\"]|identified\s{1,4}by\s{1,4}['\"](?=[^'\"\n]{0,80}\d))(?P<secret>[^'\"\n]{4,128})"),
    part("terraform-secret", "\"result\"|random_password", r"\"result\":\s{0,3}\"(?P<secret>[^\"\n]{8,128})\"", accepts=_looks_told, length=1_500),
    part("kubeconfig-key", "client-key-data|client_key_data", r"client[-_]key[-_]data[\"']?:\s{0,3}[\"']?(?P<secret>[A-Za-z0-9+/=]{40,})", length=12_000),
    part("openvpn-password", "<auth-user-pass>", r"<auth-user-pass>\s+\S+\s+(?P<secret>\S{3,200})\s+</auth-user-pass>"),
    part("user-list", "\" \"", r"^\"[\w.@-]{1,60}\" \"(?P<secret>[^\"\n]{4,200})\"", reach=64, accepts=_looks_told),
)  # fmt: skip


class KubernetesSecret:
    """Every value of a Secret's data but those that only say who or where."""

    needles = ("stringdata:", "kind: secret", '"stringdata"')
    _block = re.compile(r"(?:stringData|data)[\"']?:[ \t]*\{?[ \t]*\n")
    _line = re.compile(
        r"(?P<indent>[ \t]+)[\"']?(?P<name>[\w.-]{1,80})[\"']?:[ \t]*[\"']?(?P<value>[^\s\"'#|>][^\n\"',]{0,4000})[\"']?,?[ \t]*(?:\n|$)"
    )
    _public = re.compile(
        r"(?i)user(?:name)?|host(?:name)?|port|database|dbname|url|type|name(?:space)?|email|region|ca\.crt|tls\.crt"
    )

    def spans_at(self, text: str, start: int) -> list[Span]:
        """The values of the block nearest to ``start``."""
        block = self._block.search(text, start, start + 600)
        found: list[Span] = []
        at = block.end() if block else len(text)
        indent = ""
        while line := self._line.match(text, at):
            if indent and line["indent"] != indent:
                break
            indent, at = line["indent"], line.end()
            if not self._public.fullmatch(line["name"]) and is_given(line["value"].strip()):
                found.append(
                    Span(
                        "kubernetes-secret",
                        line.start("value"),
                        line.start("value") + len(line["value"].rstrip()),
                    )
                )
        return found


ALL = (*FORMS, KubernetesSecret())
