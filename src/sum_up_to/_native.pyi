from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ClassVar, Literal, ParamSpec, Protocol, SupportsIndex, TypeVar, final, overload, type_check_only

__all__ = [
    "Add",
    "accept_args",
    "add_up_to",
    "add_up_to_after",
    "create_python_object",
    "in_thread",
    "race",
    "sum_as_string",
    "sum_of",
    "sum_of_async",
    "sum_of_code",
    "sum_on_tokio",
]

__version__: str

@type_check_only
class _Addable(Protocol):
    def __add__(self, other: Any, /) -> Any: ...
    def __radd__(self, other: int, /) -> Any: ...

_P = ParamSpec("_P")
_R = TypeVar("_R")
_T = TypeVar("_T", bound=_Addable)

@final
class Add:
    """The sum of the integers from 1 up to a limit.

    Instances are immutable, hashable, comparable with `==`, can be copied and pickled, and match
    `case Add(n)`. The class is final.

    Args:
        n (SupportsIndex): The limit: an `int` of any size, or any object that `operator.index` accepts.

    Raises:
        TypeError: If `n` is not an integer, for example a `float`, even one without a fraction.

    Examples:
        >>> from sum_up_to import Add
        >>> Add(1_000_000).up_to()
        500000500000
        >>> Add(5)
        Add(5)
        >>> Add(5) == Add(5)
        True
        >>> Add(2.0)
        Traceback (most recent call last):
            ...
        TypeError: `n` must be an integer, not `float`
    """

    __match_args__: ClassVar[tuple[Literal["n"]]] = ("n",)
    def __new__(cls, n: SupportsIndex) -> Add: ...
    @property
    def n(self) -> int:
        """The limit, as a plain `int`.

        Returns:
            int: The limit that the instance was made with.

        Examples:
            >>> from sum_up_to import Add
            >>> Add(True).n
            1
        """
    def up_to(self) -> int:
        """The exact sum 1 + 2 + … + n, which is 0 for n < 1.

        It is computed as n (n + 1) / 2: https://en.wikipedia.org/wiki/Triangular_number

        Returns:
            int: The same as `add_up_to(n)`.

        Raises:
            MemoryError: If the result of an astronomically large limit does not fit in memory.

        Examples:
            >>> from sum_up_to import Add
            >>> Add(100).up_to()
            5050
            >>> Add(-3).up_to()
            0
        """
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[type[Add], tuple[int]]: ...

def accept_args(name: str, *args: object, **kwargs: object) -> None:
    """Greet `name` and show each further argument, with Python's own `print`.

    The lines therefore go wherever `sys.stdout` goes: to a notebook, a capturing test or a redirected stream.
    Each argument is printed by itself, as `str` gives it, positional ones first.

    Args:
        name (str): Whom to greet.
        *args (object): Shown as `Got: value`.
        **kwargs (object): Shown as `Got: key=value`, in the order given.

    Raises:
        TypeError: If `name` is missing, given twice, or not a `str`.

    Examples:
        >>> from sum_up_to import accept_args
        >>> accept_args("Ada", 1, "two", three=3.0)
        Hey Ada
        Got: 1
        Got: two
        Got: three=3.0
    """

def add_up_to(n: SupportsIndex) -> int:
    """Return the exact sum 1 + 2 + … + n, which is 0 for n < 1.

    The same as `sum(range(1, n + 1))`, but computed as n (n + 1) / 2, so that the time does not grow with the
    limit: https://en.wikipedia.org/wiki/Triangular_number

    Arithmetic in 32 bits would wrap, and make 1784293664 of the sum to a million.

    Args:
        n (SupportsIndex): The limit: an `int` of any size, or any object that `operator.index` accepts.

    Returns:
        int: The sum, never wrapped and never rounded.

    Raises:
        TypeError: If `n` is not an integer, for example a `float`, even one without a fraction.
        MemoryError: If the result of an astronomically large limit does not fit in memory.

    Examples:
        >>> from sum_up_to import add_up_to
        >>> add_up_to(1_000_000)
        500000500000
        >>> add_up_to(10**20)
        5000000000000000000050000000000000000000
        >>> add_up_to(-1)
        0
        >>> add_up_to("5")
        Traceback (most recent call last):
            ...
        TypeError: `n` must be an integer, not `str`
    """

