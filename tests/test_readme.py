"""The examples of the README and of the documents run as they stand there."""

import doctest
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(("document", "examples"), [("README.md", 7), ("docs/doors.md", 20), ("docs/limits.md", 11)])
def test_examples_are_true(document: str, examples: int) -> None:
    results = doctest.testfile(str(ROOT / document), module_relative=False, encoding="utf-8")
    assert results.attempted >= examples
    assert results.failed == 0
