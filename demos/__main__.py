"""``python -m demos``."""

import os
import sys

# The matrix products of an MNIST batch are too small to share: one thread is as fast as two on an idle
# machine, and many times as fast on a busy one. Set this before NumPy is imported.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(variable, "1")

from demos.command import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
