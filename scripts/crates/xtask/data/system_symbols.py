"""Print a table of the symbols of a system's libraries.

It is `glibc`, `musl` or `macos` from a folder of zig's `lib/libc`, or `gcc` from the libraries in Debian's packages:

    python system_symbols.py glibc FOLDER VERSION
    python system_symbols.py gcc DATE FILE...
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# The highest bit of a byte.
LAST = 0x80
# Those that wheels are made for.
MACHINES = re.compile(r"(x86|x86_64|aarch64|powerpc64le|s390x|riscv64|loongarch64)-linux-gnu|arm-linux-gnueabihf")


class Reader:
    """Bytes that are read from the beginning."""

    def __init__(self, data: bytes) -> None:
        """Begin with the first byte."""
        self.data = data
        self.place = 0

    def byte(self) -> int:
        """Return the next byte."""
        self.place += 1
        return self.data[self.place - 1]

    def text(self) -> str:
        """Return the text up to the next NUL."""
        end = self.data.index(0, self.place)
        begin, self.place = self.place, end + 1
        return self.data[begin:end].decode()

    def number(self) -> int:
        """Return the next number in LEB128."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < LAST:
                return value

    def listed(self) -> Iterator[int]:
        """Give bytes up to one whose highest bit is set, without that bit."""
        while True:
            byte = self.byte()
            yield byte & 0x7F
            if byte & LAST:
                return


def inclusions(reader: Reader, *, has_size: bool) -> Iterator[tuple[str, int, int, list[int]]]:
    """Give name, machines, library and versions of each entry of a section."""
    count = reader.byte() | reader.byte() << 8
    name = ""
    for _ in range(count):
        name = name or reader.text()
        machines = reader.number()
        if has_size:
            reader.number()
        library = reader.byte()
        yield name, machines, library & 0x7F, list(reader.listed())
        if library & LAST:
            name = ""


def glibc(folder: Path) -> Iterator[str]:
    """Give each name with the first version that has it on any machine, and its libraries."""
    reader = Reader((folder / "glibc" / "abilists").read_bytes())
    libraries = [reader.text() for _ in range(reader.byte())]
    versions = [(reader.byte(), reader.byte(), reader.byte()) for _ in range(reader.byte())]
    wanted = sum(bool(MACHINES.fullmatch(reader.text())) << at for at in range(reader.byte()))
    found: dict[str, tuple[tuple[int, int, int], set[str]]] = {}
    # Functions, then objects and thread-local objects, which have a size.
    section = 0
    while reader.place < len(reader.data):
        for name, machines, library, numbers in inclusions(reader, has_size=section > 0):
            if machines & wanted:
                oldest, of_name = found.get(name, ((9, 9, 9), set()))
                oldest = min([oldest, *(versions[number] for number in numbers)])
                found[name] = oldest, of_name | {libraries[library]}
        section += 1
    for name, (oldest, of_name) in found.items():
        version = ".".join(map(str, oldest if oldest[2] else oldest[:2]))
        yield f"{name} {version} {','.join(sorted(of_name))}"


def musl(folder: Path) -> Iterator[str]:
    """Give each name, on any machine."""
    lines = (folder / "musl" / "libc.S").read_text().splitlines()
    # Some are in macros for machines: `WEAK64 name`.
    symbol = re.compile(r"\.(?:globl|weak) (\w+)|WEAK\w* (\w+)")
    for line in lines:
        found = symbol.fullmatch(line.strip())
        if found:
            yield found[1] or found[2]


def macos(folder: Path) -> Iterator[str]:
    """Give each name without the leading underscore, on any processor.

    The loader does not look up names with `$ld$`.
    """
    content = (folder / "darwin" / "libSystem.tbd").read_text()
    for kind, names in re.findall(r"(\S*symbols|objc-\S*):\s*\[(.*?)\]", content, re.DOTALL):
        for name in re.findall(r"[^\s,']+", names):
            if kind == "objc-classes":
                yield "OBJC_CLASS_$_" + name
                yield "OBJC_METACLASS_$_" + name
            elif kind == "objc-ivars":
                yield "OBJC_IVAR_$_" + name
            elif name.startswith("_"):
                yield name[1:]
            elif not name.startswith(("$ld$", "R8289209$")):
                yield name


def gcc(paths: list[str]) -> Iterator[str]:
    """Give each name, and its library."""
    row = re.compile(r"\s(?:GLOBAL|WEAK|UNIQUE)\s+DEFAULT\s.*?\d+\s+([^@\s]+)(?:@\S+)?$")
    found: dict[str, set[str]] = {}
    for path in paths:
        short = {"libstdc++": "stdc++", "libgcc_s": "gcc_s"}[Path(path).name.partition(".")[0]]
        command = ["/usr/bin/readelf", "--dyn-syms", "--wide", path]
        for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
            symbol = row.search(line)
            # Absolute ones are the versions themselves.
            if symbol and " UND " not in line and " ABS " not in line:
                found.setdefault(symbol[1], set()).add(short)
    for name, libraries in found.items():
        yield f"{name} {','.join(sorted(libraries))}"


ABOUT = {
    "glibc": """\
# The symbols of glibc: each name, the first version of glibc that has it on any machine, and its libraries.
# Source: `abilists` of zig, as packaged in ziglang {}, which takes them from glibc's own lists.""",
    "musl": """\
# The symbols of musl, which has one library.
# Source: `libc.S` of zig, as packaged in ziglang {}.""",
    "macos": """\
# The symbols of macOS's libSystem, without the leading underscore.
# Source: `libSystem.tbd` of zig, as packaged in ziglang {}, which takes it from Apple's SDK.""",
    "gcc": """\
# The symbols of GCC's libraries: each name and its library.
# Source: the exports in Debian's packages libstdc++6 and libgcc-s1 14.2.0-19 for amd64, arm64, armhf, i386, ppc64el,
#   riscv64 and s390x.
# Date: {}. Written by `system_symbols.py gcc` of the chores.""",
}

kind, *about = sys.argv[1:]
of_zig = {"glibc": glibc, "musl": musl, "macos": macos}
rows = of_zig[kind](Path(about[0])) if kind in of_zig else gcc(about[1:])
print(ABOUT[kind].format(about[1] if kind in of_zig else about[0]))
if kind in of_zig:
    print("# Written by `cargo xtask tables`.")
print("\n".join(sorted(set(rows))))
