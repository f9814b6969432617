"""`make parity`: every recorded case, and the table of results. ARGS=-v also lists deviations and shell."""

import sys

from tests.parity.report import main

sys.exit(main(sys.argv[1:]))
