"""Prints the modules that an import of the package adds, as JSON."""

# `atexit` is part of the interpreter, and most programs have imported it by now.
# Python before 3.12 imports `encodings.ascii` itself for the name of any extension.
import atexit  # noqa: F401
import encodings.ascii  # noqa: F401
import json
import sys

before = set(sys.modules)

import sum_up_to  # noqa: E402, F401

print(json.dumps(sorted(set(sys.modules) - before)))
