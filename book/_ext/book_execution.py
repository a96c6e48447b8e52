"""Execute the notebooks again when the library has changed, and never let a failed build pass the second time.

Executed notebooks are kept between builds, and what decides whether one is still good is its own code: a change in
the library it teaches with would go unseen. So they are kept in a folder named after the library's source.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

EXTENSIONS = Path(__file__).parent


def digest(paths: list[Path]) -> str:
    """Return a short name for the content of some files, whatever their order."""
    sums = sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file())
    return hashlib.sha256("".join(sums).encode()).hexdigest()[:16]


def choose_cache(app: Sphinx, config: Config) -> None:
    """Name the folder of executed notebooks after the library, and remove those of earlier libraries."""
    root = Path(app.srcdir)
    library = [path for kind in ("*.py", "*.js", "*.css", "*.toml") for path in (root / "cnn_course").rglob(kind)]
    caches = Path(app.outdir).parent / ".jupyter_cache"
    # Stored outputs of cells that the build does not run are kept there as well, and change with the frameworks.
    # So are those of the page that reads the measurements.
    cache = caches / digest([*library, *root.glob("requirements*.txt"), *root.glob("benchmarks/*.json")])
    for old in caches.glob("*"):
        if old != cache:
            shutil.rmtree(old, ignore_errors=True)
    # A change of either value also makes Sphinx read every page anew.
    config.nb_execution_cache_path = str(cache)
    config.book_extensions_digest = digest(list(EXTENSIONS.glob("*.py")))


def forget_failed_build(app: Sphinx, exception: Exception | None) -> None:
    """Make the next build read every page again if this one warned.

    Sphinx reads and writes only what has changed, so the warnings of a page that nobody touched would not come back:
    a second run of a build that failed would succeed.
    """
    if exception or app._warncount:
        (Path(app.doctreedir) / "environment.pickle").unlink(missing_ok=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the two steps."""
    app.add_config_value("book_extensions_digest", "", "env")
    app.connect("config-inited", choose_cache)
    app.connect("build-finished", forget_failed_build)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
