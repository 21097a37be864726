"""The home folder that settings and variables point into, the same for both twins."""

from __future__ import annotations

import os
from pathlib import Path

_SCRIPTS = {
    "append": '#!/bin/sh\necho "A line by the editor" >>"$1"\n',
    "external": '#!/bin/sh\necho "external diff of $1"\n',
    # As git asks gpg: a signature of stdin on stdout, or whether one is good on descriptor 1.
    "sign": "#!/bin/sh\n"
    'case "$*" in\n'
    '*--verify*) cat >/dev/null; echo "[GNUPG:] NEWSIG"; echo "[GNUPG:] GOODSIG ABCDEF Ada";'
    ' echo "[GNUPG:] VALIDSIG ABCDEF"; echo "Good signature by Ada" >&2 ;;\n'
    '*) cat >/dev/null; echo "[GNUPG:] SIG_CREATED D 1 8 00 1 ABCDEF" >&2;\n'
    '   printf -- "-----BEGIN PGP SIGNATURE-----\\n\\nAAAA\\n-----END PGP SIGNATURE-----\\n" ;;\n'
    "esac\n",
}

_FILES = {
    "attributes": "*.bin binary\n*.txt text\n*.special diff=special\n",
    "ignored": "*.swp\n/target/\n",
    "included": "[alias]\n\tst = status\n",
    "ignored-revisions": "",
    "mailmap": "Ada Lovelace <ada@example.com>\n",
    "order": "*.md\n*.txt\n",
    "template": "\n\n# A template of ours\n",
    "templates/description": "a template\n",
    "templates/info/exclude": "*.orig\n",
    "python/yaml.py": "raise RuntimeError('not the yaml that was meant')\n",
    "python/json.py": "raise RuntimeError('not the json that was meant')\n",
    "temporary files/.keep": "",
}


def furnish(home: Path) -> None:
    """Put everything there that a setting or a variable may name."""
    for name, text in _FILES.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for name, text in _SCRIPTS.items():
        path = home / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    os.symlink("../home", home / "link-to-home")


def expanded(value: str, home: Path) -> str:
    """The value with ``~`` at its beginning as the home folder."""
    return str(home) + value[1:] if value.startswith("~") else value
