"""An assignment as an autograder of Gradescope: a zip that it unpacks in a container and runs for each submission.

There, bubblewrap cannot start. The container is the wall to the outside; inside, the grader is root and closes its
folders, and students' code runs as a user that may read none of them.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .assignment import read
from .grade import grade
from .sandbox import Limits, NoSandbox, Sandbox, Worker

HERE = Path(__file__).parent
PACKAGES = ("numpy", "nbformat")  # all that grading imports
SETUP = """#!/usr/bin/env bash
# Gradescope runs this once, when the container is made.
set -e
apt-get update
apt-get install -y python3 python3-venv
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {{
    echo "Python 3.11 or newer is needed: choose a newer base image"
    exit 1
}}
python3 -m venv /autograder/venv
/autograder/venv/bin/python -m pip install {packages}
"""
RUN = """#!/usr/bin/env bash
# Gradescope runs this for each submission.
set -e
root="${AUTOGRADER:-/autograder}"
chmod 700 "$root/source" "$root/submission" "$root/results"
cd "$root/source"
OPENBLAS_NUM_THREADS=1 PYTHONPATH="$root/source" "$root/venv/bin/python" -B -m cnn_grading.gradescope "$root"
"""


class Dropped(Sandbox):
    """No walls but another user's: for a container that is thrown away, in which the grader is root.

    Raises
    ------
    NoSandbox
        If the grader is not root, and students' code would run as the one who holds the key.
    """

    def __init__(self) -> None:
        if os.geteuid() != 0:
            raise NoSandbox("in a container the grader must be root, so that students' code can be another user")
        self.user = 40_000 + os.getpid() % 20_000  # of those that containers have
        super().__init__("none")

    def command(self, limits: Limits, folder: Path) -> list[str]:
        """Return the command that starts a worker, which gives up being root."""
        *words, settings = super().command(limits, folder)
        os.chown(folder, self.user, self.user)
        return [*words, json.dumps(json.loads(settings) | {"uid": self.user})]

    @contextlib.contextmanager
    def worker(self, limits: Limits) -> Iterator[Worker]:
        """Start a worker, and end it with every process of its user."""
        try:
            with super().worker(limits) as worker:
                yield worker
        finally:
            end = f"import os, signal; os.setuid({self.user}); os.kill(-1, signal.SIGKILL)"
            subprocess.run([sys.executable, "-I", "-c", end], check=False)


def package(source: Path, key: bytes, target: Path) -> None:
    """Write the zip that is uploaded as an autograder.

    Parameters
    ----------
    source : Path
        The assignment.
    key : bytes
        The secret of the course; it is in the zip, which students never see.
    target : Path
    """
    files: dict[str, bytes] = {
        "setup.sh": SETUP.format(packages=" ".join(f"{name}=={version(name)}" for name in PACKAGES)).encode(),
        "run_autograder": RUN.encode(),
        f"assignment/{source.name}": source.read_bytes(),
        "grading.key": key,
    }
    for folder in (HERE, HERE.parent / "cnn_course"):
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".toml"):
                files[str(path.relative_to(folder.parent))] = path.read_bytes()
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            member = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            member.external_attr = (0o755 if name in ("setup.sh", "run_autograder") else 0o644) << 16
            packed.writestr(member, content, zipfile.ZIP_DEFLATED)


def results(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result of `grade` as Gradescope shows it; what is marked by hand is left to its own rubric."""
    coded = [question for question in result["questions"] if question["status"] != "needs marking"]
    tests = [
        {
            "name": f"{question['name']} {question['title']}",
            "score": question["points"],
            "max_score": question["of"],
            "output": question["text"],
            "visibility": "visible",
        }
        for question in coded
    ]
    said = [result["why"], *result["cells"]] if result["why"] else result["cells"]
    output = "\n".join(said) or "Every cell ran."
    return {"score": result["points"], "output": output, "stdout_visibility": "hidden", "tests": tests}


def main(root: Path) -> int:
    """Grade what was submitted, and write the results where Gradescope looks for them.

    Parameters
    ----------
    root : Path
        Its folder, in which are `source`, `submission` and `results`.

    Returns
    -------
    int
        0, also for a submission that is no notebook: its result says so.
    """
    (source,) = (root / "source" / "assignment").glob("*.ipynb")
    assignment = read(source.stem, source.read_text("utf-8"))
    notebooks = sorted(
        path for path in (root / "submission").rglob("*.ipynb") if path.is_file() and not path.is_symlink()
    )
    if len(notebooks) == 1:
        key = (root / "source" / "grading.key").read_bytes()
        told = results(grade(notebooks[0].read_bytes(), assignment, key, _who(root), Dropped()))
    else:
        told = {"score": 0, "output": f"Hand in one notebook (.ipynb): there are {len(notebooks)}.", "tests": []}
    (root / "results" / "results.json").write_text(json.dumps(told, indent=1, ensure_ascii=False), "utf-8")
    return 0


def _who(root: Path) -> str:
    """Return who submits; only the numbers that checks draw depend on it."""
    try:
        users = json.loads((root / "submission_metadata.json").read_text("utf-8"))["users"]
        return " ".join(sorted(user["email"] for user in users))
    except (OSError, ValueError, KeyError, TypeError):
        return ""


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
