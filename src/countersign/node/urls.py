"""Addresses of the web port in this version: health only. Screens come with the desks."""

from django.urls import path

from countersign.node import health

urlpatterns = [path("healthz", health.alive), path("readyz", health.ready)]
