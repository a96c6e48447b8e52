"""What the project needs is declared, pinned to one version, locked by hashes, and tested at its oldest and newest.

That pins agree, on every system and Python, is uv's work when it makes the locks.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import matrix
import notebooks
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
FILES = ("requirements", "requirements-tools", "requirements-frameworks", "requirements-instructor")
LOCKED = ("requirements", "requirements-tools", "requirements-instructor")
STUDENTS = ROOT / "binder"  # where Binder looks
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
OPTIONAL = PROJECT["optional-dependencies"]

# What is imported under another name than it is installed by.
INSTALLED_AS = {
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "fontTools": "fonttools",
    "quickjs": "quickjs-ng",
    "sklearn": "scikit-learn",
    "websocket": "websocket-client",
    "yaml": "pyyaml",
}


def requirements(path: Path, end: str | None = None) -> dict[str, Requirement]:
    """Read the requirements of a file, or of the part before a comment, by name; options and comments are left out."""
    text = path.read_text("utf-8").partition(end or "\0")[0]
    found = (Requirement(line.rstrip(" \\")) for line in re.findall(r"^\w.*", text, re.MULTILINE))
    return {canonicalize_name(requirement.name): requirement for requirement in found}


def pinned(name: str) -> dict[str, Requirement]:
    return requirements(ROOT / f"{name}.txt")


def locked(name: str) -> dict[str, Requirement]:
    return requirements(ROOT / f"{name}.lock")


def version(requirement: Requirement) -> str:
    """Return the one version that a pin allows."""
    (specifier,) = requirement.specifier
    assert specifier.operator == "=="
    return specifier.version


# ------------------------------------------------------------------------------------------------ exact pins and hashes


@pytest.mark.parametrize("name", FILES)
def test_every_requirement_is_one_exact_version(name: str) -> None:
    exact = r"[\w.-]+==[\w.]+( ; [\w.' =<>]+)?"
    lines = [line for line in (ROOT / f"{name}.txt").read_text("utf-8").splitlines() if line and line[0] != "#"]
    assert len(lines) == len(set(lines)) > 1
    assert [line for line in lines if not re.fullmatch(exact, line)] == (["-e .[book]"] if name == FILES[0] else [])


@pytest.mark.parametrize("name", LOCKED)
def test_a_lock_holds_the_pinned_versions(name: str) -> None:
    pins, locks = ({name: version(r) for name, r in read(name).items()} for read in (pinned, locked))
    assert pins.items() <= locks.items(), "run `make lock`"
    assert len(locks) > len(pins)


def test_what_grading_adds_moves_no_version_of_the_book() -> None:
    book, added = ({name: version(r) for name, r in locked(name).items()} for name in (LOCKED[0], LOCKED[2]))
    assert {name: book[name] for name in added.keys() & book.keys()}.items() <= added.items(), "run `make lock`"
    assert not pinned(LOCKED[0]).keys() & pinned(LOCKED[2]).keys()


def test_what_students_install_is_of_the_book_s_versions_and_without_its_tests() -> None:
    book, students = locked("requirements"), requirements(STUDENTS / "requirements.txt")
    assert {name: version(r) for name, r in students.items()} == {name: version(book[name]) for name in students}, (
        "run `make lock`"
    )
    asked = re.findall(r"^[^#\n].*", (STUDENTS / "requirements.in").read_text("utf-8"), re.MULTILINE)
    assert asked == [".[book]", "jupyterlab"]
    declared = {canonicalize_name(Requirement(text).name) for text in PROJECT["dependencies"] + OPTIONAL["book"]}
    assert declared | {"jupyterlab", "ipykernel"} <= students.keys()
    assert not students.keys() & {
        "pytest",
        "nbval",
        "playwright",
        "hypothesis",
        "mypy",
        "ruff",
        "jupyter-book",
        "sphinx",
    }
    assert (STUDENTS / "runtime.txt").read_text().strip().removeprefix("python-") in matrix.PYTHONS
    build = (STUDENTS / "postBuild").read_text()
    assert "pip install --no-deps ." in build and (STUDENTS / "postBuild").stat().st_mode & 0o100


def test_a_notebook_s_first_cell_looks_for_what_the_book_adds_to_numpy() -> None:
    (looked_for,) = re.findall(r"find_spec, (\[.*\])", notebooks.NEEDED)
    names = {canonicalize_name(INSTALLED_AS.get(name, name)) for name in ast.literal_eval(looked_for)}
    assert names - {"cnn-course"} <= {canonicalize_name(Requirement(text).name) for text in OPTIONAL["book"]}


@pytest.mark.parametrize("name", [*LOCKED, "binder/requirements.txt"])
def test_every_locked_version_has_hashes_and_nothing_else_is_in_the_lock(name: str) -> None:
    path = ROOT / (name if name.endswith(".txt") else f"{name}.lock")
    text = re.sub(r"^#.*\n", "", path.read_text("utf-8"), flags=re.MULTILINE)
    entry = r"[\w.-]+==[\w.]+(?: ; [\w.' =<>!()]+)? \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+"
    assert re.sub(entry, "", text) == ""
    hashes = re.findall("[0-9a-f]{64}", text)
    assert len(hashes) == len(set(hashes)) > len(requirements(path))


def test_what_checks_the_javascript_is_pinned_and_locked_by_hashes_and_names_no_host() -> None:
    folder = ROOT / "tools" / "javascript"
    pins = json.loads((folder / "package.json").read_text("utf-8"))["devDependencies"]
    lock = json.loads((folder / "package-lock.json").read_text("utf-8"))["packages"]
    assert lock.pop("")["devDependencies"] == pins
    for name, version in pins.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert lock[f"node_modules/{name}"]["version"] == version
    assert all(one["integrity"].startswith("sha512-") and "resolved" not in one for one in lock.values())


def test_the_environment_is_made_from_the_lock_and_the_package_goes_in_after_it() -> None:
    command = ["make", "--dry-run", "--always-make", f"PYTHON={sys.executable}", ".venv/ready"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    installs = [line.split(" install ")[1].split() for line in made.splitlines() if " pip install " in line]
    assert [set(words) - {"--quiet"} for words in installs] == [
        {"--require-hashes", "-r", "requirements.lock"},
        {"--no-deps", "--no-build-isolation", "-e", "."},
    ]


def test_pins_are_within_the_bounds_of_pyproject() -> None:
    declared = [Requirement(text) for text in [*PROJECT["dependencies"], *itertools.chain(*OPTIONAL.values())]]
    pins = pinned("requirements") | pinned("requirements-instructor")
    assert [str(r) for r in declared if not r.specifier.contains(version(pins[canonicalize_name(r.name)]))] == []


# ------------------------------------------------------------------------------------------------- imports are declared


def sources(*places: str) -> Iterator[tuple[Path, ast.Module]]:
    """Yield each Python file and notebook in these places, parsed."""
    for path in sorted(itertools.chain.from_iterable((ROOT / place).rglob("*") for place in places)):
        if path.suffix == ".py":
            yield path, ast.parse(path.read_text("utf-8"))
        elif path.suffix == ".ipynb" and ".ipynb_checkpoints" not in path.parts:
            cells = json.loads(path.read_text("utf-8"))["cells"]
            code = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
            yield path, ast.parse("\n".join(code))


def imported(tree: ast.Module) -> set[str]:
    """Return the names of the packages that a file imports, or asks pytest for."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "importorskip":
            names |= {word.value for word in node.args if isinstance(word, ast.Constant)}
    return {name.partition(".")[0] for name in names}


