"""Prints whether `create_python_object` gives `__builtins__` back to a main module that deleted it.

Python puts that name into the namespace in which it evaluates an expression.
"""

import sum_up_to

del __builtins__
sum_up_to.create_python_object()
print("__builtins__" in globals())
