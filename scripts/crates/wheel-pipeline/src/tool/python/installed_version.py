"""Prints the version of an installed distribution, by its metadata."""

import importlib.metadata
import sys

print(importlib.metadata.version(sys.argv[1]))
