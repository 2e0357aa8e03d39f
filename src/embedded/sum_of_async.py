"""The coroutine of `sum_of_async`; what it waits for is kept in Rust.

A coroutine of Python rather than one written in Rust, because asyncio, debuggers and warnings know it in every detail.
"""

from asyncio import CancelledError, get_running_loop


async def sum_of_async(gathering):
    """Return the sum, once no task is left."""
    loop = get_running_loop()
    cancelled = None
    try:
        while (waiter := gathering.wait(loop.create_future)) is not None:
            try:
                await waiter
            except CancelledError as error:
                # Tasks may take their time to end, as they do for `asyncio.TaskGroup`.
                gathering.cancel()
                cancelled = error
        if cancelled is not None:
            raise cancelled
        return gathering.result()
    except GeneratorExit:
        gathering.cancel()
        raise
    finally:
        # An exception refers to this frame, which must not refer to it in turn.
        del cancelled
