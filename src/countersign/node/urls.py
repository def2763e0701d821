"""Addresses of the web port: health, and the shell with sign-in and API."""

from django.urls import include, path

from countersign.node import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("", include("countersign.web.urls")),
]
handler404 = "countersign.web.views.missing"
handler403 = "countersign.web.views.forbidden"
handler500 = "countersign.web.views.failed"
