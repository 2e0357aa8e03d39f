"""`accept_args`: prints with Python's own `print`, so that whoever captures that sees it."""

import builtins
import contextlib
import io
from unittest import mock

import pytest

from sum_up_to import accept_args


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out.splitlines()


class Nameless:
    """An object that cannot be shown."""

    def __str__(self) -> str:
        message = "no name"
        raise LookupError(message)


def test_shows_each_argument_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert accept_args("Ada", 1, "two", None, z=3.5, a=[4]) is None  # type: ignore[func-returns-value]
    assert printed(capsys) == ["Hey Ada", "Got: 1", "Got: two", "Got: None", "Got: z=3.5", "Got: a=[4]"]


def test_name_alone_and_by_keyword(capsys: pytest.CaptureFixture[str]) -> None:
    accept_args("Ada")
    accept_args(name="Grace", age=85)
    assert printed(capsys) == ["Hey Ada", "Hey Grace", "Got: age=85"]


def test_redirected_stream_sees_it() -> None:
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        accept_args("Ada", 1)
    assert stream.getvalue() == "Hey Ada\nGot: 1\n"


def test_replaced_print_is_called_once_per_line() -> None:
    with mock.patch.object(builtins, "print") as replaced:
        accept_args("Ada", 1, b=2)
    assert replaced.mock_calls == [mock.call("Hey Ada"), mock.call("Got: 1"), mock.call("Got: b=2")]


def test_any_str_will_do(capsys: pytest.CaptureFixture[str]) -> None:
    accept_args("", "Zoë 👋", **{"not an identifier": 1, "=": 2})
    assert printed(capsys) == ["Hey ", "Got: Zoë 👋", "Got: not an identifier=1", "Got: ==2"]


def test_lone_surrogates_reach_the_stream() -> None:
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        accept_args("\udcff", "\udcfe", **{"\udcfd": "\udcfc"})
    assert stream.getvalue() == "Hey \udcff\nGot: \udcfe\nGot: \udcfd=\udcfc\n"


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {}, "accept_args() missing 1 required positional argument: 'name'"),
        (("Ada",), {"name": "Grace"}, "accept_args() got multiple values for argument 'name'"),
        ((5,), {}, "`name` must be a string, not `int`"),
        ((), {"name": None}, "`name` must be a string, not `NoneType`"),
    ],
)
def test_wrong_calls(args: tuple[str, ...], kwargs: dict[str, str], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        accept_args(*args, **kwargs)
    assert str(caught.value) == message


def test_exception_of_an_argument_comes_through_without_half_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(LookupError, match="no name"):
        accept_args("Ada", key=Nameless())
    assert printed(capsys) == ["Hey Ada"]


def test_exception_of_the_stream_comes_through() -> None:
    stream = io.StringIO()
    stream.close()
    with contextlib.redirect_stdout(stream), pytest.raises(ValueError, match="closed file"):
        accept_args("Ada")
