"""Let the attack tests import the corpus and the naive checkers that lie beside them."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

# A secret and a gold in the environment of the trusted process, as keys and data paths are in a real run.
# Set before any sandbox starts, so that an attack that can read the environment finds them.
os.environ["ATTACK_SUITE_GOLD"] = '{"expected": 424242}'
