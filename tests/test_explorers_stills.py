"""Notebooks without a kernel: each explorer leaves a still picture of what it starts with, questions their text."""

from __future__ import annotations

import re
from base64 import b64decode
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import notebooks
import numpy as np
import pytest
from browser import visit
from test_explorers import TRAITS, drive, explorers
from test_questions import CHAPTERS, all_kinds

from cnn_course.explorers import still

nbconvert = pytest.importorskip("nbconvert", reason="nbconvert is not installed (requirements.txt)")

__all__ = ["drive"]

SVG, MARKDOWN = "image/svg+xml", "text/markdown"
CALLS = {
    "flip_and_filter": [{}, {"mode": "full", "flip": False}, {"signal": [1.5, -2], "mode": "same"}, {"signal": [1]}],
    "convolution_2d": [{}, {"size": 6, "kernel_size": 3, "stride": 2, "padding": 1, "flip": True}, {"kernel_size": 5}],
    "channels": [{}, {"padding": 1, "bias": -350, "relu": True}],
    "sweep": [{}, {"thing": "ring", "column": 4}],
    "relatives": [{}, {"relative": "unshared", "stride": 2}, {"relative": "tiled", "kernel_size": 2, "tiles": 3},
                  {"relative": "grouped", "channels": 4, "size": 8}, {"relative": "grouped", "groups": 1},
                  {"relative": "dilated", "size": 7}, {"relative": "transposed", "stride": 3}, {"size": 2}],
    "padding_and_stride": [{"size": 7, "kernel_size": 3, "stride": 3, "layers": 1}, {"size": 5, "kernel_size": 2}],
    "pooling": [{}, {"kind": "average", "window": 3, "stride": 2, "ceil_mode": True}, {"kind": "global average"},
                {"kind": "sum", "image": "map", "shift": 1}, {"window": 5}],
    "backprop": [{}, {"kind": "maximum pooling", "image": "ties"}, {"size": 5, "stride": 2},
                 {"kind": "average pooling", "image": "ties", "size": 4}],
}  # fmt: skip


def picture(box: Any) -> str:
    return box._repr_mimebundle_()[SVG]


def drawn(svg: str) -> list[float]:
    """Return all numbers that are drawn in the cells of a still picture, in order of colour of ink, then of place."""
    groups = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}g")
    return [float((text.text or "").replace("−", "-")) for group in groups for text in group]


def numeric(rows: list[list[str]]) -> np.ndarray:
    """Return the numbers of a grid; padding counts as 0, and what lies beyond it is left out."""
    kept = [[cell.replace("pad", "0") for cell in row if cell not in (None, "over")] for row in rows]
    return np.array([row for row in kept if row], float)


def test_every_explorer_has_calls() -> None:
    missing = TRAITS.keys() - CALLS.keys() - {"sizes"}  # whose table has tests of its own
    assert not missing, f"add {missing} to CALLS"


@pytest.mark.parametrize("name", CALLS)
def test_a_still_picture_holds_the_numbers_that_the_browser_computes(drive: Any, name: str) -> None:
    for options in CALLS[name]:
        box = getattr(explorers, name)(**options)
        (shown,) = drive(box, [{}])
        found = [(title, numeric(rows)) for title, rows in shown["grids"].items()]
        assert box.panels
        for panel in box.panels:
            title = re.split(r" with |, |\b(?:same|flipped|as used)\b", panel.title)[0]
            grids = [grid for other, grid in found if other.startswith(title) and grid.shape == panel.values.shape]
            assert any(np.allclose(grid, panel.values, atol=1e-9) for grid in grids), (panel.title, panel.values, found)


def test_a_picture_draws_every_number_of_its_panels() -> None:
    for name, calls in CALLS.items():
        box = getattr(explorers, name)(**calls[0])
        values = [value for panel in box.panels for value in panel.values.ravel()]
        assert sorted(drawn(picture(box))) == pytest.approx(sorted(values), abs=5e-5)


@pytest.mark.parametrize("name", [*TRAITS, "pictures"])
def test_a_picture_is_small_the_same_in_every_run_and_tells_what_it_shows(name: str) -> None:
    make = getattr(explorers, name)
    svg = picture(make())
    assert svg == picture(make())
    assert len(svg.encode()) < 8_500
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    alternative = root.get("aria-label", "")
    assert alternative.startswith(f"Still picture of the explorer {name}. ")
    assert len(alternative) > 60
    assert still.SENTENCE in "".join(root.itertext())
    assert svg.startswith(notebooks.STILL)


