"""A person's own request and attachment in the demonstration: looked at before anything is started."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from countersign.charter import packs
from countersign.exchange import home_sheet, kinds, prefill
from countersign.kernel import jcs
from countersign.kernel.errors import InvalidInput
from countersign.node.policies import policies_of

_FROM_TO: Final = {"from_authority": "RCMP", "to_state": "IN", "to_authority": "NIA"}


def read_request(path: Path) -> dict[str, Any]:
    """The request, if the demonstration's officers could send it. Raises a refusal that names the field."""
    try:
        given = jcs.parse(path.read_bytes(), field="request")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read ({error.strerror}).", field="request") from None
    sheet = given.pop(home_sheet.MEMBER, None) if isinstance(given, dict) else None
    sender = packs.state("CA")
    kind, content = kinds.validate(prefill.prefilled(sender, given))
    home_sheet.take(content | {home_sheet.MEMBER: sheet}, kind, policies_of(sender).vocabulary.sets)
    if kind.name != "request.information":
        raise InvalidInput(f"the demonstration sends a request.information, not a {kind.name}.", field="kind")
    for name, wanted in _FROM_TO.items():
        if content[name] != wanted:
            raise InvalidInput(
                f"it is {content[name]}; the demonstration's officers are of {wanted}.",
                field=name,
                remedy=f"Write {wanted}. Of the people here, RCMP's draft and release, and NIA's receive.",
            )
    if content["attachments"]:
        raise InvalidInput(
            "attachments are filled in by the node.", field="attachments", remedy="Leave it empty; give --attach FILE."
        )
    return content


def check_attachment(path: Path) -> None:
    """Insist on a file that can be read. Raises InvalidInput."""
    try:
        with path.open("rb") as stream:
            stream.read(1)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read ({error.strerror}).", field="attach") from None
