"""What one execution may use.

    Limits(wall_s=2.0, memory_bytes=256 * 2**20)

The kernel enforces them; what each tier can enforce is told in `tiers.py`.
"""

from dataclasses import dataclass

from ratchetrl.verifiers.errors import UserError

MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one execution. Raises `UserError` for one that is not above 0."""

    wall_s: float = 10.0
    """Longest time from the start of the process to its end, by the kernel's clock outside it."""
    cpu_s: float | None = None
    """Most CPU time of the process and its descendants; it is killed a second or two later. None: no limit
    of its own."""
    memory_bytes: int = 512 * MEBIBYTE
    """Most address space beyond what the warm interpreter holds, for each process."""
    output_bytes: int = MEBIBYTE
    """Most bytes of standard output and error together."""
    disk_bytes: int = 16 * MEBIBYTE
    """Size of the private folder /tmp, and the longest file."""
    threads: int = 32
    """Most threads and processes at a time."""

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise UserError(f"limit {name} is {value}; give a number above 0")
