"""The way in stays short: what README says of the files that one reads first is so."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_core_is_for_one_sitting():
    assert len((ROOT / "autograd/core.py").read_text().splitlines()) <= 100


def test_the_way_from_a_product_to_its_gradient_is_a_thousand_lines():
    listed = re.findall(r"^\| `(\w+\.py)` \|.*\| (\d+) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    counted = [(name, len((ROOT / "autograd" / name).read_text().splitlines())) for name, _ in listed]
    assert [name for name, _ in listed][0] == "ops.py" and len(listed) == 6
    assert counted == [(name, int(lines)) for name, lines in listed]
    assert sum(lines for _, lines in counted) <= 1000
