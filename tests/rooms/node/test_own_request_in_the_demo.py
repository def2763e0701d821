"""A person's own request in the demonstration is looked at before anything is started."""

from __future__ import annotations

import json

import pytest

from countersign.kernel.errors import CountersignError, InvalidInput
from countersign.node.demo import example, own


def _file(tmp_path, **changes):
    path = tmp_path / "own.json"
    path.write_text(json.dumps(example.REQUEST | changes))
    return path


def test_the_shipped_example_and_a_request_with_its_own_case_are_taken(tmp_path):
    assert own.read_request(_file(tmp_path, case_ref="OWN-77"))["case_ref"] == "OWN-77"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"from_authority": "CBSA"}, "from_authority"),
        ({"to_state": "CA"}, "to_state"),
        ({"to_authority": "CBI"}, "to_authority"),
    ],
)
def test_a_request_that_the_people_of_the_demonstration_cannot_send_names_the_field(tmp_path, changes, field):
    with pytest.raises(InvalidInput) as refused:
        own.read_request(_file(tmp_path, **changes))
    assert refused.value.field == field
    assert "RCMP" in refused.value.remedy


@pytest.mark.parametrize("text", ["", "{", "[]", '{"kind": "other"}', json.dumps(example.TEST_MESSAGE)])
def test_what_is_no_request_is_refused_with_a_code(tmp_path, text):
    path = tmp_path / "own.json"
    path.write_text(text)
    with pytest.raises(CountersignError):
        own.read_request(path)


def test_files_that_are_not_there_are_named(tmp_path):
    for look, field in ((own.read_request, "request"), (own.check_attachment, "attach")):
        with pytest.raises(InvalidInput) as refused:
            look(tmp_path / "none")
        assert refused.value.field == field
        assert "none" in refused.value.reason


def test_the_answer_to_an_own_request_stands_in_its_case_and_claims_nothing():
    answer = example.reply("itm_" + "a" * 26, case_ref="OWN-77")
    assert (answer["case_ref"], answer["subjects"]) == ("OWN-77", [])
    assert "nothing was looked up" in answer["text"]
    assert example.reply("itm_" + "a" * 26)["case_ref"] == example.REQUEST["case_ref"]
