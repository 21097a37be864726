"""Whether a text can contain a secret at all: one fast look, so that most texts are done at once.

Alternatives begin at characters that are rare in prose and code (``k`` of token, ``z`` of
authorization) and look back from there, because the regex engine skips everything else about
six times as fast.  A hint may say yes to anything; it must never say no to a secret.
"""

from __future__ import annotations

import re

KEY_HINT = re.compile(
    r"""
    _ (?: (?=[A-Za-z0-9]{14}) | (?<=dckr_[po]at_) | (?=secret_) | (?<=fo1_) | (?<=fig[do]_)
        | (?=(?:tkn|pw|oauth)_) | (?<=tfp_) | (?<=bk[uc][at]_) | (?<=(?:live|test)_) | (?<=zpka_)
        | (?<=fm\d_) | (?<=fm1[ar]_) | (?<=CCIP[AR][TJ]_) | (?<=pcsk_) | (?=oauth_) )
    | - (?: (?=[A-Za-z0-9]{16}) | (?=[0-9a-f]{4}-[0-9a-f]{12}) | (?=[0-9a-f]{8}-[0-9a-f]{8})
        | (?<=[0-9a-f]-) (?=us\d) | (?<=A3-)
        | (?=[\w.=-]{10}) (?:
            (?<=sk-) | (?<=gl[a-z]{2}-) | (?<=gl[a-z]{3}-) | (?<=gl[a-z]{4}-) | (?<=glagent-)
          | (?<=xox[a-z]-) | (?<=xapp-) | (?<=pypi-) | (?<=GOCSPX-) | (?<=AGE-) | (?<=HRKU-)
          | (?<=nvapi-) | (?<=CFPAT-) | (?<=NR[AIR][AIK]-) | (?<=tskey-) | (?<=sq0[a-z]{3}-)
          | (?<=fio-u-) | (?<=p8e-) | (?<=tk-[ue][su]-) | (?<=-key-) ) )
    | \. (?: (?=[\w-]{16}) | (?<=dp\.) )
    | A (?: KIA | SIA | BIA | CCA | Iza | KID | KCp | QVN | BSK | T[TSOBC][ATB] | (?<=EAA) )
    | I (?<=LTAI)
    | J (?<=eyJ)
    | K (?<=EZ[AT]K) | K (?<=SECK) | K (?<=SK) [0-9a-f]{8}
    | W (?<=SCW) [A-Z0-9]{8}
    | Y C [ABM]
    | R 1348941
    | V (?<=cmV) md
    | G (?<=dG) 9r
    | : (?: AA [\w-]{20} | (?=[0-9a-f]{32}) )
    | / (?<=1/) /0
    | p (?<=dap) i [a-f0-9]{8}
    | y 2 (?<=oy2) | b 1d (?<=4b1d) | o (?<=cio) (?=[A-Za-z0-9]{32})
    | ~ (?: (?<=Q~) | (?<=sha256~) )
    | \$ (?= 2[abxy]\$ | apr1 | [56y]\$ | argon2 )
    """,
    re.VERBOSE,
)
"""In every text that holds one of :data:`gitmem.guard.providers.KEYS`."""

NAME_HINT = re.compile(
    r"""
    k (?: (?<=tok) en | ey (?: (?<=[a-z]key) | (?<=[a-z][_-]key) )
        | (?<=hooks\.slack) | (?<=webhook) | (?<=cook) ie )
    | p (?: ass (?: wo?r?d | phrase | code | : | (?<=[_"'hl]pass) ) | wd | (?<=seed.p) hrase )
    | c (?: redential | url\s | (?<=sec) ret )
    | z (?<=authoriz) ation
    | v (?<=[<;c]priv) ate | v (?<=priv) ate-lines
    | y (?<=identified[ ]by) | k ty["\\] | z -sig | g -sig
    | b (?: earer\s | (?<=-----b) egin | (?<=mariadb) )
    | g (?: (?<=mong) o | (?<=[ ]log) in )
    | q (?<=mysq) l
    | - (?<=redis-) cli
    | _ (?<=add_) user | _ (?<=change_) password
    | d ap (?<=ldap)
    | m (?<=mnem) onic
    | u th (?<=[_"' ,{]auth) ["'\\ :=]
    | : //[^/\s]{1,400}@ | : //[^@\s]{1,400}@
    | = (?<=sig=)
    """,
    re.VERBOSE,
)
"""In every text, folded to lower case, that holds anything else that is masked."""
