"""`python -m funclab` is the command `funclab`."""

import sys

from funclab.cli import main

sys.exit(main())
