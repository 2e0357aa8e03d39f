"""Sums source that looks at its own annotations, from a module whose annotations are strings."""

from __future__ import annotations

from sum_up_to import sum_of_code

result = sum_of_code("def f(i: int): return i\nassert f.__annotations__ == dict(i=int)", 3)
