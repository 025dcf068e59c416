"""Which files of the host a confined Python program may read: what its interpreter needs, and no more.

    reach = Reach.of_this_interpreter(packages=["/opt/venv/lib/python3.11/site-packages/numpy"])

The standard library and the system's shared libraries are in reach, and the packages that were named.
No other package is, the project itself included, even where it lies inside the interpreter's own folders.
"""

import os
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_SYSTEM = "/usr"
_ZONES = "/usr/share/zoneinfo"
_PACKAGE_FOLDERS = "site-packages", "dist-packages"


@dataclass(frozen=True, slots=True)
class Reach:
    """Paths of the host, all resolved."""

    interpreter: str
    """Folder of the interpreter's libraries, the standard library among them."""
    libraries: tuple[str, ...]
    """Folders of the shared libraries that are in use; a module imported later may need more of them."""
    packages: tuple[str, ...]
    """Files and folders of the packages that may be imported."""
    hidden: tuple[str, ...]
    """Folders inside the others, and in /usr, that must not be seen."""

    @classmethod
    def of_this_interpreter(cls, packages: Iterable[str]) -> "Reach":
        """The reach of a program that runs in a fork of this process."""
        standard = os.path.realpath(sysconfig.get_path("stdlib"))
        interpreter = standard if standard.startswith(f"{_SYSTEM}/") else os.path.dirname(standard)
        libraries = tuple(sorted(_folders_of_mapped_libraries()))
        hidden = {str(folder) for folder in _package_folders([interpreter, *libraries, *_system_libraries()])}
        hidden |= {folder for folder in ("/usr/src", "/usr/local/src", _project()) if os.path.isdir(folder)}
        return cls(interpreter, libraries, tuple(packages), tuple(sorted(hidden)))

    def readable(self) -> Iterator[str]:
        """Paths that together hold everything in reach and nothing hidden."""
        for path in dict.fromkeys([self.interpreter, *self.libraries, _ZONES]):
            yield from self._without_hidden(path)
        yield from self.packages

    def _without_hidden(self, path: str) -> Iterator[str]:
        if path in self.hidden or not os.path.exists(path):
            return
        if not any(folder.startswith(f"{path}/") for folder in self.hidden):
            yield path
            return
        for entry in os.scandir(path):
            if not entry.is_symlink():
                yield from self._without_hidden(entry.path)


def _folders_of_mapped_libraries() -> set[str]:
    """Folders in /usr or /lib of the shared libraries that this process has mapped."""
    with open("/proc/self/maps") as maps:
        files = {line.split(maxsplit=5)[-1].strip() for line in maps if ".so" in line}
    folders = {os.path.dirname(os.path.realpath(file)) for file in files}
    return {folder for folder in folders if folder.startswith((f"{_SYSTEM}/lib", "/lib"))}


def _system_libraries() -> Iterator[str]:
    for base in ("/usr", "/usr/local"):
        if os.path.isdir(base):
            yield from (entry.path for entry in os.scandir(base) if entry.name.startswith("lib"))


def _package_folders(roots: Iterable[str]) -> Iterator[Path]:
    """Folders of installed packages, of any version of Python, in these library folders."""
    for root in roots:
        for name in _PACKAGE_FOLDERS:
            for pattern in (name, f"python*/{name}"):
                yield from (path.resolve() for path in Path(root).glob(pattern) if path.is_dir())


def _project() -> str:
    """The folder that holds this project's rooms."""
    return str(Path(__file__).resolve().parents[2])
