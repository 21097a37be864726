"""What calls for a secret × what stands between × how it is quoted, and what must stay."""

from __future__ import annotations

import base64
import random
import string

import pytest

from gitmem.guard.find import KEYS, PARTS, Rule
from gitmem.guard.named import NAMES, Name
from gitmem.guard.redact import redact
from gitmem.guard.triggers import Triggers

WORD = "Plum" + "-72-kettle"
DRAWN = "xT4" + "qWz9LpKd7"
SENTENCES = {
    "English": "the password for staging is {}",
    "German": "das Kennwort lautet {}",
    "French": "le mot de passe est {}",
    "Spanish": "la contraseña es {}",
    "Portuguese": "a senha é {}",
    "Italian": "la parola d'ordine è {}",
    "Dutch": "het wachtwoord is {}",
    "Swedish": "lösenordet är {}",
    "Danish": "kodeordet er {}",
    "Polish": "hasło to {}",
    "Czech": "heslo je {}",
    "Russian": "пароль: {}",
    "Ukrainian": "новий пароль — {}",
    "Greek": "ο κωδικός πρόσβασης είναι {}",
    "Turkish": "şifre: {}",
    "Romanian": "am schimbat parola în {}",
    "Hungarian": "a jelszó: {}",
    "Hebrew": "הסיסמה היא {}",
    "Arabic": "كلمة المرور هي {}",
    "Hindi": "पासवर्ड {} है",
    "Chinese": "密码是{}",
    "Chinese, changed": "密码改成了 {}",
    "Japanese": "パスワードは {}",
    "Korean": "비밀번호는 {}",
    "Vietnamese": "mật khẩu là {}",
    "Indonesian": "kata sandi adalah {}",
}


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize("quote", ["", "`", '"', "'"])
def test_a_password_is_masked_in_a_sentence(language: str, quote: str) -> None:
    assert WORD not in redact(SENTENCES[language].format(quote + WORD + quote))


@pytest.mark.parametrize(
    "text",
    [
        "the password is wrong",
        "the password for staging is stored in the vault",
        "das Kennwort ist falsch",
        "le mot de passe est obligatoire",
        "la contraseña es obligatoria",
        "a senha é inválida",
        "пароль должен содержать не менее 8 символов",
        "密码不能为空",
        "密码长度至少8位",
        "パスワードは8文字以上",
        "비밀번호는 8자 이상",
        "password type: SecureString2",
        "tests pass on Python3.11, we pass arg1 to func2",
        "verdict: pass ? 'pass' : 'fail',",
        "echo aGVsbG8gd29ybGQ= | base64 -d",
        "echo SGVsbG8gd29ybGQ= | base64 -d",
    ],
)
def test_a_sentence_about_passwords_stays(text: str) -> None:
    assert redact(text) == text


BETWEEN = {
    "equals": "DB_PASSWORD={}",
    "yaml": "db_password: {}\n",
    "json": '{{"db_password": "{}"}}',
    "json in json": r"{{\"db_password\": \"{}\"}}",
    "nested": '"adminPassword": {{ "value": "{}" }}',
    "name, then value": '{{"name": "DB_PASSWORD", "value": "{}"}}',
    "value, then name": '{{"value": "{}", "name": "DB_PASSWORD"}}',
    "a field between": '{{"label": "password", "type": "CONCEALED", "value": "{}"}}',
    "cells": "<td>password</td><td>{}</td>",
    "element": '<Pass encoding="plain">{}</Pass>',
    "setting": '<setting name="SmtpPassword" serializeAs="String">\n  <value>{}</value>',
    "table": "| user | password |\n| --- | --- |\n| bob | {} |",
    "list": "user\nbob\npassword\n{}\nend",
    "folded": "password:\n  >\n  {}\n",
    "option": "tool --password {} --all",
    "both in one": "podman pull --creds bob:{} registry.example.com/x",
    "arrow": "master password -> {}",
    "short": "user bob, pass {} - please try",
    "ruby": "http.basic_auth 'bob', '{}'",
    "php": 'new PDO("mysql:host=db.example.com", "bob", "{}")',
    "php, thrown": "PDO->__construct('mysql:host=db.example.com', 'bob', '{}')",
    "oracle": "jdbc:oracle:thin:bob/{}@db.example.com:1521:X",
    "mail relay": "[smtp.example.com]:587    bob@example.com:{}",
    "redis": "user bob on >{} ~* +@all",
    "store": "$ pass show shop/db\n{}\n",
    "prompt": "for the sudo prompt enter {}",
    "archive": "rar a -hp{} backup.rar data/",
    "powershell": 'ConvertTo-SecureString "{}" -AsPlainText -Force',
    "openssl": "openssl enc -d -in a.enc -pass pass:'{}'",
    "continued": "mysql \\\n  --password={} \\\n  shop",
    "coloured": "password: \x1b[32m{}\x1b[0m",
    "percent": "password%3D{}",
    "entities": "password=&quot;{}&quot;",
}


