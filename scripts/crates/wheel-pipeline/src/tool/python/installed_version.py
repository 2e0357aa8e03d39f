"""Prints the version of an installed distribution, from its metadata."""

import importlib.metadata
import sys

print(importlib.metadata.version(sys.argv[1]))
