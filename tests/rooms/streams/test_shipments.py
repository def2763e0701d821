"""Each sign of risk stands on its own reason; weights are the state's own and stay home; a changed list is seen in shipments too."""

from __future__ import annotations

import dataclasses
import io
import statistics
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import flow, officers_of, precursors_of, web_of
from support.desk_of import Visitor

from countersign.exchange.models import ExchangeItem
from countersign.kernel import clock
from countersign.streams.precursors.models import Shipment
from countersign.streams.precursors.screening import risk
from countersign.streams.precursors.screening.risk import Declared, Notified, Policy
from countersign.streams.precursors.services import listing, shipments

DAY = date(2026, 6, 1)
POLICY = Policy(
    weights=dict.fromkeys(risk.RULES, 1), price_z=3.5, price_history=8, bulk_kg=20, parcels=4, pairs=(frozenset({"X", "Y"}),),
    pair_days=180,
)  # fmt: skip
PLAIN = Declared(
    id="1", day=DAY, text="solvent", substance="", verdict="clear", flags=(), hs6="291411", kilograms=10.0, price=5.0, mode="sea",
    exporter="exporter one", importer="importer one", consignee="consignee one", origin="IN",
)  # fmt: skip
NOTICE = Notified("no_objection", 10.0, DAY - timedelta(days=1), ("INNSA", "CAVAN"))


def _with(**changes):
    return dataclasses.replace(PLAIN, **changes)


def _before(count=1, **changes):
    return [_with(id=f"b{place}", day=DAY - timedelta(days=10 + place), **changes) for place in range(count)]


def _codes(one, history=(), notice=None, policy=POLICY):
    return {sign.code for sign in risk.signs(one, list(history), notice, policy)}


SIGNS = [
    ("disagree", _with(flags=("hs_mismatch",)), _with(), _before(), None),
    ("need", _with(annual_kg=15.0), _with(annual_kg=25.0), _before(), None),
    (
        "price",
        _with(price=50.0),
        _with(price=5.2),
        [_with(id=f"p{n}", day=DAY - timedelta(days=n), price=5 + n / 10) for n in range(1, 10)],
        None,
    ),
    ("consignee", _with(consignee="other"), _with(), _before(), None),
    ("forwarder", _with(consignee="quick freight"), _with(), _before(), None),
    (
        "shared",
        _with(exporter="e0"),
        _with(exporter="e1"),
        [_with(id=f"s{n}", day=DAY - timedelta(days=n), exporter=f"e{n}") for n in (1, 2, 3)],
        None,
    ),
    ("mode", _with(mode="post", kilograms=50.0), _with(mode="sea", kilograms=50.0), _before(), None),
    ("mode", _with(mode="post", kilograms=1.0), _with(mode="sea", kilograms=1.0), _before(3, mode="post"), None),
    ("route", _with(transit=("AEJEA",)), _with(transit=("CAVAN",)), _before(), NOTICE),
    (
        "brokers",
        _with(seller_country="AE", payer_country="HK"),
        _with(seller_country="IN", payer_country="CA"),
        _before(),
        None,
    ),
    ("notice", _with(kilograms=12.0), _with(kilograms=10.0), _before(), NOTICE),
    ("notice", _with(), _with(verdict="clear"), _before(), dataclasses.replace(NOTICE, state="objected")),
    ("notice", _with(verdict="listed", table_one=True), _with(verdict="listed"), _before(), None),
    ("disguise", _with(mode="air", text="red pigment"), _with(mode="air", text="red wine"), _before(3), None),
    ("pair", _with(substance="X"), _with(substance="Z"), _before(substance="Y"), None),
]


@pytest.mark.parametrize(
    ("code", "bad", "good", "history", "notice"), SIGNS, ids=[f"{n}-{one[0]}" for n, one in enumerate(SIGNS)]
)
def test_each_sign_is_shown_where_it_holds_and_not_beside_it(code, bad, good, history, notice):
    assert code in _codes(bad, history, notice)
    if notice is None or notice.state == "no_objection":
        assert code not in _codes(good, history, notice)


def test_every_sign_is_tried_has_a_source_and_words():
    from countersign.streams.precursors import words

    assert {one[0] for one in SIGNS} == set(risk.RULES) == set(risk.SOURCES) == set(words.SIGNS)


@given(st.sampled_from(sorted(risk.RULES)))
def test_a_weight_of_nothing_switches_the_sign_off(code):
    quiet = dataclasses.replace(POLICY, weights=POLICY.weights | {code: 0})
    for name, bad, _, history, notice in SIGNS:
        assert code not in _codes(bad, history, notice, quiet)
        assert name == code or name in _codes(bad, history, notice, quiet)