def add_up_to_after(n: SupportsIndex, seconds: float) -> Coroutine[Any, Any, int]:
    """Return an awaitable of 1 + 2 + … + n, which is there after some seconds.

    An `async fn` of Rust waits, on tokio; the event loop goes on meanwhile. When the awaiting task is cancelled, the
    future of Rust is dropped.

    Args:
        n (SupportsIndex): The limit, as for `add_up_to`.
        seconds (float): How long to wait.

    Returns:
        Coroutine[Any, Any, int]: What returns the sum when it is awaited.

    Raises:
        TypeError: If `n` is not an integer, or `seconds` is not a number.
        ValueError: If `seconds` is negative, not finite, or too large.
        RuntimeError: When it is awaited, if the system has no thread to give, or the process is about to end.

    Examples:
        >>> import asyncio
        >>> from sum_up_to import add_up_to_after
        >>> asyncio.run(add_up_to_after(100, 0.01))
        5050
    """

def create_python_object() -> str:
    """Evaluate a Python expression from Rust and return its value.

    Returns:
        str: A greeting that Python made, and that Rust owned in between.

    Examples:
        >>> from sum_up_to import create_python_object
        >>> create_python_object()
        'Hello from Python!'
    """

@overload
def in_thread(f: Callable[_P, _R], /, *args: _P.args, **kwargs: _P.kwargs) -> Coroutine[Any, Any, _R]:
    """Return an awaitable of f(*args, **kwargs), called in a thread of its own.

    The event loop goes on meanwhile, as with `asyncio.to_thread`; but the thread is one of Rust's. Each call has a new
    thread, and there is no limit to their number: bound it with an `asyncio.Semaphore`. Context variables reach `f`, and
    nothing starts before it is awaited. When the awaiting task is cancelled, the call goes on and its result is dropped. A
    call still under way when the process is about to end is waited for, as `concurrent.futures` does; `Ctrl-C` ends that
    wait.

    Args:
        f (Callable[..., object] | str): What is called, or a string `module:attribute` that says where to import it from.
        *args (object): Passed on.
        **kwargs (object): Passed on.

    Returns:
        Coroutine[Any, Any, object]: What returns the call's result when it is awaited, or raises its exception unchanged.

    Raises:
        TypeError: If `f` cannot be called.
        ValueError: If the string is not of that form.
        RuntimeError: When it is awaited, if the system has no thread to give, or the process is about to end.

    Examples:
        >>> import asyncio
        >>> from sum_up_to import in_thread
        >>> asyncio.run(in_thread(pow, 2, 10, mod=1000))
        24
    """

@overload
def in_thread(f: str, /, *args: object, **kwargs: object) -> Coroutine[Any, Any, Any]: ...
def race(n: SupportsIndex) -> dict[str, float]:
    """Return how long Rust and a Python loop take for the sum 1 + 2 + … + n.

    The loop is a Python module that is compiled into the extension. Both are run once, and have to agree. Rust takes the
    closed form, so its time does not grow with n, while that of the loop does.

    Args:
        n (SupportsIndex): The limit, as for `add_up_to`. `Ctrl-C` ends a loop that takes too long.

    Returns:
        dict[str, float]: Seconds, under the keys `rust` and `python`.

    Raises:
        TypeError: If `n` is not an integer.
        ArithmeticError: If the two sums differ, which would be a bug.

    Examples:
        >>> from sum_up_to import race
        >>> seconds = race(100_000)
        >>> seconds["rust"] < seconds["python"]
        True
    """

def sum_as_string(a: SupportsIndex, b: SupportsIndex) -> str:
    """Return the exact sum of two integers as a decimal string.

    The string holds every digit: Python's limit on such conversions (`sys.set_int_max_str_digits`, at first 4300) does
    not apply, since it would make a valid sum fail by its length. What the limit guards against is still there: the time
    grows faster than the number of digits, here about as digits ** 1.5 (a million digits take a quarter of a second).
    Whoever takes the integers from strangers should bound them first: `Ctrl-C` is heard when the digits are there.

    Args:
        a (SupportsIndex): An `int` of any size, or any object that `operator.index` accepts.
        b (SupportsIndex): The same.

    Returns:
        str: The digits of `a + b`, with a leading `-` if it is negative.

    Raises:
        TypeError: If `a` or `b` is not an integer.
        MemoryError: If the digits do not fit in memory.

    Examples:
        >>> from sum_up_to import sum_as_string
        >>> sum_as_string(2, 3)
        '5'
        >>> sum_as_string(-(10**20), 1)
        '-99999999999999999999'
        >>> len(sum_as_string(10**5000, 0))
        5001
    """

