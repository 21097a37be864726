"""Whether a text can hold a secret at all: one fast look, so that most text is left at once.

Alternatives begin at characters that are rare in prose and code (``k`` of token, ``z`` of
authorization) and look back from there, because the regex engine skips everything else about
six times as fast.  A hint may say yes to anything; it must never say no to a secret.
"""

from __future__ import annotations

import re

KEY_HINT = re.compile(
    r"""
    _ (?: (?=[A-Za-z0-9]{14}) | (?<=dckr_[po]at_) )
    | - (?=[\w.=-]{10})
        (?: (?<=sk-) | (?<=gl[a-z]{2}-) | (?<=gl[a-z]{3}-) | (?<=gl[a-z]{4}-) | (?<=glagent-)
          | (?<=xox[a-z]-) | (?<=xapp-) | (?<=pypi-) | (?<=GOCSPX-) | (?<=AGE-) )
    | \. (?: (?=[\w-]{6}\.[\w-]{27})
          | (?=[\w-]{16}) (?: (?<=SG\.) | (?<=hv[sbr]\.) | (?<=ya29\.) ) )
    | A (?: KIA | SIA | BIA | CCA | Iza )
    | SK [0-9a-f]{8}
    | J (?<=eyJ)
    | : AA [\w-]{20}
    | / (?<=1/) /0
    | p (?<=dap) i [a-f0-9]{8}
    """,
    re.VERBOSE,
)
"""In every text that holds one of :data:`gitmem.guard.formats.KEYS`."""

NAME_HINT = re.compile(
    r"""
    k (?: (?<=tok) en | ey (?: (?<=[isthnredg]key) | (?<=[isthnredg][_-]key) )
        | (?<=hooks\.slack) | (?<=webhook) | (?<=cook) ie )
    | p (?: ass (?: wo?r?d | phrase | code ) | wd )
    | c (?: redential | url\s | (?<=sec) ret )
    | z (?<=authoriz) ation
    | v (?<=[<;c]priv) ate
    | b (?: earer\s | (?<=-----b) egin )
    | : //[^/\s]{1,400}@
    | = (?<=sig=)
    """,
    re.VERBOSE,
)
"""In every text, folded to lower case, that holds anything else that is masked."""
