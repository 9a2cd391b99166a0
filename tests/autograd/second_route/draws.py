"""The numbers that rows are tried with: classes of operands, each with what is awkward about it."""

import numpy as np


def _signs(rng, shape):
    return rng.choice([-1.0, 1.0], size=shape)


def ordinary(rng, shape):
    return rng.uniform(0.2, 2.5, size=shape) * _signs(rng, shape)


def negative(rng, shape):
    return -rng.uniform(0.2, 2.5, size=shape)


def zero(rng, shape):
    """Zeros of either sign, and some numbers between them."""
    return np.where(rng.random(shape) < 0.7, rng.choice([0.0, -0.0], size=shape), ordinary(rng, shape))


def tied(rng, shape):
    """Few numbers, so that many are equal."""
    return rng.choice([-1.0, 0.5, 2.0], size=shape)


def _of_size(rng, shape, small, large):
    """Powers of 10 from one of two ranges: all of an array from the same, as one giant hides all others."""
    return 10 ** rng.uniform(*(small if rng.random() < 0.6 else large), size=shape) * _signs(rng, shape)


def huge(rng, shape):
    """Numbers that have a square and a cube, or numbers of which most have none."""
    return _of_size(rng, shape, (1.5, 8), (100, 300))


def tiny(rng, shape):
    return _of_size(rng, shape, (-12, -4), (-300, -100))


CLASSES = {each.__name__: each for each in (ordinary, negative, zero, tied, huge, tiny)}


def drawer(name, rng):
    """What a row's examples call: ``draw(*shape)`` gives an array of this class."""
    return lambda *shape: np.array(CLASSES[name](rng, shape))
