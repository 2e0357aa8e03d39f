"""Prints how long the import of a module takes in this process, in nanoseconds: `python import_time.py MODULE [FILE]`.

With a file, it prints how long the system takes to open that library, and imports nothing.
"""

import ctypes
import importlib
import sys
import time

module, *files = sys.argv[1:]
started = time.perf_counter_ns()
if files:
    ctypes.CDLL(files[0])
else:
    importlib.import_module(module)
print(time.perf_counter_ns() - started)
