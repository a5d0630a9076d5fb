"""The command that measures how much of a folder is read; what it prints, `rates` says."""

import sys

from nncore.verify.spelling.rates import main

if __name__ == "__main__":
    sys.exit(main())
