"""Passwords given to commands: which program, which option, and what an argument looks like.

Options whose own name says what they are (``--password``) need no row here.

Source: the programs' manual pages.
"""

# ruff: noqa: E501  a row of a table is one line

from __future__ import annotations

import re
from base64 import b64decode
from functools import cached_property

from gitmem.guard.forms import Span, part
from gitmem.guard.randomness import encodes_words
from gitmem.guard.values import (
    is_given,
    looks_chosen,
    looks_chosen_alone,
    looks_drawn,
    looks_random,
)

KIND = "command-password"

# An argument of the shell: in either quotes, or bare up to a white space.
_ARGUMENT = (
    r"(?:pass:(?=['\"]))?(?:\\?'(?P<a>[^'\n]{1,256})'|\\?\"(?P<b>[^\"\n]{1,256}?)\\?\""
    r"|(?P<c>[^\s\"'`|;&<>()\\-][^\s\"'`|;&<>()\\]{2,255}))"
)
_FAR = 500  # characters from a program's name to its last option

# Programs, and the options that give them a secret: "-p" as the next word, "-p*" also joined to
# it, "-p!" joined only; one that ends with "=" or ":" takes what follows that.
OPTIONS = (
    ("sqlcmd bcp osql isql", "-P*"),
    ("mosquitto_pub mosquitto_sub mosquitto_rr", "-P --pw"),
    ("mysql mysqldump mysqladmin mysqlimport mysqlshow mysqlbinlog mysqlsh mariadb mariadb-dump mariadb-admin mycli", "-p!"),
    ("mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat", "-p*"),
    ("redis-cli valkey-cli keydb-cli", "-a --pass"),
    ("sshpass", "-p*"),
    ("ldapsearch ldapmodify ldapadd ldapdelete ldappasswd ldapwhoami ldapcompare ldapmodrdn", "-w* -s -a"),
    ("keytool jarsigner apksigner", "-storepass -keypass -new -srcstorepass -deststorepass -srckeypass -destkeypass -ks-pass= --ks-pass --key-pass"),
    ("zip unzip zipcloak", "-P*"),
    ("7z 7za 7zz 7zr rar unrar", "-p! -hp!"),
    ("ssh-keygen", "-N -P"),
    ("ssh-add puttygen", "-P --new-passphrase"),
    ("plink pscp psftp putty kitty", "-pw"),
    ("snmpwalk snmpget snmpgetnext snmpset snmpbulkwalk snmpbulkget snmptable snmptrap snmpstatus", "-c -A -X"),
    ("ipmitool ipmiutil", "-P*"),
    ("racadm", "-p"),
    ("xfreerdp xfreerdp3 wlfreerdp sdl-freerdp freerdp", "/p: /password: -p"),
    ("rdesktop", "-p"),
    ("mstsc cmdkey", "/pass: /password:"),
    ("docker podman nerdctl buildah skopeo oc helm cf ibmcloud crane regctl snow", "-p", "login"),
    ("docker", "--token", "swarm"),
    ("oc kubectl argocd", "--token", ""),
    ("kubeadm", "--token --certificate-key"),
    ("aws", "--value --secret-string --parameter-value --secret-binary"),
    ("az", "-p --value --sas-token --account-key --secret"),
    ("openssl", "-K -k -passin -passout -pass"),
    ("clickhouse-client cqlsh beeline vsql snowsql cbq arangosh cypher-shell hdbsql nzsql presto", "-p -w"),
    ("impala-shell evil-winrm crackmapexec netexec nxc hydra winexe smbmap rpcclient", "-p"),
    ("mvn gradle gradlew sonar-scanner", "-Dsonar.login= -Dsonar.token="),
    ("swaks", "-ap"),
    ("sendemail sendEmail", "-xp"),
    ("rabbitmqadmin", "-p*"),
    ("vault consul nomad", "-token= -token -secret-id="),
    ("nmcli", "password wifi-sec.psk wifi-sec.wep-key0 802-11-wireless-security.psk"),
    ("netsh", "key= keyMaterial="),
    ("security", "-p", "unlock-keychain"),
    ("security", "-p", "create-keychain"),
    ("security", "-P", "import"),
    ("security", "-w", "add-"),
    ("hdiutil veracrypt truecrypt", "-p"),
    ("jenkins-cli jenkins-cli.jar", "-auth"),
    ("ngrok", "authtoken add-authtoken"),
    ("poetry pdm twine hatch flit uv cargo gem", "-p -a"),
    ("x11vnc vncviewer vncpasswd vncserver", "-passwd -storepasswd"),
    ("pdftk", "user_pw owner_pw input_pw"),
    ("bw lpass rbw keepassxc-cli op", "--session"),
    ("tailscale", "--authkey --auth-key --authkey= --auth-key="),
    ("schtasks sc psexec wmic winrs runas", "/p /rp -p /password: password="),
        ("restic borg rclone duplicity", "--rc-pass pass pass="),
    ("wget aria2c", "--http-passwd --rpc-secret"),
    ("expect", "-p"),
    ("ansible-vault ansible ansible-playbook", "ansible_become_pass= ansible_ssh_pass="),
    ("influx", "-p -t"),
    ("psql", "--set=password="),
    ("mount mount.cifs", "pass= password="),
    ("proxychains curl wget http https xh", "--pass --key-passwd"),
    ("telegraf nordvpn", "--token --legacy"),
    ("neo4j-admin", "set-initial-password"),
    ("htdigest smbpasswd", "-s"),
)  # fmt: skip


