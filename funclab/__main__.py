"""`python -m funclab` runs the command `funclab`."""

import sys

from funclab.cli import main

sys.exit(main())
