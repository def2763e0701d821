"""Addresses to which the files of a draft are sent: announced, then piece by piece; or whole, by a form without script."""

from __future__ import annotations

import json
import secrets
from typing import Any

from django.contrib import messages
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from countersign.exchange.gate import DRAFTING_ROLES
from countersign.kernel.errors import CountersignError, InvalidInput
from countersign.web import digits
from countersign.web.access import Desk, desk
from countersign.web.desk import drafts, uploads
from countersign.web.models import Draft, DraftFile
from countersign.web.shown import refusals, times

REFUSED = 400


@desk(*DRAFTING_ROLES)
def announce(request: HttpRequest, here: Desk, draft_id: str) -> HttpResponse:
    """A file's name and size; the answer says where its next piece goes."""
    draft = _open(here, draft_id)
    try:
        given = json.loads(request.body[:4096])
        name, size, mark = str(given["name"]), int(given["size"]), str(given.get("mark", ""))
        row = uploads.begin(here.house, here.officer, draft, name=name, size=size, mark=mark)
    except (ValueError, KeyError, TypeError, OverflowError):
        return _refused(InvalidInput("a name and a size are expected.", field="file"))
    except CountersignError as refused:
        return _refused(refused)
    return _told(draft, row)


@desk(*DRAFTING_ROLES)
def piece(request: HttpRequest, here: Desk, draft_id: str, file_id: str) -> HttpResponse:
    """One piece, at the place that the header names."""
    draft = _open(here, draft_id)
    place = digits.whole(request.headers.get("X-Begin", ""))
    try:
        if place is None:
            raise InvalidInput("the header X-Begin names the place of the piece.", field="begin")
        row = uploads.take(here.house, here.officer, draft, file_id, begin=place, data=request.body)
    except CountersignError as refused:
        return _refused(refused)
    return _told(draft, row)


@csrf_exempt
@desk(*DRAFTING_ROLES)
def whole(request: HttpRequest, here: Desk, draft_id: str) -> HttpResponse:
    """A form without script: its file is sealed while it streams, so the handler comes before anything reads the form."""
    draft = _open(here, draft_id)
    handler = _Sealing(here, draft)
    request.upload_handlers = [handler]
    answer = _whole(request, draft, handler)
    if answer.status_code >= REFUSED:  # without the page's token nothing of it stays
        for row in handler.made:
            row.delete()
    return answer


@csrf_protect
def _whole(request: HttpRequest, draft: Draft, handler: _Sealing) -> HttpResponse:
    request.POST  # noqa: B018  reading the form runs the handler
    if handler.refused is not None:
        messages.error(request, f"{handler.refused.what} {handler.refused.do}")
    elif handler.count:
        messages.success(request, _("The file is added."))
    return redirect("draft_page", draft.id, "files")


class _Sealing(FileUploadHandler):
    """Seals a streamed file piece by piece. A refused one leaves nothing behind."""

    chunk_size = uploads.PIECE

    def __init__(self, here: Desk, draft: Draft) -> None:
        super().__init__()
        self._here, self._draft = here, draft
        self._row: DraftFile | None = None
        self._name = ""
        self.count = 0
        self.made: list[DraftFile] = []
        self.refused: refusals.Told | None = None

    def new_file(self, *given: Any, **named: Any) -> None:
        super().new_file(*given, **named)
        self._row, self._name = None, self.file_name or ""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            if self._row is None:
                self._row = uploads.begin(
                    self._here.house, self._here.officer, self._draft,
                    name=self._name, size=uploads.LARGEST, mark=secrets.token_hex(16),
                )  # fmt: skip
            uploads.take(self._here.house, self._here.officer, self._draft, self._row.id, begin=start, data=raw_data)
        except CountersignError as refused:
            self._give_up(refused)
            raise StopUpload(connection_reset=False) from None

    def file_complete(self, file_size: int) -> None:
        if self._row is not None:
            uploads.finish(self._row, size=file_size)
            self.made.append(self._row)
            self._row, self.count = None, self.count + 1

    def upload_interrupted(self) -> None:
        self._give_up(None)

    def _give_up(self, refused: CountersignError | None) -> None:
        if self._row is not None:
            self._row.delete()
            self._row = None
        if refused is not None:
            self.refused = refusals.explain(refused)


def _open(here: Desk, draft_id: str) -> Draft:
    draft = drafts.find(here.officer, draft_id)
    if draft.item:
        raise InvalidInput("the draft was proposed already.", field="draft")
    return draft


def _told(draft: Draft, row: DraftFile) -> HttpResponse:
    words = _("%(received)s of %(size)s sealed") % {"received": times.size(row.received), "size": times.size(row.size)}
    return JsonResponse({"id": row.id, "received": row.received, "piece": uploads.PIECE, "words": words,
                         "next": reverse("upload_piece", args=[draft.id, row.id])})  # fmt: skip


def _refused(refused: CountersignError) -> HttpResponse:
    told = refusals.explain(refused)
    return JsonResponse({"refused": f"{told.what} {told.do}", "exact": told.exact}, status=400)
