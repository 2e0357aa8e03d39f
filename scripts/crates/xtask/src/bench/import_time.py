"""Prints how long the import of a module takes in this process, in nanoseconds."""

import importlib
import sys
import time

name = sys.argv[1]
started = time.perf_counter_ns()
importlib.import_module(name)
print(time.perf_counter_ns() - started)
