"""The error of a number that is inf or nan where training needs a finite one."""


class NotFiniteNumber(FloatingPointError, OverflowError):
    """A loss, a gradient, a weight or a step is inf or nan; what was to be done with it was not done."""
