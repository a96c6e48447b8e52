"""The book: its notebooks are stored as they run, its pages are whole, and a broken book does not build."""

from __future__ import annotations

import ast
import json
import re
import shutil
import socket
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import make_book
import nbformat
import notebooks
import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from jupyter_book.cli import main as jupyter_book_cli

import cnn_course
from cnn_course import data, display, explorers, plots
from conftest import ROOT, build

BOOK = ROOT / "book"
NOTEBOOKS = sorted(BOOK.glob("*.ipynb"))
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
PAGES = [TOC["root"], *(chapter["file"] for part in TOC["parts"] for chapter in part["chapters"])]
MACHINE = re.compile(
    r"/(?:home|root|tmp|usr|opt|work|Users|private|site-packages)/|[A-Z]:\\|\b0x[0-9a-f]{6,}|Warning\b|Traceback"
)
DRAWN = "Any IntSlider FloatSlider SelectionSlider Dropdown Checkbox ToggleButtons HTML Label VBox HBox Stack Output"
UNSEEN = "Link DirectionalLink Layout SliderStyle DescriptionStyle CheckboxStyle ToggleButtonsStyle HTMLStyle"
WIDGETS = {f"{name}Model" for name in f"{DRAWN} {UNSEEN} LabelStyle".split()}  # what runtime.js knows
VIEW = "application/vnd.jupyter.widget-view+json"
COLUMN = 84  # characters of code in the width of a page
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
each_page = pytest.mark.parametrize("page", PAGES)


@cache
def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    """Return the code cells of a stored notebook, without the first, which sees what is installed."""
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code" and cell.id != notebooks.NEEDS]


@cache
def stored_state(path: Path) -> dict[str, Any]:
    """Return the models of the widgets of a built page, from the scripts beside it."""
    models: dict[str, Any] = {}
    for script in (path.with_name(f"{path.stem}{ending}.state.js") for ending in ("", "-others")):
        if script.exists():
            (text,) = re.findall(r"textContent: (\".*\") \}\)\);\n$", script.read_text("utf-8"))
            models |= json.loads(json.loads(text))["state"]
    return models


@cache
def soup(path: Path) -> BeautifulSoup:
    """Parse a built page."""
    return BeautifulSoup(path.read_text("utf-8"), "html.parser")


def last_expression(source: str) -> str | None:
    """Return the code of a cell's last statement if it is an expression, so that a notebook shows its value."""
    body = ast.parse(source).body
    return ast.unparse(body[-1].value) if body and isinstance(body[-1], ast.Expr) else None


def stored_texts(cell: nbformat.NotebookNode) -> list[str]:
    """Return the text that a page shows of each of a cell's stored outputs: Markdown without its fences and bars."""
    texts = []
    for output in cell.outputs:
        data = output.get("data", {})
        text = output.text if output.output_type == "stream" else data.get("text/markdown", data.get("text/plain", ""))
        text = re.sub(r"^(?:```.*|\|[ :|-]+)$", "", text, flags=re.MULTILINE)
        texts.append(re.sub(r"^\|.*\|$", lambda row: row[0].replace("|", " "), text, flags=re.MULTILINE))
    return texts


def is_exempt(cell: nbformat.NotebookNode) -> bool:
    """Tell whether a cell's outputs are not compared: pictures, widgets, what differs between machines."""
    return "nbval-ignore-output" in cell.metadata.get("tags", [])


def squeezed(text: str) -> str:
    """Make every run of white space one space."""
    return " ".join(text.split())


# The stored notebooks


def test_every_page_of_the_contents_has_a_source() -> None:
    assert not [page for page in PAGES if not list(ROOT.glob(f"{page}.*"))]


def test_every_notebook_is_in_the_contents() -> None:
    assert {path.stem for path in NOTEBOOKS} <= {Path(page).name for page in PAGES}


@each_notebook
def test_notebook_is_stored_in_its_normal_form(path: Path) -> None:
    assert notebooks.is_normal(path), f"run: make notebooks NOTEBOOKS={path.relative_to(ROOT)}"


