"""The error for a number that is inf or nan where training needs a finite one."""


class NotFiniteNumber(FloatingPointError, OverflowError):
    """A loss, gradient, weight or step is inf or nan; the operation was not carried out."""
