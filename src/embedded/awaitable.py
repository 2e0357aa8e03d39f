"""A coroutine for work that Rust does in other threads.

A coroutine of Python rather than one written in Rust, because asyncio, debuggers and warnings know it in every detail.
"""

from asyncio import get_running_loop


async def awaitable(work):
    """Start the work, and return or raise what comes of it."""
    loop = get_running_loop()
    future = loop.create_future()

    def deliver(outcome):
        if not future.done():
            future.set_result(outcome)

    task = work.start(loop, deliver)
    try:
        # Not as the future's exception, which must not be a StopIteration.
        value, error = await future
    except BaseException:
        if task is not None:
            task.cancel()
        raise
    if error is None:
        return value
    try:
        raise error
    finally:
        # The exception refers to this frame, which must not refer to it in turn.
        del error
