"""countersign risk: dated profiles of receiving authorities, and the assessment of a draft, by a risk officer."""

from __future__ import annotations

import argparse
from datetime import date

from countersign.node.boot import boot_house

_LEVELS = ["none_identified", "low", "substantial_mitigable", "undetermined", "substantial_unmitigable"]
_MITIGATIONS = ["caveat", "assurance", "redaction", "restricted_recipients", "monitoring"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True)
    profile = acts.add_parser("profile", help="keep a dated profile of an authority of another state; good for a year")
    profile.add_argument("authority", help="as STATE:AUTHORITY, like IN:NIA")
    profile.add_argument("--level", required=True, choices=_LEVELS)
    profile.add_argument("--sources", required=True, help="what the profile rests on")
    profile.add_argument("--dated", type=date.fromisoformat, required=True, help="YYYY-MM-DD")
    assess = acts.add_parser("assess", help="assess a draft: the bare risk first, then what mitigation leaves of it")
    assess.add_argument("item")
    assess.add_argument("--bare", required=True, choices=_LEVELS)
    assess.add_argument("--mitigated", choices=_LEVELS, help="default: as the bare risk")
    assess.add_argument("--mitigation", action="append", default=[], choices=_MITIGATIONS)
    for each in (profile, assess):
        each.add_argument("--as", dest="login", required=True, help="your login; a risk officer, not the drafter")


def run(arguments: argparse.Namespace) -> int:
    _, house = boot_house()
    from countersign.charter import officers
    from countersign.kernel.errors import InvalidInput
    from countersign.oversight import risk

    officer = officers.find(arguments.login)
    if arguments.act == "assess":
        row = risk.assess(
            house, officer, arguments.item, bare=arguments.bare, mitigated=arguments.mitigated or arguments.bare,
            mitigation=arguments.mitigation,
        )  # fmt: skip
        print(
            f"{row.item_id} is assessed: {row.bare}, after mitigation {row.mitigated}, from the profile of {row.profile.dated}."
        )
        return 0
    state, _, authority = arguments.authority.partition(":")
    if not authority:
        raise InvalidInput("give STATE:AUTHORITY.", field="authority")
    kept = risk.profile(
        house, officer, state=state, authority=authority, level=arguments.level, sources=arguments.sources,
        dated=arguments.dated,
    )  # fmt: skip
    print(f"{arguments.authority}: {kept.level}, dated {kept.dated}, counts until {kept.valid_until}.")
    return 0
