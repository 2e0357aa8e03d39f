"""`triangular` works on the `sum_up_to` that was installed beside it."""

import doctest
import importlib.metadata
import sys
import unittest
from pathlib import Path

import sum_up_to
import triangular
from triangular import is_triangular, range_sum, triangular_root


class Installation(unittest.TestCase):
    """Both packages come from this environment, as their metadata tell."""

    def test_packages_lie_in_this_environment(self) -> None:
        prefix = Path(sys.prefix).resolve()
        for module in (sum_up_to, sum_up_to._native, triangular):
            with self.subTest(module=module.__name__):
                self.assertTrue(Path(module.__file__ or "").resolve().is_relative_to(prefix), module.__file__)

    def test_metadata_belong_to_what_was_imported(self) -> None:
        for package, name in ((sum_up_to, "sum-up-to"), (triangular, "triangular")):
            with self.subTest(package=name):
                located = importlib.metadata.distribution(name).locate_file(f"{package.__name__}/__init__.py")
                self.assertTrue(Path(str(located)).samefile(package.__file__ or ""))

    def test_requirement_is_met(self) -> None:
        self.assertEqual(importlib.metadata.requires("triangular"), ["sum-up-to>=0.1"])
        major, minor = importlib.metadata.version("sum-up-to").split(".")[:2]
        self.assertGreaterEqual((int(major), int(minor)), (0, 1))


class RangeSum(unittest.TestCase):
    """`range_sum` is `sum(range(…))` without the loop."""

    def test_agrees_with_the_definition(self) -> None:
        for first in range(-12, 13):
            for last in range(-13, 13):
                with self.subTest(first=first, last=last):
                    self.assertEqual(range_sum(first, last), sum(range(first, last + 1)))

    def test_exact_for_large_ranges(self) -> None:
        self.assertEqual(range_sum(1, 1_000_000), 500000500000)
        self.assertEqual(range_sum(-(10**100), 10**100), 0)
        self.assertEqual(range_sum(10**100, 10**100 + 2), 3 * 10**100 + 3)


class Roots(unittest.TestCase):
    """`triangular_root` and `is_triangular` invert the sum."""

    def test_root_inverts_the_sum(self) -> None:
        self.assertTrue(is_triangular(0))
        for n in (1, 2, 100, 92_681, 2**32, 2**64, 10**200):
            number = sum_up_to.add_up_to(n)
            with self.subTest(n=n):
                self.assertEqual(triangular_root(number), n)
                self.assertTrue(is_triangular(number))
                self.assertFalse(is_triangular(number + 1))

    def test_negative_numbers_have_no_root(self) -> None:
        self.assertFalse(is_triangular(-1))
        with self.assertRaisesRegex(ValueError, "^`number` must not be negative$"):
            triangular_root(-1)


class Examples(unittest.TestCase):
    """The examples in the docstrings run."""

    def test_docstrings(self) -> None:
        results = doctest.testmod(triangular)
        self.assertEqual(results.failed, 0)
        self.assertGreater(results.attempted, 0)


if __name__ == "__main__":
    unittest.main()
