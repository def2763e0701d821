"""4x4 and Admiralty are two fields: the grade that came is kept, and the 4x4 grades are never better than it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from countersign.exchange.fields import Evaluation
from countersign.law import markings

# Reference, law section 6: A->A, B->B, C->B, D->C, E->C, F->X; 1->1, 2->2, 3->3, 4->4, 5->4, 6->4
SOURCE = dict(zip("ABCDEF", "ABBCCX", strict=True))
INFORMATION = dict(zip("123456", "123444", strict=True))
GRADES = st.tuples(st.sampled_from("ABCDEF"), st.sampled_from("123456")).map("".join)


@given(GRADES)
def test_the_grade_is_kept_and_the_other_system_follows_from_it(grade):
    source, information = markings.four_by_four(grade)
    assert (source, information) == (SOURCE[grade[0]], INFORMATION[grade[1]])
    kept = Evaluation(source=source, information=information, admiralty=grade)
    assert kept.admiralty == grade


@given(GRADES, st.sampled_from("ABCX"), st.sampled_from("1234"))
def test_better_than_the_grade_is_refused_and_worse_is_not(grade, source, information):
    better = source < SOURCE[grade[0]] or information < INFORMATION[grade[1]]
    if better:
        with pytest.raises(ValidationError, match="better than the Admiralty grade"):
            Evaluation(source=source, information=information, admiralty=grade)
    else:
        assert Evaluation(source=source, information=information, admiralty=grade)


@pytest.mark.parametrize("grade", ["", "G1", "A7", "a1", "A", "AA", "A1 "])
def test_what_is_no_grade_is_refused(grade):
    with pytest.raises(ValidationError):
        Evaluation(source="X", information="4", admiralty=grade)
