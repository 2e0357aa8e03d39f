"""Print the classifiers that PyPI knows, as a tree: each part of a name below the part before it."""

import sys
from importlib.metadata import version

import trove_classifiers

HEADER = f"""\
# The classifiers that PyPI takes, as a tree. A part that ends in `::` is no classifier by itself. PyPI refuses one with
# a `!`; the classifier to take instead follows, if there is one.
# Source: the package trove-classifiers (pinned with its hash in tables.lock), whose version is the date.
# Written by `cargo xtask tables`.
# Version: {version("trove-classifiers")}
"""

deprecated = trove_classifiers.deprecated_classifiers
known = trove_classifiers.classifiers | set(deprecated)
paths = {tuple(name.split(" :: ")[:length]) for name in known for length in range(1, name.count(" :: ") + 2)}
sys.stdout.write(HEADER)
for path in sorted(paths):
    name = " :: ".join(path)
    mark = " ::" if name not in known else ""
    if name in deprecated:
        mark = " ".join(["", "!", *deprecated[name][:1]])
    sys.stdout.write(f"{' ' * (len(path) - 1)}{path[-1]}{mark}\n")
