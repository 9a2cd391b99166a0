"""In a notebook: executed for real, its output carries the page, and the page works inside its frame."""

import pytest

CELL = """\
from autograd import Value, stepper

x1, x2, w1, w2 = Value(2.0, "x1"), Value(0.0, "x2"), Value(-3.0, "w1"), Value(1.0, "w2")
o = (x1 * w1 + x2 * w2 + Value(6.8813735870195432, "b")).tanh()
o.label = "o"
stepper(o)
"""


@pytest.fixture(scope="module")
def nbconvert():
    """Imported where it is used: it takes a second, and every process collects every test."""
    import nbconvert

    return nbconvert


@pytest.fixture(scope="module")
def executed(nbconvert):
    import nbformat

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    nbconvert.preprocessors.ExecutePreprocessor(timeout=600, kernel_name="python3").preprocess(notebook)
    return notebook


def test_the_output_carries_the_page_and_a_text(executed):
    (output,) = executed.cells[0].outputs
    assert output.output_type == "execute_result"
    assert 'sandbox="allow-scripts"' in output.data["text/html"]
    assert output.data["text/plain"] == "<Stepper: o, 10 nodes, 5 operations>"


def test_the_page_works_in_the_frame_of_the_notebook(executed, nbconvert, browser, tmp_path):
    body, _ = nbconvert.HTMLExporter(template_name="basic").from_notebook_node(executed)
    path = tmp_path / "notebook.html"
    path.write_text(f"<!doctype html><meta charset=utf-8><body>{body}", encoding="utf-8")
    page = browser.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.goto(path.as_uri())
    page.locator("iframe").wait_for()
    frame = page.frames[1]
    page.locator("iframe").scroll_into_view_if_needed()
    frame.get_by_text("step 0 of 11").wait_for()
    frame.get_by_role("button", name="Last step").click()  # and the keys are the frame's from here on
    frame.get_by_text("step 11 of 11").wait_for()
    grads = frame.evaluate("[...Array(10).keys()].map(i => stepgrad.grad(i))")
    assert grads[0] == pytest.approx(-1.5) and grads[1] == pytest.approx(1.0)  # x1 and w1
    page.keyboard.press("Home")
    frame.get_by_text("step 0 of 11").wait_for()
    assert problems == []
    page.close()
