"""Imports the package in a sub-interpreter, once it is in use in the main one."""

import importlib
import sys
from pathlib import Path

import sum_up_to

SCRIPT = Path(__file__).with_name("import_or_error.py").read_text(encoding="utf-8")

# The standard library names this module and its function only for itself.
if sys.version_info >= (3, 13):
    interpreters = importlib.import_module("_interpreters")
    run = interpreters.exec
else:
    interpreters = importlib.import_module("_xxsubinterpreters")
    run = interpreters.run_string
run(interpreters.create(), SCRIPT)

print(sum_up_to.sum_of(abs, 100, threads=2))
