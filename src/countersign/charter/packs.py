"""States as data: a pack is a folder with a `state.toml`, law and nothing executable. A new state needs no code."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from countersign import packs
from countersign.charter.errors import PackInvalid
from countersign.kernel.calendars import WorkingCalendar

COMMON = "common"
LEVELS = ("L0", "L1", "L2", "L3", "L4", "L5")


@dataclass(frozen=True, slots=True)
class Authority:
    """A designated authority: its code, names by language, functional type, whether it is the SPOC, and the workstreams for
    which a treaty asks the state to designate one."""

    code: str
    names: dict[str, str]
    function: str
    spoc: bool
    designated_for: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Marking:
    """A national marking: its harmonised level and its value of the gate's attribute `marking`."""

    name: str
    level: str
    marking: str


@dataclass(frozen=True, slots=True)
class StatePack:
    """What the code knows of a state: nothing but this."""

    code: str
    folder: Path
    names: dict[str, str]
    capital: str
    capitals: dict[str, str]
    time_zone: str
    calendar: WorkingCalendar
    authorities: dict[str, Authority]
    legal_bases: dict[str, str]
    markings: dict[str, Marking]
    default_marking: str
    offences: dict[str, str]
    provisions: dict[str, str]
    theme: str
    transfer_restricted: frozenset[str]
    assistance: dict[str, str]

    def central_authority(self) -> Authority | None:
        """Who asks for and gives mutual legal assistance."""
        return next((one for one in self.authorities.values() if one.function == "central_authority"), None)

    def spoc(self) -> Authority:
        return next(authority for authority in self.authorities.values() if authority.spoc)

    def law_files(self) -> list[Path]:
        return sorted((self.folder / "law").glob("*.cedar"))


def folders() -> list[Path]:
    """The shipped packs' folder, then any that COUNTERSIGN_PACKS names (several, separated as in PATH)."""
    import os

    more = [Path(item) for item in os.environ.get("COUNTERSIGN_PACKS", "").split(os.pathsep) if item]
    return [Path(packs.__path__[0]), *more]


@lru_cache(maxsize=8)
def load_all(places: tuple[Path, ...]) -> dict[str, StatePack]:
    found: dict[str, StatePack] = {}
    for place in places:
        for manifest in sorted(place.glob("*/state.toml")):
            pack = _read(manifest)
            if pack.code in found:
                raise PackInvalid(f"two packs describe the state {pack.code}.", field=str(manifest.parent.name))
            found[pack.code] = pack
    return found


def states() -> dict[str, StatePack]:
    """All known states by ISO 3166-1 alpha-2 code."""
    return load_all(tuple(folders()))


def state(code: str) -> StatePack:
    """One state's pack; raises PackInvalid where there is none."""
    try:
        return states()[code]
    except KeyError:
        raise PackInvalid(
            f"no pack describes the state {code}.", field="state", remedy="Add a folder with a state.toml."
        ) from None


@lru_cache(maxsize=8)
def digest_of(places: tuple[Path, ...]) -> str:
    """SHA-256 (hex) over every file of every pack below these places, with its name: what two people adopt as one."""
    whole = hashlib.sha256()
    for place in places:
        for path in sorted(place.rglob("*")):
            if path.is_file() and path.suffix in (".toml", ".cedar", ".csv"):
                whole.update(f"{path.relative_to(place).as_posix()}\0{path.stat().st_size}\0".encode())
                whole.update(path.read_bytes())
    return whole.hexdigest()


def digest() -> str:
    """The digest of all known packs, read once a process as the packs themselves are."""
    return digest_of(tuple(folders()))


def common_folder() -> Path:
    """What all states share: rules, markings, caveats."""
    return Path(packs.__path__[0]) / COMMON


def common_law_files() -> list[Path]:
    return sorted((common_folder() / "law").glob("*.cedar"))


@lru_cache(maxsize=1)
def caveat_texts() -> dict[str, str]:
    """The texts of the caveats by code, word for word as they travel with an item."""
    return dict(tomllib.loads((common_folder() / "caveats.toml").read_text("utf-8"))["texts"])


def _read(manifest: Path) -> StatePack:
    try:
        content = tomllib.loads(manifest.read_text("utf-8"))
        calendar = content["calendar"]
        pack = StatePack(
            code=content["code"],
            folder=manifest.parent,
            names=dict(content["names"]),
            capital=content["capital"],
            capitals={"en": content["capital"]} | dict(content.get("capitals", {})),
            time_zone=content["time_zone"],
            calendar=WorkingCalendar(
                calendar["country"], calendar.get("subdivision", ""), tuple(calendar["categories"])
            ),
            authorities={code: _authority(code, entry) for code, entry in content["authorities"].items()},
            legal_bases=dict(content["legal_bases"]),
            markings=_markings(content["markings"]),
            default_marking=content["markings"]["default"],
            theme=str(content.get("theme", "slate")),
            assistance={name: str(text) for name, text in content.get("assistance", {}).items()},
            transfer_restricted=frozenset(content.get("transfer_restricted", ())),
            offences={name: str(penalty) for name, penalty in content["offences"].items()},
            provisions={name: str(text) for name, text in content.get("provisions", {}).items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PackInvalid(f"the pack {manifest.parent.name} is malformed: {error!r}.") from None
    if sum(authority.spoc for authority in pack.authorities.values()) != 1:
        raise PackInvalid(f"the pack {manifest.parent.name} needs exactly one authority with spoc = true.")
    if pack.default_marking not in pack.markings:
        raise PackInvalid(f"the pack {manifest.parent.name} has a default marking that it does not list.")
    wrong = [marking.name for marking in pack.markings.values() if marking.level not in LEVELS]
    if wrong:
        raise PackInvalid(
            f"the pack {manifest.parent.name} gives {wrong[0]} a level that is none of {', '.join(LEVELS)}."
        )
    return pack


def _markings(entries: dict[str, Any]) -> dict[str, Marking]:
    return {
        name: Marking(name, entry["level"], entry["marking"]) for name, entry in entries.items() if name != "default"
    }


def _authority(code: str, entry: dict[str, Any]) -> Authority:
    designated = frozenset(entry.get("designated_for", ()))
    return Authority(code, dict(entry["names"]), entry["function"], bool(entry.get("spoc", False)), designated)
