"""Runs devpi-server over an empty folder until its standard input closes.

The standard input is a pipe from the pipeline. It closes when the pipeline ends, even by SIGKILL, so that no server
keeps running.
"""

import os
import sys
import threading

from devpi_server.init import init
from devpi_server.main import main


def end_with_the_pipeline() -> None:
    """Waits for the end of the standard input, then ends the process."""
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_the_pipeline, daemon=True).start()
folder = sys.argv[sys.argv.index("--serverdir") + 1]
# The server's secret is random and exists only while the server runs, so a slow key derivation would not protect
# anything.
quick = ["--argon2-memory-cost", "8", "--argon2-time-cost", "1", "--argon2-parallelism", "1"]
own = ["--no-root-pypi", "--root-passwd", os.environ.pop("ROOT_PASSWORD")]
init(argv=["devpi-init", "--serverdir", folder, *own])
listen = ["--threads", "8", "--enable-core-metadata"]
sys.exit(main(argv=["devpi-server", *sys.argv[1:], *quick, *listen]))
