"""Every public object is documented, and every example in its docstring runs."""

import doctest
import inspect
import pydoc
import runpy
from pathlib import Path

import pytest

import sum_up_to

DOCUMENTED: dict[str, object] = {"sum_up_to": sum_up_to}
for public_name in sum_up_to.__all__:
    public = getattr(sum_up_to, public_name)
    DOCUMENTED[public_name] = public
    if inspect.isclass(public):
        members = {name: member for name, member in vars(public).items() if not name.startswith("_")}
        DOCUMENTED |= {f"{public_name}.{name}": member for name, member in members.items()}


def test_every_public_object_was_found() -> None:
    assert set(DOCUMENTED) == {"sum_up_to", *sum_up_to.__all__, "Add.n", "Add.up_to"}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_examples_run(name: str) -> None:
    docstring = inspect.getdoc(DOCUMENTED[name])
    assert docstring
    examples = doctest.DocTestParser().get_doctest(docstring, {}, name, None, 0)
    assert examples.examples, "has no example"
    report: list[str] = []
    results = doctest.DocTestRunner().run(examples, out=report.append)
    assert results.attempted == len(examples.examples)
    assert results.failed == 0, "".join(report)


@pytest.mark.parametrize("name", [name for name, value in DOCUMENTED.items() if inspect.isroutine(value)])
def test_functions_document_what_they_take_and_give(name: str) -> None:
    function = DOCUMENTED[name]
    assert callable(function)
    docstring = inspect.getdoc(function) or ""
    parameters = [parameter for parameter in inspect.signature(function).parameters if parameter != "self"]
    assert ("Args:" in docstring) == bool(parameters)
    for parameter in parameters:
        assert f"{parameter} (" in docstring
    assert ("Returns:" in docstring) != (name == "accept_args")


def test_help_shows_the_examples() -> None:
    for name in sum_up_to.__all__:
        assert ">>>" in pydoc.plain(pydoc.render_doc(getattr(sum_up_to, name))), name


def test_stub_has_the_docstrings_of_the_extension() -> None:
    stub = Path(sum_up_to.__file__).with_name("_native.pyi").read_text(encoding="utf-8")
    script = Path(__file__).with_name("scripts") / "document_stub.py"
    assert stub == runpy.run_path(str(script))["with_docstrings"](stub)
    assert stub.count("Examples:") == len(DOCUMENTED) - 1