def undeclared(declared: set[str], *places: str) -> set[str]:
    """Say which files import what is neither declared, nor Python's, nor the project's own."""
    own = {path.stem for place in ("tests", "tools", "benchmarks", "book/_ext") for path in (ROOT / place).glob("*.py")}
    own |= {"cnn_course", "cnn_grading", "wrong_answers", "bad_calls"} | sys.stdlib_module_names
    return {
        f"{path.relative_to(ROOT)} imports {name}"
        for path, tree in sources(*places)
        for name in imported(tree) - own
        if canonicalize_name(INSTALLED_AS.get(name, name)) not in declared
    }


def test_the_package_imports_what_pyproject_declares() -> None:
    declared = {canonicalize_name(Requirement(text).name) for text in PROJECT["dependencies"] + OPTIONAL["book"]}
    assert undeclared(declared, "cnn_course") == set()


def test_the_grader_imports_what_pyproject_declares() -> None:
    texts = PROJECT["dependencies"] + OPTIONAL["instructor"]
    inside = {"channel", "limits", "source", "values"}  # the worker finds these beside itself, in the sandbox
    assert undeclared({Requirement(text).name for text in texts} | inside, "cnn_grading") == set()


def test_everything_imports_what_the_requirements_name_for_its_own_sake() -> None:
    own_sake = [requirements(ROOT / f"{name}.txt", end="# What these need") for name in (FILES[0], *FILES[2:])]
    declared = set().union(*own_sake)
    assert "numpy" in declared
    assert "zipp" not in declared
    assert undeclared(declared, "cnn_course", "tools", "tests", "benchmarks", "book") == set()


