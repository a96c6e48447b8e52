"""Where students' code runs: a process that sees NumPy, Python's own library and nothing else of this machine.

On Linux, bubblewrap: no network, no files but those of Python and NumPy, a process tree of its own that ends whole. It
is no virtual machine: a hole in the kernel is a hole in it.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnn_course.exercises import values

from .channel import Broken, Channel

HERE = Path(__file__).parent
OURS = (*(HERE / f"{name}.py" for name in ("worker", "channel", "limits", "source")), Path(values.__file__))
KINDS = ("bwrap", "none")
MOMENT = 0.05  # seconds
ADVICE = (
    "install bubblewrap (Debian, Ubuntu: apt install bubblewrap; Fedora: dnf install bubblewrap), "
    "or grade in a virtual machine or a container that you can throw away, with --sandbox none"
)


class NoSandbox(RuntimeError):
    """No sandbox can start here; the message says why, and what to install."""


@dataclass(frozen=True)
class Limits:
    """What one worker may take.

    Attributes
    ----------
    seconds : float
        Of CPU.
    memory : int
        Bytes of address space.
    processes : int
        At a time: its threads, for another process cannot be made (`limits.py`).
    file_size : int
        Bytes of a file, and of all that lies in its folder.
    """

    seconds: float = 20
    memory: int = 2**30
    processes: int = 32
    file_size: int = 2**26

    def bounds(self) -> dict[str, int]:
        """Return them as whole numbers."""
        return asdict(self) | {"seconds": max(1, math.ceil(self.seconds))}


class Sandbox:
    """A way to start workers.

    Parameters
    ----------
    kind : {"bwrap", "none"}
        "none" runs students' code as you, with all that you may do: only where the machine itself is the sandbox.
    packages : sequence of Path
        Folders of packages that students' code may import beside NumPy: never one that holds solutions.

    Raises
    ------
    NoSandbox
        If a worker cannot be started so here.
    ValueError
        If there is no such kind.
    """

    def __init__(self, kind: str = "bwrap", packages: Sequence[Path] = ()) -> None:
        if kind not in KINDS:
            raise ValueError(f"sandbox must be one of {', '.join(KINDS)}, got {kind!r}")
        self.kind = kind
        self.packages = packages
        if kind == "bwrap" and not shutil.which("bwrap"):
            raise NoSandbox(f"bubblewrap is not installed: {ADVICE}")
        try:
            with self.worker(Limits()) as worker:
                worker.channel.send({"do": "look", "name": "nothing", "number": 0})
                worker.channel.receive()
        except Broken as error:
            raise NoSandbox(f"a worker does not start in {kind}: {worker.said or error}; {ADVICE}") from error

    @contextlib.contextmanager
    def worker(self, limits: Limits) -> Iterator[Worker]:
        """Start a worker and end it with all its processes.

        Parameters
        ----------
        limits : Limits
            What it may take.

        Yields
        ------
        Worker
        """
        with contextlib.ExitStack() as left:
            folder = None  # a sandbox has its own, which is gone with it
            if self.kind == "none":
                folder = left.enter_context(tempfile.TemporaryDirectory(prefix="cnn-grading-"))
            worker = Worker(self.command(limits, Path(folder or "/nowhere")), folder)
            try:
                yield worker
            finally:
                worker.end()

    def command(self, limits: Limits, folder: Path) -> list[str]:
        """Return the command that starts a worker.

        Parameters
        ----------
        limits : Limits
            What it may take.
        folder : Path
            Empty, its own; only without a sandbox.

        Returns
        -------
        list of str
        """
        if self.kind == "none":
            for file in OURS:
                shutil.copy(file, folder)
            settings = json.dumps({"uid": None, **limits.bounds()})
            return [sys.executable, "-I", "-B", "-c", _START.format(path=[str(folder)], worker=str(folder)), settings]
        # As root, files are read before root is given up, and each worker has a user of its own, whose processes count.
        is_root = os.geteuid() == 0
        uid = 2**30 + os.getpid() % 2**22 if is_root else None
        settings = json.dumps({"uid": uid, **limits.bounds()})
        base = Path(sys.base_prefix).resolve()
        python = base if base.is_relative_to("/usr") else Path("/python")
        arguments = [
            "bwrap",
            "--unshare-ipc",
            "--unshare-pid",
            "--unshare-net",
            "--unshare-uts",
            "--unshare-cgroup-try",
        ]
        arguments += ["--die-with-parent", "--new-session", "--clearenv", "--hostname", "sandbox"]
        arguments += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"] if is_root else []
        arguments += [] if is_root else ["--unshare-user"]
        for name, value in ENVIRONMENT.items():
            arguments += ["--setenv", name, value]
        arguments += ["--setenv", "LD_LIBRARY_PATH", f"{python}/lib"] if python != base else []
        for path in ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache"):
            if os.path.islink(path):
                arguments += ["--symlink", os.readlink(path), path]
            elif os.path.exists(path):
                arguments += [*_made(Path(path).parent), "--ro-bind", path, path]
        arguments += [*_made(python), "--ro-bind", str(base), str(python)] if python != Path("/usr") else _BIN
        for packages in _package_folders(base):  # where the course, or worse, may be installed
            arguments += ["--tmpfs", str(python / packages)]
        arguments += _made(Path("/site"))
        numpy = Path(np.__file__).parent
        for source in (numpy, numpy.with_name("numpy.libs"), *self.packages):
            if source.is_dir():
                arguments += ["--ro-bind", str(source), f"/site/{source.name}"]
        arguments += _made(Path("/course"))
        for file in OURS:
            arguments += ["--ro-bind", str(file), f"/course/{file.name}"]
        arguments += ["--dev", "/dev", "--remount-ro", "/dev"]  # or its owner could fill it
        arguments += ["--perms", "1777", "--size", str(limits.file_size), "--tmpfs", "/tmp"]
        arguments += ["--remount-ro", "/", "--chdir", "/tmp", "--"]
        program = python / Path(sys._base_executable).resolve().relative_to(base)  # type: ignore[attr-defined]
        start = _START.format(path=["/site", "/course"], worker="/course")
        return [*arguments, str(program), "-I", "-S", "-B", "-c", start, settings]


# Isolated, Python does not look into the folder of a script: its path is told to it.
_START = "import runpy, sys; sys.path[:0] = {path}; runpy.run_path({worker!r} + '/worker.py', run_name='__main__')"
_BIN = ["--ro-bind", "/usr", "/usr"]
ENVIRONMENT = {
    "PATH": "/nowhere",
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_TRIM_THRESHOLD_": str(2**27),  # bytes to keep: to give arrays back and ask anew costs more than computing
    "MALLOC_MMAP_THRESHOLD_": str(2**25),
}


def _made(folder: Path) -> list[str]:
    """Make a folder that every user may enter: those that bubblewrap makes for root are root's alone."""
    parts = [path for path in (folder, *folder.parents) if path != Path("/")]
    return [word for path in reversed(parts) for word in ("--perms", "0755", "--dir", str(path))]