@each_notebook
def test_every_cell_has_its_stored_outputs(path: Path) -> None:
    # nbval compares what is stored with a fresh run, and finds nothing wrong where nothing is stored.
    for number, cell in enumerate(code_cells(path), 1):
        shown = last_expression(cell.source)
        silent = shown is None or shown.startswith("np.testing.")
        expected = (not silent or re.search(r"\bprint\(", cell.source)) and not is_exempt(cell)
        assert cell.execution_count == number
        assert cell.outputs or not expected, f"code cell {number} has lost its output:\n{cell.source}"


@each_notebook
def test_no_output_tells_of_the_machine_or_warns(path: Path) -> None:
    host = socket.gethostname()
    for cell in code_cells(path):
        assert not any(output.get("name") == "stderr" or output.output_type == "error" for output in cell.outputs)
        for text in stored_texts(cell):
            assert not MACHINE.search(text), text
            assert len(host) < 6 or host not in text, text


@pytest.mark.style
@each_notebook
def test_where_the_library_is_missing_the_first_cell_says_what_to_install(path: Path) -> None:
    first = next(cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
    told = subprocess.run([sys.executable, "-I", "-S", "-c", first.source], capture_output=True, text=True, check=False)
    assert told.returncode
    assert re.search(
        r"^ModuleNotFoundError: This notebook needs .*%pip install .*\[book\].*\.$", told.stderr, re.MULTILINE
    )
    assert len(told.stderr.splitlines()) < 10


def test_notebooks_of_a_public_repository_say_where_to_install_from() -> None:
    cells = [nbformat.v4.new_markdown_cell("# One"), nbformat.v4.new_code_cell("import cnn_course as cc")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    for address in (
        "https://git.example/a/b",
        "https://git.example/c/d",
    ):  # a changed address takes the place of the first
        notebook = notebooks.with_needs(notebook, address)
        title, needs, one = notebook.cells
        assert (title.source, needs.id, one.source) == ("# One", notebooks.NEEDS, "import cnn_course as cc")
        with pytest.raises(ModuleNotFoundError, match=re.escape(f'%pip install "cnn-course[book] @ git+{address}"')):
            exec(needs.source.replace("cnn_course", "no_such_library"))


@each_notebook
def test_every_figure_has_a_text_alternative_and_a_caption(path: Path) -> None:
    for cell in code_cells(path):
        options = cell.metadata.get("mystnb", {})
        if "figure" in options or (last_expression(cell.source) or "").startswith("plots."):
            alternative = options.get("image", {}).get("alt", "")
            assert len(alternative) >= 30 and alternative.strip()[-1] in ".?", f"{alternative!r} of\n{cell.source}"
            assert options.get("figure", {}).get("caption"), f"no caption for\n{cell.source}"
            assert options.get("figure", {}).get("name"), f"no name to refer to for\n{cell.source}"


@pytest.mark.style
@each_notebook
def test_code_fits_the_column(path: Path) -> None:
    # A longer line scrolls in the page, and hides its end.
    cells = nbformat.read(path, as_version=4).cells
    shown = [cell for cell in cells if "hide-input" not in cell.metadata.get("tags", [])]
    code = [cell.source for cell in shown if cell.cell_type == "code"]
    for cell in shown:
        code += re.findall(r"^```python\n(.*?)^```", cell.source, re.MULTILINE | re.DOTALL)
    assert not [line for source in code for line in source.splitlines() if len(line) > COLUMN]


# The built pages


@each_page
def test_page_is_built(built_book: Path, page: str) -> None:
    built = soup(built_book / f"{page}.html")
    assert built.select_one("article h1")
    assert 20 <= len(built.select_one("meta[name=description]")["content"]) <= 160


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if path.stem[0].isdigit()], ids=lambda path: path.stem)
def test_chapter_has_the_number_of_its_file(built_book: Path, path: Path) -> None:
    number = rf"{int(path.stem[:2])}[a-z]?"
    lines = [line for cell in nbformat.read(path, as_version=4).cells for line in cell.source.splitlines()]
    written = next(line for line in lines if line.startswith("# "))
    title = squeezed(soup(built_book / "book" / f"{path.stem}.html").select_one("article h1").get_text())
    match = re.match(rf"# ({number})\. ", written)
    assert match and re.match(rf"{match[1]} [^\d]", title), (written, title)


