"""The API, assembled: routers, callers, problems."""

from __future__ import annotations

from countersign.web.api import cases, clocks, decisions, events, items, problems, proposals, stream_calls
from countersign.web.api.auth import MachineToken, PersonSession
from countersign.web.api.openapi import DescribedAPI

api = DescribedAPI(
    title="Countersign node",
    version="1",
    description="What a system of an own agency may do: draft, read, prove. It never approves and never sends.",
    docs_url=None,
    auth=[MachineToken(), PersonSession()],
)
problems.install(api)
for module in (cases, items, proposals, clocks, decisions, events):
    api.add_router("", module.router)
api.add_router("", stream_calls.router())
