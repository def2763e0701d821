"""The sign-in form: a name and a password, nothing that works by mail."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm as _LoginForm


class LoginForm(_LoginForm):  # type: ignore[misc]  # allauth has no types
    """Without the link to a reset by mail, and without words in the fields that vanish while one types."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
