"""Prints the folder of an installed package."""

import importlib.util
import sys

spec = importlib.util.find_spec(sys.argv[1])
if spec is None or not spec.submodule_search_locations:
    sys.exit(f"no package `{sys.argv[1]}` is installed")
print(spec.submodule_search_locations[0])
