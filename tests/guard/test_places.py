"""Secrets that no name gives away: where they stand in files, code, tables and lists does."""

from __future__ import annotations

import pytest

from gitmem.guard.redact import redact

WORD = "Plum" + "-72-kettle"
DRAWN = "xT4" + "qWz9LpKd7mRv2"
HEXADECIMAL = "9f2c41d7a0" + "b36e58c1d2f4a79b803e55"
BASE64 = "k7Qz" + "W1pXb0R2ZnM5aGxkYVVrT2l3M0VqVHk2"
FILES = {
    "pgpass": ("db.example.com:5432:app:svc:{}", WORD),
    "netrc": ("machine example.com login ada password {}", WORD),
    "wifi code": ("WIFI:T:WPA;S:home;P:{};;", WORD),
    "wpa_supplicant": ('network={{\n  psk="{}"\n}}', WORD),
    "hostapd": ("wpa_passphrase={}", WORD),
    "postfix": ("[smtp.example.com]:587 ada@example.com:{}\n", WORD),
    "docker": ('{{"auths": {{"r.example.com": {{"auth": "{}"}}}}}}', BASE64),
    "odbc": ("Driver={{ODBC}};Uid=ada;Pwd={{{}}};", WORD),
    "oracle": ("jdbc:oracle:thin:scott/{}@db.example.com:1521:x", WORD),
    "ldap hash": ("userPassword: {{SSHA}}{}", BASE64),
    "django hash": ("pbkdf2_sha256$600000$salt1234${}=", BASE64),
    "postgres hash": ('ALTER ROLE ada PASSWORD "md5{}"', HEXADECIMAL),
    "router": ("enable secret {}", WORD),
    "snmp": ("snmp-server community {} RO", WORD),
    "kickstart": ("rootpw --plaintext {}", WORD),
    "wordpress": ("define( 'AUTH_KEY', '{}' );", WORD),
    "mysql": ("CREATE USER 'ada'@'%' IDENTIFIED BY '{}'", WORD),
    "kubeconfig": ("client-key-data: {}", BASE64 * 2),
    "openvpn": ("<auth-user-pass>\nada\n{}\n</auth-user-pass>", WORD),
    "pgbouncer": ('"ada" "{}"', WORD),
    "kubernetes": (
        "kind: Secret\nstringData:\n  username: ada\n  signing: {}\n  host: db.example.com\n",
        WORD,
    ),
    "kubernetes, base64": ("kind: Secret\ndata:\n  signing: {}\n", BASE64),
}
CODE = {
    "jdbc": ('DriverManager.getConnection(url, "ada", "{}")', WORD),
    "requests": ('requests.get(url, auth=("ada", "{}"))', WORD),
    "axios": ("axios.get(url, {{auth: ['ada', '{}']}})", WORD),
    "basic auth": ('client = HTTPBasicAuth("ada", "{}")', WORD),
    "sinatra": ('basic_auth "ada", "{}"', WORD),
    "smtp": ('server.login("ada@example.com", "{}")', WORD),
    "create_user": ('User.objects.create_user("ada", "a@example.com", "{}")', WORD),
    "mysqli": ('$db = new mysqli("localhost", "ada", "{}", "shop");', WORD),
    "plain auth": ('smtp.PlainAuth("", "ada", "{}", host)', WORD),
    "expect": ('send "{}\\r"', WORD),
    "browser": ('page.locator("#password").fill("{}")', WORD),
    "jwt": ('jwt.sign(payload, "{}")', DRAWN),
    "insert": ("INSERT INTO users (name, password, age) VALUES ('ada', '{}', 36);", WORD),
    "insert, second row": (
        "INSERT INTO users (name, password) VALUES\n ('eve', 'x'), ('ada', '{}');",
        WORD,
    ),
}
TABLES = {
    "markdown": ("| user | password |\n| --- | --- |\n| ada | {} |\n", WORD),
    "csv": ("user,password,city\nada,{},Oslo\n", WORD),
    "tabs": ("user\tpassword\nada\t{}\n", WORD),
    "columns": ("USER   PASSWORD        HOST\nada    {}  db1\n", WORD),
}
WORDS = (
    "abandon ability able about above absent absorb abstract absurd abuse access accident"  # BIP-39
)
LISTS = {
    "seed": ("wallet seed: {}", WORDS),
    "seed, numbered by lines": ("mnemonic:\n{}\n", WORDS),
    "totp, in groups": ("two-factor setup key: {}", "jbsw y3dp ehpk 3pxp" + " mzxw 6ytb"),
    "totp": ("scan the code or enter JBSW… this key: {}", "JBSWY3DP" + "EHPK3PXPMZXW6YTB"),
    "recovery code": ("recovery codes:\n  {}\n", "a1b2c" + "-9x8y7"),
}
ALL = {**FILES, **CODE, **TABLES, **LISTS}
HARMLESS = [
    "INSERT INTO users (name, password, age) VALUES ('ada', NULL, 36);",
    "INSERT INTO towns (name, mayor) VALUES ('Oslo', 'Plum-72-kettle');",
    "kind: Secret\ndata:\n  username: ada\n  host: db.example.com\n",
    "kind: ConfigMap\nmetadata:\n  name: shop\n",
    "| field | required |\n| --- | --- |\n| password | yes |\n",
    "user,password\nada,<password>\n",
    "the wallet is able to absorb an abstract absurd access",
    "recovery codes are shown once\n",
    "server.login(user, password)",
    'auth=("user", "password")',
    "listen 127.0.0.1:8080:web:up:ok",
]


@pytest.mark.parametrize("case", ALL)
def test_a_secret_is_masked_by_its_place(case: str) -> None:
    frame, secret = ALL[case]

    text = redact(frame.format(secret))

    assert secret not in text
    assert "[masked:" in text
    assert text.startswith(frame.format("{}").partition("{}")[0][:4])


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_stands_in_such_a_place_comes_through(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("prefix", ["", "  12→", "+ ", "| "])
def test_the_end_of_a_private_key_is_masked_with_the_lines_above_it(prefix: str) -> None:
    lines = [BASE64 + str(number) for number in range(4)]
    end = "-----END RSA PRIVATE " + "KEY-----"
    text = "\n".join(f"{prefix}{line}" for line in ["echo done", *lines, end, "echo next"])

    masked = redact(text)

    assert not any(line in masked for line in lines)
    assert "echo done" in masked
    assert "echo next" in masked