class Command:
    """The options of some programs that give them a secret."""

    def __init__(self, programs: str, options: str, verb: str = "") -> None:
        self.programs = tuple(programs.split())
        self._options = tuple(options.split())
        self._verb = verb
        self.needles = tuple(f"\b{name.lower()}\t[ \t.\"'\\\\]" for name in self.programs)

    @cached_property
    def _start(self) -> re.Pattern[str]:
        names = "|".join(map(re.escape, self.programs))
        return re.compile(rf"(?<![\w.-])(?:{names})(?:\.exe|\.sh|\.py|\.jar)?[\"']?[ \t]", re.I)

    @cached_property
    def _option(self) -> re.Pattern[str]:
        spellings = []
        for option in self._options:
            if option.endswith(("=", ":", "!")):
                spellings.append(re.escape(option.rstrip("!")))
            elif option.endswith("*"):
                spellings.append(re.escape(option[:-1]) + r"[ \t=]{0,3}")
            else:
                spellings.append(re.escape(option) + r"(?:[ \t]{1,4}|=)")
        return re.compile(rf"(?<=[\s\"'])(?:{'|'.join(spellings)}){_ARGUMENT}")

    def spans_at(self, text: str, start: int) -> list[Span]:
        """What the command whose name begins at ``start`` is given."""
        begun = self._start.match(text, start)
        if begun is None:
            return []
        end = _end_of_command(text, begun.end())
        if self._verb and text.find(f" {self._verb}", begun.end() - 1, end) < 0:
            return []
        found: list[Span] = []
        for match in self._option.finditer(text, begun.end() - 1, end):
            group = match.lastgroup or ""
            value = match[group]
            plain = value.removeprefix("pass:")  # how openssl says that the word itself is one
            if is_given(plain) and not plain.startswith(("env:", "file:", "fd:", "stdin")):
                found.append(Span(KIND, match.end(group) - len(plain), match.end(group)))
        return found


_BREAK = re.compile(r"\n|[|;](?=[ \t|])|&&|[ \t]&[ \t\n]")


def _end_of_command(text: str, start: int) -> int:
    found = _BREAK.search(text, start, start + _FAR)
    return found.start() if found else min(len(text), start + _FAR)


_ARG = r"[\"']?(?P<secret>(?![\s\"'-])[^\s\"'`|;<>]{3,256})"
_USER = r"[\"']?[\w.@\\/+-]{1,80}"
_REST = r"[^\n|;]{0,200}?"


def _is_piped(value: str) -> bool:
    if encodes_words(value):
        return False
    return " " not in value and (looks_drawn(value) or looks_chosen_alone(value))


def _is_shown(value: str) -> bool:
    return looks_drawn(value) or looks_chosen_alone(value) or looks_random(value)


def _is_encoded(value: str) -> bool:
    """Whether hexadecimal digits or base64 stand for a password."""
    try:
        is_hexadecimal = len(value) % 2 == 0 and re.fullmatch(r"[0-9a-fA-F]+", value)
        told = bytes.fromhex(value) if is_hexadecimal else b64decode(value, validate=True)
        return _is_shown(told.decode("ascii").strip())
    except ValueError:
        return False


