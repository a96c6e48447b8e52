"""The floors of the library, and what importing it brings in."""

import ast
import inspect
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import cnn_course

pytestmark = pytest.mark.style

PACKAGE = Path(cnn_course.__file__).parent
ROOT = PACKAGE.parent
MOST_PARAMETERS = 6  # that a reader of the call can tell apart by their places
# A module imports only from floors below its own.
FLOORS = [
    {"checks", "palette"},
    {"shapes", "naive"},
    {"windows", "masks", "arguments"},
    {"columns", "bands", "depthwise", "winograd"},
    {"engine"},
    {"conv", "pool", "dense"},
    {"variants"},
    {"layers"},
    {"models", "data", "optimizers", "saving"},
    {"training", "pen"},
    {"plots", "display", "exercises"},
    {"explorers"},
]
ALL = set().union(*FLOORS)
HEAVY = {
    "PIL": "plots",
    "matplotlib": "plots",
    "ipywidgets": "explorers",
    "anywidget": "explorers",
    "traitlets": "explorers",
    "IPython": "display",
}


def modules():
    """Yield (top-level module name, file) for every file of the package but its `__init__`."""
    for path in sorted(PACKAGE.rglob("*.py")):
        first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if first != "__init__":
            yield first, path


def imports(path):
    """Yield (module within the package or None, outside package or None, at top level) for each import of a file."""
    whole = tree(path)
    depth = len(path.relative_to(PACKAGE).parts)
    for node in ast.walk(whole):
        top = node in whole.body
        if isinstance(node, ast.ImportFrom) and (node.level == depth or (node.module or "").startswith("cnn_course")):
            module = (node.module or "").removeprefix("cnn_course").strip(".")
            names = [module] if module else [alias.name for alias in node.names]
            yield from ((name.split(".")[0], None, top) for name in names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield None, node.module.split(".")[0], top
        elif isinstance(node, ast.Import):
            yield from ((None, alias.name.split(".")[0], top) for alias in node.names)


def tree(path):
    return ast.parse(path.read_text("utf-8"))


def floor(name):
    return next(number for number, names in enumerate(FLOORS) if name in names)


def test_every_module_has_a_floor():
    assert {name for name, _ in modules()} == ALL


@pytest.mark.parametrize(("name", "path"), list(modules()), ids=lambda v: v.name if isinstance(v, Path) else v)
def test_modules_import_only_from_floors_below(name, path):
    for inside, outside, top in imports(path):
        if inside:
            below = inside == name or inside not in ALL or floor(inside) < floor(name)
            assert below, f"{path.name} imports {inside}"
        elif outside == "cnn_course":
            assert floor(name) >= floor("plots"), f"{path.name} imports the package itself"
        elif outside in HEAVY:
            assert floor(name) >= floor(HEAVY[outside]), f"{path.name} imports {outside}"
        elif outside not in sys.stdlib_module_names and outside != "numpy":
            assert not top, f"{path.name} imports {outside} at the top; import it where it is used"


def test_importing_the_package_brings_in_numpy_and_nothing_else():
    code = (
        "import sys, numpy.random; before = set(sys.modules); import cnn_course;"
        "new = {m.split('.')[0] for m in set(sys.modules) - before};"
        "print(sorted(m for m in new if m not in sys.stdlib_module_names and m not in ('cnn_course', 'numpy')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_all_names_what_the_package_offers():
    offered = {
        name
        for name, value in vars(cnn_course).items()
        if not name.startswith("_") and not (inspect.ismodule(value) and name != "naive")
    }
    assert set(cnn_course.__all__) == offered
    assert cnn_course.__all__ == sorted(cnn_course.__all__)


@pytest.mark.parametrize("name", cnn_course.__all__)
def test_public_functions_document_shapes_errors_and_an_example(name):
    value = getattr(cnn_course, name)
    if inspect.ismodule(value):
        return
    doc = inspect.getdoc(value)
    assert doc.splitlines()[0].endswith("."), "the first line is a sentence"
    if not inspect.isfunction(value):
        return
    sections = {"Parameters", "Returns", "Raises", "Examples"}
    if inspect.signature(value).return_annotation in ("None", None):
        sections.remove("Returns")
    assert sections <= set(re.findall(r"^(\w+)\n-{3,}$", doc, re.MULTILINE))
    for parameter in inspect.signature(value).parameters:
        assert parameter in doc, f"{name} does not document {parameter}"


def in_chapters():
    """Return the names that the chapters call by ``cc.``, or speak of."""
    found = set()
    for path in sorted((ROOT / "book").glob("[01]*.ipynb")):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            text = "".join(cell["source"])
            if cell["cell_type"] == "code":
                found |= set(re.findall(r"\bcc\.(\w+)", re.sub("#.*", "", text)))
            else:
                found |= set(re.findall(r"`(?:cc\.)?(\w+)(?:\([^`]*\))?`", text))
    return found


def test_the_reference_says_of_each_public_name_in_which_chapter_it_is():
    """The build ends each entry with the sections that use it; of a name that none uses, the entry itself says it."""
    reference = (ROOT / "book/api.rst").read_text("utf-8").partition("currentmodule:: cnn_course.models")[0]
    entries = re.split(r"^\.\. auto(?:function|class):: (\w+)$", reference, flags=re.MULTILINE)[1:]
    says = {name: "In chapter :ref:" in text for name, text in zip(entries[::2], entries[1::2], strict=True)}
    handed_on = {"load_idx", "load_weights", "save_weights", "naive"}  # described with their modules
    assert set(says) == set(cnn_course.__all__) - handed_on, "entries of book/api.rst, and names of cnn_course.__all__"
    used = in_chapters()
    unused = {name for name in says if name not in used and not says[name]}
    assert unused == set(), "no chapter uses these: end their entries in book/api.rst with In chapter :ref:`7 <ch-07>`."


@pytest.mark.parametrize(("name", "path"), list(modules()), ids=lambda v: v.name if isinstance(v, Path) else v)
def test_module_docstrings_say_where_they_are_taught(name, path):
    if path.parent == PACKAGE:
        assert "Taught in" in ast.get_docstring(tree(path))


@pytest.mark.parametrize(("name", "path"), list(modules()), ids=lambda v: v.name if isinstance(v, Path) else v)
def test_no_module_takes_private_names_from_another(name, path):
    taken, foreign = [], set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and (node.level or node.module.startswith("cnn_course")):
            taken += [alias.name for alias in node.names if alias.name.startswith("_")]
            foreign |= {alias.asname or alias.name for alias in node.names if alias.name.islower()}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in foreign:
            taken += [ast.unparse(node)] * bool(re.match("_[a-z]", node.attr))
    assert taken == [], f"{path.name} takes {taken}"


@pytest.mark.parametrize(("name", "path"), list(modules()), ids=lambda v: v.name if isinstance(v, Path) else v)
def test_no_function_asks_its_reader_to_count_places(name, path):
    """A private function has few parameters; of a public one, few may be given by position."""
    if name == "naive":  # a loop has all options of its operation, in PyTorch's order
        return
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            by_place = len(node.args.posonlyargs + node.args.args)
            private = re.match("_[a-z]", getattr(node, "name", ""))
            counted = by_place + len(node.args.kwonlyargs) if private else by_place
            assert counted <= MOST_PARAMETERS, f"{path.name}:{node.lineno} has {counted} parameters"


def test_the_version_stands_in_one_place_and_the_citation_agrees():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "version" not in project["project"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "cnn_course.__version__"}
    cited = re.search("^version: (.*)$", (ROOT / "CITATION.cff").read_text("utf-8"), re.MULTILINE)
    assert cited[1] == cnn_course.__version__


def test_the_types_are_shipped():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "py.typed" in project["tool"]["setuptools"]["package-data"]["cnn_course"]
    assert (PACKAGE / "py.typed").is_file()
