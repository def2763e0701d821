"""Policies and facts over a small vocabulary, drawn at random."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import strategies as st

from countersign.law.vocabulary import Vocabulary

SMALL = Vocabulary(
    actions=("Ask", "Release"),
    booleans=("a", "b"),
    enums={"kind": ("x", "y", "z"), "sender": ("CA", "IN"), "receiver": ("CA", "IN", "other")},
    sets={"given": ("p", "q", "r"), "asked": ("u", "v")},
    states=("sender", "receiver"),
)
NOTES = '@citation("c") @family("f") @effect("{}") @statement("s") @remedy("r") @confidence("high") @status("proposed")'
OR, AND, RELATION, PRIMARY = range(4)
Text = tuple[str, int]


def _in_brackets(text: Text, least: int) -> str:
    return text[0] if text[1] >= least else f"({text[0]})"


def _literals(name: str, values: list[str]) -> str:
    return ", ".join(f'{SMALL._type(name)}::"{value}"' for value in values)


@st.composite
def _leaf(draw: st.DrawFn) -> Text:
    kind = draw(st.sampled_from(["boolean", "constant", "equal", "one_of", "states", "contains", "all_or_any"]))
    if kind == "boolean":
        return f"context.{draw(st.sampled_from(SMALL.booleans))}", PRIMARY
    if kind == "constant":
        return draw(st.sampled_from(["true", "false"])), PRIMARY
    if kind == "states":
        return f"context.sender {draw(st.sampled_from(['==', '!=']))} context.receiver", RELATION
    if kind in ("equal", "one_of"):
        name = draw(st.sampled_from(sorted(SMALL.enums)))
        if kind == "equal":
            sign, value = draw(st.sampled_from(["==", "!="])), draw(st.sampled_from(SMALL.enums[name]))
            return f"context.{name} {sign} {_literals(name, [value])}", RELATION
        values = draw(st.lists(st.sampled_from(SMALL.enums[name]), min_size=1, max_size=4))
        return f"[{_literals(name, values)}].contains(context.{name})", PRIMARY
    name = draw(st.sampled_from(sorted(SMALL.sets)))
    if kind == "contains":
        return f"context.{name}.contains({_literals(name, [draw(st.sampled_from(SMALL.sets[name]))])})", PRIMARY
    values = draw(st.lists(st.sampled_from(SMALL.sets[name]), min_size=1, max_size=3))
    method = draw(st.sampled_from(["containsAll", "containsAny"]))
    if draw(st.booleans()):
        return f"[{_literals(name, values)}].{method}(context.{name})", PRIMARY
    return f"context.{name}.{method}([{_literals(name, values)}])", PRIMARY


def _grown(inner: st.SearchStrategy[Text]) -> st.SearchStrategy[Text]:
    """Trees with no more brackets than the language needs, so that precedence is tried as well."""
    several = st.lists(inner, min_size=2, max_size=3)
    both = several.map(lambda parts: (" && ".join(_in_brackets(part, RELATION) for part in parts), AND))
    either = several.map(lambda parts: (" || ".join(_in_brackets(part, AND) for part in parts), OR))
    negated = inner.map(lambda part: (f"!{_in_brackets(part, PRIMARY)}", RELATION))
    same = st.tuples(inner, inner, st.sampled_from(["==", "!="])).map(
        lambda drawn: (f"{_in_brackets(drawn[0], PRIMARY)} {drawn[2]} {_in_brackets(drawn[1], PRIMARY)}", RELATION)
    )
    spaced = inner.map(lambda part: (f"(  // a remark && {{ ]\n {part[0]}\n)", PRIMARY))
    return both | either | negated | same | spaced


expressions = st.recursive(_leaf(), _grown, max_leaves=10).map(lambda text: text[0])
conditions = st.lists(st.tuples(st.sampled_from(["when", "unless"]), expressions), max_size=2)
scopes = st.sampled_from(["action", 'action == Action::"Ask"', 'action in [Action::"Ask", Action::"Release"]'])


@st.composite
def policy_sets(draw: st.DrawFn) -> str:
    texts = []
    for place in range(draw(st.integers(1, 4))):
        verb, effect = draw(st.sampled_from([("permit", "gateway"), ("forbid", "forbid")]))
        parts = "\n".join(f"{word} {{ {expression} }}" for word, expression in draw(conditions))
        head = f'@id("R{place}") {NOTES.format(effect)}'
        texts.append(f"{head}\n{verb} (principal, {draw(scopes)}, resource)\n{parts};")
    return "\n".join(texts)


def small_facts(dice: random.Random) -> dict[str, Any]:
    facts: dict[str, Any] = {name: dice.random() < 0.5 for name in SMALL.booleans}
    facts |= {name: dice.choice(values) for name, values in SMALL.enums.items()}
    return facts | {name: dice.sample(values, dice.randint(0, len(values))) for name, values in SMALL.sets.items()}
