"""``python -m threeflow_conformance``."""

import sys

from threeflow_conformance.cli import main

sys.exit(main())
