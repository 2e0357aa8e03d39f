"""Prints the sum to 100, or the error that the import of the package raised. Run in a sub-interpreter."""

try:
    import sum_up_to
except ImportError as error:
    print("ImportError:", error)
else:
    print(sum_up_to.add_up_to(100))
