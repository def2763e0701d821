"""What is the officer's own: the approval key, settings, and the sign-in links of a demonstration."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings as node
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countersign.kernel.errors import CountersignError
from countersign.web import entry, second_factor, signing
from countersign.web.access import Desk, desk, refused_page
from countersign.web.errors import EntryLinkRefused
from countersign.web.forms.base import PageForm
from countersign.web.models import Preference
from countersign.web.shown import refusals
from countersign.web.shown.words import LANGUAGES

_ZONES = (
    "America/Toronto", "America/Vancouver", "America/Edmonton", "America/Winnipeg", "America/Halifax", "America/St_Johns",
    "Asia/Kolkata", "Asia/Singapore", "Europe/London", "Europe/Paris", "Europe/Vienna", "UTC",
)  # fmt: skip


class KeyForm(PageForm):
    """The key file of the enrolment, and a phrase that only the officer knows."""

    key = forms.FileField(
        label=gettext_lazy("Your key file"), help_text=gettext_lazy("The file of 32 bytes from your enrolment.")
    )
    phrase = forms.CharField(
        label=gettext_lazy("A phrase of at least twelve characters"),
        strip=False,
        min_length=signing.SHORTEST,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Four or more words. Nobody can tell it to you if you forget it."),
    )
    again = forms.CharField(
        label=gettext_lazy("The same phrase again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("phrase") != given.get("again"):
            self.add_error("again", _("The two are not the same."))
        return given


class SettingsForm(PageForm):
    """Language, and the time zone of the post."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=list(LANGUAGES.items()))
    post_zone = forms.ChoiceField(label=gettext_lazy("Time zone of your post"), required=False)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["post_zone"].choices = [("", _("that of a capital")), *((zone, zone) for zone in _ZONES)]  # type: ignore[attr-defined]


@desk()
def signature(request: HttpRequest, here: Desk) -> HttpResponse:
    """Bring the approval key to the node, under a phrase; or change the phrase by bringing it again."""
    form = KeyForm(request.POST or None, request.FILES or None)
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            signing.keep(here.house, here.officer, form.cleaned_data["key"].read(64), form.cleaned_data["phrase"])
            messages.success(request, _("Your approval key is here. It signs only while you type its phrase."))
            return redirect("home")
        except CountersignError as error:
            refused = refusals.explain(error)
    told = {"form": form, "refused": refused, "kept": signing.is_kept(here.officer)}
    return render(request, "web/desk/signature.html", told, status=400 if refused or form.errors else 200)


@desk()
def settings(request: HttpRequest, here: Desk) -> HttpResponse:
    row = Preference.objects.filter(officer=here.officer).first()
    kept = {"language": row.language or "en", "post_zone": row.post_zone} if row else {"language": "en"}
    form = SettingsForm(request.POST or None, initial=kept)
    if request.method == "POST" and form.is_valid():
        Preference.objects.update_or_create(officer=here.officer, defaults=form.stored())
        messages.success(request, _("Your settings are kept."))
        response = redirect("home")
        response.set_cookie(node.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"], samesite="Lax", httponly=True)
        return response
    return render(request, "web/desk/settings.html", {"form": form}, status=400 if form.errors else 200)


def enter(request: HttpRequest, token: str) -> HttpResponse:
    """A sign-in link of a demonstration; elsewhere there is no such address."""
    if not entry.is_open():
        raise Http404
    if request.method != "POST":
        return render(request, "web/entry.html", {"token": token})
    try:
        user = entry.redeem(token)
    except EntryLinkRefused as refused:
        return refused_page(request, refused)
    login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
    second_factor.count_as_passed(request)
    return redirect("home")


@desk()
def components(request: HttpRequest, here: Desk) -> HttpResponse:
    """The living page: every component with its states."""
    return render(request, "web/components.html", {"form": SettingsForm({"language": "xx"}), "sample": KeyForm()})
