"""A coroutine for work that Rust does in other threads.

A coroutine of Python rather than one written in Rust, because asyncio, debuggers and warnings know it in every detail.
"""

from asyncio import CancelledError, get_running_loop


async def awaitable(work):
    """Start the work, and return or raise what comes of it."""
    loop = get_running_loop()
    waiter = outcome = cancelled = error = None

    def deliver(delivered):
        nonlocal outcome
        outcome = delivered
        if not waiter.done():
            waiter.set_result(None)

    running = work.start(loop, deliver)
    try:
        while outcome is None:
            waiter = loop.create_future()
            try:
                await waiter
            except CancelledError as exception:
                # Work that cannot be cancelled goes on without anybody who waits for it.
                if running is None:
                    raise
                running.cancel()
                cancelled = exception
        value, error = outcome
        # As with `asyncio.TaskGroup`, an error of the work counts more than a cancellation.
        if cancelled is not None and (error is None or isinstance(error, CancelledError)):
            raise cancelled
        if error is not None:
            raise error
    except GeneratorExit:
        if running is not None:
            running.cancel()
        raise
    finally:
        # An exception refers to this frame, which must not refer to it in turn.
        del outcome, cancelled, error
    return value