@given(st.lists(st.floats(1, 100), min_size=8, max_size=30))
def test_the_median_price_is_never_a_sign_and_a_thousandfold_one_always_is(prices):
    history = [_with(id=f"h{n}", day=DAY - timedelta(days=n + 1), price=one) for n, one in enumerate(prices)]
    assert "price" not in _codes(_with(price=statistics.median(prices)), history)
    assert "price" in _codes(_with(price=max(prices) * 1_000), history)


TABLE = (
    "id,date,origin,destination,hs_code,description,cas,quantity,unit,value_usd,mode,exporter,consignee,pen_no\n"
    "a,{day},IN,CA,2914.11,acetone,67-64-1,100,kg,90,sea,Invented Exports (fictional),Invented Import (fictional),\n"
    "b,{day},IN,CA,6109.10,cotton shirts,,10,kg,100,sea,Invented Cotton (fictional),Invented Shop (fictional),\n"
    'c,{day},IN,CA,2933.39,4-anilinopiperidine,,"1,2",kg,,post,Invented Exports (fictional),Quick Freight (fictional),\n'
)


@pytest.fixture
def ca(pair):
    with pair.ca.active():
        precursors_of.enrol(pair.ca)
    with web_of.serving(pair.ca):
        yield pair.ca


def _bring(node, table=TABLE):
    day = clock.now().date().isoformat()
    return shipments.take(node.house, officers_of.find("p-desk"), io.BytesIO(table.format(day=day).encode()))


def test_a_table_is_weighed_and_kept_under_the_authoritys_key(ca):
    kept, faults = _bring(ca)
    assert [(fault["id"], fault["field"]) for fault in faults] == [("c", "quantity")]
    assert [row.verdict for row in kept] == ["listed", "clear", "listed"]
    assert {sign["code"] for sign in kept[2].signs} >= {"forwarder", "notice"}
    assert all(b"Invented" not in bytes(row.locked) for row in kept)
    assert shipments.told(ca.house, kept[0])["goods"]["description"] == "acetone"


def test_a_field_that_cannot_be_read_is_told_though_the_row_is_taken(ca):
    table = TABLE.replace("consignee,pen_no", "consignee,annual_kg").replace("(fictional),\n", "(fictional),1.5.0\n", 1)
    _, faults = _bring(ca, table.replace('"1,2"', '"1,2,3"'))
    assert {(fault["id"], fault["field"]) for fault in faults} == {("a", "annual_kg"), ("c", "quantity")}


def test_the_same_shipments_again_stand_against_the_first(ca):
    _bring(ca)
    kept, _ = _bring(ca)
    assert "consignee" not in {sign["code"] for sign in kept[0].signs}


def test_a_changed_list_is_seen_in_recent_shipments(ca):
    kept, _ = _bring(ca)
    row = kept[0]
    row.laws = ["none", "none", "none"]
    row.save()
    assert shipments.rescreen(ca.house) == 1
    row.refresh_from_db()
    assert {one["law"] for one in row.delta} >= {"un"}
    assert row.laws != ["none", "none", "none"]


def test_an_update_of_a_list_looks_at_shipments_too(pair, ca):
    table = TABLE.replace("acetone,67-64-1", "4-Piperidone,41661-47-6")
    kept, _ = _bring(ca, table)
    update = precursors_of.head(ca) | {
        "kind": "controllist.update", "rows": [{"substance": "4-Piperidone", "instrument": "invented order", "type": "temp",
                                                "effective": clock.now().date().isoformat(), "source": "invented"}],
    }  # fmt: skip
    precursors_of.release(ca, update)
    assert listing.rescreen(ca.house) == 1
    kept[0].refresh_from_db()
    assert kept[0].laws[1] == "temp"


def test_the_page_ranks_with_reasons_and_names_rows_that_cannot_be_read(ca):
    from django.core.files.uploadedfile import SimpleUploadedFile

    day = clock.now().date().isoformat()
    table = TABLE.format(day=day) + "d,never,IN,CA,,toluene,,1,kg,1,sea,x,y,\n"
    told = Visitor(ca, "p-desk").post(
        "/streams/precursors/shipments", {"file": SimpleUploadedFile("s.csv", table.encode())}
    )
    page = told.content.decode()
    assert page.index("4-anilinopiperidine") < page.index("cotton shirts")
    assert "forwarder" in page
    assert "never" in page
    assert Shipment.objects.count() == 3


def test_nothing_of_a_shipment_is_ever_put_into_an_item(pair, ca):
    before = ExchangeItem.objects.count()
    _bring(ca)
    assert ExchangeItem.objects.count() == before
    flow.arrive(pair, ca)
    with pair.in_.active():
        assert not Shipment.objects.exists()


def test_each_state_has_its_own_weights_and_a_new_one_the_common_ones():
    for state in ("CA", "IN"):
        assert set(shipments.policy(state).weights) == set(risk.RULES)
        assert shipments.policy(state).pairs == ()
