"""Languages: write rows of the table as Python, NumPy and JavaScript, by calling them with symbols."""
