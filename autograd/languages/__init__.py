"""Languages: rows of the table written as Python, NumPy and JavaScript, called with symbols that are text."""
