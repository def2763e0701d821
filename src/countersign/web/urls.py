"""Addresses of the shell: the desks, the API, sign-in."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, re_path

from countersign.web import language, stream_pages, views
from countersign.web.api import envelope
from countersign.web.api.app import api
from countersign.web.desk import (
    above,
    approving,
    assisting,
    assuring,
    cases,
    compose,
    counting,
    home,
    items,
    lane,
    law,
    node,
    overview,
    own,
    peering,
    proof,
    registers,
    reviewing,
    upload_views,
)

_CLOSED = [
    path("email/", views.closed, name="account_email"),
    path("confirm-email/", views.closed, name="account_email_verification_sent"),
    re_path(r"^confirm-email/(?P<key>[-:\w]+)/$", views.closed, name="account_confirm_email"),
    path("password/reset/", views.closed, name="account_reset_password"),
    path("password/reset/done/", views.closed, name="account_reset_password_done"),
    path("password/set/", views.closed, name="account_set_password"),
    path("login/code/confirm/", views.closed, name="account_confirm_login_code"),
]
"""django-allauth's addresses that work by mail. They stand before its own, so that these are never reached."""
_ACCOUNTS: list[URLPattern | URLResolver] = [
    *_CLOSED,
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", include("allauth.usersessions.urls")),
]
if settings.DIRECTORY:
    _ACCOUNTS += [
        path("directory/", include("allauth.socialaccount.providers.openid_connect.urls")),
        path("3rdparty/", include("allauth.socialaccount.urls")),
    ]
_WRITING = [
    path("compose", compose.compose, name="compose"),
    path("drafts/<str:draft_id>", compose.draft, name="draft"),
    path("drafts/<str:draft_id>/discard", compose.discard, name="discard"),
    path("drafts/<str:draft_id>/upload", upload_views.announce, name="upload"),
    path("drafts/<str:draft_id>/upload/whole", upload_views.whole, name="upload_whole"),
    path("drafts/<str:draft_id>/upload/<str:file_id>", upload_views.piece, name="upload_piece"),
    path("drafts/<str:draft_id>/<slug:page>", compose.page, name="draft_page"),
]
_ITEMS = [
    path("<str:item_id>", items.item, name="item"),
    path("<str:item_id>/take", items.take, name="take"),
    path("<str:item_id>/admit", items.admit, name="admit"),
    path("<str:item_id>/answer", items.answer, name="answer"),
    path("<str:item_id>/translate", items.translate, name="translate"),
    path("<str:item_id>/approve", approving.approve, name="approve"),
    path("<str:item_id>/decline", approving.decline, name="decline"),
    path("<str:item_id>/assess", approving.assess, name="assess"),
    path("<str:item_id>/record", approving.record, name="record"),
    path("<str:item_id>/withhold", approving.withhold, name="withhold"),
    path("<str:item_id>/use", registers.use_item, name="use"),
    path("<str:item_id>/downgrade", lane.downgrade, name="downgrade"),
    path("<str:item_id>/disagree", above.disagree, name="disagree"),
    path("<str:item_id>/assistance", assisting.begin, name="assist"),
    path("<str:item_id>/recall", above.recall, name="recall"),
    path("<str:item_id>/proof", proof.proof, name="proof"),
    path("<str:item_id>/evidence", proof.download, name="evidence"),
    path("<str:item_id>/files/<str:name>", items.attachment, name="attachment"),
]
_REGISTERS = [
    path("risk", registers.profiles, name="risk"),
    path("standing", registers.authorisations, name="standing"),
    path("standing/<str:name>/sign", registers.sign_standing, name="sign_standing"),
    path("standing/<str:name>/suspend", registers.suspend_standing, name="suspend_standing"),
    path("arrangements", peering.agreed, name="arrangements"),
    path("law", law.page, name="law"),
    path("law/trial", law.trial, name="trial"),
    path("duty", lane.roster, name="duty"),
    path("duty/<str:item_id>/review", lane.review, name="flash_review"),
    path("escalations", above.escalations, name="escalations"),
    path("escalations/<str:item_id>/decide", above.decide, name="escalation_decide"),
    path("readers", above.named_readers, name="readers"),
    path("readers/<str:item_id>/<int:place>", above.recognise, name="recognise"),
    path("late", above.found_late, name="late"),
    path("late/<str:item_id>/settle", above.settle, name="late_settle"),
    path("assurances", assuring.register, name="assurances"),
    path("assurances/<str:name>/breach", assuring.breach, name="assurance_breach"),
    path("assistance", assisting.register, name="assistances"),
    path("assistance/<str:name>", assisting.one, name="assistance"),
    path("assistance/<str:name>/hand-over", assisting.hand_over, name="assistance_hand_over"),
    path("assistance/<str:name>/take-back", assisting.take_back, name="assistance_take_back"),
    path("statistics", counting.page, name="statistics"),
    path("statistics/<str:authority>/<str:year>", counting.yearly, name="yearly"),
    path("peering", peering.page, name="peering"),
    path("peering/begin", peering.begin, name="peer_begin"),
    path("peering/<str:node>/confirm", peering.confirm, name="peer_confirm"),
    path("peering/<str:node>/suspend", peering.suspend, name="peer_suspend"),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("cases", cases.cases, name="cases"),
    path("cases/<str:case_id>", cases.case, name="case"),
    path("search", cases.find, name="search"),
    *_WRITING,
    path("items/", include(_ITEMS)),
    *_REGISTERS,
    *stream_pages.urlpatterns(),
    path("overview", overview.overview, name="overview"),
    path("review", reviewing.decisions, name="review"),
    path("review/<str:decision_id>", reviewing.decision, name="decision"),
    path("node", node.health, name="health"),
    path("log", node.log, name="log"),
    path("signature", own.signature, name="signature"),
    path("settings", own.settings, name="settings"),
    path("components", own.components, name="components"),
    path("language", language.choose, name="language"),
    path("entry/<str:token>", own.enter, name="enter"),
    path("accounts/", include(_ACCOUNTS)),
    path("api/v1/", api.urls),
    re_path(r"^api/", envelope.unknown),
]