@overload
def sum_of(f: Callable[[int], int], n: SupportsIndex, *, threads: SupportsIndex = 1) -> int:
    """Return f(1) + f(2) + … + f(n), which is 0 for n < 1.

    The values are added in this order with Python's `+`, beginning with 0, so they may be of any type that can be added
    to 0: `int`, `float`, `Fraction`, `Decimal`, NumPy's scalars and arrays, and others. With floats the result may
    differ in its last digits from that of `sum`, which since Python 3.12 compensates for what each `+` rounds off.

    With `threads` above 1 the integers from 1 to n are cut into that many contiguous chunks. Each is summed by a thread of
    its own, in a copy of the caller's context (`contextvars`), and the sums of the chunks are then added in order. So
    types whose `+` is exact give the same result with any number of threads. Where `+` rounds, as with floats, the last
    digits may depend on the number of threads, but are the same at each run. Threads make Python code faster where it
    waits, or leaves the interpreter to others as NumPy does, and everywhere on free-threaded Python.

    The threads are those of `threading`, and so visible to profilers. `Ctrl-C` ends the sum, with threads as soon as the
    calls under way have returned. A second `Ctrl-C` does not wait for those.

    Args:
        f (Callable[[int], object] | str): What is called with each integer, or a string `module:attribute` that says
            where to import it from. The attribute may be dotted.
        n (SupportsIndex): The last integer.
        threads (SupportsIndex): The number of chunks that are summed at the same time.

    Returns:
        object: The sum.

    Raises:
        BaseException: What `f`, `+` or the import raises, unchanged. With threads it is the first in order of i: chunks
            after it stop early, those before it are summed to the end, since they may hold an earlier one.
        TypeError: If `f` cannot be called, or `n` or `threads` is not an integer.
        ValueError: If the string is not of that form, or `threads` is less than 1.
        OverflowError: If `n` is more than 2**63 - 1.
        RuntimeError: If the system has fewer threads to give. Nothing is called any more then.

    Examples:
        >>> from sum_up_to import sum_of
        >>> sum_of(lambda i: i * i, 10)
        385
        >>> from fractions import Fraction
        >>> sum_of(lambda i: Fraction(1, i), 10, threads=4)
        Fraction(7381, 2520)
        >>> sum_of("math:isqrt", 100)
        625
        >>> sum_of("math:no_such_function", 100)
        Traceback (most recent call last):
            ...
        AttributeError: module 'math' has no attribute 'no_such_function'
    """

@overload
def sum_of(f: Callable[[int], _T], n: SupportsIndex, *, threads: SupportsIndex = 1) -> _T | Literal[0]: ...
@overload
def sum_of(f: str, n: SupportsIndex, *, threads: SupportsIndex = 1) -> Any: ...
@overload
def sum_of_async(
    f: Callable[[int], Awaitable[int]], n: SupportsIndex, *, limit: SupportsIndex = 100
) -> Coroutine[Any, Any, int]:
    """Return an awaitable of f(1) + f(2) + … + f(n), for an `f` that returns awaitables, as every `async def` does.

    Up to `limit` asyncio tasks await them, each one after the other. The results are added in the order of i, whichever
    comes first, with Python's `+`, beginning with 0. A result that comes before that of a smaller i is kept until then, so
    a slow first one makes all others wait in memory.

    Cancelling it cancels the tasks, and an exception in one of them cancels the others and is then raised unchanged, also
    if a cancellation follows. In either case all tasks have ended before the caller goes on. Context variables reach `f`;
    what `f` sets, the caller does not see, and later calls of the same task do. It runs on any event loop that asyncio can
    run, and nothing starts before it is awaited.

    Args:
        f (Callable[[int], Awaitable[object]] | str): What is called with each integer, or a string `module:attribute`.
        n (SupportsIndex): The last integer.
        limit (SupportsIndex): How many awaitables are under way at the same time.

    Returns:
        Coroutine[Any, Any, object]: What returns the sum when it is awaited.

    Raises:
        TypeError: If `f` cannot be called, or `n` or `limit` is not an integer.
        ValueError: If the string is not of that form, or `limit` is less than 1.
        OverflowError: If `n` is more than 2**63 - 1.

    Examples:
        >>> import asyncio
        >>> from sum_up_to import sum_of_async
        >>> async def square(i):
        ...     await asyncio.sleep(0)
        ...     return i * i
        >>> asyncio.run(sum_of_async(square, 10, limit=3))
        385
    """

