"""The neutral answer (protocol section 7): unknown, barred and not releasable are alike in everything that crosses."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support import flow, officers_of

from countersign.charter import alarms
from countersign.exchange import answers, contents, gate, neutral, queries, standing
from countersign.exchange.errors import AlreadyAnswered
from countersign.exchange.models import AnswerSlot, ExchangeItem, GateDecision
from countersign.exchange.schemas import NEUTRAL
from countersign.kernel.errors import InvalidInput
from countersign.ledger.core import leaves
from countersign.ledger.models import Leaf, Log
from countersign.link.models import OutItem
from countersign.oversight import protection

find = officers_of.find
SHIELDED = officers_of.person() | {"names": [{"text": "Shielded Example", "script": "Latn"}]}


def _two(person):
    return officers_of.person() | {"names": [{"text": person, "script": "Latn"}]}


def _asked(pair, *subjects, **changes):
    return flow.send(pair, pair.ca, officers_of.request(pair.ca, subjects=list(subjects), **changes))


def _draft_reply(pair, request, place=0, subject=None):
    """What an officer who found something drafts, assessed and approved; inside `pair.in_.active()`."""
    draft = officers_of.reply(pair.in_, request) | {"about": place, "subjects": [subject] if subject else []}
    return officers_of.release(pair.in_, draft)


def _pass_window(clock_at):
    clock_at.advance(7 * 86_400)


def test_the_barred_and_the_unknown_get_the_same_answer_and_own_officers_see_only_that_an_item_is_held(pair, clock_at):
    with pair.in_.active():
        flow.authorise(pair.in_, "refusal")
        protection.load_register(b"k" * 32, [SHIELDED])
    shielded, unheard = _asked(pair, SHIELDED), _asked(pair, _two("Unheard Example"))
    for request in (shielded, unheard):
        flow.take(pair.in_, request.id, admit=True)
    with pair.in_.active():
        held = _draft_reply(pair, shielded.id, subject=SHIELDED)
        assert held.state == ExchangeItem.HELD
        assert [rule.effect for rule in gate.standing(pair.in_.house, held).fired] == ["hold"]
        _pass_window(clock_at)
        assert neutral.send_due(pair.in_.house) == 2
        assert neutral.send_due(pair.in_.house) == 0
        assert queries.find(held.id).state == ExchangeItem.REFUSED
        assert GateDecision.objects.filter(item=held, action="superseded").count() == 1
    flow.arrive(pair, pair.in_)
    with pair.ca.active():
        told = []
        for request in (shielded, unheard):
            answer = ExchangeItem.objects.get(answers=request.id)
            content = contents.read(pair.ca.house, answer).content
            assert content["ground"] == NEUTRAL
            told.append({name: value for name, value in content.items() if name != "answers"})
            assert queries.clock_of(queries.find(request.id)).state == "answered"
        assert told[0] == told[1]


def test_each_person_has_an_own_answer_and_a_reply_to_one_leaves_the_other_open(pair, clock_at):
    with pair.in_.active():
        flow.authorise(pair.in_, "refusal")
    request = _asked(pair, officers_of.person(), _two("Second Example"))
    flow.take(pair.in_, request.id, admit=True)
    with pair.in_.active():
        assert _draft_reply(pair, request.id, 0).state == ExchangeItem.RELEASED
        assert queries.clock_of(queries.find(request.id)).state == "running"
        _pass_window(clock_at)
        assert neutral.send_due(pair.in_.house) == 1
    flow.arrive(pair, pair.in_)
    with pair.ca.active():
        kinds_of = {row.about: row.kind for row in ExchangeItem.objects.filter(answers=request.id)}
        assert kinds_of == {0: "reply", 1: "refusal"}


def test_a_second_answer_to_the_same_person_is_refused_and_so_is_one_to_nothing(pair):
    request = _asked(pair, officers_of.person())
    flow.take(pair.in_, request.id, admit=True)
    with pair.in_.active():
        drafter = find("drafter")
        twin = gate.propose(pair.in_.house, drafter, officers_of.reply(pair.in_, request.id)).item
        assert _draft_reply(pair, request.id).state == ExchangeItem.RELEASED
        with pytest.raises(AlreadyAnswered):
            gate.propose(pair.in_.house, drafter, officers_of.reply(pair.in_, request.id))
        flow.approve(pair.in_, twin, "releaser", "releaser")
        with pytest.raises(AlreadyAnswered):
            flow.approve(pair.in_, twin, "second", "second_officer")
        assert OutItem.objects.count() == 1
        for wrong in ({"answers": "itm_" + "a" * 26}, {"about": 7}, {"about": None}):
            with pytest.raises(InvalidInput):
                gate.propose(pair.in_.house, drafter, officers_of.reply(pair.in_, request.id) | wrong)


def test_nobody_sends_the_neutral_answer_by_hand_nor_any_coded_answer_after_a_search_may_have_begun(pair):
    request = _asked(pair, officers_of.person())
    flow.take(pair.in_, request.id)
    base = {
        name: value
        for name, value in officers_of.reply(pair.in_, request.id).items()
        if name not in ("text", "subjects", "attachments", "evaluation", "necessity", "home")
    }
    no = base | {"kind": "refusal", "about_natural_person": True}
    with pair.in_.active():
        with pytest.raises(InvalidInput, match="by itself"):
            gate.propose(pair.in_.house, find("drafter"), no | {"ground": NEUTRAL})
        assert gate.propose(pair.in_.house, find("drafter"), no | {"ground": "DISPROPORTIONATE"}).item
    with pair.in_.active():
        from countersign.oversight import admission

        admission.admit(pair.in_.house, find("desk"), request.id, found=admission.QUESTIONS)
        for coded in (
            no | {"ground": "SAFETY_OF_PERSON"},
            base | {"kind": "reply.interim", "reason": "consulting", "expected_on": "2030-01-01"},
        ):
            with pytest.raises(InvalidInput, match="tell what was found"):
                gate.propose(pair.in_.house, find("drafter"), coded)


def test_without_a_standing_authorisation_the_silence_is_an_alarm(pair, clock_at):
    _asked(pair, officers_of.person())
    with pair.in_.active():
        _pass_window(clock_at)
        assert neutral.send_due(pair.in_.house) == 0
        assert "NEUTRAL_ANSWER_BLOCKED" in {alarm.code for alarm in alarms.open_alarms()}
        standing_row = flow.authorise(pair.in_, "refusal")
        standing.suspend(pair.in_.house, find("legal"), standing_row.id)
        assert neutral.send_due(pair.in_.house) == 0


def test_nothing_neutral_leaves_before_its_instant(pair, clock_at):
    with pair.in_.active():
        flow.authorise(pair.in_, "refusal")
    _asked(pair, officers_of.person())
    with pair.in_.active():
        leaves_at = AnswerSlot.objects.get().leaves_at
        item = ExchangeItem.objects.get()
        window = item.due_at - item.created_at
        assert item.created_at + window * answers.EARLIEST <= leaves_at <= item.created_at + window * answers.LATEST
        clock_at.advance((leaves_at - clock_at.now()).total_seconds() - 1)
        assert neutral.send_due(pair.in_.house) == 0
        clock_at.advance(2)
        assert neutral.send_due(pair.in_.house) == 1


def test_ten_thousand_instants_take_nothing_but_the_window():
    """The draw is uniform over the window and sees no path: one half of the trials cannot be told from the other."""
    begin = datetime(2026, 11, 24, tzinfo=UTC)
    window = answers.window_of(begin, begin + timedelta(days=7), None)
    draws = [answers.draw_instant(window) for _ in range(10_000)]
    assert window[0] <= min(draws) <= max(draws) <= window[1]
    barred, unknown = sorted(draws[:5_000]), sorted(draws[5_000:])
    distance = max(abs(_share(barred, at) - _share(unknown, at)) for at in draws[::50])
    assert distance < 1.95 * (2 / 5_000) ** 0.5  # Kolmogorov-Smirnov, two samples, one in a thousand


def _share(sample, at):
    import bisect

    return bisect.bisect_right(sample, at) / len(sample)


@pytest.mark.parametrize(
    "trials", [pytest.param(24, id="24"), pytest.param(10_000, id="10000", marks=pytest.mark.full)]
)
def test_no_trial_tells_barred_from_unknown_in_anything_that_crosses(pair, clock_at, trials, engine):
    """Content, size bucket, kinds and number of leaves, receipts, clock moves and instants, over many requests."""
    if engine != "sqlite" and trials > 1_000:
        pytest.skip("the long run is made on one engine")
    rng = random.Random(7)
    pair.in_.house = replace(pair.in_.house, neutral_seconds=(10, 20))
    with pair.in_.active():
        flow.authorise(pair.in_, "refusal", a_day=10_000)
        protection.load_register(b"k" * 32, [SHIELDED])
    for number in range(0, trials, 8):
        barred = {}
        for place in range(min(8, trials - number)):
            is_barred = rng.random() < 0.5
            subject = SHIELDED if is_barred else _two(f"Unheard Example {number} {place}")
            with pair.ca.active():
                draft = officers_of.request(pair.ca, subjects=[subject], case_ref=f"TRIAL-{number + place:06d}")
                barred[officers_of.release(pair.ca, draft).id] = is_barred
        flow.arrive(pair, pair.ca)
        _answer_all(pair, barred, rng)
        clock_at.advance(21)
        with pair.in_.active():
            assert neutral.send_due(pair.in_.house) == len(barred)
        flow.arrive(pair, pair.in_)
        seen = {
            is_barred: _crossed(pair, [name for name, kind in barred.items() if kind is is_barred])
            for is_barred in (True, False)
        }
        if all(seen.values()):
            assert set(seen[True]) == set(seen[False])
            assert len(set(seen[True])) == 1


def _answer_all(pair, barred, rng):
    """The desk takes all in hand; for the barred, and now and then for the unknown, somebody drafts a reply in vain."""
    for name, is_barred in barred.items():
        flow.take(pair.in_, name, admit=True)
        if is_barred and rng.random() < 0.5:
            with pair.in_.active():
                assert _draft_reply(pair, name, subject=SHIELDED).state == ExchangeItem.HELD


def _crossed(pair, requests):
    """What Canada holds of each request's answer: content but references, leaf kind and bucket, receipts, clock."""
    found = []
    with pair.ca.active():
        log = Log.objects.get(origin__startswith="in.example/x/", kind=Log.MIRROR)
        for name in requests:
            rows = list(ExchangeItem.objects.filter(answers=name).select_related("arrived"))
            assert len(rows) == 1
            content = contents.read(pair.ca.house, rows[0]).content
            told = {key: value for key, value in content.items() if key not in ("answers", "case_ref")}
            data = bytes(Leaf.objects.get(log=log, index=rows[0].arrived.leaf_index).data)
            leaf = leaves.parse(data)
            out = OutItem.objects.get(pk=queries.find(name).released_id)
            found.append(
                (repr(told), type(leaf).__name__, leaf.bucket, out.handled, queries.clock_of(queries.find(name)).state)
            )
    return found
