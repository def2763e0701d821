"""What a text says and nobody declared is a doubt that a person settles; what contradicts a declaration stops the item."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples
from support import flow, officers_of

from countersign.exchange import doubts, gate, queries, records, withholding
from countersign.exchange.errors import GateRefused
from countersign.exchange.home_sheet import HomeSheet, Withheld
from countersign.exchange.models import ExchangeItem
from countersign.kernel.errors import InvalidInput

SHEET = HomeSheet(origin="own", political="none", tainted="none")
SAYS = {
    "asylum_claim": (
        "He made a refugee claim last year.",
        "Il a fait une demande d'asile.",
        "वह शरणार्थी है।",
        "ਉਹ ਸ਼ਰਨਾਰਥੀ ਹੈ।",
    ),
    "minor": ("The boy is 15 years old.", "a 9-year-old", "âgée de 14 ans", "वह नाबालिग है", "ਉਹ ਨਾਬਾਲਗ ਹੈ"),
    "health": ("She was HOSPITALISED in May.", "dossier medical", "गर्भवती"),
    "belief_or_origin": ("of the Khalistan movement", "seen at the gurdwara", "ਗੁਰਦੁਆਰਾ"),
    "journalist_or_defender": ("He is a journalist.", "पत्रकार"),
    "intercept_content": ("as heard in an intercepted call", "écoutes téléphoniques"),
    "fiu_intelligence": ("a Suspicious Transaction Report",),
    "source_identity": ("our  informant says", "l’informateur"),
    "privileged": ("solicitor-client advice",),
    "biometric": ("the fingerprints match", "ਡੀਐਨਏ"),
    "tax": ("his tax return",),
    "commercial_secret": ("as in the price list", "liste des clients"),
}
INNOCENT = (
    "Who subscribed to the telephone number at the end of June?", "He is 45 years old and owns a transport company.",
    "Two containers of basmati rice, 115 years old firm.", "Une entreprise de transport de Brampton.", "यह एक परिवहन कम्पनी है।",
    "The discast was recast.", "Room 19, 21 years later.",
)  # fmt: skip


def _found(text, **sheet):
    return doubts.found({"question": text}, SHEET.model_copy(update=sheet))


def test_every_heading_has_an_example_here():
    assert set(SAYS) == set(doubts.codes())


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in SAYS.items() for text in texts])
def test_words_raise_the_doubt_in_every_language_unless_it_is_declared(code, text):
    assert code in _found(text)
    word = next(word for word in doubts.lexicon() if word.code == code)
    for declared in word.declares - {"nothing_declares_it"}:
        assert code not in _found(text, data=[declared])
        assert code not in _found(text, persons=[declared])


@pytest.mark.parametrize("text", INNOCENT)
def test_ordinary_words_raise_none(text):
    assert not _found(text)


@examples(60)
@given(st.sampled_from([text for texts in SAYS.values() for text in texts]), st.text(max_size=30), st.text(max_size=30))
def test_what_stands_around_a_word_never_hides_it(text, before, after):
    assert _found(text) <= _found(f"{before} {text} {after}")


@pytest.mark.parametrize("text", ["//NOFORN//", "SECRET REL TO USA, GBR", "under the third-party rule"])
def test_another_states_caveat_contradicts_own_information_and_no_other(text):
    assert doubts.contradictions({"question": text, "marking": {"tlp": "red"}}, SHEET)
    given_ = SHEET.model_copy(update={"origin": "third_state"})
    assert not doubts.contradictions({"question": text, "marking": {"tlp": "red"}}, given_)


@pytest.mark.parametrize(("marked", "text", "against"), [
    ("none", "TLP:RED", True), ("amber", "TLP: AMBER+STRICT", True), ("amber_strict", "tlp:amber", False), ("red", "TLP:RED", False),
    ("green", "TLP CLEAR", False),
])  # fmt: skip
def test_a_stricter_label_in_the_text_than_on_the_item_contradicts_it(marked, text, against):
    assert bool(doubts.contradictions({"question": text, "marking": {"tlp": marked}}, SHEET)) is against


def _propose(node, question):
    item = gate.propose(node.house, officers_of.find("drafter"), officers_of.request(node, question=question)).item
    officers_of.assess(node, item)
    return item


def test_nobody_approves_before_a_legal_adviser_has_settled_the_doubt(pair):
    with pair.ca.active():
        item = _propose(pair.ca, "Was he hospitalised?")
        assert "condition:doubt_health" in queries.find(item.id).needs
        with pytest.raises(GateRefused):
            flow.approve(pair.ca, item, "releaser", "releaser")
        legal = officers_of.find("legal")
        records.put(pair.ca.house, legal, item.id, code="doubt_health", reference="He asks for no record: note 1")
        flow.approve(pair.ca, item, "releaser", "releaser")
        assert flow.approve(pair.ca, item, "second", "second_officer").item.state == ExchangeItem.RELEASED


def test_words_that_are_taken_out_raise_no_doubt_any_more(pair):
    with pair.ca.active():
        item = _propose(pair.ca, "Who is he? Our informant does not know.")
        cut = Withheld(path="/question", words="Our informant does not know.", category="source_identity")
        withholding.withhold(pair.ca.house, officers_of.find("drafter"), item.id, [cut])
        assert "condition:doubt_source_identity" not in queries.find(item.id).needs


def test_a_doubt_that_nobody_has_a_name_for_is_not_settled(pair):
    with pair.ca.active():
        item = _propose(pair.ca, "Was he hospitalised?")
        with pytest.raises(InvalidInput):
            records.put(pair.ca.house, officers_of.find("legal"), item.id, code="doubt_nothing", reference="x")


def test_a_contradiction_is_refused_with_its_remedy_and_stays_on_record(pair):
    with pair.ca.active():
        with pytest.raises(GateRefused) as refused:
            _propose(pair.ca, "NOFORN: who is he?")
        assert refused.value.diagnostics()["rules"][0]["rule"] == "GATE-OTHERS-CAVEAT"
        assert ExchangeItem.objects.filter(state=ExchangeItem.REFUSED).count() == 1