@each_page
def test_page_asks_nothing_of_third_parties(built_book: Path, page: str) -> None:
    loading = "script[src], img[src], iframe[src], source[src], video[src], audio[src], object[data], link[href]"
    for tag in soup(built_book / f"{page}.html").select(loading):
        address = tag.get("src") or tag.get("href") or tag.get("data")
        assert not urlsplit(address).netloc, f"{page} loads {address}"


def test_style_sheets_ask_nothing_of_third_parties(built_book: Path) -> None:
    for path in (built_book / "_static").rglob("*.css"):
        assert not re.search(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//", path.read_text("utf-8")), path


def test_what_style_sheets_load_is_there(built_book: Path) -> None:
    css = (built_book / "_static" / "page.css").read_text("utf-8")
    addresses = {address for address in re.findall(r"url\(['\"]?([^'\")]+)", css) if address[:5] != "data:"}
    assert "math.woff2" in addresses
    assert not [address for address in addresses if not (built_book / "_static" / address).is_file()]


@each_page
def test_identifiers_are_unique(built_book: Path, page: str) -> None:
    counts = Counter(tag["id"] for tag in soup(built_book / f"{page}.html").select("[id]"))
    assert not [identifier for identifier, count in counts.items() if count > 1]


@each_page
def test_formulas_need_no_script(built_book: Path, page: str) -> None:
    built = soup(built_book / f"{page}.html")
    assert not any("mathjax" in str(tag).lower() or "katex" in str(tag).lower() for tag in built.select("script, link"))
    assert not built.select("div.math code, span.math code")


@each_notebook
def test_page_shows_the_stored_outputs(built_book: Path, path: Path) -> None:
    # The page shows a fresh run; were it not equal to the stored one, the tests of stored numbers would prove nothing.
    page = soup(built_book / "book" / f"{path.stem}.html")
    shown = [squeezed(block.get_text()) for block in page.select("div.cell_output pre")]
    shown += [squeezed(table.get_text(" ")) for table in page.select("div.cell_output table")]
    for cell in code_cells(path):
        for text in [] if is_exempt(cell) else stored_texts(cell):
            assert squeezed(text) in shown, f"not in the built page: {text}"


@pytest.mark.style
def test_first_worked_example_stands_in_its_chapter(built_book: Path) -> None:
    page = soup(built_book / "book" / "02-convolution-2d.html")
    numbers = [re.findall(r"-?\d+", block.get_text()) for block in page.select("div.cell_output pre")]
    assert ["19", "25", "37", "43"] in [[number for number in found if number != "0"] for found in numbers]


@each_notebook
def test_figures_stand_in_the_page_with_alternative_and_caption(built_book: Path, path: Path) -> None:
    page = soup(built_book / "book" / f"{path.stem}.html")
    assert not page.select("div.cell_output img"), "a notebook's figures are SVG, which follows the theme"
    for figure in page.select("div.cc-figure"):
        svg = figure.svg
        assert isinstance(svg, Tag) and svg["role"] == "img" and len(svg["aria-label"]) >= 30
        assert figure.find_parent("figure").figcaption
        assert not svg.select("style, script, metadata")
        of_both_papers = r'light-dark\(#\w{6},#\w{6}\)|"data:[^"]*"|#000000|#ffffff'
        assert not re.search(r"#[0-9a-f]{6}\b", re.sub(of_both_papers, "", str(svg)), re.IGNORECASE)


@each_notebook
def test_widgets_are_known_to_the_page_and_have_their_state(built_book: Path, path: Path) -> None:
    page = soup(built_book / "book" / f"{path.stem}.html")
    views = [json.loads(script.string)["model_id"] for script in page.find_all("script", type=VIEW)]
    models = stored_state(built_book / "book" / f"{path.stem}.html")
    assert set(views) <= set(models)
    assert {model["model_name"] for model in models.values()} <= WIDGETS


# A broken book does not build


def test_library_page_describes_every_public_name(built_book: Path) -> None:
    described = {tag["id"] for tag in soup(built_book / "book/api.html").select("[id]")}
    for module in (cnn_course, data, display, explorers, plots):
        for name in module.__all__:
            value = getattr(module, name)
            if callable(value):
                assert {f"{module.__name__}.{name}", f"{value.__module__}.{name}"} & described, name


def make_small_book(folder: Path) -> Path:
    """Make a book of one good page that is built by the real configuration."""
    shutil.copy(ROOT / "_config.yml", folder)
    (folder / "_toc.yml").write_text("format: jb-book\nroot: book/intro\n")
    for part in ("_ext", "assets", "theme"):
        shutil.copytree(BOOK / part, folder / "book" / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(BOOK / "references.bib", folder / "book")
    write(folder, "<!-- a comment -->\nA good page that has one sentence, $x^2$ and a [link](#a-title).")
    return folder


@pytest.fixture
def small_book(tmp_path: Path) -> Path:
    """Make a book that a test may change and build."""
    return make_small_book(tmp_path)


def write(book: Path, text: str, *code: str, name: str = "intro") -> None:
    """Write a page of a small book: a text, and code cells if there are any."""
    text = f"# A title\n\n{text}\n"
    for page in (book / "book").glob(f"{name}.*"):
        page.unlink()
    if not code:
        (book / "book" / f"{name}.md").write_text(text)
        return
    cells = [nbformat.v4.new_markdown_cell(text), *map(nbformat.v4.new_code_cell, code)]
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=notebooks.METADATA)
    (book / "book" / f"{name}.ipynb").write_text(notebooks.normal_form(notebook))


def test_a_good_book_builds(small_book: Path) -> None:
    result = build(small_book, small_book)
    assert result.returncode == 0, result.stderr
    page = (small_book / "_build/html/book/intro.html").read_text("utf-8")
    assert "<math><msup><mi>x</mi><mn>2</mn></msup></math>" in page
    assert "a comment" not in page


TEAL = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path fill="#008080" d="M0 0h9v9H0z"/></svg>'
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9H0z"/></svg>'


# A page with one defect each: its text, its code, and what the build says of it.
DEFECTS: dict[str, tuple[str, list[str], str]] = {
    "stderr": ("See stderr.", ["import sys", "print('careful', file=sys.stderr)"], "stderr was found"),
    "reference": ("See {numref}`no-such-figure`.", [], "no-such-figure"),
    "section": ("See [](#no-such-section).", [], "no-such-section"),
    "function": ("See {func}`cnn_course.no_such_function`.", [], "no_such_function"),
    "inline": (r"See $\frac{1$.", [], "bad TeX"),
    "displayed": ("$$\n\\begin{aligned} a &= b\n$$", [], "bad TeX"),
    "figure": ("See a picture.", [f"from IPython.display import SVG\nSVG({SQUARE!r})"], "no text alternative"),
    "colour": (
        "See a colour.",
        [f"from IPython.display import SVG\nSVG({TEAL!r})"],
        "does not know the colour #008080",
    ),
}


@pytest.fixture(scope="module")
def warnings_of_defects(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Build a book with all defects, and return what it warns of: each is an error where warnings are."""
    book = make_small_book(tmp_path_factory.mktemp("defects"))
    with (book / "_toc.yml").open("a") as toc:
        toc.write("chapters:\n" + "".join(f"  - file: book/{name}\n" for name in DEFECTS))
    for name, (text, code, _) in DEFECTS.items():
        write(book, text, *code, name=name)
    result = build(book, book)
    assert result.returncode != 0
    return re.split(rf"(?={re.escape(str(book))}/book/)", result.stderr)


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_fails_the_build(warnings_of_defects: list[str], name: str) -> None:
    told = [text for text in warnings_of_defects if f"/book/{name}." in text.partition("\n")[0]]
    assert [text for text in told if DEFECTS[name][2] in text]


def test_code_that_raises_fails_the_build(small_book: Path) -> None:
    write(small_book, "See what raises.", "1 / 0")
    result = build(small_book, small_book)
    assert result.returncode != 0
    assert "ZeroDivisionError" in result.stderr


def test_a_missing_page_fails_the_build(small_book: Path) -> None:
    with (small_book / "_toc.yml").open("a") as toc:
        toc.write("chapters:\n  - file: book/gone\n")
    result = build(small_book, small_book)
    assert result.returncode != 0
    assert "book/gone" in result.stderr


def test_a_defect_fails_the_second_build_too(small_book: Path) -> None:
    write(small_book, r"See $\frac{1$.")
    assert build(small_book, small_book).returncode != 0
    second = build(small_book, small_book)
    assert second.returncode != 0
    assert "bad TeX" in second.stderr


def test_a_second_build_writes_only_what_changed(small_book: Path) -> None:
    with (small_book / "_toc.yml").open("a") as toc:
        toc.write("parts:\n  - numbered: 2\n    chapters: [file: book/one]\n  - chapters: [file: book/api]\n")
    one, described = (
        small_book / "book" / "one.md",
        "# Names\n\n```{eval-rst}\n.. autofunction:: cnn_course.conv2d\n```\n",
    )
    one.write_text("# One\n\n## A section\n\nThe call `cc.conv2d`.\n")
    (small_book / "book" / "api.md").write_text("# Names\n\n" + described)
    seen = []
    for sentence in ("", "", "One sentence more.\n"):
        if sentence:
            one.write_text(one.read_text() + sentence)
        assert build(small_book, small_book).returncode == 0
        built = (small_book / "_build" / "html" / "book").glob("*.html")
        seen.append({path.stem: path.stat().st_mtime_ns for path in built})
    first, second, third = seen
    assert "In section " in (small_book / "_build" / "html" / "book" / "api.html").read_text("utf-8")
    assert second == first
    assert third["one"] != second["one"]
    assert third["api"] == second["api"]


def test_a_chapter_keeps_the_number_of_its_title(small_book: Path) -> None:
    seven, two = (small_book / "book" / name for name in ("seven.md", "two.md"))
    two.write_text("# 2. Two\n\n## A section\n\nSee {eq}`eq-seven` and {numref}`section %s <there>`.\n")
    texts = []
    for order, number in (["seven", "two"], "7"), (["two", "seven"], "7"), (["two", "seven"], "9b"):
        chapters = "".join(f"\n      - file: book/{name}" for name in order)
        toc = f"format: jb-book\nroot: book/intro\nparts:\n  - numbered: 2\n    chapters:{chapters}\n"
        (small_book / "_toc.yml").write_text(toc)
        seven.write_text(f"# {number}. Seven\n\n(there)=\n## A section\n\n$$\nx\n$$ (eq-seven)\n")
        result = build(small_book, small_book)
        assert result.returncode == 0, result.stderr
        pages = [(small_book / "_build" / "html" / "book" / f"{name}.html").read_text("utf-8") for name in order]
        found = [BeautifulSoup(page, "html.parser").article.get_text(" ") for page in sorted(pages, key=len)]
        texts.append(squeezed(" ".join(found)).replace("¶", ""))
        assert re.search(rf"See \( ?{number}\.1 ?\) and section {number}\.1 ?\.", texts[-1]), texts[-1]
        assert {f"{number}", f"{number}.1", "2", "2.1"} <= set(texts[-1].split()), texts[-1]


@pytest.fixture
def asked(small_book: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Let a small book be built by `make book` without Jupyter Book, and return how often that was asked."""
    page, calls = small_book / "_build" / "html" / "index.html", []

    def jupyter_book(arguments: list[str], standalone_mode: bool) -> None:
        calls.append(arguments)
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("built")

    monkeypatch.setattr(jupyter_book_cli, "main", jupyter_book)
    monkeypatch.chdir(small_book)
    monkeypatch.setitem(sys.modules, "rfc3987_syntax", None)
    monkeypatch.delenv("BOOK_URL", raising=False)
    make_book.build(small_book)
    make_book.build(small_book)
    assert calls == [["build", ".", "-W", "--keep-going", "-n"]]
    return calls


@pytest.mark.parametrize("change", ["edited", "added", "removed", "page lost", "address"])
def test_make_book_builds_again_when_something_changed(
    asked: list[list[str]], small_book: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    match change:
        case "edited":
            write(small_book, "Another sentence.")
        case "added":
            (small_book / "book" / "two.md").write_text("# Two\n")
        case "removed":
            (small_book / "book" / "references.bib").unlink()
        case "page lost":
            (small_book / "_build" / "html" / "index.html").unlink()
        case "address":
            monkeypatch.setenv("BOOK_URL", "https://reader.example/")
    make_book.build(small_book)
    make_book.build(small_book)
    assert len(asked) == 2


def test_make_book_builds_again_what_failed(
    asked: list[list[str]], small_book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(arguments: list[str], standalone_mode: bool) -> None:
        asked.append(arguments)
        raise SystemExit(1)

    monkeypatch.setattr(jupyter_book_cli, "main", fail)
    write(small_book, "Another sentence.")
    for _ in range(2):
        with pytest.raises(SystemExit):
            make_book.build(small_book)
    assert len(asked) == 3


def test_make_book_builds_again_what_changed_during_a_build(
    asked: list[list[str]], small_book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def edited(arguments: list[str], standalone_mode: bool) -> None:
        asked.append(arguments)
        write(small_book, f"Sentence {len(asked)}, while the book is built.")

    monkeypatch.setattr(jupyter_book_cli, "main", edited)
    write(small_book, "Another sentence.")
    make_book.build(small_book)
    make_book.build(small_book)
    assert len(asked) == 3


def test_notebooks_run_again_when_the_library_changes(small_book: Path) -> None:
    library = small_book / "cnn_course" / "answer.py"
    library.parent.mkdir()
    write(small_book, "See the library.", "print(open('../cnn_course/answer.py').read())")
    for answer in ("forty-one", "forty-two"):
        library.write_text(answer)
        assert build(small_book, small_book).returncode == 0
        assert answer in (small_book / "_build" / "html" / "book" / "intro.html").read_text("utf-8")
    assert len(list((small_book / "_build" / ".jupyter_cache").iterdir())) == 1


# The tool that stores notebooks


def test_storing_a_notebook_keeps_text_and_drops_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    cells = [nbformat.v4.new_code_cell("print(6 * 7)"), nbformat.v4.new_code_cell("6 * 7")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    assert not notebooks.is_normal(path)
    assert notebooks.main([str(path)]) == 0
    assert notebooks.is_normal(path)
    assert [stored_texts(cell) for cell in nbformat.read(path, as_version=4).cells] == [["42\n"], ["42"]]
    first = path.read_bytes()
    assert notebooks.main([str(path)]) == 0
    assert path.read_bytes() == first


@pytest.mark.parametrize("code", ["1 / 0", "import sys; print('careful', file=sys.stderr)"], ids=["raises", "stderr"])
def test_a_notebook_that_fails_is_not_stored(tmp_path: Path, capsys: pytest.CaptureFixture[str], code: str) -> None:
    path = tmp_path / "a.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)]), path)
    before = path.read_bytes()
    assert notebooks.main([str(path)]) == 1
    assert path.read_bytes() == before
    assert code in capsys.readouterr().err


@pytest.mark.parametrize("change", ["outputs", "count", "id", "spaces"])
def test_check_notices_a_notebook_out_of_form(tmp_path: Path, change: str) -> None:
    path = tmp_path / "a.ipynb"
    image = nbformat.v4.new_output("display_data", {"image/png": "aaaa", "text/plain": "a figure"})
    cell = nbformat.v4.new_code_cell("6 * 7", outputs=[image], execution_count=3)
    text = notebooks.normal_form(nbformat.v4.new_notebook(cells=[cell]))
    path.write_text(text)
    assert notebooks.main(["--check", str(path)]) == 0
    stored = json.loads(text)
    if change == "outputs":
        stored["cells"][0]["outputs"][0]["data"]["image/png"] = "aaaa"
    elif change == "count":
        stored["cells"][0]["execution_count"] = 2
    elif change == "id":
        stored["cells"][0]["id"] = "b47c"
    path.write_text(json.dumps(stored, indent=2 if change == "spaces" else 1, sort_keys=True) + "\n")
    assert notebooks.main(["--check", str(path)]) == 1
