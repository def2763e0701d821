"""countersign verify: off line, without a node, without Django."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from countersign.kernel.errors import InvalidInput
from countersign.ledger.core import evidence, forkproof


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--trust",
        action="append",
        required=True,
        metavar="FINGERPRINT",
        help="sixty digits, from your own source; name both states'",
    )


def run(arguments: argparse.Namespace) -> int:
    try:
        with arguments.file.open("rb") as stream:
            data = stream.read(evidence.MAX_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"{arguments.file} cannot be read ({error.strerror}).", field="file") from None
    if evidence.format_of(data) == forkproof.FORMAT:
        print(f"FORK PROVED: {forkproof.verify(data, trusted=arguments.trust)}")
        return 0
    verdict = evidence.verify(data, trusted=arguments.trust)
    print("VERIFIED")
    for line in verdict.proved:
        print(f"  proved:     {line}")
    for line in verdict.not_proved:
        print(f"  NOT proved: {line}")
    for part in verdict.opened:
        sys.stdout.write(f"  part {part.name}: {_shown(part.content)}\n")
    return 0


def _shown(content: bytes) -> str:
    """A part as text that cannot disturb a terminal."""
    try:
        return json.dumps(json.loads(content), ensure_ascii=True)
    except (ValueError, UnicodeDecodeError):
        return content.hex() if not content.isascii() else json.dumps(content.decode("ascii"))
