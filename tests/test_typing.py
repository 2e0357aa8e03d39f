"""What type checkers see: mypy reads this file, pytest runs it, and both must agree."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sum_up_to import Add, accept_args, add_up_to, create_python_object, race, sum_as_string, sum_of

if TYPE_CHECKING:
    from typing_extensions import assert_type
else:

    def assert_type(value: Any, expected: Any) -> None:  # noqa: ANN401
        assert type(value) is expected


def test_types_of_results() -> None:
    assert_type(add_up_to(5), int)
    assert_type(add_up_to(n=True), int)
    assert_type(add_up_to(np.int64(5)), int)
    assert_type(Add(5), Add)
    assert_type(Add(5).n, int)
    assert_type(Add(5).up_to(), int)
    assert_type(sum_as_string(1, np.uint8(2)), str)
    assert_type(create_python_object(), str)
    assert_type(race(5)["rust"], float)
    assert_type(sum_of(add_up_to, 5), int)


def test_types_of_arguments() -> None:
    accept_args("Ada", 1, None, key=object())
    match Add(5):
        case Add(n):
            assert_type(n, int)


def test_wrong_types_are_refused_by_both() -> None:
    with pytest.raises(TypeError):
        add_up_to(5.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Add("5")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        sum_as_string("1", 2)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        accept_args(5)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        sum_of(str, 5)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        create_python_object(1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Add(1) < Add(2)  # type: ignore[operator]  # noqa: B015
