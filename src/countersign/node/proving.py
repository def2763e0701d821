"""`countersign law prove`: from the packs and files of this machine to proofs, and to an exit status."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from countersign.charter import packs
from countersign.charter.packs import StatePack
from countersign.kernel.errors import InvalidInput
from countersign.law import flashlist
from countersign.law.policies import PolicySet
from countersign.law.proofs import comparing, report, versions
from countersign.law.proofs.claims import Claims, load
from countersign.law.proofs.report import Report
from countersign.node.policies import policies_of

CLAIMS = "proofs.toml"


def prove(arguments: argparse.Namespace) -> int:
    """Run the command: 0 if everything is as claimed, else 1."""
    chosen = [packs.state(arguments.state)] if arguments.state else list(packs.states().values())
    if arguments.save:
        return _save(chosen, arguments.save)
    older = versions.restore(_read(arguments.against)) if arguments.against else None
    found = [_examined(pack, older) for pack in chosen]
    if arguments.json:
        content = json.dumps([one.as_json() for one in found], ensure_ascii=False, indent=1)
        _write(arguments.json, content.encode() + b"\n")
    faults = [f"{one.state}: {fault}" for one in found for fault in one.faults()]
    print("\n".join(["", "NOT as claimed:", *(f"  {fault}" for fault in faults)]) if faults else "\nAll is as claimed.")
    print("Proved of the rules as they are written, not of the facts they are given. Not legal advice.")
    return 1 if faults else 0


def claims_of(pack: StatePack, policies: PolicySet) -> Claims:
    """What the common pack and the state's own claim of the rules."""
    return load(_law_files(pack, CLAIMS), policies.vocabulary)


def notes_of(pack: StatePack) -> list[versions.Note]:
    """What the packs say of their changes."""
    return versions.load_notes(_law_files(pack, versions.NOTES))


def _examined(pack: StatePack, older: dict[str, PolicySet] | None) -> Report:
    policies = policies_of(pack)
    frozen = flashlist.load(_law_files(pack, flashlist.FILE))
    found = report.examine(policies, pack.code, claims_of(pack, policies), _tell, frozen=frozen)
    if older is not None:
        _compare(pack, policies, older, found)
    return found


def _compare(pack: StatePack, policies: PolicySet, older: dict[str, PolicySet], found: Report) -> None:
    before = older.get(pack.code)
    if before is None:
        raise InvalidInput(f"the file holds no policies of {pack.code}.", field="against")
    _tell(f" against policy {before.version}")
    rules, words = versions.named(notes_of(pack), before.version)
    found.loosenings = comparing.compare(policies, before, pack.code, rules, words)
    for line in report.of_loosenings(found.loosenings):
        _tell(line)


def _law_files(pack: StatePack, name: str) -> list[Path]:
    return [packs.common_folder() / "law" / name, pack.folder / "law" / name]


def _save(chosen: list[StatePack], path: Path) -> int:
    sets = {pack.code: policies_of(pack) for pack in chosen}
    _write(path, versions.save(sets))
    for code, policies in sets.items():
        print(f"{path}: {code}, policy {policies.version}")
    return 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read ({error.strerror}).", field="against") from None


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written ({error.strerror}).", field=path.name) from None


def _tell(line: str) -> None:
    print(line, flush=True)
