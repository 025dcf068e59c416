"""Where verifiers are found: in this room, in installed packages, in a user's file.

    find("number")                        # the object that the room defines under that name
    find("my_verifiers/roman.py:roman")   # the object of a user's file
    known_names()                         # {"number": "built in", "roman": "package roman-numerals"}

A package offers a verifier through the entry point group `ratchetrl.verifiers`:

    [project.entry-points."ratchetrl.verifiers"]
    roman = "roman_numerals.verifier:roman"

A name that two of them claim is refused, never settled by an order. What is found is the package's or the
user's code and runs here, with all rights of this process.
"""

import difflib
import functools
import importlib
import importlib.metadata
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from pathlib import Path

from ratchetrl.verifiers.built_in import BUILT_IN
from ratchetrl.verifiers.errors import UserError
from ratchetrl.verifiers.plugin import is_file_reference, load_from_file

GROUP = "ratchetrl.verifiers"
OF_THE_ROOM = "built in"


def find(name: str) -> object:
    """Return what `name` or `path/to/file.py:name` stands for; `UserError` where that cannot be told."""
    if is_file_reference(name):
        return load_from_file(name)
    offers = entry_points().get(name, ())
    _check_one_offer(name, offers)
    if name in BUILT_IN:
        return _built_in(name)
    if offers:
        return _load(offers[0])
    if name.endswith(".py"):
        raise UserError(f"'{name}' is a file; add the name of its function: {name}:{Path(name).stem}")
    nearest = difflib.get_close_matches(name, [*BUILT_IN, *entry_points()], n=1, cutoff=0.0)[0]
    raise UserError(f"there is no verifier '{name}'; did you mean '{nearest}', or path/to/file.py:name?")


def known_names() -> dict[str, str]:
    """Name -> origin of every verifier that needs no path; `UserError` where two claim one name."""
    for name, offers in entry_points().items():
        _check_one_offer(name, offers)
    packages = {name: origin(name) for name in sorted(entry_points())}
    return {name: OF_THE_ROOM for name in sorted(BUILT_IN)} | packages


def origin(name: str) -> str:
    """Where a verifier comes from, in words."""
    if is_file_reference(name):
        return f"file {name.rpartition(':')[0]}"
    return OF_THE_ROOM if name in BUILT_IN else f"package {_package(entry_points()[name][0])}"


@functools.cache
def entry_points() -> Mapping[str, tuple[EntryPoint, ...]]:
    """Name -> what installed packages offer under it; the same object offered twice is one offer."""
    found: dict[str, dict[str, EntryPoint]] = {}
    for each in importlib.metadata.entry_points(group=GROUP):
        found.setdefault(each.name, {})[f"{_package(each)} {each.value}"] = each
    return {name: tuple(offers.values()) for name, offers in found.items()}


def _check_one_offer(name: str, offers: tuple[EntryPoint, ...]) -> None:
    claims = [f"package {_package(each)}" for each in offers]
    if name in BUILT_IN and offers:
        claims.insert(0, "RatchetRL itself")
    if len(claims) > 1:
        raise UserError(
            f"the verifier name '{name}' is claimed by {' and by '.join(claims)}; uninstall or rename one, "
            "or name the one you mean as path/to/file.py:name"
        )


def _built_in(name: str) -> object:
    try:
        return getattr(importlib.import_module(BUILT_IN[name]), name)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("ratchetrl."):
            raise
        raise UserError(
            f"verifier '{name}' needs the package {error.name}, which is not installed; install it with: "
            f"pip install {error.name}"
        ) from error


def _load(offer: EntryPoint) -> object:
    try:
        return offer.load()
    except (Exception, SystemExit) as error:
        raise UserError(
            f"verifier '{offer.name}' of package {_package(offer)} cannot be loaded "
            f"({type(error).__name__}: {error}); update or uninstall the package"
        ) from error


def _package(offer: EntryPoint) -> str:
    return offer.dist.name if offer.dist is not None else offer.module
