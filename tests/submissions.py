"""Submissions to one small assignment, honest and hostile, each with the marks and the words that it must get."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import nbformat

SOURCE_CELLS: list[tuple[str, str, dict[str, Any]]] = [
    ("", "import numpy as np", {}),
    ("start", "def ring(x, w):\n    raise NotImplementedError", {}),
    (
        "solution",
        "def ring(x, w):\n    return sum(part * np.roll(x, i) for i, part in enumerate(w))",
        {},
    ),
    (
        "check",
        '''def check(answer):
    """Copies, moved on and weighted, add up."""
    drawn = [(answer.random.randint(-9, 10, n) / 2, answer.random.randint(1, 9, k) / 2) for n, k in ((5, 3), (7, 2))]
    for x, w in [(np.array([1.0, 2.0, 3.0, 4.0]), np.array([10.0, 1.0])), *drawn]:
        right = np.array([sum(w[i] * x[(r - i) % len(x)] for i in range(len(w))) for r in range(len(x))])
        expect(answer, x, w, gives=right, slips=[(right[::-1], "It came out backwards.")])''',
        {"name": "small.1", "title": "Ring", "points": 60, "minutes": 10, "answer": "ring"},
    ),
    (
        "wrong",
        'def ring(x, w):\n    """Not flipped."""\n    return sum(p * np.roll(x, -i) for i, p in enumerate(w))',
        {},
    ),
    ("start", "class Scale:\n    pass", {}),
    (
        "solution",
        "class Scale:\n    def __init__(self, factor):\n        self.factor = factor\n\n    def forward(self, x):\n"
        "        self.seen = x\n        return self.factor * x",
        {},
    ),
    (
        "check",
        '''def check(answer):
    """A layer that multiplies, and remembers what it was given."""
    for factor in (2.0, -0.5, answer.random.randint(2, 9) / 2):
        layer, x = answer.make(factor), answer.random.randint(-9, 10, (2, 3)) / 2
        expect(layer.method("forward"), x, gives=factor * x)
        require(answer, np.array_equal(layer.value("seen"), x), "The layer must keep its input as `seen`.")''',
        {"name": "small.2", "title": "Scale", "points": 30, "minutes": 10, "answer": "Scale"},
    ),
    ("manual", "*Your answer here.*", {"name": "small.3", "title": "Why", "points": 10, "minutes": 5}),
]

RING = "import numpy as np\ndef ring(x, w):\n    return sum(part * np.roll(x, i) for i, part in enumerate(w))"
SCALE = (
    "class Scale:\n    def __init__(self, factor):\n        self.factor = factor\n"
    "    def forward(self, x):\n        self.seen = x\n        return self.factor * x"
)
WRONG = RING.replace("x, i", "x, -i")
BOTH = 90
LATER = [SCALE]  # the question behind the one that is attacked keeps its points


class Kind(NamedTuple):
    """A submission.

    Attributes
    ----------
    notebook : bytes
    points : int
    status : str
    words : str
        That the result must hold.
    """

    notebook: bytes
    points: int
    status: str = "needs marking"
    words: str = ""


def source() -> str:
    """Return the assignment."""
    cells = []
    for tag, code, question in SOURCE_CELLS:
        make = nbformat.v4.new_markdown_cell if tag == "manual" else nbformat.v4.new_code_cell
        cells.append(make(code, metadata={"tags": [tag] if tag else [], "question": question}))
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells))


def cells(*sources: str, **metadata: Any) -> bytes:
    """Return a notebook of code cells."""
    made = [nbformat.v4.new_code_cell(source) for source in sources]
    return nbformat.writes(nbformat.v4.new_notebook(cells=made, metadata=metadata)).encode()


def within(line: str, *, of: str = RING) -> str:
    """Return the right answer with a line before what it returns."""
    indented = "\n".join(f"    {part}" for part in line.split("\n"))
    return of.replace("    return", f"{indented}\n    return")


def forged(reply: dict[str, Any], blob: bytes = b"") -> str:
    """Return the right answer that first writes a reply of its own into every file descriptor there may be."""
    write = (
        f"data = json.dumps({reply!r}).encode()\ndata = struct.pack('>II', len(data), {len(blob)}) + data + {blob!r}"
    )
    return "import json, os, struct\n" + within(f"{write}\n{EVERYWHERE}")


# What a clever student finds: the worker, the pipe, and the number of the request that is being answered.
WORKER = (
    "import gc, json, os, struct\nworker = next(t for t in gc.get_objects() if type(t).__name__ == 'Worker')\n"
    "def tell(blob=b'', **reply):\n    text = json.dumps({'number': worker.number, **reply}).encode()\n"
    "    os.write(worker.channel.writing, struct.pack('>II', len(text), len(blob)) + text + blob)\n"
)
EVERYWHERE = "for number in range(3, 64):\n    try: os.write(number, data)\n    except OSError: pass"


def old_format() -> bytes:
    """Return a notebook as IPython 2 wrote them."""
    sheet = [{"cell_type": "code", "input": [line + "\n" for line in part.split("\n")]} for part in (RING, SCALE)]
    return json.dumps({"nbformat": 3, "worksheets": [{"cells": sheet}]}).encode()


def with_outputs(size: int) -> bytes:
    """Return a notebook that has stored as many bytes of prints."""
    notebook = nbformat.reads(cells(RING, SCALE), as_version=4)
    notebook.cells[0].outputs = [nbformat.v4.new_output("stream", text="x" * size)]
    return nbformat.writes(notebook).encode()


def split() -> bytes:
    """Return a notebook whose answer was cut in two by mistake, and mended in a new cell."""
    head, _ = RING.rsplit("\n", 1)
    return cells(head + "\n    pass", RING, SCALE)


HONEST = {
    "right": Kind(cells(RING, SCALE), BOTH),
    "matplotlib": Kind(
        cells(
            "%matplotlib inline\nimport matplotlib.pyplot as plt\nfigure, (left, right) = plt.subplots(1, 2)\n"
            "left.imshow([[1, 2]], cmap='gray'); right.plot([1, 2])\nfor ax in figure.axes:\n    ax.set_axis_off()\n"
            "plt.show()",
            RING,
            SCALE,
        ),
        BOTH,
    ),
    "the library at the top": Kind(
        cells("import cnn_course as cc\nfrom cnn_course import naive\n" + RING, SCALE), BOTH
    ),
    "the library beside": Kind(cells(RING + "\nimport cnn_course as cc\nprint(cc.conv2d([1], [2]) + 1)", SCALE), BOTH),
    "a progress bar": Kind(
        cells(
            "from tqdm import tqdm, trange\nfrom tqdm.auto import tqdm as bar\n"
            + RING.replace("enumerate(w)", "tqdm(enumerate(w))")
            + "\nfor i in trange(3): pass",
            SCALE,
        ),
        BOTH,
    ),
    "display": Kind(
        cells(
            "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))",
            RING,
            SCALE,
            "display(ring(np.ones(3), [1.0]))",
        ),
        BOTH,
    ),
    "magics": Kind(
        cells(
            "%load_ext autoreload\n%autoreload 2\nx = %pwd\n!pip install numpy\nfiles = !ls",
            RING,
            SCALE,
            "np.roll?\n%timeit ring(np.ones(3), [1.0])",
        ),
        BOTH,
    ),
    "a timed cell": Kind(cells("%%time\n" + RING, SCALE, "%%bash\necho not Python"), BOTH),
    "warnings": Kind(
        cells("import warnings\nwarnings.warn('old')\nimport sys\nprint('x', file=sys.stderr)", RING, SCALE), BOTH
    ),
    "40 MB stored": Kind(with_outputs(40 * 2**20), BOTH),
    "40 MB printed": Kind(cells("for _ in range(400_000): print('x' * 100)", RING, SCALE), BOTH),
    "helpers of one's own": Kind(
        cells(
            "import numpy as np\ndef moved(x, i):\n    return np.roll(x, i)",
            "def ring(x, w):\n    return sum(p * moved(x, i) for i, p in enumerate(w))",
            SCALE,
        ),
        BOTH,
    ),
    "Colab": Kind(
        cells(
            "from google.colab import drive\ndrive.mount('/content/drive')",
            RING,
            SCALE,
            colab={"provenance": []},
            accelerator="GPU",
        ),
        BOTH,
    ),
    "old format": Kind(old_format(), BOTH),
    "umlauts": Kind(cells("# Lösung von Jürgen Groß\ngröße = 3\nprint('Äpfel', größe)", RING, SCALE), BOTH),
    "Windows line ends": Kind(cells(RING.replace("\n", "\r\n"), SCALE.replace("\n", "\r\n")), BOTH),
    "a byte order mark": Kind(b"\xef\xbb\xbf" + cells(RING, SCALE), BOTH),
    "copied twice": Kind(cells(RING, RING, SCALE, SCALE), BOTH),
    "split": Kind(split(), BOTH),
    "moved": Kind(cells(SCALE, RING), BOTH),
    "without metadata": Kind(
        json.dumps({"cells": [{"cell_type": "code", "source": part} for part in (RING, SCALE)]}).encode(), BOTH
    ),
    "a note as Markdown": Kind(
        nbformat.writes(
            nbformat.v4.new_notebook(
                cells=[
                    nbformat.v4.new_markdown_cell("def ring(x, w): draft"),
                    nbformat.v4.new_code_cell(RING),
                    nbformat.v4.new_code_cell(SCALE),
                    nbformat.v4.new_raw_cell("raw"),
                ]
            )
        ).encode(),
        BOTH,
    ),
    "an error at the end": Kind(
        cells(RING, SCALE, "ring(1)", "1 / 0"), BOTH, words="Cell 4, line 1, raises ZeroDivisionError"
    ),
    "float32 lists": Kind(cells(RING.replace("return sum(", "return list(map(float, sum(") + "))", SCALE), BOTH),
    "typing": Kind(
        cells(
            "from __future__ import annotations\nfrom dataclasses import dataclass\n" + RING,
            "from dataclasses import dataclass\n@dataclass\n"
            + SCALE.replace("    def __init__(self, factor):\n        self.factor = factor\n", "    factor: float\n"),
        ),
        BOTH,
    ),
    "a thread": Kind(
        cells("import threading\nt = threading.Thread(target=print); t.start(); t.join()", RING, SCALE), BOTH
    ),
    "main guard": Kind(cells(RING, SCALE, "if __name__ == '__main__':\n    print(ring(np.ones(2), [1.0]))"), BOTH),
}

LOST = {
    "more code than fits": Kind(cells(RING, f"picture = {'x' * 2**20!r}"), 0, "unreadable", "bytes are too many"),
    "wrong": Kind(cells(RING.replace("x, i", "x, -i"), SCALE), 30, words="has"),
    "not started": Kind(
        cells("def ring(x, w):\n    raise NotImplementedError", "class Scale:\n    pass"),
        0,
        words="nothing to check yet",
    ),
    "syntax error": Kind(cells("def ring(x, w)\n    return x", SCALE), 30, words="SyntaxError: expected ':'"),
    "name missing": Kind(cells(RING.replace("def ring", "def my_ring"), SCALE), 30, words="`ring` is not defined"),
    "Markdown in place of code": Kind(
        nbformat.writes(
            nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(RING), nbformat.v4.new_code_cell(SCALE)])
        ).encode(),
        30,
        words="`ring` is not defined",
    ),
    "no function": Kind(cells("ring = 3", SCALE), 30, words="is no function"),
    "computes with the library": Kind(
        cells("import cnn_course as cc\ndef ring(x, w):\n    return cc.convolve1d(x, w)", SCALE),
        30,
        words="It computes with cnn_course, absent while it is graded",
    ),
    "computes with scipy": Kind(
        cells("from scipy.ndimage import convolve1d\ndef ring(x, w):\n    return convolve1d(x, w, mode='wrap')", SCALE),
        30,
        words="It computes with scipy",
    ),
    "changes its argument": Kind(cells(within("x[0] = 0"), SCALE), 30, words="changes its argument"),
    "empty file": Kind(b"", 0, "unreadable", "the file is empty"),
    "corrupt": Kind(cells(RING)[:100], 0, "unreadable", "was it sent whole?"),
    "a picture": Kind(b"\x89PNG\r\n\x1a\n\xff\xfe", 0, "unreadable", "it is no text"),
    "a PDF": Kind(b"%PDF-1.4 one page", 0, "unreadable", "it does not begin as a notebook does"),
    "a list": Kind(b"[1, 2]", 0, "unreadable", "is it a notebook?"),
    "no cells": Kind(b'{"cells": []}', 0, "unreadable", "it has no cells"),
    "deep": Kind(b"[" * 100_000, 0, "unreadable", "it is not the JSON of a notebook"),
}

HOSTILE = {
    "endless loop": Kind(cells(within("while True: pass"), *LATER), 30, "stopped", "stopped after 6 seconds"),
    "endless cell": Kind(cells("while True: pass", RING, *LATER), BOTH, "stopped", "Cell 1 was stopped after"),
    "ignores signals": Kind(
        cells(
            "import signal\nfor s in (2, 14, 15, 24):\n    signal.signal(s, signal.SIG_IGN)\n"
            + within("while True:\n    try:\n        while True: pass\n    except BaseException: pass"),
            *LATER,
        ),
        30,
        "stopped",
        "stopped after",
    ),
    "os._exit": Kind(cells(within("import os; os._exit(0)"), *LATER), 30, "stopped", "ended its program"),
    "os._exit in a cell": Kind(
        cells("import os\nos._exit(0)", RING, *LATER), BOTH, "stopped", "Cell 1 ended its program"
    ),
    "SystemExit": Kind(cells("raise SystemExit", within("raise SystemExit"), *LATER), 30, words="raises SystemExit"),
    "KeyboardInterrupt": Kind(
        cells(within("raise KeyboardInterrupt('me')"), *LATER), 30, words="raises KeyboardInterrupt: me"
    ),
    "names like the grader's": Kind(
        cells(
            "class Wrong(Exception): pass\nclass Stopped(BaseException): pass\n" + within("raise Stopped('right')"),
            *LATER,
        ),
        30,
        words="raises Stopped: right",
    ),
    "memory bomb": Kind(
        cells(within("hoard = [bytearray(2**28) for _ in range(100)]"), *LATER), 30, words="MemoryError"
    ),
    "fork bomb": Kind(cells("import os", within("while True: os.fork()"), *LATER), 30, words="PermissionError"),
    "threads": Kind(
        cells(
            within(
                "import threading, time\nfor _ in range(1000): threading.Thread(target=time.sleep, args=(100,)).start()"
            ),
            *LATER,
        ),
        30,
        words="can't start new thread",
    ),
    "a child lives on": Kind(cells("import os, time\nif os.fork() == 0:\n    time.sleep(1000)", RING, *LATER), BOTH),
    "kills everybody": Kind(
        cells(
            "import os, signal\nfor pid in (-1, 1, os.getppid()):\n    try: os.kill(pid, 9)\n    except OSError: pass",
            RING,
            *LATER,
        ),
        BOTH,
    ),
    "full disk": Kind(
        cells("with open('/tmp/full', 'wb') as f:\n    while True: f.write(b'x' * 2**20)", RING, *LATER),
        BOTH,
        words="OSError",
    ),
    "deletes files": Kind(
        cells(
            "import shutil, os\nfor place in ('/', '/course', '/site', '/home', os.path.expanduser('~')):\n"
            "    shutil.rmtree(place, ignore_errors=True)",
            RING,
            *LATER,
        ),
        BOTH,
    ),
    "looks for tests": Kind(
        cells(
            "import os, sys\nplaces = [os.path.join(r, f) for r, _, files in os.walk('/') for f in files]\n"
            "found = [p for p in places if 'exercises' in p or 'cnn_course' in p or p.endswith('.ipynb')]\n"
            "assert not found, found\nassert not [v for v in os.environ if 'KEY' in v.upper()]\n"
            "assert not [m for m in sys.modules if m.startswith(('cnn_course', 'cnn_grading'))]\n"
            "raise RuntimeError('nothing found')",
            RING,
            *LATER,
        ),
        BOTH,
        words="nothing found",
    ),
    "a socket": Kind(
        cells(
            "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 80), 1)\nexcept OSError as error:\n"
            "    raise RuntimeError(f'no network {error.errno}')",
            RING,
            *LATER,
        ),
        BOTH,
        words="no network",
    ),
    "a unix socket": Kind(
        cells(
            "import os\nassert not [p for p in ('/run', '/var/run', '/proc', '/sys') if os.path.exists(p)]",
            RING,
            *LATER,
        ),
        BOTH,
    ),
    "patches NumPy": Kind(
        cells(
            "import numpy as np\nnp.isclose = np.allclose = np.array_equal = lambda *a, **k: True\n"
            "np.testing.assert_allclose = lambda *a, **k: None\ndef ring(x, w):\n    return 0 * x",
            *LATER,
        ),
        30,
    ),
    "patches the course's checks": Kind(
        cells(
            "import sys, types\nfor name in ('cnn_course.exercises.checking', 'checking', 'cnn_grading.grade'):\n"
            "    sys.modules[name] = types.ModuleType(name)\n    sys.modules[name].judge = lambda *a: 'right'\n"
            "def ring(x, w):\n    return 0 * x",
            *LATER,
        ),
        30,
    ),
    "reads its caller": Kind(
        cells(
            "import sys\ndef ring(x, w):\n    frame = sys._getframe()\n    while frame:\n"
            "        for name in ('gives', 'right'):\n"
            "            if name in frame.f_locals: return frame.f_locals[name]\n"
            "        frame = frame.f_back\n    return x",
            *LATER,
        ),
        30,
    ),
    "equal to everything": Kind(
        cells(
            "import numpy as np\nclass Yes(np.ndarray):\n    __eq__ = __ne__ = lambda *a: np.True_\n"
            "    def __array_ufunc__(self, *a, **k): return True\ndef ring(x, w):\n    return (0 * x).view(Yes)",
            *LATER,
        ),
        30,
    ),
    "forged shape": Kind(
        cells(
            "class Shape:\n    shape = (4,)\n    dtype = float\n    def __array__(self, *a, **k): raise SystemExit\n"
            "    def __len__(self): return 10**18\ndef ring(x, w):\n    return Shape()",
            *LATER,
        ),
        30,
        words="an object of type Shape",
    ),
    "endless attributes": Kind(
        cells(
            RING,
            "class Scale:\n    def __init__(self, factor): pass\n    def __getattr__(self, name): return self\n"
            "    def __call__(self, *a): return self",
        ),
        60,
        words="an object of type Scale",
    ),
    "a property that never ends": Kind(
        cells(
            RING,
            SCALE + "\n    @property\n    def seen(self):\n        while True: pass\n    @seen.setter\n"
            "    def seen(self, x): pass",
        ),
        60,
        "stopped",
        "stopped after",
    ),
    "huge": Kind(cells(within("return np.zeros(2**25)"), *LATER), 30, words="too many for an answer"),
    "lists without end": Kind(cells(within("x = []\nx.append(x)\nreturn [x]"), *LATER), 30),
    "a pickle": Kind(
        cells(
            "import os\nclass Bomb:\n    def __reduce__(self):\n        return os.system, ('touch /tmp/pwned',)\n"
            "import numpy as np\ndef ring(x, w):\n    return np.array([Bomb()] * len(x))",
            *LATER,
        ),
        30,
        words="object",
    ),
    "noise in the pipe": Kind(
        cells("import os", within(f"data = b'\\xff' * 4096\n{EVERYWHERE}"), *LATER), 30, "stopped", "ended its program"
    ),
    "a forged frame": Kind(cells(forged({"value": 1, "used": {"list": []}}), *LATER), BOTH),
    "a forged frame with every number": Kind(
        cells(
            "import json, os, struct",
            within(
                "for n in range(50):\n    data = json.dumps({'value': 1, 'used': {'list': []}, 'number': n}).encode()\n"
                "    data = struct.pack('>II', len(data), 0) + data\n"
                "    for number in range(3, 8):\n        try: os.write(number, data)\n        except OSError: pass"
            ),
            *LATER,
        ),
        30,
        "stopped",
        "wrote into the grader's pipe",
    ),
    "a thousand forged frames": Kind(
        cells(forged({"value": 1}).replace("os.write(number, data)", "os.write(number, data * 1000)"), *LATER),
        30,
        "stopped",
        "wrote into the grader's pipe",
    ),
    "a frame of 4 GB": Kind(
        cells("import os", within(f"data = b'\\xff' * 8\n{EVERYWHERE}"), *LATER), 30, "stopped", "a message of"
    ),
    "half a frame": Kind(
        cells("import os", within(f"data = b'\\0\\0\\0\\x64\\0\\0\\0\\0{{'\n{EVERYWHERE}\nos._exit(0)"), *LATER),
        30,
        "stopped",
        "ended its program",
    ),
    "closes the pipe": Kind(
        cells("import os", within("os.closerange(0, 64)"), *LATER), 30, "stopped", "ended its program"
    ),
    "forged callbacks": Kind(
        cells(
            "import gc\nworker = next(thing for thing in gc.get_objects() if type(thing).__name__ == 'Worker')",
            within("worker.channel.send({'callback': 7, 'arguments': (), 'options': [], 'number': worker.number})"),
            *LATER,
        ),
        30,
        "stopped",
    ),
    "a dtype of objects": Kind(
        cells(forged({"value": {"array": ["|O", [1]]}, "used": []}, b"\1" * 8), *LATER), 30, "stopped"
    ),
    "replaces the worker": Kind(
        cells(
            "import sys, gc, types\nfor thing in gc.get_objects():\n    if type(thing).__name__ == 'Worker':\n"
            "        type(thing).call = lambda *a, **k: {'value': True, 'used': []}",
            WRONG,
            *LATER,
        ),
        30,
    ),
    "raises the limits": Kind(
        cells("import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))", RING, *LATER),
        BOTH,
        words="ValueError",
    ),
    "becomes root": Kind(cells("import os\nos.setuid(0)", RING, *LATER), BOTH, words="PermissionError"),
    "a link": Kind(
        cells("import os\nos.symlink('/etc/passwd', '/tmp/link')\nopen('/tmp/link').read()", RING, *LATER),
        BOTH,
        words="FileNotFoundError",
    ),
    "an exception without words": Kind(
        cells("class E(Exception):\n    def __str__(self): raise self\n", within("raise E"), *LATER),
        30,
        words="raises E",
    ),
    "ten thousand bits": Kind(cells(within("return 10**400"), *LATER), 30, words="a whole number of"),
    "halves of characters": Kind(
        cells("raise ValueError('\\udc80')", within("raise ValueError('\\udc80')"), *LATER),
        30,
        words="raises ValueError: ?",
    ),
    "a text of no characters": Kind(
        cells(WORKER + "tell(b'\\xff' * 4, value={'scalar': ['<U1', []]})", RING, *LATER), BOTH, "stopped", "no value"
    ),
    "a number beyond all numbers": Kind(
        cells(WORKER + "tell(value={'complex': [10**400, 0]})", RING, *LATER), BOTH, "stopped", "no value"
    ),
    "an array for a number": Kind(
        cells(WORKER + "tell(b'12', number={'array': ['|i1', [2]]})", RING, *LATER), BOTH, words="right, in all of"
    ),
    "answers ahead of the question": Kind(
        cells(WORKER, within("tell(value=1, used={'list': []})"), *LATER), 30, words="ring gives a number"
    ),
    "children that nobody counts": Kind(
        cells(
            "import os, signal\nsignal.signal(signal.SIGCHLD, signal.SIG_IGN)\nwhile True:\n"
            "    if os.fork() == 0:\n        sum(range(10**6))\n        os._exit(0)",
            RING,
            *LATER,
        ),
        BOTH,
        words="Cell 1, line 4, raises PermissionError",
    ),
    "a child with memory of its own": Kind(
        cells(
            "from multiprocessing import get_context\n"
            "get_context('fork').Process(target=bytearray, args=(2**29,)).start()",
            RING,
            *LATER,
        ),
        BOTH,
        words="raises PermissionError",
    ),
    "another program": Kind(
        cells("import subprocess, sys\nsubprocess.run([sys.executable, '-c', ''])", RING, *LATER),
        BOTH,
        words="raises PermissionError",
    ),
    "memory of no process": Kind(
        cells(
            "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nfound = [libc.shmget(0, 2**28, 0o1600)]\n"
            "found += [libc.memfd_create(b'x', 0), libc.msgget(0, 0o1600)]\nraise RuntimeError(f'{found}')",
            RING,
            *LATER,
        ),
        BOTH,
        words="RuntimeError: [-1, -1, -1]",
    ),
    "a note for the next": Kind(
        cells(
            "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
            "number = {'x86_64': 248}.get(__import__('platform').machine(), 217)\n"
            "raise RuntimeError(f\"{libc.syscall(number, b'user', b'note', b'x', 1, -4)}, {ctypes.get_errno()}\")",
            RING,
            *LATER,
        ),
        BOTH,
        words="RuntimeError: -1, 1",
    ),
    "fills whatever it can": Kind(
        cells(
            "import os\nfor place in ('/', '/dev', '/dev/shm', '/course', '/site', '/usr/lib'):\n    try:\n"
            "        open(os.path.join(place, 'note'), 'w')\n    except OSError:\n        continue\n"
            "    raise RuntimeError(f'{place} can be written')\n"
            "for number in range(100):\n    open(f'/tmp/{number}', 'wb').write(b'x' * 2**20)",
            RING,
            *LATER,
        ),
        BOTH,
        words="Cell 1, line 9, raises OSError",
    ),
    "every cell ends the program": Kind(
        cells(*["import os\nos._exit(0)"] * 12, RING, *LATER), BOTH, "stopped", "Cell 12 ended its program"
    ),
    "better the second time": Kind(
        cells(
            "import os\nif os.path.exists('/tmp/again'):\n    def ring(x, w): return x\nopen('/tmp/again', 'w')",
            "os._exit(0)",
            WRONG,
            *LATER,
        ),
        30,
        "stopped",
        "ring has",
    ),
    "rewrites later cells": Kind(
        cells(
            "shell = get_ipython()\nshell.user_ns['In'] = ['pass']\nshell.input_transformers_cleanup.append(print)\n"
            "shell.run_cell = lambda *a, **k: None",
            "import builtins\nbuiltins.exec = builtins.compile = lambda *a, **k: None",
            WRONG,
            *LATER,
        ),
        0,
        words="`ring` is not defined",
    ),
    "writes the gradebook": Kind(
        cells(
            "import json, os\nfor place in ('results', '/results', '../results', '/tmp/results', '/course/results'):\n"
            "    try:\n        os.makedirs(place + '/small', exist_ok=True)\n"
            "        open(place + '/small/000-honest.json', 'w').write(json.dumps({'points': 100}))\n"
            "    except OSError: pass",
            WRONG,
            *LATER,
        ),
        30,
    ),
    "edits the check that is seen": Kind(
        cells(
            WRONG, "print('[21. 12. 23. 34.] should be [21. 12. 23. 34.]')\ndef check(answer): return 'right'", *LATER
        ),
        30,
    ),
}
