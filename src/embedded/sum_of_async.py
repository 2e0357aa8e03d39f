"""The tasks of `sum_of_async`; which i is next, and what is added, Rust decides."""

from asyncio import CancelledError, get_running_loop, wait


async def work(f, integers, fail):
    """Await f(i) for one i after the other, until none is left."""
    try:
        for i in integers:
            integers.add(i, await f(i))
    except GeneratorExit:
        raise
    except BaseException as error:
        fail(error)


async def sum_of_async(f, integers, limit):
    """Return the sum, once no task is left."""
    create_task = get_running_loop().create_task
    tasks = []
    failure = None

    def keep(error):
        nonlocal failure
        # As `asyncio.TaskGroup` does: an error of a task counts more than a cancellation.
        if failure is None or isinstance(failure, CancelledError) > isinstance(error, CancelledError):
            failure = error

    def cancel():
        integers.stop()
        for task in tasks:
            task.cancel()

    def fail(error):
        is_first = failure is None
        keep(error)
        # Once is enough, and more would disturb tasks that take their time to end.
        if is_first:
            cancel()

    try:
        for _ in range(limit):
            tasks.append(create_task(work(f, integers, fail)))
        pending = tasks
        while pending:
            try:
                _, pending = await wait(pending)
            except CancelledError as error:
                keep(error)
                cancel()
        if failure is not None:
            raise failure
        return integers.total()
    except GeneratorExit:
        cancel()
        raise
    finally:
        # An exception refers to this frame, which must not refer to it in turn.
        failure = None