def test_what_only_the_browser_knows_is_left_to_the_sentence() -> None:
    svg = picture(explorers.pooling(image="noise"))
    assert drawn(svg) == []
    assert still.SENTENCE in svg


def test_a_stored_notebook_keeps_stills_and_questions_and_no_other_picture_or_widget() -> None:
    view = {notebooks.WIDGET: {"model_id": "1"}}
    outputs = [
        {"text/plain": "<Figure>", SVG: "<svg/>", "image/png": "aaaa"},
        explorers.pooling()._repr_mimebundle_(),
        all_kinds()._repr_mimebundle_()[0],
        {"text/plain": "IntSlider(value=0)"} | view,
    ]
    cell = nbformat.v4.new_code_cell("1", outputs=[nbformat.v4.new_output("display_data", data) for data in outputs])
    text = notebooks.normal_form(nbformat.v4.new_notebook(cells=[cell]))
    stored = nbformat.reads(text, as_version=4).cells[0].outputs
    kinds = [set(output.data) for output in stored]
    assert kinds == [{"text/plain"}, {"text/plain", SVG}, {"text/plain", MARKDOWN}]
    assert notebooks.normal_form(nbformat.reads(text, as_version=4)) == text


def explorer_cells(path: Path) -> list[Any]:
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    return [cell for cell in cells if re.search(r"^explorers\.\w+\(|questions\.ask\(", cell.source, re.MULTILINE)]


@pytest.mark.style
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_chapter_has_an_explorer_or_questions(path: Path) -> None:
    assert explorer_cells(path)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_explorer_and_all_questions_of_a_chapter_have_a_form_without_a_kernel(path: Path) -> None:
    code = nbformat.read(path, as_version=4).cells
    for cell in explorer_cells(path):
        (output,) = cell.outputs
        if "questions.ask(" in cell.source:
            prompts = output.data[MARKDOWN].split("\n\n", 1)[1].splitlines()
            assert len(prompts) >= 3
            continue
        svg = "".join(output.data[SVG])
        if "draw_a_digit" not in cell.source and "pictures" not in cell.source:  # those two depend on other versions
            known = {"explorers": explorers, "np": np}
            for name in re.findall(r"=([a-z]\w*)[,)]", cell.source):  # an array that the chapter gave a name
                given = next(one.source for one in code if re.match(rf"{name} = np.array", one.source))
                exec(given[: given.index("])") + 2], known)
            assert svg == picture(eval(cell.source, known)), f"make notebooks NOTEBOOKS=book/{path.name}"
        assert svg.startswith(notebooks.STILL)


@pytest.mark.parametrize("dark", [False, True])
def test_html_made_without_a_kernel_shows_the_picture_and_the_sentence(
    browser: Any, tmp_path: Path, dark: bool
) -> None:
    notebook = next(path for path in CHAPTERS if path.stem.startswith("02"))
    exporter = nbconvert.HTMLExporter(theme="dark" if dark else "light")
    body, _ = exporter.from_filename(str(notebook))
    path = tmp_path / "page.html"
    path.write_text(re.sub(r"<script src=.*?</script>|<link [^>]*>", "", body, flags=re.DOTALL), "utf-8")
    with visit(browser, path.as_uri(), viewport={"width": 1000, "height": 800}) as seen:
        stills = seen.page.locator(".jp-RenderedSVG img")  # a picture of its own: nbconvert gives it no better name
        count = sum("questions.ask(" not in cell.source for cell in explorer_cells(notebook))
        assert stills.count() == count > 1
        for at in range(count):
            src, height = stills.nth(at).evaluate(
                "async (img) => { await img.decode(); return [img.src, img.height]; }"
            )
            svg = b64decode(src.partition(",")[2]).decode()
            assert still.SENTENCE in svg
            assert f'height="{height}"' in svg
            assert stills.nth(at).bounding_box()["width"] == still.WIDTH
        assert seen.page.get_by_text("These questions are answered, and checked, in the built book").is_visible()


def test_a_notebook_becomes_a_script_of_python() -> None:
    text = notebooks.normal_form(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("6 * 7")]))
    body, resources = nbconvert.ScriptExporter().from_notebook_node(nbformat.reads(text, as_version=4))
    assert resources["output_extension"] == ".py"
    assert "6 * 7" in body
