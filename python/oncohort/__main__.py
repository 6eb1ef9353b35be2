"""`python -m oncohort` is `oncohort`."""

import sys

from oncohort.cli import main

if __name__ == "__main__":
    sys.exit(main())
