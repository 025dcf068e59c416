"""Energy, where the machine tells: NVML counts that of a GPU, RAPL that of the processors.

    joules = joule_counter(["0", "1"])       a run's GPUs, as CUDA_VISIBLE_DEVICES names them; [] on a CPU
    before = joules(); ...; joules() - before

On a machine with GPUs only theirs is counted, without the host's. What cannot be read is None, never 0: RAPL
is often closed to all but root, and most virtual machines have neither.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

RAPL = Path("/sys/class/powercap")
UNKNOWN: Callable[[], float | None] = lambda: None  # noqa: E731


def joule_counter(gpus: Sequence[str]) -> Callable[[], float | None]:
    """A function that gives the joules used since some fixed moment, or None."""
    return nvml_counter(gpus) if gpus else rapl_counter()


def nvml_counter(gpus: Sequence[str]) -> Callable[[], float | None]:
    """Over these GPUs, all of them or none."""
    try:
        import pynvml
    except ImportError:
        return UNKNOWN
    try:
        pynvml.nvmlInit()
        handles = [_handle(pynvml, gpu) for gpu in gpus]
        total_mj = lambda: sum(map(pynvml.nvmlDeviceGetTotalEnergyConsumption, handles))  # noqa: E731
        total_mj()
    except pynvml.NVMLError:
        return UNKNOWN
    return lambda: total_mj() / 1e3


def _handle(pynvml: Any, gpu: str) -> Any:
    return (
        pynvml.nvmlDeviceGetHandleByIndex(int(gpu))
        if gpu.isdecimal()
        else pynvml.nvmlDeviceGetHandleByUUID(gpu)
    )


def rapl_counter(folder: Path = RAPL) -> Callable[[], float | None]:
    """Over all processor packages. Each counter starts again at its range, a few hours of work away; a
    counter that is read more seldom than that loses a round."""
    packages = [Package(path) for path in sorted(folder.glob("intel-rapl:[0-9]")) if readable(path)]
    return (lambda: sum(each.joules() for each in packages)) if packages else UNKNOWN


def readable(package: Path) -> bool:
    """Whether the kernel lets this user read a package's counter."""
    try:
        return (package / "energy_uj").read_text().strip().isdecimal()
    except OSError:
        return False


class Package:
    """The counter of one processor package, made to rise for ever."""

    def __init__(self, folder: Path) -> None:
        self._counter = folder / "energy_uj"
        self._range_uj = int((folder / "max_energy_range_uj").read_text())
        self._last_uj, self._total_uj = int(self._counter.read_text()), 0

    def joules(self) -> float:
        """Since this object was made."""
        now_uj = int(self._counter.read_text())
        self._total_uj += (now_uj - self._last_uj) % self._range_uj
        self._last_uj = now_uj
        return self._total_uj / 1e6