def _package_folders(base: Path) -> list[Path]:
    """Return where packages are installed below Python's own folder."""
    return [path.relative_to(base) for name in ("site", "dist") for path in base.glob(f"lib/python3*/{name}-packages")]


class Worker:
    """A running worker.

    Parameters
    ----------
    command : list of str
        What starts it.
    folder : str, optional
        Where it runs.
    """

    def __init__(self, command: list[str], folder: str | None = None) -> None:
        environment = ENVIRONMENT | {"PATH": os.environ.get("PATH", os.defpath)}
        with contextlib.ExitStack() as pipes:
            theirs_in, ours_out = os.pipe()
            ours_in, theirs_out = os.pipe()
            for pipe in (theirs_in, theirs_out):
                pipes.callback(os.close, pipe)
            self.log = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the worker)
            self.process = subprocess.Popen(
                command,
                stdin=theirs_in,
                stdout=theirs_out,
                stderr=self.log,
                cwd=folder,
                env=environment,
                start_new_session=True,
            )
        self.channel = Channel(ours_in, ours_out)
        self.used, self.looked = 0.0, time.monotonic()

    @property
    def said(self) -> str:
        """What was written on the standard error before the worker was ready."""
        self.log.seek(0)
        return " ".join(self.log.read(2000).decode(errors="replace").split())

    def seconds(self) -> float:
        """Return the CPU time that the worker has used, up to a moment ago: asking the system takes its own time."""
        if time.monotonic() - self.looked > MOMENT:
            self._look()
        return self.used

    def _look(self) -> None:
        self.used, self.looked = max(self.used, _seconds_of(self.process.pid)), time.monotonic()

    def end(self) -> None:
        """End it and all its processes, and wait until they are gone."""
        self._look()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.channel.close()
        self.log.close()


def _seconds_of(pid: int) -> float:
    """Sum up the CPU time of a process, its children, and theirs, those that have ended too."""
    total, waiting = 0.0, [pid]
    while waiting:
        process = waiting.pop()
        with contextlib.suppress(OSError, ValueError):
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
            children = Path(f"/proc/{process}/task/{process}/children").read_text()
            waiting += map(int, children.split())
    return total


def describe(sandbox: Sandbox) -> dict[str, Any]:
    """Return what a result says of where it came from."""
    return {"sandbox": sandbox.kind, "python": sys.version.split()[0], "numpy": np.__version__}
