"""Print the stable ABI of CPython: each symbol, its kind, the version that added it, and its condition."""

import sys
from importlib.metadata import version

import abi3info

HEADER = f"""\
# The stable ABI of CPython: each exported symbol, what it is, the version that added it, and the
# feature of the build that it depends on, if any. The tables of abi3 and abi3t are one (PEP 803).
# Source: Misc/stable_abi.toml of CPython, as packaged in abi3info {version("abi3info")}
#   (pinned with its hash in tables.lock), whose version is the date.
# Written by `cargo xtask tables`.
"""

rows = [
    (symbol.name, kind, f"{item.added.major}.{item.added.minor}", item.ifdef.name if item.ifdef else "")
    for kind, items in (("function", abi3info.FUNCTIONS), ("data", abi3info.DATAS))
    for symbol, item in items.items()
]
sys.stdout.write(HEADER)
sys.stdout.writelines(" ".join(filter(None, row)) + "\n" for row in sorted(rows))
