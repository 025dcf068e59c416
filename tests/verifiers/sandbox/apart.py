"""Run a Python program apart from this machine: `python apart.py root|nobody ARGUMENT...`.

As root it gives the program a pid namespace of its own, so that a signal which a broken sandbox lets through
ends nobody else's processes. For `nobody` it also shows, in a private mount namespace, the folders that hold
Python and the project where only root may enter what leads to them; then it gives up all rights.
"""

import os
import sys
import tempfile
from pathlib import Path

from ratchetrl.verifiers.sandbox import syscalls

NOBODY = 65_534


def main(user: str, arguments: list[str]) -> None:
    syscalls.unshare(syscalls.CLONE_NEWNS | syscalls.CLONE_NEWPID)
    syscalls.mount(None, "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    pid = os.fork()
    if pid:
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF)
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, 9)
    syscalls.mount("proc", "/proc", "proc", 0)
    if user == "nobody":
        open_the_way(Path(sys.base_prefix), Path(sys.prefix), Path(__file__).resolve().parents[3])
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    os.execve(sys.executable, [sys.executable, *arguments], {"HOME": "/tmp", "PATH": os.environ["PATH"]})


def open_the_way(*folders: Path) -> None:
    """Let everybody reach these folders, in this mount namespace only."""
    stash = Path(tempfile.mkdtemp())
    syscalls.mount("tmpfs", str(stash), "tmpfs", 0)
    shown = {folder: closed for folder in folders if (closed := closed_ancestor(folder))}
    for number, folder in enumerate(shown):
        (stash / str(number)).mkdir()
        syscalls.mount(str(folder), str(stash / str(number)), None, syscalls.MS_BIND | syscalls.MS_REC)
    for closed in set(shown.values()):
        syscalls.mount("tmpfs", str(closed), "tmpfs", 0, "mode=0755")
    for number, folder in enumerate(shown):
        folder.mkdir(parents=True, exist_ok=True)
        syscalls.mount(str(stash / str(number)), str(folder), None, syscalls.MS_BIND | syscalls.MS_REC)
    syscalls.unmount(str(stash), syscalls.MNT_DETACH)
    stash.rmdir()


def closed_ancestor(folder: Path) -> Path | None:
    """The topmost folder on the way that not everybody may enter."""
    way = [*reversed(folder.parents), folder]
    return next((step for step in way if not step.stat().st_mode & 0o001), None)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
