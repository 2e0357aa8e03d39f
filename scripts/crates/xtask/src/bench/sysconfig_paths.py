"""Prints the folders of this interpreter's C headers and packages, and its suffix of extensions, as one JSON object."""

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
