"""Run the tests with the oldest and with the newest dependencies that pyproject.toml allows, on every supported Python.

    python tools/matrix.py              on every Python
    python tools/matrix.py 3.11 3.13    on these

`make test-matrix` runs it beside uv, which chooses the versions and installs their wheels in new environments in
_build/matrix: that needs the network. The library, its examples and the chapters are tested there; the built pages and
the style are `make test`'s, which has the exact versions of requirements.lock. A Python that is not found fails.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13")
CHOICES = {"oldest": "lowest-direct", "newest": "highest"}
# They build the book, drive a browser or JupyterLab, or ask for the exact versions of the whole environment.
APART = (
    "test_book",
    "test_browser",
    "test_pages_access",
    "test_pages_layout",
    "test_firefox",
    "test_jupyterlab",
    "test_dependencies",
    "test_style",
)
TESTS = ["cnn_course", "tools", "tests", "book", "README.md", "--ignore=book/_ext"]
TESTS += [f"--ignore=tests/{name}.py" for name in APART]


def lower_bounds() -> dict[str, str]:
    """Return the oldest version that pyproject.toml allows of each dependency, those of the extras included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = itertools.chain.from_iterable(project["optional-dependencies"].values())
    return dict(requirement.split(">=") for requirement in [*project["dependencies"], *extras])


def loose_bounds(bounds: dict[str, str], installed: dict[str, str]) -> list[str]:
    """Say which bounds promise more than was tested.

    Parameters
    ----------
    bounds : dict
        The oldest version that is allowed of each dependency.
    installed : dict
        The version of each that is installed where the oldest were asked for.

    Returns
    -------
    list of str
        A sentence for each bound below the version that is installed.

    Examples
    --------
    >>> loose_bounds({"numpy": "1.26", "scipy": "1.12"}, {"numpy": "1.26.0", "scipy": "1.13.1"})
    ['scipy>=1.12 is allowed, but 1.13.1 is the oldest that can be tested: raise the bound']
    """

    def number(version: str) -> str:
        return re.sub(r"(\.0)+$", "", version)

    return [
        f"{name}>={bound} is allowed, but {installed[name]} is the oldest that can be tested: raise the bound"
        for name, bound in bounds.items()
        if number(installed[name]) != number(bound)
    ]


def interpreter(version: str) -> str | None:
    """Return the path of a Python, or None where there is none; pyenv, if it is in use, is told which one is meant."""
    command = [f"python{version}", "-c", "import sys; print(sys.executable)"]
    try:
        found = subprocess.run(
            command, env=os.environ | {"PYENV_VERSION": version}, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return None
    return found.stdout.strip() or None


def environment(version: str, choice: str, executable: str) -> tuple[Path, dict[str, str]]:
    """Make an environment with the oldest or the newest dependencies; return its Python and what is installed."""
    folder = ROOT / "_build" / "matrix" / f"{version}-{choice}"
    python = folder / "bin" / "python"
    uv = str(Path(sys.executable).with_name("uv"))
    install = ["install", "--quiet", "--resolution", CHOICES[choice], "--only-binary", ":all:"]
    install += ["--requirements", str(ROOT / "pyproject.toml")]
    install += ["--extra", "book", "--extra", "instructor", "--extra", "test"]
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", executable, str(folder)], check=True)
    subprocess.run([uv, "pip", *install, "--python", str(python)], check=True)
    listed = subprocess.run(
        [uv, "pip", "list", "--format", "json", "--python", str(python)], capture_output=True, text=True, check=True
    )
    return python, {package["name"]: package["version"] for package in json.loads(listed.stdout)}


def run(version: str, choice: str) -> str:
    """Test one Python with the oldest or the newest dependencies; return what is wrong, or nothing."""
    executable = interpreter(version)
    if executable is None:
        return f"there is no python{version} here: install it, or name those you have (make test-matrix PYTHONS=...)"
    try:
        python, installed = environment(version, choice, executable)
    except subprocess.CalledProcessError as error:
        return f"the environment could not be made: {error}"
    bounds = lower_bounds()
    print(f"Python {version}, {choice}: {', '.join(f'{name} {installed[name]}' for name in bounds)}", flush=True)
    # A later Python may lack wheels of the oldest versions; the first one must have them.
    loose = loose_bounds(bounds, installed) if (version, choice) == (PYTHONS[0], "oldest") else []
    tests = subprocess.run(
        [str(python), "-m", "pytest", "-q", "-rfE", "-p", "no:cacheprovider", *TESTS],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )
    return "; ".join([*loose, *(["tests failed"] if tests.returncode else [])])


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pythons", nargs="*", metavar="PYTHON", help=f"default: {' '.join(PYTHONS)}")
    pythons = parser.parse_args(arguments).pythons or PYTHONS
    wrong = {(version, choice): run(version, choice) for version in pythons for choice in CHOICES}
    for (version, choice), problem in wrong.items():
        print(f"Python {version}, {choice}: {problem or 'passed'}")
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
