"""What this program is called on the package index, and which version it is.

The index knows another project as ``gitmem``, which is not ours: so the distribution has a name of
its own, while the commands and the package that is imported keep theirs.  The version stands here
so that it is known without a look at what is installed, where the namesake could answer.
"""

from __future__ import annotations

DISTRIBUTION = "gitmem-cli"
"""The name to install."""

NAMESAKE = "gitmem"
"""Somebody else's distribution on the index; it brings a package and a command of our names."""

VERSION = "0.1.0"
