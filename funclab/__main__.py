"""`python -m funclab` runs the command `funclab`."""

import sys

from funclab.teach.commands import main

sys.exit(main())
