"""Networks written in scalars turn out to be matrix products, and as such learn MNIST and names.

Each network runs once on Values, is traced, and becomes an array program over a batch of examples; the tracer
finds the products by itself. Speeds are those of this machine, in this run.
"""

from __future__ import annotations

import argparse

import numpy as np

from demos import page
from demos.command import DemoError, positive

from . import pictures
from .networks import Network, catalogue, find
from .recovery import BATCH, SCALARS, Recovery, recover, scalar_source, whole_source
from .training import TEMPERATURE, Digits, Names, learn_digits, learn_names

WIDTH = 108  # of a line of source on the page; tables of indices are longer

SEEN = {
    "two moons": """What to see: neurons take their dot products one by one, and a layer of them is one
    product. A neuron's weights and its bias lie side by side among the parameters, hence the reshape to (16,
    3). The backward pass adds two products for each, of transposed shapes: one for its inputs, and one for
    its weights.""",
    "convolution": """What to see: in the graph each output is a dot product of its own, and shorter at the
    border. Together they are one product. A row of i1 lists the pixels in one window of the image; there1 is
    0 where the window reaches over the border. Then all windows times all kernels, weight.""",
    "rnn": """What to see: the inputs enter the states of all 8 steps in one product, because it waits for
    nothing. The states wait for each other, so they are 7 products in a row; each product also gives the
    output of its step, since the same numbers meet both matrices (W1 stacks the matrix of the states on that
    of the outputs).""",
    "multi-head attention": """What to see: queries, keys and values are one product, because they share an
    input; "B x 2 times" says that the heads of all examples are one stack. Later positions are -inf before
    the softmax and 0 after it, though the graph has nothing there.""",
    "gpt": """What to see: seven products, and between them norms, softmaxes, a relu and sums of two. The
    embedding lookup, token_weight[tokens], becomes a product too in the backward pass, with a matrix of zeros
    and ones.""",
}

TITLES = {"rnn": "RNN", "gpt": "GPT"}  # of sections; other sections use the network's name


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the demo's own options."""
    parser.add_argument(
        "--network", metavar="NAME", help="show one network only, with its complete source, and train nothing"
    )
    parser.add_argument("--epochs", type=positive, default=1, help="passes over the images of MNIST")
    parser.add_argument("--images", type=positive, default=60_000, help="training images of MNIST")
    parser.add_argument("--steps", type=positive, default=1500, help="steps of the GPT, 64 names each")


def run(options: argparse.Namespace) -> list[page.Section]:
    """Show the network that is asked for; otherwise recover every network, and train two."""
    from tqdm import tqdm

    if options.network is not None:
        return [_one(options)]
    found = []
    for network in (bar := tqdm(catalogue(), leave=False, disable=None, unit=" networks")):
        bar.set_description(network.name)
        found.append(recover(network, np.random.default_rng(options.seed)))
    table = _table(found)
    print(page.columns(table))
    print("\nTo see one of them with its source: python -m demos matmuls --network gpt")
    chosen = {each.network.name: each for each in found}

    digits = learn_digits(np.random.default_rng(options.seed), options.epochs, options.images)
    print(
        f"\nMNIST, 784-128-10 in scalars: {100 * digits.accuracy:.2f} % of {digits.tested:,} test images "
        f"right after {len(digits.losses):,} steps, {digits.seconds:.1f} s (tracing: {digits.tracing:.1f} s)"
    )
    names = learn_names(np.random.default_rng(options.seed), options.steps)
    print(
        f"Names, a GPT in scalars: held-out loss {names.held_out[0][1]:.2f} to {names.held_out[-1][1]:.2f} "
        f"in {len(names.losses):,} steps, {names.seconds:.1f} s (counted pairs: {names.pairs:.2f})"
    )
    print(f"It writes: {', '.join(names.written)}\n{_copied(names)}")
    overview = _overview(found, digits, names, table, options)
    return [
        page.Section("matmuls", "Scalar code is matrix products", overview),
        *(_shown(chosen[name]) for name in SCALARS),
        page.Section("digits", "It learns: digits", _digits(digits, options)),
        page.Section("names", "It learns: names", _names(names, options)),
    ]


def _one(options: argparse.Namespace) -> page.Section:
    """Show one network with its complete source."""
    found = recover(_named(options.network), np.random.default_rng(options.seed))
    table = _table([found])
    summary, scalar, source = found.batched.summary(), whole_source(found), found.batched.source
    print(f"{found.network.name}: {found.network.says}\n\n{scalar}")
    print(f"{page.columns(table)}\n\n{summary}\n({found.network.why})\n\n{source}")
    blocks: list[page.Block] = [
        page.Paragraph(f"{_sentence(found.network.says)} Its products: {found.network.why}."),
        table,
        page.Code(scalar),
        page.Code(summary),
        page.Code(source),
    ]
    return page.Section("matmuls", f"Scalar code is matrix products: {found.network.name}", blocks)


def _named(name: str) -> Network:
    try:
        return find(name)
    except ValueError as error:
        raise DemoError(f"--network: {str(error).partition(': ')[2]}") from None


def _table(found: list[Recovery]) -> page.Table:
    rows = [
        (
            each.network.name, f"{each.nodes:,}", str(len(each.batched.products)), each.largest,
            str(each.lines), f"{1e6 * each.eager:,.0f} µs", f"{1e6 * each.at_once:,.1f} µs",
            f"{each.speed_up:,.0f}",
        )
        for each in found
    ]  # fmt: skip
    return page.Table(
        f"""Nodes of the graph for one example on Values; matrix products in the forward pass, and the
        largest of them (B: the number of examples in a batch); lines of the array program, with its backward
        pass; the time per example, forward and backward, alone on Values and as one of {BATCH} at once; and
        how many times faster that is.""",
        ("network", "nodes", "products", "the largest", "lines", "on Values", "at once", "speed-up"),
        rows,
    )


