"""The tasks of `sum_of_async`; which i is next, and what is added, Rust decides."""

from asyncio import CancelledError, get_running_loop, wait


class Tasks:
    """The tasks of one sum, and the error that ends it."""

    def __init__(self, integers):
        self.integers = integers
        self.tasks = []
        self.failure = None

    async def work(self, f):
        """Await f(i) for one i after the other, until none is left."""
        try:
            for i in self.integers:
                self.integers.add(i, await f(i))
        except GeneratorExit:
            raise
        except BaseException as error:
            is_first = self.failure is None
            self.keep(error)
            # Once is enough, and more would disturb tasks that take their time to end.
            if is_first:
                self.cancel()

    def keep(self, error):
        """Keep an error; as with `asyncio.TaskGroup`, one of a task counts more than a cancellation."""
        if self.failure is None or isinstance(self.failure, CancelledError) > isinstance(error, CancelledError):
            self.failure = error

    def cancel(self):
        """Cancel all tasks, and let none take another integer."""
        self.integers.stop()
        for task in self.tasks:
            task.cancel()


async def sum_of_async(f, integers, limit):
    """Return the sum, once no task is left."""
    create_task = get_running_loop().create_task
    tasks = Tasks(integers)
    try:
        for _ in range(limit):
            tasks.tasks.append(create_task(tasks.work(f)))
        pending = tasks.tasks
        while pending:
            try:
                _, pending = await wait(pending)
            except CancelledError as error:
                tasks.keep(error)
                tasks.cancel()
        if tasks.failure is not None:
            raise tasks.failure
        return integers.total()
    except GeneratorExit:
        tasks.cancel()
        raise
    finally:
        # An exception refers to this frame, which must not refer to it in turn.
        del tasks
