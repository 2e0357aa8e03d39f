"""`add_up_to`: exact for every integer, and clear about everything else."""

import itertools
import operator
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sum_up_to import Add, add_up_to

RunScript = Callable[..., subprocess.CompletedProcess[str]]

# Around these the arithmetic changes: at the ends of machine words, at the widest sum that fits one, and beyond.
EDGES = [0, 1, 2, 2**16, 92_681, 2**31, 2**32, 6_074_000_999, 6_074_001_000, 2**62, 2**63, 2**64, 2**127, 2**4096]


class Disguised(int):
    """An `int` that lies about itself wherever a subclass can."""

    def _lie(self, *_: object) -> int:
        return 13

    __add__ = __radd__ = __mul__ = __rmul__ = __rshift__ = __index__ = __int__ = _lie
    bit_length = to_bytes = _lie  # type: ignore[assignment]


class Index:
    """Nothing but an `__index__`, which hands out or raises what it was made with."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __index__(self) -> int:
        if isinstance(self.value, BaseException):
            raise self.value
        return self.value  # type: ignore[return-value]


def closed_form(n: int) -> int:
    return n * (n + 1) // 2 if n > 0 else 0


def test_founding_example() -> None:
    assert add_up_to(1_000_000) == 500000500000


def test_agrees_with_the_definition() -> None:
    for n in range(-3, 200):
        assert add_up_to(n) == sum(range(1, n + 1)), n


def test_exact_around_the_edges() -> None:
    for edge, offset in itertools.product(EDGES, [-2, -1, 0, 1, 2]):
        n = edge + offset
        assert add_up_to(n) == closed_form(n), (edge, offset)
        assert add_up_to(-n) == closed_form(-n), (edge, offset)


@given(st.integers() | st.integers(0, 2**65) | st.binary(max_size=2000).map(lambda b: int.from_bytes(b, "little")))
@example(10**5000)
def test_exact_for_every_int(n: int) -> None:
    result = add_up_to(n)
    assert type(result) is int
    assert result == closed_form(n) == Add(n).up_to()


def test_huge_negative_is_zero() -> None:
    assert add_up_to(-(10**5000)) == 0


def test_accepts_a_keyword() -> None:
    assert add_up_to(n=5) == 15


@pytest.mark.parametrize(("value", "result"), [(True, 1), (False, 0)])
def test_bool_is_an_integer(value: bool, result: int) -> None:  # noqa: FBT001
    assert add_up_to(value) == result
    assert type(add_up_to(value)) is int


def test_subclass_of_int_counts_as_its_value() -> None:
    for n in (-7, 5, 10**12, 2**63, 2**200, -(2**200)):
        result = add_up_to(Disguised(n))
        assert type(result) is int, n
        assert result == closed_form(n), n


def test_index_is_enough() -> None:
    for n in (-7, 5, 10**12, 2**63, 2**200):
        assert add_up_to(Index(n)) == closed_form(n), n


def test_numpy_integers() -> None:
    kinds: list[type[np.integer]] = [np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64]
    for kind in kinds:
        largest = int(np.iinfo(kind).max)
        assert add_up_to(kind(largest)) == closed_form(largest), kind
        assert type(add_up_to(kind(largest))) is int, kind


@pytest.mark.parametrize(
    ("value", "given_type"),
    [
        (5.0, "float"),
        ("5", "str"),
        (None, "NoneType"),
        (b"5", "bytes"),
        ([5], "list"),
        (5 + 0j, "complex"),
        (Decimal(5), "decimal.Decimal"),
        (Fraction(5), "fractions.Fraction"),
        (np.float64(5), "numpy.float64"),
        (int, "type"),
    ],
)
def test_anything_else_is_a_type_error_that_names_it(value: object, given_type: str) -> None:
    with pytest.raises(TypeError) as caught:
        add_up_to(value)  # type: ignore[arg-type]
    assert str(caught.value) == f"`n` must be an integer, not `{given_type}`"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("error", [TypeError("mine"), OverflowError("mine"), ZeroDivisionError(), KeyboardInterrupt()])
def test_what_index_raises_comes_through(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught:
        add_up_to(Index(error))
    assert caught.value is error


@pytest.mark.parametrize("value", [Index("5"), Index(5.0), np.array([1, 2])], ids=["str", "float", "array"])
def test_wrong_index_is_reported_as_operator_index_does(value: object) -> None:
    with pytest.raises(TypeError) as expected:
        operator.index(value)  # type: ignore[arg-type]
    with pytest.raises(TypeError) as caught:
        add_up_to(value)  # type: ignore[arg-type]
    assert str(caught.value) == str(expected.value)


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {}, "add_up_to() missing 1 required positional argument: 'n'"),
        ((1, 2), {}, "add_up_to() takes 1 positional arguments but 2 were given"),
        ((1,), {"n": 1}, "add_up_to() got multiple values for argument 'n'"),
        ((), {"m": 1}, "add_up_to() got an unexpected keyword argument 'm'"),
    ],
)
def test_wrong_calls(args: tuple[int, ...], kwargs: dict[str, int], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        add_up_to(*args, **kwargs)
    assert str(caught.value) == message


def test_threads_share_it() -> None:
    limits: list[object] = [n for edge in EDGES for n in (edge, Disguised(edge), Index(edge))]
    expected = [closed_form(edge) for edge in EDGES for _ in range(3)]
    with ThreadPoolExecutor(8) as pool:
        for results in pool.map(lambda _: [add_up_to(n) for n in limits], range(200)):  # type: ignore[arg-type]
            assert results == expected


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux enforces a limit on address space")
def test_too_little_memory_is_an_exception(run_script: RunScript) -> None:
    finished = run_script("too_little_memory.py", options=())
    assert (finished.returncode, finished.stdout) == (0, "MemoryError\nMemoryError\n"), finished.stderr
