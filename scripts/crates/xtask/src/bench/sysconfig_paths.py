"""Prints where C headers and packages of this interpreter are, and how it names extensions, as one JSON object."""

import json
import sysconfig

print(
    json.dumps(
        {
            "include": sysconfig.get_path("include"),
            "suffix": sysconfig.get_config_var("EXT_SUFFIX"),
            "packages": sysconfig.get_path("platlib"),
        }
    )
)
