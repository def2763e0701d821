"""countersign demo"""

from __future__ import annotations

import argparse
import os
import signal
import tempfile
import time
from pathlib import Path

from countersign.kernel.errors import Conflict, NotFound, Unavailable
from countersign.node.demo import own
from countersign.node.demo.stage import Stage
from countersign.node.demo.story import Story

FINISHED = "finished"
PHRASE = "invented cedar bridge lantern"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="play, check from outside, end; exit 0 or say what failed")
    parser.add_argument("--reset", action="store_true", help="remove what an earlier run left")
    parser.add_argument(
        "--links", action="store_true", help="print new sign-in links of the demonstration that stays up"
    )
    parser.add_argument("--port", type=int, default=8400, help="first of the ports to use (default 8400)")
    parser.add_argument("--folder", type=Path, default=Path(".countersign/demo"))
    parser.add_argument("--request", type=Path, help="your own request.information as JSON, instead of the example")
    parser.add_argument("--attach", type=Path, help="your own attachment, instead of the example's PDF")


def run(arguments: argparse.Namespace) -> int:
    folder = Path(tempfile.mkdtemp(prefix="countersign-demo-")) if arguments.once else arguments.folder.resolve()
    stage = Stage(folder, arguments.port)
    if arguments.reset:
        stage.reset()
        print(f"Removed {arguments.folder}.")
        return 0
    if arguments.links:
        _print_links(stage)
        return 0
    signal.signal(signal.SIGTERM, _interrupted)  # however it is ended, the nodes end with it
    if not arguments.once and (folder / FINISHED).exists():
        return _go_on(stage)
    if not arguments.once and folder.exists():
        raise Conflict(
            f"an earlier run, perhaps half finished, is in {arguments.folder}.",
            field="folder",
            remedy="Remove it with ./demo --reset, then start again.",
        )
    os.environ.pop("COUNTERSIGN_HOME", None)
    _check_files(arguments)
    stage.check_ports()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    story = Story(stage, request=arguments.request, attachment=arguments.attach)
    finished = False
    try:
        story.play()
        story.check()
        finished = True
        if not arguments.once:
            (folder / FINISHED).touch()
            _settle_down(stage)
            _stay(stage)
    finally:
        stage.close()
        if arguments.once and finished:
            stage.reset()
        elif not finished:
            print(f"\nWhat the nodes wrote is in {folder}.")
    print("\nDone: all of it worked.")
    return 0


def _go_on(stage: Stage) -> int:
    """The story was played earlier: start both nodes again, with everything that was done on them."""
    stage.check_ports()
    try:
        for actor in (stage.ca, stage.in_):
            stage.start(actor)
        print("The demonstration goes on where it was left; ./demo --reset would begin a new one.")
        _stay(stage)
    finally:
        stage.close()
    return 0


def _settle_down(stage: Stage) -> None:
    """After the story people take their time: neutral answers leave by the requests' own clocks again."""
    for actor in (stage.ca, stage.in_):
        stage.stop(actor)
        settings = actor.home / "node.toml"
        kept = [line for line in settings.read_text("utf-8").splitlines() if not line.startswith("neutral_seconds")]
        settings.write_text("\n".join(kept) + "\n", "utf-8")
        stage.start(actor)


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def _check_files(arguments: argparse.Namespace) -> None:
    """A person's own files are looked at before two nodes are made for them."""
    if arguments.request:
        own.read_request(arguments.request)
    if arguments.attach:
        own.check_attachment(arguments.attach)


def _print_links(stage: Stage) -> None:
    """Sign-in links by role, each good once for half an hour, and the phrase of the invented approvers' keys."""
    if not (stage.ca.home / "node.toml").exists():
        raise NotFound("no demonstration is here.", field="folder", remedy="Start one with ./demo.")
    if stage.is_free(stage.ca.web_port):
        raise Unavailable(
            "the demonstration does not run.", remedy="Start it with ./demo; it goes on where it was left."
        )
    for actor in (stage.ca, stage.in_):
        print(f"\nSign in at {actor.node}; each link is good once, for 30 minutes:")
        print(stage.run(actor, "accounts", "links", "--phrase", PHRASE), end="")
    print(f"\nThe phrase of every approval key in this demonstration: {PHRASE}")
    print("New links: ./demo --links")


def _stay(stage: Stage) -> None:
    """Leave both nodes running until Ctrl-C."""
    print("\nBoth nodes stay up; Ctrl-C ends them.")
    for actor in (stage.ca, stage.in_):
        print(f"  http://{actor.short}.localhost:{actor.web_port}/   (health: /readyz)")
    _print_links(stage)
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        return
