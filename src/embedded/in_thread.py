"""The coroutine of `in_thread`; the thread is one of tokio's."""

from asyncio import get_running_loop


async def in_thread(call):
    """Start the call, and return or raise what comes of it."""
    loop = get_running_loop()
    future = loop.create_future()
    call.start(loop.call_soon_threadsafe, future)
    # Not as the future's exception, which must not be a StopIteration.
    value, error = await future
    if error is None:
        return value
    try:
        raise error
    finally:
        # The exception refers to this frame, which must not refer to it in turn.
        del error
