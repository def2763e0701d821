"""The house's own reader of policy text: the part of Cedar's language that the packs use, and nothing more.

It shares no code with Cedar, so that the second evaluator is independent of it from the text on. What is outside this
part (templates, arithmetic, `like`, `has`, extension calls, conditions on principal or resource) is refused.
Source of the grammar: the Cedar policy language reference, sections policies and operators.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from countersign.law.errors import PolicyInvalid

DEEPEST: Final = 40
METHODS: Final = frozenset({"contains", "containsAll", "containsAny"})
_TOKEN: Final = re.compile(r'\s+|//[^\n]*|("(?:[^"\\\n]|\\["\\])*")|([A-Za-z_]\w*)|(::|&&|\|\||==|!=|[(){}\[\],;.@!])')

Ref = tuple[str, str]
"""An enumerated entity: its type and its value."""


@dataclass(frozen=True, slots=True)
class Value:
    """A constant: true or false, an entity, or a set of entities."""

    value: bool | Ref | frozenset[Ref]


@dataclass(frozen=True, slots=True)
class Attribute:
    """A member of the context."""

    name: str


@dataclass(frozen=True, slots=True)
class Not:
    inner: Expression


@dataclass(frozen=True, slots=True)
class Joined:
    """`&&` or `||` of two or more, evaluated from left to right."""

    every: bool
    inner: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Equal:
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """One of the three set methods."""

    method: str
    target: Expression
    argument: Expression


Expression = Value | Attribute | Not | Joined | Equal | Call


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy. `actions` empty means every action; `conditions`: (is it `when`, expression)."""

    annotations: dict[str, str]
    permit: bool
    actions: frozenset[str]
    conditions: tuple[tuple[bool, Expression], ...]


def parse(text: str) -> list[Policy]:
    """All policies of a text, in order. Raises PolicyInvalid, naming the line."""
    reader = _Reader(text)
    found = []
    while reader.peek():
        found.append(_policy(reader))
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._place = 0
        self._depth = 0

    def peek(self) -> str:
        return self._tokens[self._place][0] if self._place < len(self._tokens) else ""

    def take(self) -> str:
        token = self.peek()
        if not token:
            raise PolicyInvalid("the policy text ends in the middle of a policy.")
        self._place += 1
        return token

    def enter(self) -> None:
        """One bracket deeper. Cedar's own reader ends the process at some thousand; nobody writes a dozen."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.fault(f"brackets deeper than {DEEPEST}")

    def leave(self) -> None:
        self._depth -= 1

    def accept(self, token: str) -> bool:
        if self.peek() == token:
            self._place += 1
            return True
        return False

    def expect(self, *tokens: str) -> None:
        for token in tokens:
            if not self.accept(token):
                raise self.fault(f"`{token}` is expected")

    def fault(self, why: str) -> PolicyInvalid:
        line = self._tokens[min(self._place, len(self._tokens) - 1)][1]
        return PolicyInvalid(f"line {line}: {why}, not `{self.peek()}`.")


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    place, line = 0, 1
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise PolicyInvalid(f"line {line}: `{text[place]}` has no place in a policy.")
        if match.lastindex:
            yield match.group(match.lastindex), line
        line += match.group().count("\n")
        place = match.end()


def _policy(reader: _Reader) -> Policy:
    annotations: dict[str, str] = {}
    while reader.accept("@"):
        name = reader.take()
        reader.expect("(")
        if name in annotations:
            raise reader.fault(f"the annotation {name} stands twice")
        annotations[name] = _string(reader)
        reader.expect(")")
    effect = reader.take()
    if effect not in ("permit", "forbid"):
        raise reader.fault("`permit` or `forbid` is expected")
    reader.expect("(", "principal", ",", "action")
    actions = _actions(reader)
    reader.expect(",", "resource", ")")
    conditions = []
    while reader.peek() in ("when", "unless"):
        is_when = reader.take() == "when"
        reader.expect("{")
        conditions.append((is_when, _either(reader)))
        reader.expect("}")
    reader.expect(";")
    return Policy(annotations, effect == "permit", actions, tuple(conditions))


def _actions(reader: _Reader) -> frozenset[str]:
    if reader.accept("=="):
        named = [_entity(reader, reader.take())]
    elif reader.accept("in"):
        reader.expect("[")
        named = _entities(reader)
    else:
        return frozenset()
    if any(kind != "Action" for kind, _ in named):
        raise reader.fault("an action is expected")
    return frozenset(name for _, name in named)


def _either(reader: _Reader) -> Expression:
    parts = [_both(reader)]
    while reader.accept("||"):
        parts.append(_both(reader))
    return parts[0] if len(parts) == 1 else Joined(every=False, inner=tuple(parts))


def _both(reader: _Reader) -> Expression:
    parts = [_relation(reader)]
    while reader.accept("&&"):
        parts.append(_relation(reader))
    return parts[0] if len(parts) == 1 else Joined(every=True, inner=tuple(parts))


def _relation(reader: _Reader) -> Expression:
    left = _unary(reader)
    if reader.accept("=="):
        return Equal(left, _unary(reader))
    if reader.accept("!="):
        return Not(Equal(left, _unary(reader)))
    return left


def _unary(reader: _Reader) -> Expression:
    if reader.accept("!"):
        reader.enter()
        inner = Not(_unary(reader))
        reader.leave()
        return inner
    found = _primary(reader)
    while reader.accept("."):
        method = reader.take()
        if method not in METHODS:
            raise reader.fault(f"`{method}` is not one of {', '.join(sorted(METHODS))}")
        reader.expect("(")
        found = Call(method, found, _either(reader))
        reader.expect(")")
    return found


def _primary(reader: _Reader) -> Expression:
    word = reader.take()
    if word == "(":
        reader.enter()
        inner = _either(reader)
        reader.leave()
        reader.expect(")")
        return inner
    if word == "[":
        return Value(frozenset(_entities(reader)))
    if word in ("true", "false"):
        return Value(word == "true")
    if word == "context":
        reader.expect(".")
        return Attribute(reader.take())
    return Value(_entity(reader, word))


def _entities(reader: _Reader) -> list[Ref]:
    """The rest of a set of entities, after its opening bracket."""
    found: list[Ref] = []
    while not reader.accept("]"):
        if found:
            reader.expect(",")
        found.append(_entity(reader, reader.take()))
    return found


def _entity(reader: _Reader, kind: str) -> Ref:
    if not kind.isidentifier():
        raise reader.fault("an entity is expected")
    reader.expect("::")
    return kind, _string(reader)


def _string(reader: _Reader) -> str:
    token = reader.take()
    if not token.startswith('"'):
        raise reader.fault("a text in quotes is expected")
    try:
        return str(json.loads(token))
    except ValueError:
        raise reader.fault("a text without control characters is expected") from None
