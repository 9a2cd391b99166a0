"""Side-by-side timings against micrograd, PyTorch and plain NumPy: ``python -m benchmarks``."""