@overload
def sum_of_async(
    f: Callable[[int], Awaitable[_T]], n: SupportsIndex, *, limit: SupportsIndex = 100
) -> Coroutine[Any, Any, _T | Literal[0]]: ...
@overload
def sum_of_async(f: str, n: SupportsIndex, *, limit: SupportsIndex = 100) -> Coroutine[Any, Any, Any]: ...
def sum_of_code(source: str, n: SupportsIndex) -> Any:
    """Return f(1) + f(2) + … + f(n), with `f` defined by Python source.

    The source is compiled once and run as a module of its own, which sees neither the caller's names nor the caller's
    `from __future__` imports; then its `f` is summed as by `sum_of`. A traceback shows the lines of the source. Its file
    name begins with `<sum_of_code`, and each source has another. `linecache` keeps a source that failed, until
    `linecache.clearcache()`.

    The source can do whatever Python can: trust it as you would trust it in `exec`.

    Args:
        source (str): What defines `f`, by `def`, by assignment or by an import.
        n (SupportsIndex): The last integer.

    Returns:
        object: The sum.

    Raises:
        SyntaxError: If the source is not Python.
        ValueError: If it does not define `f`.
        TypeError: If `source` is not a string, `f` cannot be called, or `n` is not an integer.
        OverflowError: If `n` is more than 2**63 - 1.
        BaseException: What the source, `f` or `+` raises, unchanged.

    Examples:
        >>> from sum_up_to import sum_of_code
        >>> sum_of_code("def f(i): return i * i", 10)
        385
        >>> sum_of_code("from math import isqrt as f", 100)
        625
        >>> sum_of_code("g = abs", 100)
        Traceback (most recent call last):
            ...
        ValueError: `source` must define `f`
    """

@overload
def sum_on_tokio(
    f: Callable[[int], Awaitable[int]], n: SupportsIndex, *, tasks: SupportsIndex = 4
) -> Coroutine[Any, Any, int]:
    """Return an awaitable of f(1) + f(2) + … + f(n), as `sum_of_async` does, but summed by tasks of tokio.

    Each task takes the next integer, lets the event loop await `f` of it, keeps the value while it waits its turn, and adds
    it in one of tokio's threads, in the order of i. The event loop and the tasks run at the same time on free-threaded
    Python.

    Cancelling it cancels the tasks of tokio, and they cancel what they await. An exception in one of them cancels the
    others and is then raised unchanged. In either case all of them have ended before the caller goes on. Context variables
    reach `f`, and nothing starts before it is awaited.

    Args:
        f (Callable[[int], Awaitable[object]] | str): What is called with each integer, or a string `module:attribute`.
        n (SupportsIndex): The last integer.
        tasks (SupportsIndex): How many tasks of tokio there are.

    Returns:
        Coroutine[Any, Any, object]: What returns the sum when it is awaited.

    Raises:
        TypeError: If `f` cannot be called, or `n` or `tasks` is not an integer.
        ValueError: If the string is not of that form, or `tasks` is less than 1.
        OverflowError: If `n` is more than 2**63 - 1.
        RuntimeError: When it is awaited, if the system has no thread to give, or the process is about to end.

    Examples:
        >>> import asyncio
        >>> from sum_up_to import sum_on_tokio
        >>> async def square(i):
        ...     await asyncio.sleep(0)
        ...     return i * i
        >>> asyncio.run(sum_on_tokio(square, 10, tasks=3))
        385
    """

@overload
def sum_on_tokio(
    f: Callable[[int], Awaitable[_T]], n: SupportsIndex, *, tasks: SupportsIndex = 4
) -> Coroutine[Any, Any, _T | Literal[0]]: ...
@overload
def sum_on_tokio(f: str, n: SupportsIndex, *, tasks: SupportsIndex = 4) -> Coroutine[Any, Any, Any]: ...