@pytest.mark.parametrize("between", BETWEEN)
@pytest.mark.parametrize("value", [WORD, DRAWN])
def test_a_password_is_masked_whatever_is_between(between: str, value: str) -> None:
    assert value not in redact(BETWEEN[between].format(value))


@pytest.mark.parametrize(
    "text",
    [
        "GITHUB_TOKEN=ghp_" + "x" * 36,
        "STRIPE_KEY=sk_test_" + "X" * 24,
        "-----BEGIN RSA PRIVATE " + "KEY----- is the header of a PKCS#1 file",
        "CF-RAY: 003025b115a24f5f-VIE",
        "--discovery-token-ca-cert-hash sha256:" + "0123456789abcdef" * 4,
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-nQe479",
        "PublicKeyToken=b77a5c561934e089",
        "gpg: using RSA key " + "83E4F329B2FFE500DEF9" * 2,
        "idempotency_key=550e8400-e29b-41d4-a716-446655440000",
        "private_key: ed25519.Ed25519PrivateKey, x: int",
        "Ed25519PrivateKey, Ed25519PublicKey, Ed448PrivateKey",
        'longopt_pat = r"[a-zA-Z](?:[a-zA-Z0-9-]*)"',
        '"unk_token": "[UNK]", "total_tokens": "provider_reported"',
        '"CUSTOM_DB_PASSWORD": "DATABASE_PASSWORD"',
        "Set-Cookie: session_id=deleted; Max-Age=0",
        'agent=x model_session_id="550e8400-e29b-41d4-a716-446655440000"',
        '// address: "2606:2800:21f:cb07:6820:80da:af6b:8b2c"',
        "storageKey: 'app_state_v2'",
    ],
)
def test_what_only_looks_secret_stays(text: str) -> None:
    assert redact(text) == text


def test_base64_is_masked_for_what_it_says() -> None:
    secret = base64.b64encode(f"DB_HOST=x DB_PASSWORD={WORD} DB_NAME=y".encode()).decode()
    honest = base64.b64encode(b"the quick brown fox jumps over the lazy dog").decode()

    assert redact(f"a {secret} b") == "a [masked:encoded] b"
    assert redact(f"a {honest} b") == f"a {honest} b"


def test_a_static_key_is_masked_whole() -> None:
    line = "6b90712ebba25f9e" * 2
    mark = "-----{} OpenVPN Static key V1-----"
    text = "\n".join([mark.format("BEGIN"), *[line] * 16, mark.format("END"), "next"])

    assert redact(text) == "[masked:private-key]\nnext"


def test_needles_that_overlap_are_both_found() -> None:
    found = [start for start, _ in Triggers({"new pdo": [1], "pdo(": [2]}).hits("x new pdo(y")]

    assert found == [2, 6]


@pytest.mark.parametrize("sign", ["password ", "key=", "://a:", "-----BEGIN ", '{"', "echo ", "a@"])
def test_a_hostile_text_comes_back(sign: str) -> None:
    text = (f"{sign}\n" * 200_000)[:400_000]

    assert len(redact(text)) > 0


def test_every_rule_says_what_calls_for_it() -> None:
    rules: list[Rule | Name] = [*KEYS, *PARTS, *NAMES]

    assert all(rule.needles for rule in rules)


def test_chance_in_lower_case_is_no_secret() -> None:
    chance = random.Random(3)
    hexadecimal = "".join(chance.choice(string.hexdigits.lower()) for _ in range(40))

    assert redact(f"commit {hexadecimal}") == f"commit {hexadecimal}"
