"""The report of a training run: one HTML file that contains every picture, and a pad to draw digits on."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from pathlib import Path

from demos import page


def write(path: Path, sections: list[page.Section]) -> Path:
    """Write the report as one file, with the pictures of ``sections``, which lie beside it, embedded."""
    whole = [
        replace(section, blocks=[_embedded(block, path.parent) for block in section.blocks])
        for section in sections
    ]
    return page.write(path, whole, title="MNIST: a report")


def _embedded(block: page.Block, folder: Path) -> page.Block:
    if not isinstance(block, page.Picture):
        return block
    return replace(block, file=_inside(folder / block.file), dark=block.dark and _inside(folder / block.dark))


def _inside(picture: Path) -> str:
    return f"data:image/png;base64,{b64encode(picture.read_bytes()).decode()}"
