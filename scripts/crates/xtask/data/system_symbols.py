"""Prints a table of the symbols of a system's libraries: `glibc`, `musl` or `macos` from a folder of zig's `lib/libc`,
`gcc` from the libraries in Debian's packages.

    python system_symbols.py glibc FOLDER VERSION
    python system_symbols.py gcc DATE FILE...
"""

import re
import subprocess
import sys

# Those that wheels are made for.
MACHINES = re.compile(r"(x86|x86_64|aarch64|powerpc64le|s390x|riscv64|loongarch64)-linux-gnu|arm-linux-gnueabihf")


def text(bytes_, place):
    end = bytes_.index(0, place)
    return bytes_[place:end].decode(), end + 1


def number(bytes_, place):
    value = shift = 0
    while True:
        byte = bytes_[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place


def glibc(folder):
    """Each name with the first version that has it on any machine, and its libraries."""
    with open(folder + "/glibc/abilists", "rb") as file:
        data = file.read()
    place, lists = 1, []
    for _ in range(data[0]):
        name, place = text(data, place)
        lists.append(name)
    count, place = data[place], place + 1
    versions = [tuple(data[place + 3 * at : place + 3 * at + 3]) for at in range(count)]
    place += 3 * count
    count, place = data[place], place + 1
    wanted = 0
    for at in range(count):
        name, place = text(data, place)
        wanted |= bool(MACHINES.fullmatch(name)) << at
    found = {}
    # Functions, then objects and thread-local objects, which have a size.
    for kind in range(3):
        if place == len(data):
            break
        count = data[place] | data[place + 1] << 8
        place, name = place + 2, None
        for _ in range(count):
            if name is None:
                name, place = text(data, place)
            targets, place = number(data, place)
            if kind:
                _, place = number(data, place)
            library, place = data[place], place + 1
            of_symbol = []
            while True:
                byte, place = data[place], place + 1
                of_symbol.append(versions[byte & 0x7F])
                if byte & 0x80:
                    break
            if targets & wanted:
                oldest, libraries = found.get(name, ((9, 9, 9), set()))
                found[name] = min([oldest, *of_symbol]), libraries | {lists[library & 0x7F]}
            if library & 0x80:
                name = None
    assert place == len(data), (place, len(data))
    for name, (oldest, libraries) in found.items():
        version = ".".join(map(str, oldest if oldest[2] else oldest[:2]))
        yield "{} {} {}".format(name, version, ",".join(sorted(libraries)))


def musl(folder):
    """Each name, on any machine."""
    with open(folder + "/musl/libc.S") as file:
        lines = file.read().splitlines()
    # Some are in macros for machines: `WEAK64 name`.
    symbol = re.compile(r"\.(?:globl|weak) (\w+)|WEAK\w* (\w+)")
    for line in lines:
        found = symbol.fullmatch(line.strip())
        if found:
            yield found[1] or found[2]


def macos(folder):
    """Each name, without the leading underscore, on any processor. The loader does not look up names with `$ld$`."""
    with open(folder + "/darwin/libSystem.tbd") as file:
        content = file.read()
    for kind, names in re.findall(r"(\S*symbols|objc-\S*):\s*\[(.*?)\]", content, re.S):
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


def gcc(paths):
    """Each name, and its library."""
    row = re.compile(r"\s(?:GLOBAL|WEAK|UNIQUE)\s+DEFAULT\s.*?\d+\s+([^@\s]+)(?:@\S+)?$")
    found = {}
    for path in paths:
        short = {"libstdc++": "stdc++", "libgcc_s": "gcc_s"}[path.rpartition("/")[2].partition(".")[0]]
        for line in subprocess.check_output(["readelf", "--dyn-syms", "--wide", path], text=True).splitlines():
            symbol = row.search(line)
            # Absolute ones are the versions themselves.
            if symbol and " UND " not in line and " ABS " not in line:
                found.setdefault(symbol[1], set()).add(short)
    for name, libraries in found.items():
        yield "{} {}".format(name, ",".join(sorted(libraries)))


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
rows = gcc(about[1:]) if kind == "gcc" else globals()[kind](about[0])
print(ABOUT[kind].format(about[0] if kind == "gcc" else about[1]))
if kind != "gcc":
    print("# Written by `cargo xtask tables`.")
print("\n".join(sorted(set(rows))))
