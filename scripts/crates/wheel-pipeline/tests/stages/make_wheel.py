"""Makes a wheel that pip installs, at the path of the first argument."""

import sys
import zipfile

INFO = "half_of-2.0.0rc1.dist-info/"
METADATA = "Metadata-Version: 2.1\nName: half-of\nVersion: 2.0.0rc1\n"
WHEEL = "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp310-abi3-manylinux2014_x86_64\n"

with zipfile.ZipFile(sys.argv[1], "w") as wheel:
    wheel.writestr("half_of.py", "answer = 42\n")
    wheel.writestr(INFO + "METADATA", METADATA)
    wheel.writestr(INFO + "WHEEL", WHEEL)
    wheel.writestr(INFO + "RECORD", "half_of.py,,\n")
