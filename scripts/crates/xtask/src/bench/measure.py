"""Runs a command and prints one line of JSON about it: `python measure.py COMMAND [ARGUMENT ...]`.

Seconds of wall and processor time and the peak memory in bytes of the largest process, as the operating system accounts
for them, and the command's exit code. Its output is thrown away.
"""

import json
import resource
import subprocess
import sys
import time

started = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode
wall = time.perf_counter() - started
used = resource.getrusage(resource.RUSAGE_CHILDREN)
peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
json.dump({"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak": peak, "code": code}, sys.stdout)
