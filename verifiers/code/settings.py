"""Settings that the verifiers of Python code share.

load('python_function{"libraries": ["numpy"], "memory_bytes": 1073741824}')
"""

from dataclasses import dataclass

from ratchetrl.verifiers.sandbox.limits import MEBIBYTE, Limits

DEFAULT_TIMEOUT_S = 5.0
"""Seconds that an answer has where its gold does not say."""
MAX_TIMEOUT_S = 600.0
"""Most seconds that a gold may give."""


@dataclass(frozen=True)
class PythonSettings:
    """What Python code may use besides its gold's time."""

    libraries: tuple[str, ...] = ()
    """Installed packages that it may import besides the standard library; they are imported once, warm."""
    memory_bytes: int = 512 * MEBIBYTE
    """Most address space beyond what the warm interpreter holds."""

    def limits(self, timeout_s: float, output_bytes: int = MEBIBYTE) -> Limits:
        """Return the limits of one process that has this many seconds and may write so much."""
        return Limits(
            wall_s=timeout_s, cpu_s=timeout_s, memory_bytes=self.memory_bytes, output_bytes=output_bytes
        )