def _form(needles: str, pattern: str, *, reach: int = 0, strict: bool = False):  # type: ignore[no-untyped-def]
    accepts = (lambda value: looks_chosen(value) or looks_drawn(value)) if strict else is_given
    return part(KIND, needles, pattern, reach=reach, accepts=accepts)


WORDS = (
    part(KIND, "\becho\t |\bprintf\t ", r"(?:echo|printf)\s{1,3}(?:-\w{1,2}\s{1,3}){0,2}(?:[\"']?%s(?:\\n)?[\"']?\s{1,3})?(?:'(?P<secret>[^'\n]{4,200})'|\"(?P<secret2>[^\"\n]{4,200})\"|(?P<secret3>[^\s\"'|]{4,200}))\s{0,4}\|(?!\|)", accepts=_is_piped),
    # What a command shows that is asked for one secret.
    part(KIND, "pass\t +(?:show |\\S+/)|gopass|op\t +(?:read|item get)|vault\t +(?:kv get|read)|find-generic-password|find-internet-password|secret-tool|get-secret-value|keyvault secret|versions access|lpass\t +show|get password|config:get|secrets get|chamber\t +read|keyring\t +get|print-access-token|auth token|get-access-token|auth print|create token|rand -|openssl rand|pwgen|apg\t |mkpasswd|pwqgen|makepasswd|xkcdpass|gen-password|generate-password|generate password", r"(?:pass\s(?:show\s|\S+/)|gopass\s|op\s(?:read|item\sget)|vault\s(?:kv\sget|read)|find-(?:generic|internet)-password|secret-tool\s|get-secret-value|keyvault\ssecret|versions\saccess|lpass\sshow|get\spassword|config:get|secrets\sget|chamber\sread|keyring\sget|print-access-token|auth\s(?:token|print)|get-access-token|create\stoken|(?:openssl\s)?rand\s-|pwgen\s|apg\s|mkpasswd\s|pwqgen\b|makepasswd\s|xkcdpass\b|gen(?:erate)?[- ]password\b)[^\n]{0,160}\n(?P<secret>[^\s{}\[\]<>]{8,400})[ \t]*(?=\n|$)", accepts=_is_shown),
    # An option that takes a user and a password in one.
    part(KIND, "creds\t[= ]|--login\t[= ]|--auth\t[= ]|basic-auth\t[= ]|proxy-auth\t[= ]|--userpwd\t[= ]|--user\t[= ]", r"(?:creds|login|auth|userpwd|user)[= ]\s{0,3}[\"']?[\w.@+-]{1,80}:(?P<secret>[^\s\"'`|;]{4,200})", accepts=_is_piped),
    part(KIND, "sudo prompt|password prompt|login prompt|ssh prompt|passphrase prompt|pin prompt", r"\w{3,10} prompt[^\n]{0,24}?\s(?:enter|type|use|answer|give|say|is|with|:)\s{1,2}[\"'`]?(?P<secret>[^\s\"'`]{5,80})", accepts=_is_piped),
    part(KIND, "convertto-securestring", r"ConvertTo-SecureString\s{1,4}(?:-String\s{1,4})?(?:-AsPlainText\s{1,4})?(?:-Force\s{1,4})?(?:-String\s{1,4})?(?:\"(?P<secret>[^\"\n$]{4,128})\"|'(?P<secret2>[^'\n]{4,128})')", accepts=is_given),
    part(KIND, "base64 -|base64 --|xxd -r|openssl base64", r"(?:echo|printf|<<<)\s{0,3}(?:-\w{1,2}\s{1,3}){0,2}[\"']?(?P<secret>[A-Za-z0-9+/]{8,400}={0,2})[\"']?\s{0,3}\|\s{0,3}(?:base64|xxd|openssl)\b", reach=460, accepts=_is_encoded),
    part(KIND, "-]{+", r"[\w-]{0,40}(?:passw\w{0,6}|secret|token|key|pwd)\w{0,20}[\"']?\s?[:=]\s?[\"']?\[-(?P<secret>[^\n]{3,200}?)-\]\{\+(?P<secret2>[^\n]{3,200}?)\+\}", reach=300),
    part(KIND, "auth\t[: ]|login\t[: ]|creds\t[: ]|credentials\t[: ]|account\t[: ]|log in |sign in |signed in|logged in|zugangsdaten|identifiants|credenciales|credenziali", r"[\w ]{2,20}[^\n]{0,40}?(?<![\w.+@/-])[\w.+@-]{2,60}\s?(?:\s(?:with|and)|/|\s/|:)\s?[\"'`]?(?P<secret>[^\s\"'`/,;]{5,80})", accepts=_is_piped, length=160),
    _form("login\t [^\\s]", r"login\s{1,2}[\w.@+-]{1,80}\s{1,2}[\"'](?P<secret>[^\s\"'`]{4,120})[\"']", strict=True),
    _form("rclone obscure", rf"rclone obscure\s{{1,3}}{_ARG}"),
    _form("334 ugfzc3dvcmq6", r"334 UGFzc3dvcmQ6\s{1,4}(?:\S{1,6}:?\s)?(?P<secret>[A-Za-z0-9+/]{4,200}={0,2})"),
    _form("printf\t .", r"printf\s{1,3}[\"'][^\"'\n]{1,60}?\\n(?P<secret>[^\s\"'\\]{4,120})(?:\\n)?[\"']\s{0,4}>{1,2}\s{0,4}\S{0,80}(?:auth|pass|cred|login|secret)"),
    _form("\bcat\t [^\n]{0,100}(?:key|secret|passw|token|cred|pass)|\bless\t [^\n]{0,100}(?:key|secret|passw|token)|\bhead\t [^\n]{0,100}(?:key|secret|passw|token)", r"(?:cat|less|type|head)\s[^\n|]{0,100}(?:key|secret|passw(?:or)?d|passwd|token|credentials?|[-_/.]pass)(?:\.\w{1,5})?[\"']?\s{0,3}\n(?P<secret>[^\s\"'{}<>\[\]#=:]{8,300})\s*(?=\n|$)", strict=False),
    _form("base64", r"\|\s{0,3}base64[^\n|]{0,20}\n(?P<secret>[A-Za-z0-9+/]{8,400}={0,2})\s*(?=\n|$)", reach=6),
    _form("key content", r"key content\s{1,20}:\s{1,3}(?P<secret>[^\n]{5,64})"),
    _form("curl", r"\bcurl(?:\.exe)?\b[^\n]{0,400}?\s(?:-u|--user|--proxy-user|-U)[ =]?\s{0,4}(?:'[^:'\n-]{1,100}:(?P<secret2>[^'\n]+)'|\"[^:\"\n-]{1,100}:(?P<secret3>[^\"\n\\]+)\"|\\?[\"']?[^\s:\"'-][^\s:\"']{0,100}:(?P<secret>[^\s\"'\\]+))"),
    _form("curl", r"\bcurl(?:\.exe)?\b[^\n]{0,400}?\s(?:-b|--cookie)[ =]?\s{0,4}[\"']?(?:[\w.-]{1,60}=[^;\n\"']{0,200};\s?){0,8}?[\w.-]{0,40}(?:sess|sid|token|auth|jwt|login|remember|csrf)[\w.-]{0,40}=(?P<secret>[^\s;\"']{6,})"),
    _form("http\t |https\t |xh\t |httpie\t ", rf"(?<![\w:/.-])(?:https?|xhs?|httpie)\s{_REST}(?:-a|--auth)[ =]?\s{{0,4}}[\"']?[^\s:\"'-][^\s:\"']{{0,100}}:(?P<secret>[^\s\"']+)"),
    _form("wget\t ", rf"\bwget\s{_REST}--(?:http-|ftp-)?password[ =]{_ARG}"),
    _form("smbclient|rpcclient|smbmap|nmblookup|mount.cifs|smbget|smbcacls", rf"(?:smbclient|rpcclient|smbget|smbcacls|net|rpc)\b{_REST}(?:-U|--user)[ =]?{_USER}%(?P<secret>[^\s\"'`|;]{{3,}})"),
    _form("sqlplus|sqlldr|expdp|impdp|sqlcl", r"\b(?:sqlplus|sqlldr|expdp|impdp|rman|sqlcl|exp|imp)\b(?:\s-\w{1,6}(?:\s\d{1,3})?)*\s(?:target\s|userid=)?[\"']?[\w.$#]{1,60}/(?P<secret>[^\s@\"'/]{3,})(?=@|[\"']?(?:\s|$))"),
    _form("lftp|ncftp", rf"\blftp\s{_REST}-u\s?{_USER},(?P<secret>[^\s\"'`|;]{{3,}})"),
    _form("net use|net user", r"\bnet\s{1,3}user?\s{1,3}(?:[a-z*]:\s{1,3})?(?:\\\\|//)?\S{1,120}\s{1,3}(?:/user:\S{1,80}\s{1,3})?(?P<secret>[^\s/\"'-][^\s\"']{2,})", strict=True),
    _form("sudo\t +-\\w*s|passwd\t ", r"(?:echo|printf)\s{1,3}(?:-\w\s{1,3})?[\"']?(?:%s\\n[\"']?\s{1,3}[\"']?)?(?P<secret>[^\s\"'|\\$][^\s\"'|\\]{2,120})(?:\\n[^\s\"'|]{0,120})?[\"']?\s{0,4}\|\s{0,4}[^\n|]{0,60}?(?:sudo\s[^\n|]{0,40}-\w{0,6}S|(?:vnc)?passwd\b)", reach=200),
    _form("sudo", r"\bsudo\s[^\n|]{0,20}-\w{0,6}S\b[^\n|]{0,80}?<<<\s?[\"']?(?P<secret>[^\s\"'|\\$][^\s\"'|\\]{2,120})"),
    _form("chpasswd|newusers", r"(?:echo|printf)\s{1,3}(?:-\w\s{1,3})?[\"']?[\w.-]{1,40}:(?P<secret>[^\s\"'|\\]{3,120})(?:\\n)?[\"']?\s{0,4}\|\s{0,4}[^\n|]{0,60}?chpasswd", reach=200),
    _form("chpasswd", r"chpasswd\s{0,3}<<<?\s?[\"']?(?:EOF\n)?[\w.-]{1,40}:(?P<secret>[^\s\"'|\\]{3,120})"),
    _form("htpasswd", rf"\bhtpasswd(?:\s-[a-zA-Z]{{1,6}}|\s--\w{{1,10}}|\s-C\s\d{{1,2}}){{1,4}}\s(?!-){_REST}[\w.@-]{{1,64}}\s{{1,4}}{_ARG}\s*(?=$|[|>;&`'\".,)])", ),
    _form("vault\t +login", rf"\bvault\s{{1,4}}login\s{{1,4}}(?:-\S+\s){{0,4}}(?:[\w-]{{1,30}}=\S{{1,60}}\s){{0,3}}(?!-|\w+=){_ARG}"),
    _form("vault\t +(?:kv|write)", r"\bvault\s{1,4}(?:kv\s{1,4}(?:put|patch)|write)\s[^\n|;]{0,200}?(?<=\s)(?!username=|user=|host=|url=|role=|policy)\w[\w.-]{0,40}=[\"']?(?P<secret>[^\s\"'`@|;][^\s\"'`|;]{3,})", strict=True),
    _form("rabbitmqctl", rf"\brabbitmqctl\s{{1,4}}(?:add_user|change_password|authenticate_user)\s{{1,4}}\S{{1,64}}\s{{1,4}}{_ARG}"),
    _form("docker\t |podman\t ", rf"(?:echo|printf)\s{{1,4}}(?:-n\s{{1,4}})?{_ARG}[\"']?\s{{0,4}}\|[^\n]{{0,100}}?--password-stdin", reach=300),
    _form("-stdin|with-token|secret set|--stdin| secret put|secrets set|auth login", rf"(?:echo|printf)\s{{1,4}}(?:-n\s{{1,4}}|[\"']?%s[\"']?\s{{1,4}})?{_ARG}[\"']?\s{{0,4}}\|[^\n]{{0,140}}?(?:--?(?:password|with-token|api-?key|token)[\w-]{{0,12}}|--stdin|secrets?\s(?:set|put|create)|auth login)", reach=420),
    _form("poetry\t ", rf"\bpoetry\s{{1,3}}config\s{{1,3}}(?:--\w+\s)?(?:http-basic\.\S{{1,60}}\s{{1,3}}\S{{1,80}}|pypi-token\.\S{{1,60}})\s{{1,3}}{_ARG}"),
    _form("npm\t +config|yarn\t +config|pnpm\t +config", rf"\b(?:npm|yarn|pnpm)\s{{1,3}}config\s{{1,3}}set\s\S{{0,80}}(?:_authToken|_auth|_password|npmAuthToken)[ =]{_ARG}"),
    _form("cargo\t |gem\t |ngrok\t ", rf"\b(?:cargo\s{{1,3}}login|ngrok\s{{1,3}}(?:config\s{{1,3}}add-)?authtoken)\s{{1,3}}(?:--\w[\w-]*[ =]\S+\s){{0,2}}{_ARG}"),
    _form("aws\t +configure|aws\t +iam|aws_", rf"\baws\s{{1,4}}configure\s{{1,4}}set\s{{1,4}}\S{{0,40}}(?:secret|token)\S{{0,30}}\s{{1,4}}{_ARG}"),
    _form("wpa_passphrase", rf"\bwpa_passphrase\s{{1,3}}(?:\"[^\"\n]{{1,40}}\"|'[^'\n]{{1,40}}'|\S{{1,40}})\s{{1,3}}{_ARG}"),
    _form("-setairportnetwork|airportnetwork", rf"-setairportnetwork\s{{1,3}}\S{{1,12}}\s{{1,3}}(?:\"[^\"\n]{{1,40}}\"|'[^'\n]{{1,40}}'|\S{{1,40}})\s{{1,3}}{_ARG}"),
    _form("unlock-keychain|bw\t +unlock|bw\t +login", rf"(?:unlock-keychain\s{{1,3}}-p|bw\s{{1,3}}unlock|bw\s{{1,3}}login\s{{1,3}}\S{{1,80}})\s{{1,3}}{_ARG}"),
    _form("auth\t +default|auth\t +[^\\s]", r"(?:^|\s|>\s?|\")(?-i:AUTH)\s{1,3}(?:default\s{1,3}|[\w.-]{2,30}\s{1,3})?[\"']?(?P<secret>[^\s\"'`|;]{5,256})[\"']?\s*$", strict=True, reach=3),
    _form("auth plain|auth login|authenticate plain|plain a", r"(?:AUTH(?:ENTICATE)?\s{1,3}PLAIN|AUTH\s{1,3}LOGIN)\s{1,3}(?P<secret>[A-Za-z0-9+/=]{8,})"),
    _form("login\t ", r"(?:^|[\s\"'`>])(?:[a-z]\d{1,5}\s{1,2})?(?-i:LOGIN)\s{1,2}[\"']?[\w.@+-]{1,80}[\"']?\s{1,2}[\"']?(?P<secret>[^\s\"'`]{4,120})", strict=True, reach=12),
    _form("\npass\t |\\npass\t ", r"(?:\n|\\n)(?-i:PASS)\s{1,3}(?P<secret>[^\s\"'`\\]{4,120})"),
    _form("conninfo|dbname=|host=", r"\bpassword=[\"']?(?P<secret>[^\s\"'`]{4,})"),
    _form("config-set|requirepass|masterauth|acl setuser", r"(?:requirepass|masterauth|acl\ssetuser\s\S{1,40}\s(?:on\s)?>)\s{0,3}[\"']?(?P<secret>[^\s\"'`|;]{3,})"),
    _form("setuser|user\t +[\\w.@-]{1,40} on ", r"(?:set)?user\s{1,3}\S{1,40}\s[^\n>]{0,80}?>(?P<secret>[^\s\"'`]{3,})"),
    _form("wg\t +set|presharedkey|privatekey", r"\b(?:PrivateKey|PresharedKey)\s{0,3}=\s{0,3}(?P<secret>[A-Za-z0-9+/]{42,43}=)"),
    _form("impacket-|secretsdump|psexec|wmiexec|smbexec|getnpusers|getuserspns|ticketer", r"[\w.-]{4,40}\s[^\n]{0,80}?(?<=[\s\"'])[\w.-]{1,40}/[\w.-]{1,40}:(?P<secret>[^\s@\"']{3,})@[\w.-]+", ),
    _form("identified by|identified with", r"identified\s{1,4}(?:with\s{1,4}\S{1,40}\s{1,4})?by\s{1,4}['\"](?P<secret>(?=[^'\"\n]{0,80}\d)[^'\"\n]{4,128})", ),
    _form("netsh\t |schtasks\t ", rf"(?:/rp|/p)\s{{1,3}}{_ARG}"),
    _form("mount\t ", r"\bmount\s[^\n]{0,200}?\bpass(?:word)?=(?P<secret>[^\s,\"']{3,})"),
    _form("login=|-dsonar", r"-Dsonar\.(?:login|token)=[\"']?(?P<secret>[^\s\"']{6,})"),
)  # fmt: skip

FORMS = (*(Command(*row) for row in OPTIONS), *WORDS)