def _overview(
    found: list[Recovery], digits: Digits, names: Names, table: page.Table, options: argparse.Namespace
) -> list[page.Block]:
    return [
        page.Paragraph(
            """A network in scalars is the easiest to understand: a neuron is a loop over its inputs. It is
            also the slowest. But the loops leave a graph, and the tracer finds the dot products in it, side
            by side: those that share their inputs are a matrix product. Nobody has told the tracer what a
            layer, a convolution or attention is; it has found them in the scalars."""
        ),
        page.Facts(
            [
                (f"{len(found)}", "networks, each traced once"),
                (f"{max(each.speed_up for each in found):,.0f} ×", "the largest speed-up"),
                (f"{100 * digits.accuracy:.2f} %", f"of MNIST's test images, in {digits.seconds:.1f} s"),
                (f"{names.held_out[-1][1]:.2f}", "loss of the GPT on names it has not seen"),
            ]
        ),
        page.Code(USE),
        pictures.speed(found, options.out),
        table,
    ]


def _shown(found: Recovery) -> page.Section:
    """Show a network: how it was written, what was found, and the array program."""
    name = found.network.name
    told = SEEN[name]
    if max(map(len, found.batched.source.splitlines())) > WIDTH:
        whole = f"'{name}'" if " " in name else name
        told += (
            f" Long tables of indices are cut here: python -m demos matmuls --network {whole} has them whole."
        )
    blocks: list[page.Block] = [
        page.Paragraph(_sentence(found.network.says)),
        page.Code(scalar_source(found.network)),
        page.Paragraph(told),
        page.Code(found.batched.summary()),
        page.Code(_narrow(found.batched.source)),
    ]
    return page.Section(name.replace(" ", "-"), TITLES.get(name, _sentence(name)[:-1]), blocks)


def _digits(found: Digits, options: argparse.Namespace) -> list[page.Block]:
    epochs = f"{options.epochs} epoch{'s' if options.epochs > 1 else ''}"
    return [
        page.Paragraph(
            f"""nn.MLP(784, [128, 10]) has {found.parameters:,} Values, and each image takes 203,264 products
            and sums of them. Traced, it learns from {found.examples:,} images, {epochs}, in batches of 100,
            with Adam in float32; then the traced logits read the test images."""
        ),
        page.Facts(
            [
                (f"{100 * found.accuracy:.2f} %", f"of {found.tested:,} test images right"),
                (f"{found.seconds:.1f} s", f"for {len(found.losses):,} steps"),
                (f"{1e3 * found.step:.2f} ms", "per step of 100 images"),
                (f"{found.tracing:.1f} s", "to trace loss and logits, once"),
            ]
        ),
        pictures.digits(found, options.out),
    ]


def _names(found: Names, options: argparse.Namespace) -> list[page.Block]:
    return [
        page.Paragraph(
            f"""The GPT reads {found.examples:,} first names, letter by letter, and learns what comes next. It
            has {found.parameters:,} parameters, each a Value. Then it writes: it draws a letter with the
            probabilities of the traced logits, sharpened a little (temperature {TEMPERATURE}), and reads it
            as its next input."""
        ),
        page.Facts(
            [
                (f"{found.held_out[-1][1]:.3f}", "loss on held-out names"),
                (f"{found.pairs:.3f}", "loss of counted pairs of letters"),
                (f"{found.seconds:.1f} s", f"for {len(found.losses):,} steps"),
                (f"{1e3 * found.step:.2f} ms", "per step of 64 names"),
            ]
        ),
        pictures.names(found, options.out),
        page.Paragraph(f"What to see: twenty names that it wrote. {_copied(found)}"),
        page.Code(_in_rows(found.written)),
    ]


def _copied(found: Names) -> str:
    if not found.copied:
        return f"None of them is among the {found.examples:,} names that it learned from."
    verb = "is" if len(found.copied) == 1 else "are"
    return (
        f"{len(found.copied)} of these {len(found.written)} {verb} among the {found.examples:,} names that "
        f"it learned from: {', '.join(found.copied)}."
    )


def _in_rows(words: list[str]) -> str:
    wide = max(map(len, words)) + 2
    rows = [words[start : start + 5] for start in range(0, len(words), 5)]
    return "\n".join("".join(word.ljust(wide) for word in row).rstrip() for row in rows)


def _narrow(source: str) -> str:
    """Cut the long lines of a source, which are tables of indices."""
    lines = [line if len(line) <= WIDTH else f"{line[: WIDTH - 2]} …" for line in source.splitlines()]
    return "\n".join(lines)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


USE = """
import autograd
import nn

model = nn.MLP(784, [128, 10])           # Values: every weight is a node

def loss(pixels, digit):                 # one image, in scalars
    return -autograd.take(autograd.log_softmax(model(pixels)), digit)

program = autograd.trace(loss, [0.0] * 784, 0, parameters=model.parameters())
batched = program.batched()
print(batched.summary())                 # its matrix products
print(batched.source)                    # NumPy, forward and backward
optimizer = nn.Adam(model.parameters())
batched.step(images, digits, optimizer)  # a batch at once; the Values follow
"""
