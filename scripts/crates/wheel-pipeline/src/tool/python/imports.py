"""Imports the modules of an installed project and starts its programs. The argument says which, as JSON.

It runs with every warning as an error. A warning about a dependency is none of the project's business, so it is shown
and no error.
"""

import importlib
import importlib.metadata
import json
import pathlib
import re
import subprocess
import sys
import sysconfig
import warnings

asked = json.loads(sys.argv[1])


def normal(name: str) -> str:
    """The normal form of a project's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def below(name: str) -> str:
    """A pattern for a module and all in it, by its name or by its path, as warnings of the compiler have it."""
    return r"(?:.*[/\\])?" + r"[./\\]".join(re.escape(part) for part in name.split(".")) + r"(?:[./\\]|$)"


for distribution in importlib.metadata.distributions():
    if normal(distribution.metadata["Name"] or "") == asked["project"]:
        continue
    tops = {file.parts[0].split(".")[0] for file in distribution.files or () if file.parts}
    for top in tops:
        warnings.filterwarnings("default", module=below(top))
# A namespace may be that of a dependency too.
for module in asked["modules"]:
    warnings.filterwarnings("error", module=below(module))

for module in asked["modules"]:
    importlib.import_module(module)

failed = []
for name in asked["programs"]:
    program = pathlib.Path(sysconfig.get_path("scripts"), name)
    said = ""
    for option in ("--version", "--help"):
        run = subprocess.run([program, option], capture_output=True, check=False, stdin=subprocess.DEVNULL, timeout=120)
        if run.returncode == 0:
            break
        said += f"`{name} {option}` exits with {run.returncode}\n{run.stdout.decode(errors='replace')}"
        said += run.stderr.decode(errors="replace")
    else:
        failed.append(said)
sys.exit("\n".join(failed) or 0)
