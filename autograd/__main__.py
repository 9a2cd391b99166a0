"""``python -m autograd``: step through, draw or check an expression typed at the shell."""

import io
import sys

from .command import main

if isinstance(sys.stdout, io.TextIOWrapper):
    sys.stdout.reconfigure(errors="backslashreplace")  # a name may have letters that the encoding lacks
sys.exit(main(sys.argv[1:]))
