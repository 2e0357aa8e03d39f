"""Prints a stub with the docstrings of the installed package: `python tests/scripts/document_stub.py _native.pyi`.

Editors show the docstrings of stubs, and the extension has none that they can read. `test_docstrings.py` compares the
installed stub with what this prints. To write the stub anew, print it to a file and put that in its place.
"""

import ast
import inspect
import sys
import textwrap
from pathlib import Path

import sum_up_to

Documented = ast.FunctionDef | ast.ClassDef


def documented(nodes: list[ast.stmt], owner: object) -> list[tuple[Documented, str]]:
    """The first definition of each public name, with the docstring of what it stands for."""
    found: dict[str, tuple[Documented, str]] = {}
    for node in nodes:
        if isinstance(node, Documented) and not node.name.startswith("_") and node.name not in found:
            value = getattr(owner, node.name)
            found[node.name] = node, inspect.getdoc(value) or ""
            if isinstance(node, ast.ClassDef):
                found |= {f"{node.name}.{inner.name}": (inner, doc) for inner, doc in documented(node.body, value)}
    return list(found.values())


def with_docstrings(stub: str) -> str:
    """The stub with these docstrings, in place of those that it has."""
    lines = stub.splitlines()
    # From the last to the first, so that the numbers of the lines before stay right.
    for node, doc in sorted(documented(ast.parse(stub).body, sum_up_to), key=lambda pair: -pair[0].lineno):
        first, last = node.body[0], node.body[-1]
        is_docstring = ast.get_docstring(node) is not None
        rest = node.body[1:] if is_docstring else node.body
        kept = lines[rest[0].lineno - 1 : last.end_lineno] if isinstance(node, ast.ClassDef) else []
        header = lines[node.lineno - 1 : first.lineno]
        header[-1] = header[-1][: first.col_offset].rstrip() if not kept and not is_docstring else header[-1]
        if is_docstring or kept:
            header.pop()
        quoted = f'"""{doc}' + ('"""' if "\n" not in doc else '\n"""')
        body = textwrap.indent(quoted, " " * (node.col_offset + 4)).splitlines()
        lines[node.lineno - 1 : last.end_lineno] = [*header, *body, *([""] if kept else []), *kept]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(with_docstrings(Path(sys.argv[1]).read_text(encoding="utf-8")))
