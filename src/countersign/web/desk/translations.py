"""Translations of items: beside the original, never in its place, with the translator's name, encrypted like the original."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from countersign.charter.models import Officer
from countersign.exchange import decisions, walls
from countersign.exchange.house import House
from countersign.exchange.models import ExchangeItem
from countersign.kernel import clock
from countersign.kernel.ids import new_id
from countersign.web.forms.base import PageForm, a_text
from countersign.web.models import Translation
from countersign.web.shown.words import LANGUAGES


@dataclass(frozen=True, slots=True)
class Translated:
    """A translation as it is shown."""

    language: str
    text: str
    translator: str
    at: datetime


class TranslationForm(PageForm):
    """A translation into one language."""

    language = forms.ChoiceField(label=_("Language"), choices=list(LANGUAGES.items()))
    text = a_text(_("Translation"))


def keep(house: House, officer: Officer, item: ExchangeItem, language: str, words: str) -> Translation:
    """File or replace the translation into this language; logged, without its words. In the caller's transaction."""
    walls.require_item(officer, item)
    row = Translation.objects.filter(item=item, language=language).first() or Translation(
        id=new_id("trl"), item=item, language=language
    )
    row.translator, row.at = officer, clock.now()
    row.content = walls.lock(house.station, authority=item.authority, item=row.id, content=words.encode())
    row.save()
    decisions.record_act(house, item, act="translate", facts={"officer": officer.id, "language": language})
    return row


def of(house: House, item: ExchangeItem) -> list[Translated]:
    """The item's translations; the caller has checked who reads."""
    rows = Translation.objects.filter(item=item).select_related("translator").order_by("language")
    return [Translated(row.language, _text(house, item, row), row.translator.name, row.at) for row in rows]


def _text(house: House, item: ExchangeItem, row: Translation) -> str:
    return walls.unlock(house.station, authority=item.authority, item=row.id, locked=bytes(row.content)).decode()
