"""The API keeps to its own description: schemathesis calls every operation with what the description allows, and more."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance
from support import web_of

NOT_DESCRIBED = [positive_data_acceptance]
"""No schema can say which cursor, reference or draft is one of this node's: such calls are refused although they fit."""


@pytest.fixture
def engine():
    return "sqlite"


@pytest.fixture
def described(pair, monkeypatch):
    """The node's WSGI application with its description; calls are not counted against the quota."""
    from django.core.wsgi import get_wsgi_application

    from countersign.web.api import limits

    monkeypatch.setattr(limits, "CALLS", 1_000_000)
    with web_of.serving(pair.ca):
        yield web_of.machine(pair.ca), schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


def test_every_operation_answers_as_it_says(described):
    machine, schema = described
    found = [result.ok() for result in schema.get_all_operations()]
    assert len(found) >= 12
    for operation in found:
        _try(machine, operation)


def _try(machine, operation):
    @settings(
        max_examples=12,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(operation.as_strategy())
    def conforms(case):
        case.call_and_validate(
            headers={"Authorization": f"Bearer {machine.token()}", "Host": "localhost"}, excluded_checks=NOT_DESCRIBED
        )

    conforms()
