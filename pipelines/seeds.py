"""Seeds that depend on what they are for and on nothing else.

    seed_of("run 1 generation 3 train", problem_id)

The order of work, the number of processes and a resume after a crash therefore change no seed.
"""

import hashlib

SEED_BITS = 62  # torch takes 64-bit seeds; vLLM adds the sample's number


def seed_of(*parts: str | int) -> int:
    """A seed of 62 bits, the same on every machine."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> (64 - SEED_BITS)
