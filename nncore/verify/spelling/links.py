"""The links of a chain, one by one, so that a side without meaning loses only what rests on it."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from nncore.verify.notation import Notation
from nncore.verify.spelling.spell import Strict, strict
from nncore.verify.spelling.sums import free
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation


def by_link(whole: Strict, notation: Notation, classes: Set[str] = frozenset()) -> Iterator[Strict]:
    """Yield a statement for each link of a chain; whatever is no chain stays as it is.

    ``classes`` are letters that number one class, by words.
    """
    (chain,) = whole.tree.statements
    if not isinstance(chain, t.Chain) or not chain.links:
        yield whole
        return
    for at, (left, _, _) in enumerate(chain.relations):
        link = _to_decimal(chain.links[at:])
        span = left.span[0], link.span[1]
        one = _with_classes_on_the_left(t.Chain(left, (link,), span=span), classes)
        yield whole if one == chain else _statement(whole, one, notation)


def _to_decimal(links: Sequence[t.Link]) -> t.Link:
    r"""Return the first link; what is near a product of numbers, ``x \approx 0.4 \cdot 0.6 = 0.24``, is near 0.24."""
    first, *others = links
    if first.relation is not Relation.ROUNDS or _is_number(first.right) or not _is_computed(first.right):
        return first
    for link in others:
        if link.relation not in (Relation.EQUAL, Relation.ROUNDS) or not _is_computed(link.right):
            break
        if _is_number(link.right):
            return replace(link, relation=Relation.ROUNDS)
    return first


def _is_number(node: t.Node) -> bool:
    return isinstance(node.body if isinstance(node, t.Minus) else node, t.Number)


def _is_computed(node: t.Node) -> bool:
    """Return whether a side is made of numbers alone."""
    inside = [each for each, _ in t.walk(node)]
    return any(isinstance(each, t.Number) for each in inside) and not any(isinstance(each, t.Name) for each in inside)


def _with_classes_on_the_left(chain: t.Chain, classes: Set[str]) -> t.Chain:
    r"""Return ``J = -\ln p_c`` as ``-\ln p_c = J``, for all c: the free indices of an equation stand on its left."""
    (link,) = chain.links
    if link.relation is not Relation.EQUAL or not free(link.right) & classes - free(chain.first):
        return chain
    return replace(chain, first=link.right, links=(replace(link, right=chain.first),))


def among_meaningful(links: Sequence[tuple[Strict, bool]], notation: Notation) -> Iterator[Strict]:
    """Yield what follows across sides without meaning: a = c for a = b = c, if both links with b have a fault.

    ``links`` are those of one chain, each with whether it has a fault.
    """
    at = 0
    while at < len(links):
        end = at
        while end < len(links) and links[end][1]:
            end += 1
        if end - at > 1:
            chains = [_chain(each) for each, _ in links[at:end]]
            relation = _composed([chain.links[0].relation for chain in chains])
            if relation:
                link = replace(chains[-1].links[0], relation=relation)
                whole = t.Chain(chains[0].first, (link,), span=(chains[0].span[0], link.span[1]))
                yield _statement(links[at][0], whole, notation)
        at = max(end, at + 1)


def _chain(statement: Strict) -> t.Chain:
    (chain,) = statement.tree.statements
    assert isinstance(chain, t.Chain)
    return chain


def _composed(relations: Sequence[Relation]) -> Relation | None:
    """Return the relation between the ends of a chain; None if there is none."""
    found = Relation.EQUAL
    for relation in relations:
        if relation is Relation.EQUAL or relation is found:
            continue
        if found is not Relation.EQUAL or not relation.orders:
            return None
        found = relation
    return found


def _statement(whole: Strict, chain: t.Chain, notation: Notation) -> Strict:
    return strict(replace(whole.tree, statements=(chain,), span=chain.span), notation)
