"""Print the identifiers of SPDX: licenses, then exceptions."""

import sys
from importlib.metadata import version

from packaging.licenses import _spdx

HEADER = f"""\
# The identifiers of licenses and, with `with` before them, of exceptions.
# Source: the SPDX license list {_spdx.VERSION}, as in the package packaging {version("packaging")}, by which PyPI
#   judges (pinned with its hash in tables.lock).
# Written by `cargo xtask tables`.
"""

sys.stdout.write(HEADER)
sys.stdout.writelines(f"{item['id']}\n" for item in _spdx.LICENSES.values())
sys.stdout.writelines(f"with {item['id']}\n" for item in _spdx.EXCEPTIONS.values())
