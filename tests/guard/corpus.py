"""The corpus that masking is measured on: made-up secrets in many surroundings, and look-alikes.

Everything is put together at run time from a fixed seed, so that no file holds anything that
looks like a key and every run sees the same.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.guard import samples

SEED = 6
_FILLS = 3


@dataclass(frozen=True)
class Secret:
    """A text around a secret, what kind of secret, and in what surroundings."""

    kind: str
    surroundings: str
    text: str
    secret: str


@dataclass(frozen=True)
class Innocent:
    """A text in which nothing is secret."""

    kind: str
    text: str


SURROUNDINGS: dict[str, str] = {
    "prose": "I used {} and it worked.",
    "prose, quoted": "the value `{}` was in the log",
    "line of its own": "first\n{}\nlast",
    "env": "SOME_SERVICE_VALUE={}\nDEBUG=1",
    "env, quoted": 'export SOME_SERVICE_VALUE="{}"',
    "json": '{{"service": {{"value": "{}", "retries": 3}}}}',
    "yaml": "service:\n  value: {}\n  retries: 3\n",
    "toml": 'value = "{}"\n',
    "shell": "tool run --verbose {} --retries 3",
    "url": "https://api.example.com/v1/items?value={}&page=2",
    "header": "curl -H 'X-Service: {}' https://api.example.com",
    "escaped json": r"{{\"service\": \"{}\"}}",
    "escaped twice": r"{{\\\"service\\\": \\\"{}\\\"}}",
    "escaped line break": r"first\n{}\nlast",
    "diff": "@@ -1,2 +1,2 @@\n-value = ''\n+value = '{}'\n",
    "python": "client = Client({!r}, retries=3)",
    "javascript": "const client = new Client('{}', {{ retries: 3 }});",
    "table": "| name | value |\n| --- | --- |\n| a | {} |",
    "log": "2026-01-01T00:00:00Z INFO client: connected value={} in 3 ms",
    "xml": "<service><value>{}</value></service>",
    "numbered": "    12\t{}\n    13\tnext",
}

_FORMLESS = {"letters and digits, 32": "<A32>", "base64url, 43": "<w43>", "base64, 40": "<b40>"}
_NAMED_SURROUNDINGS = {
    "env": "SERVICE_API_KEY={}",
    "json": '{{"client_secret": "{}"}}',
    "yaml": "auth_token: {}\n",
    "python": "api_key = '{}'",
    "option": "tool --token {} run",
    "escaped json": r"{{\"access_token\": \"{}\"}}",
    "header": "X-Auth-Token: {}",
    "query": "https://api.example.com/?api_key={}&x=1",
}
_NAMED_VALUES = {
    "hexadecimal, 32": "<h32>",
    "hexadecimal, 64": "<h64>",
    "UUID": "<u>",
    "small letters and digits, 24": "<l24>",
    "letters and digits, 20": "<A20>",
}


def secrets() -> Iterator[Secret]:
    """Keys of every provider in every surroundings, then what is known by name or by chance."""
    chance = random.Random(SEED)
    yield from _formed(chance)
    for case, (frame, secret) in samples.NAMED.items():
        yield Secret("by what stands around it", case, frame.format(secret), secret)
    for kind, template in _NAMED_VALUES.items():
        for place, frame in _NAMED_SURROUNDINGS.items():
            for _ in range(_FILLS):
                secret = samples.filled(template, chance)
                yield Secret(f"by name: {kind}", place, frame.format(secret), secret)
    for kind, template in _FORMLESS.items():
        for place, frame in SURROUNDINGS.items():
            for _ in range(10):
                secret = samples.filled(template, chance)
                yield Secret(f"by chance: {kind}", place, frame.format(secret), secret)
    for kind in ("RSA ", "EC ", "OPENSSH ", ""):
        block = samples.key_block(kind, 3)
        yield Secret("private-key", "line of its own", f"a\n{block}\nb", block)
        yield Secret("private-key", "json", json.dumps({"k": block}), json.dumps(block)[1:-1])


def _formed(chance: random.Random) -> Iterator[Secret]:
    for name, key in samples.KEYS.items():
        kind, _, variant = name.partition(" ")
        keys = [key]
        if variant.startswith("template "):
            template = samples.TEMPLATES[kind][int(variant.rpartition(" ")[2])]
            keys += [samples.filled(template, chance) for _ in range(_FILLS - 1)]
        for place, frame in SURROUNDINGS.items():
            for each in keys:
                yield Secret(kind, place, frame.format(each), each)


def innocents() -> Iterator[Innocent]:
    """What looks like a secret and is none, some hundreds of each kind."""
    chance = random.Random(SEED)
    for kind, make in _LOOK_ALIKES.items():
        for _ in range(150):
            yield Innocent(kind, make(chance))
    for text in samples.HARMLESS:
        yield Innocent("code and prose about secrets", text)


def _hexadecimal(chance: random.Random, size: int) -> str:
    return f"{chance.getrandbits(4 * size):0{size}x}"


def _base64(chance: random.Random, size: int) -> str:
    return base64.b64encode(chance.randbytes(size)).decode()


def _words(chance: random.Random, count: int) -> list[str]:
    return [chance.choice(_WORDS) for _ in range(count)]


_WORDS = re.findall(
    r"\w+",
    "get set user session token password reset handler factory abstract config parser request "
    "http response buffer stream index page cache database query result field value string "
    "number array list map node tree path file line text utf base encode decode test should "
    "return when with not found error invalid retry count max min first last next item group "
    "order price account payment invoice customer product catalog search filter sort render "
    "component button modal layout header footer image upload download sync async worker "
    "queue job task event listener",
)


def _camel(chance: random.Random) -> str:
    words = _words(chance, chance.randint(3, 7))
    digits = str(chance.randint(1, 999)) if chance.random() < 0.5 else ""
    name = words[0] + "".join(word.capitalize() for word in words[1:]) + digits
    return chance.choice(
        ["def {}(self):", "const {} = () => 1;", "{}(x, y)", "at {} (src/app.js:3:7)"]
    ).format(name)


def _constant(chance: random.Random) -> str:
    name = "_".join(_words(chance, 4)).upper()
    return f"{name} = {chance.randint(1, 9999)}"


def _file_path(chance: random.Random) -> str:
    folders = "/".join(_words(chance, chance.randint(2, 6)))
    suffix = chance.choice(["py", "tsx", "go", "min.js", "json", "test.ts", "snap"])
    return (
        f"{chance.choice(['', '/', './', '../', '~/'])}{folders}/{_camel_word(chance)}.{suffix}:12"
    )


def _camel_word(chance: random.Random) -> str:
    return "".join(word.capitalize() for word in _words(chance, 3))


def _npm_lock(chance: random.Random) -> str:
    name = "-".join(_words(chance, 2))
    entry = {
        "version": "1.2.3",
        "resolved": f"https://registry.npmjs.org/{name}/-/{name}-1.2.3.tgz",
        "integrity": f"sha512-{_base64(chance, 64)}",
    }
    return json.dumps({f"node_modules/{name}": entry}, indent=2)


def _poetry_lock(chance: random.Random) -> str:
    return f'{{file = "x-1.0-py3-none-any.whl", hash = "sha256:{_hexadecimal(chance, 64)}"}},'


def _pip_hash(chance: random.Random) -> str:
    return f"requests==2.31.0 \\\n    --hash=sha256:{_hexadecimal(chance, 64)}"


def _record(chance: random.Random) -> str:
    digest = base64.urlsafe_b64encode(chance.randbytes(32)).decode().rstrip("=")
    return f"pkg/module.py,sha256={digest},1234"


def _cargo_lock(chance: random.Random) -> str:
    return f'name = "serde"\nversion = "1.0.1"\nchecksum = "{_hexadecimal(chance, 64)}"'


def _go_sum(chance: random.Random) -> str:
    return f"github.com/pkg/errors v0.9.1 h1:{_base64(chance, 32)}"


def _yarn_lock(chance: random.Random) -> str:
    return (
        f'  resolution: "left-pad@npm:1.3.0"\n  checksum: 10c0/{_hexadecimal(chance, 128)}\n'
        f"  integrity sha1-{_base64(chance, 20)}"
    )


def _nix(chance: random.Random) -> str:
    signs = "0123456789abcdfghijklmnpqrsvwxyz"
    name = "".join(chance.choice(signs) for _ in range(32))
    return f'/nix/store/{name}-openssl-3.0.7/lib\n  hash = "sha256-{_base64(chance, 32)}";'


def _image(chance: random.Random) -> str:
    head = chance.choice(["png;base64,iVBORw0KGgo", "jpeg;base64,/9j/4AAQ", "gif;base64,R0lGODlh"])
    return f'<img src="data:image/{head}{_base64(chance, chance.choice([60, 300, 900]))}">'


def _certificate(chance: random.Random) -> str:
    body = "MIID" + _base64(chance, 600)
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----"


def _public_key(chance: random.Random) -> str:
    return f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{_base64(chance, 32)} ada@example.com"


def _fingerprint(chance: random.Random) -> str:
    return f"256 SHA256:{_base64(chance, 32).rstrip('=')} ada@example.com (ED25519)"


def _minified(chance: random.Random) -> str:
    parts = []
    for _ in range(12):
        a, b, c = (chance.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(3))
        parts.append(f"function {a}({b},{c}){{return {b}.{chance.choice(_WORDS)}({c}||{{}})}}")
    return ";".join(parts)


def _record_id(chance: random.Random) -> str:
    prefix = chance.choice(["toolu_01", "msg_01", "req_01", "cus_", "in_1", "evt_1", "chatcmpl-"])
    return json.dumps({"type": "message", "id": prefix + samples.filled("<A22>", chance)})


def _bare_record_id(chance: random.Random) -> str:
    prefix = chance.choice(["toolu_01", "msg_01", "req_01", "cus_", "evt_1", "call_", "run_"])
    return f"answered {prefix}{samples.filled('<A22>', chance)} in 3 s"


def _slug(chance: random.Random) -> str:
    slug = samples.filled("<w44>", chance)
    return f"see https://docs.google.com/document/d/{slug}/edit and the other one"


def _bundle(chance: random.Random) -> str:
    name = samples.filled("<A20>", chance)
    return f"dist/assets/index-{name}.js   12.30 kB │ gzip: 4.10 kB"


def _container(chance: random.Random) -> str:
    digest = _hexadecimal(chance, 64)
    return f"FROM python:3.11@sha256:{digest}\nStatus: image is up to date for {digest[:12]}"


def _memory_id(chance: random.Random) -> str:
    text = hashlib.sha256(chance.randbytes(8)).hexdigest()
    return f"id: m{text[:20]}\nsupersedes:\n  - m{text[20:40]}"


def _version(chance: random.Random) -> str:
    numbers = ".".join(str(chance.randint(0, 40)) for _ in range(3))
    build = _hexadecimal(chance, 7)
    return chance.choice(["pkg@{}-beta.3+build.{}", "v{}-rc.1-14-g{}", "{}.dev20260101+{}"]).format(
        numbers, build
    )


_LOOK_ALIKES: dict[str, Callable[[random.Random], str]] = {
    "commit id": lambda c: f"commit {_hexadecimal(c, 40)}\nMerge: {_hexadecimal(c, 7)}",
    "short commit id": lambda c: f"{_hexadecimal(c, 9)} fix the parser (#12)",
    "UUID": lambda c: f'"session": "{uuid.UUID(int=c.getrandbits(128), version=4)}"',
    "npm lock": _npm_lock,
    "yarn lock": _yarn_lock,
    "poetry lock": _poetry_lock,
    "pip hash": _pip_hash,
    "wheel RECORD": _record,
    "cargo lock": _cargo_lock,
    "go.sum": _go_sum,
    "nix": _nix,
    "SRI": lambda c: f'<script integrity="sha384-{_base64(c, 48)}" src="/a.js"></script>',
    "base64 image": _image,
    "certificate": _certificate,
    "certificate in JSON": lambda c: json.dumps({"cert": _certificate(c)}),
    "ssh public key": _public_key,
    "fingerprint": _fingerprint,
    "minified code": _minified,
    "record id": _record_id,
    "record id in prose": _bare_record_id,
    "address with an id": _slug,
    "bundle": _bundle,
    "container digest": _container,
    "memory id": _memory_id,
    "version": _version,
    "identifier": _camel,
    "constant": _constant,
    "file path": _file_path,
}
