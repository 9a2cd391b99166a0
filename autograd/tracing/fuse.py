"""Fuse: turn chains of additions into n-ary sums, and sums of products into dot products."""

from __future__ import annotations

from collections import defaultdict

from ..nary_ops import dot_of, sum_of
from ..ops import CONSTANT, add, mul
from .code import ARGUMENT, GIVEN, Builder, Code, Instruction
from .passes import pruned


def fused(code: Code) -> Code:
    """Turn each chain of additions into a dot product of its products, and a sum of its other terms.

    Products of numbers of one level share a dot product. In a recurrent network this separates what depends
    only on the inputs from what depends on the state. Two products of computed numbers (a gate) stay as they
    are. The order of summation changes, so sums may differ in the last digit.

    >>> from .code import PARAMETER
    >>> builder = Builder()
    >>> x = [builder.add(ARGUMENT, detail=i) for i in range(2)]
    >>> w = [builder.add(PARAMETER, detail=i) for i in range(3)]
    >>> products = [builder.add(mul, pair) for pair in zip(w, x)]
    >>> total = builder.add(add, (builder.add(add, tuple(products)), w[2]))
    >>> print(fused(builder.code([total])))
    %0 = argument 0
    %1 = argument 1
    %2 = parameter 0
    %3 = parameter 1
    %4 = parameter 2
    %5 = dot %2 %3 %0 %1
    %6 = add %5 %4
    -> %6
    """
    steps = code.steps
    uses = code.uses()
    # whether each step depends on an argument
    moving = [False] * len(steps)
    chains: dict[int, list[int]] = {}  # the terms of each addition not absorbed by another
    absorbed: set[int] = set()
    for place, (op, operands, _, label) in enumerate(steps):
        moving[place] = op is ARGUMENT or any([moving[operand] for operand in operands])
        if op is add or op is sum_of:
            terms: list[int] = []
            for operand in operands:
                inner = chains.get(operand) if uses[operand] == 1 and not steps[operand].label else None
                if inner is None:
                    terms.append(operand)
                else:  # reuse the longer list, so that a chain takes linear time
                    terms = inner if not terms else terms + inner
                    del chains[operand]
                    absorbed.add(operand)
            chains[place] = terms
        elif op is dot_of and not label:
            chains[place] = [place]
    builder = Builder()
    places: list[int] = [-1] * len(steps)
    levels: list[int] = []

    def put(op: object, operands: tuple[int, ...], detail: object = None, label: str | None = None) -> int:
        place = builder.add(op, operands, detail, label)
        if place == len(levels):
            new = builder.steps[place].operands
            levels.append(1 + max([levels[operand] for operand in new]) if new else 0)
        return place

    def is_zero(place: int) -> bool:
        step = builder.steps[place]
        return step.op is CONSTANT and step.detail == 0.0

    def vanishes(x: int, y: int) -> bool:
        """Return whether x * y is 0: one is 0, and the other is given, so it is neither inf nor nan."""
        return any(is_zero(a) and builder.steps[b].op in GIVEN for a, b in ((x, y), (y, x)))

    def pairs_of(term: int) -> list[tuple[int, int]] | None:
        """Return the pairs of factors of a product or dot product; None for any other term."""
        step: Instruction = steps[term]
        if step.op is mul and uses[term] == 1 and not step.label:
            factors = [places[operand] for operand in step.operands]
            if CONSTANT not in [builder.steps[factor].op for factor in factors]:
                return [(factors[0], factors[1])]
        if step.op is dot_of and (uses[term] == 1 or term in chains):
            moved = [places[operand] for operand in step.operands]
            half = len(moved) // 2
            return list(zip(moved[:half], moved[half:]))
        return None

    for place, (op, operands, detail, label) in enumerate(steps):
        if place in absorbed:
            continue
        if place not in chains:
            moved = tuple([places[operand] for operand in operands])
            if op is mul and vanishes(*moved):
                places[place] = put(CONSTANT, (), 0.0)
            else:
                places[place] = put(op, moved, detail, label)
            continue
        rest: list[int] = []
        products: dict[int, list[tuple[int, int]]] = defaultdict(list)
        of_parameters = False
        for term in chains[place]:
            pairs = pairs_of(term)
            if pairs is None:
                if not is_zero(places[term]):
                    rest.append(places[term])
                continue
            of_parameters = of_parameters or not all(moving[o] for o in steps[term].operands)
            for x, y in pairs:
                if not vanishes(x, y):
                    products[max(levels[x], levels[y])].append((x, y))
        if op is not dot_of and not of_parameters and sum(map(len, products.values())) < 3:
            rest = []
            for term in chains[place]:  # keep a few products of computed numbers as they are
                pairs = pairs_of(term)
                rest += [places[term]] if pairs is None else [put(mul, pair) for pair in pairs]
            rest = [place for place in rest if not is_zero(place)]
            products.clear()
        found = [
            put(dot_of, (*(x for x, _ in pairs), *(y for _, y in pairs)))
            for _, pairs in sorted(products.items())
        ]
        terms = found + rest
        if not terms:
            places[place] = put(CONSTANT, (), 0.0)
        elif op is sum_of and not found:  # even with one or two terms: its neighbours may have more
            places[place] = put(sum_of, tuple(terms), None, label)
        elif len(terms) == 1:
            places[place] = terms[0]
            if label:
                builder.label(terms[0], label)
        elif found and len(rest) <= 2 or len(terms) == 2:  # such as products and a bias: chain them
            total = terms[0]
            for term in terms[1:]:
                total = put(add, (total, term))
            places[place] = total
            if label:
                builder.label(total, label)
        else:
            places[place] = put(sum_of, tuple(terms), None, label)
    return pruned(builder.code([places[output] for output in code.outputs]))
