"""Runs a script with another folder first on `sys.path`: `python tests/scripts/run_with_path.py FOLDER SCRIPT`."""

import runpy
import sys

if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    runpy.run_path(sys.argv[2], run_name="__main__")
