"""Expressions in place of letters, where nothing binds these."""

from collections.abc import Mapping
from dataclasses import replace

from nncore.verify.syntax import tree as t


def with_letters(node: t.Node, values: Mapping[str, t.Node]) -> t.Node:
    """Return a node with expressions in place of letters that nothing binds; indices behind an entry become its own.

    The caller makes sure that no sum around a letter binds a letter of its expression.
    """
    match node:
        case t.Letter(name) if name in values:
            return at_place(values[name], node.span)
        case t.Sum(index) | t.Product(index) | t.Extremum(_, index) | t.Limit(index) if index.name in values:
            values = {name: value for name, value in values.items() if name != index.name}
        case t.Indexed(t.Letter(name), indices) if isinstance(entry := values.get(name), t.Indexed):
            inner = tuple(with_letters(each, values) for each in indices)
            return replace(node, base=entry.base, indices=(*entry.indices, *inner))
    return t.with_children(node, lambda child: with_letters(child, values))


def at_place(node: t.Node, span: t.Span) -> t.Node:
    """Return a node all of whose parts stand at one place."""
    return replace(t.with_children(node, lambda child: at_place(child, span)), span=span)