# ------------------------------------------------------------------------------------------------- oldest and newest


def test_every_dependency_says_from_which_version_on_and_that_one_is_tested() -> None:
    declared = [*PROJECT["dependencies"], *itertools.chain(*OPTIONAL.values())]
    assert [text for text in declared if not re.fullmatch(r"[a-z\d-]+>=[\d.]+", text)] == []
    assert {f"{name}>={bound}" for name, bound in matrix.lower_bounds().items()} == set(declared)
    assert {"numpy", "scipy", "matplotlib", "ipywidgets"} <= matrix.lower_bounds().keys()


def test_a_bound_that_was_not_tested_is_reported() -> None:
    assert matrix.loose_bounds({"a": "1.0", "b": "10", "c": "2.1"}, {"a": "1", "b": "10.0.0", "c": "2.1.0"}) == []
    for installed in ("1.10.0", "1.1.1", "2.0", "10"):
        assert len(matrix.loose_bounds({"a": "1.1", "b": "1"}, {"a": installed, "b": "1"})) == 1


def test_one_version_at_each_end_of_every_python_is_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def run(python: str, choice: str) -> str:
        tried.append((python, choice))
        return "tests failed" if (python, choice) == ("3.12", "newest") else ""

    monkeypatch.setattr(matrix, "run", run)
    assert matrix.main([]) == 1
    assert tried == list(itertools.product(matrix.PYTHONS, ["oldest", "newest"]))
    assert matrix.main(["3.11", "3.13"]) == 0
    assert PROJECT["requires-python"] == f">={matrix.PYTHONS[0]}"


def test_a_python_that_is_missing_is_said_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert matrix.main(["2.9"]) == 1
    assert "there is no python2.9 here" in capsys.readouterr().out


def test_what_the_matrix_leaves_to_the_pinned_environment_exists() -> None:
    assert [name for name in matrix.APART if not (ROOT / "tests" / f"{name}.py").is_file()] == []


def workflow(name: str) -> dict:
    return yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text("utf-8"))


@pytest.mark.parametrize(("name", "command"), [("test.yml", "make test"), ("matrix.yml", "make test-matrix PYTHONS=")])
def test_workflows_run_the_same_commands_on_every_python(name: str, command: str) -> None:
    jobs = workflow(name)["jobs"]
    (job,) = [job for job in jobs.values() if any(step.get("run", "").startswith(command) for step in job["steps"])]
    assert job["strategy"]["matrix"]["python"] == list(matrix.PYTHONS)
    assert job["strategy"]["fail-fast"] is False


def test_the_matrix_and_the_audit_run_every_week() -> None:
    matrix_workflow = workflow("matrix.yml")
    (weekly,) = matrix_workflow[True]["schedule"]  # YAML reads the key `on` as a truth value
    minute, hour, day, month, weekday = weekly["cron"].split()
    assert (day, month) == ("*", "*")
    assert all(part.isdecimal() for part in (minute, hour, weekday))
    assert any(step.get("run") == "make audit" for job in matrix_workflow["jobs"].values() for step in job["steps"])


@pytest.mark.parametrize("name", ["test.yml", "matrix.yml"])
def test_workflows_may_only_read_and_use_actions_at_one_commit(name: str) -> None:
    assert workflow(name)["permissions"] == {"contents": "read"}
    used = [step["uses"] for job in workflow(name)["jobs"].values() for step in job["steps"] if "uses" in step]
    assert used
    assert [action for action in used if not re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", action)] == []
