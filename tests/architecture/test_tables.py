"""How tables are laid out: what each exchange reads must not lie behind what is long, and no index is kept twice."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

TABLES = [model for model in apps.get_models() if model.__module__.startswith("countersign.")]


def _is_long(field):
    return isinstance(field, models.BinaryField | models.TextField) and field.max_length is None


def _beginnings(model):
    """The first column of each index that holds every row."""
    kept = [index.fields for index in model._meta.indexes if index.condition is None]
    kept += [rule.fields for rule in model._meta.constraints if getattr(rule, "condition", ...) is None]
    return {fields[0].lstrip("-") for fields in kept if fields}


def test_there_are_tables():
    assert len(TABLES) > 60


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model._meta.label)
def test_what_has_no_bound_stands_behind_what_has_one(model):
    # SQLite reads a row from its beginning, page by page: a column behind a blob costs every page of the blob.
    long = [_is_long(field) for field in model._meta.concrete_fields]
    assert long == sorted(long)


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model._meta.label)
def test_no_foreign_key_has_an_index_of_its_own_where_another_begins_with_it(model):
    single = {field.name for field in model._meta.concrete_fields if field.db_index and not field.unique}
    assert single & _beginnings(model) == set()
