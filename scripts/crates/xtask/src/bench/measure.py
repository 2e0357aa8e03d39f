"""Runs a command and prints one line of JSON about it: `python measure.py COMMAND [ARGUMENT ...]`.

The line has the wall time and the processor time in seconds, the peak memory of the largest process in bytes, and the
exit code. The operating system counts them. The command's output is discarded.
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
