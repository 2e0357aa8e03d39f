"""Tests that must fail, each by a rule of this test suite. `test_rules.py` runs them with pytest."""

import asyncio
import gc
import logging
import time


def test_hangs() -> None:
    time.sleep(3600)


def test_logs() -> None:
    logging.getLogger("asyncio").warning("a warning of %s", "asyncio")


def test_leaves_an_exception_behind() -> None:
    async def main() -> None:
        future = asyncio.get_running_loop().create_future()
        future.set_exception(LookupError("nobody looks"))
        # Collected only when the test is over.
        future.cycle = future  # type: ignore[attr-defined]

    gc.disable()
    asyncio.run(main())
    gc.enable()
