"""Prints the version and the platform of this interpreter as one JSON object."""

import json
import os
import platform
import struct
import sys
import sysconfig

# In a virtual environment, this is the interpreter that the environment was made with.
executable = getattr(sys, "_base_executable", None) or sys.executable
print(
    json.dumps(
        {
            "implementation": platform.python_implementation(),
            "version": list(sys.version_info[:2]),
            "release": platform.python_version(),
            "executable": os.path.realpath(executable),
            "bits": 8 * struct.calcsize("P"),
            "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        }
    )
)
