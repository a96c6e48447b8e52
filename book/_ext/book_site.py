"""Make the built pages a site: found by search engines, shown when shared, and kept by readers who are offline.

The address of the site is the environment variable BOOK_URL. Without it nothing is written that needs an address.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import book_cards
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config

from cnn_course import palette

THEME = Path(__file__).parents[1] / "theme"
CARDS = "_static/cards"
ICONS = (192, 512)
MANIFEST = "site.webmanifest"
WORKER = "worker.js"
KEEP = "_static/keep.js"
NOT_KEPT = re.compile(r"_sources/|.*\.pdf$")  # downloads, of which a reader has a copy
# What a page names: the addresses in its elements and in style sheets.
NAMED = re.compile(r'(?:\b(?:href|src|poster|data-(?:state|others|runtime|look))="|url\(["\']?|; url=)([^"\'#?):]+)')


def address(config: Config) -> None:
    """Take the address of the site from the environment, with the slash at its end."""
    url = os.environ.get("BOOK_URL", "").strip()
    if url and not re.fullmatch(r"https?://[\w.-]+(:\d+)?(/[\w.~-]+)*/?", url):
        raise ValueError(f"BOOK_URL is {url!r}: give the address of the first page, such as https://example.org/book/")
    config.html_baseurl = url.rstrip("/") + "/" if url else ""


def plain(title: str) -> str:
    """Return a title without markup.

    Examples
    --------
    >>> plain('<span class="section-number">3 </span>Colours &amp; <em>filters</em>')
    '3 Colours & filters'
    """
    return " ".join(html.unescape(re.sub("<[^>]*>", "", title)).split())


def launches(options: dict[str, Any], source: str) -> list[tuple[str, str]]:
    """Return where a notebook runs without installing anything: names and addresses, none without a repository.

    Examples
    --------
    >>> launches({"repository_url": ""}, "book/speed.ipynb")
    []
    >>> hub = {"jupyterhub_url": "https://hub.example/"}
    >>> ((name, address),) = launches({"repository_url": "https://git.example/a/b", "launch_buttons": hub}, "c.ipynb")
    >>> address
    'https://hub.example/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgit.example%2Fa%2Fb&branch=main&urlpath=lab%2Ftree%2Fb%2Fc.ipynb'
    """
    repository = options.get("repository_url", "").removesuffix("/").removesuffix(".git")
    if not repository or not source.endswith(".ipynb"):
        return []
    where, path = urlsplit(repository).netloc, urlsplit(repository).path.strip("/")
    branch = options.get("repository_branch") or "main"
    binder, colab, hub = (
        (options.get("launch_buttons") or {}).get(f"{name}_url", "").rstrip("/")
        for name in ("binderhub", "colab", "jupyterhub")
    )
    found = []
    if binder:
        kind = f"gh/{path}" if where == "github.com" else f"git/{quote(repository, '')}"
        found.append(("Binder", f"{binder}/v2/{kind}/{quote(branch, '')}?urlpath={quote('lab/tree/' + source, '')}"))
    if colab and where == "github.com":
        found.append(("Colab", f"{colab}/github/{path}/blob/{branch}/{source}"))
    if hub:
        tree = f"lab/tree/{path.rpartition('/')[2]}/{source}"
        asked = f"repo={quote(repository, '')}&branch={quote(branch, '')}&urlpath={quote(tree, '')}"
        found.append(("JupyterHub", f"{hub}/hub/user-redirect/git-pull?{asked}"))
    return found


def share(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Tell the templates where a page can be run, and where its card is, which is drawn."""
    context["launches"] = launches(app.config.html_theme_options, context.get("sourcename", ""))
    base = app.config.html_baseurl
    if not base or doctree is None:  # indexes and the search are nothing to share
        return
    book = plain(context["docstitle"])
    title = book if pagename == app.config.root_doc else plain(context["title"])
    card = f"{CARDS}/{book_cards.card_name(title, book)}"
    path = Path(app.outdir, card)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(book_cards.card_png(title, book))
    context["share"] = {"title": title, "book": book, "card": base + card, "size": book_cards.CARD}


# Where a reader starts, and what is found by script alone.
START = (
    "index.html",
    "404.html",
    "search.html",
    "sections.js",
    MANIFEST,
    *(f"_static/icon-{size}.png" for size in ICONS),
)


def kept_files(folder: Path, start: Iterable[str] = START) -> dict[str, str]:
    """Return what the book consists of, as links lead to it: each file and its SHA-256."""
    found: dict[str, str] = {}
    ahead = list(start)
    while ahead:
        name = ahead.pop()
        path = folder / name
        if name in found or NOT_KEPT.match(name) or not path.is_file():
            continue
        content = path.read_bytes()
        found[name] = hashlib.sha256(content).hexdigest()
        if path.suffix in (".html", ".css"):
            named = set(NAMED.findall(content.decode()))
            targets = (os.path.normpath(path.parent / unquote(html.unescape(target))) for target in named)
            inside = str(folder) + os.sep
            ahead += [Path(target).relative_to(folder).as_posix() for target in targets if target.startswith(inside)]
    return dict(sorted(found.items()))


def write_index(folder: Path, first: str) -> None:
    """Let the address of the site lead to the first page, and look like it where it is shared."""
    shown = r'<(?:title|link rel="canonical"|meta name="(?:description|twitter:)|meta property="og:).*'
    head = "\n".join(re.findall(shown, (folder / first).read_text("utf-8")))
    write(
        folder / "index.html",
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n{head}\n'
        f'<meta http-equiv="refresh" content="0; url={first}">\n<a href="{first}">To the book</a>\n',
    )


def write_worker(folder: Path) -> None:
    """Write the service worker, which holds the list of all files, and the button that starts it."""
    files = kept_files(folder)
    size = sum((folder / name).stat().st_size for name in files)
    write(folder / KEEP, f'const SIZE = "{size / 1e6:.1f} MB";\n' + (THEME / "keep.js").read_text("utf-8"))
    files |= kept_files(folder, [KEEP])
    worker = (THEME / WORKER).read_text("utf-8")
    version = hashlib.sha256((worker + json.dumps(files)).encode()).hexdigest()[:16]
    listed = json.dumps(files, indent=0)
    write(folder / WORKER, f'const VERSION = "{version}";\nconst FILES = {listed};\n' + worker)


def write(path: Path, text: str) -> None:
    """Write a file with the same bytes on every system."""
    path.write_bytes(text.encode())


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write what belongs to the whole site."""
    if exception or not isinstance(app.builder, StandaloneHTMLBuilder) or app.builder.name != "html":
        return
    folder, base = Path(app.outdir), app.config.html_baseurl
    write(folder / ".nojekyll", "")  # GitHub Pages would hide every folder whose name starts with _
    for size in ICONS:
        (folder / f"_static/icon-{size}.png").write_bytes(book_cards.icon_png(size))
    manifest = {
        "name": plain(app.config.html_title),
        "short_name": plain(app.config.html_title).split(",")[0],
        "start_url": "./",
        "scope": "./",
        "display": "minimal-ui",
        "background_color": palette.TOKENS["paper"][0],
        "theme_color": palette.TOKENS["paper"][0],
        "icons": [
            {"src": f"_static/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for size in ICONS
            for purpose in ("any", "maskable")
        ],
    }
    write(folder / MANIFEST, json.dumps(manifest, indent=1) + "\n")
    robots = "User-agent: *\nAllow: /\n"
    if not base:  # what is left of a build for an address
        (folder / "sitemap.xml").unlink(missing_ok=True)
        shutil.rmtree(folder / CARDS, ignore_errors=True)
    else:
        assert app.env
        pages = (base + app.builder.get_target_uri(name) for name in sorted(app.env.found_docs))
        urls = "\n".join(f"<url><loc>{html.escape(page)}</loc></url>" for page in pages)
        site_map = (
            '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        )
        write(folder / "sitemap.xml", f"{site_map}\n{urls}\n</urlset>\n")
        robots += f"Sitemap: {base}sitemap.xml\n"
    write(folder / "robots.txt", robots)
    write_index(folder, app.builder.get_target_uri(app.config.root_doc))
    write_worker(folder)


def configure(app: Sphinx, config: Config) -> None:
    """Read the address before pages are compared with what was built."""
    address(config)


def draw_icon(app: Sphinx) -> None:
    """Write the icon before the pages ask for it."""
    if isinstance(app.builder, StandaloneHTMLBuilder):
        (Path(app.outdir) / "_static").mkdir(parents=True, exist_ok=True)
        write(Path(app.outdir) / "_static" / "favicon.svg", book_cards.icon_svg())


def setup(app: Sphinx) -> dict[str, bool]:
    """Register all of it."""
    app.connect("config-inited", configure)
    app.connect("builder-inited", draw_icon)
    app.connect("html-page-context", share, priority=950)  # the theme has its own before
    app.connect("build-finished", finish, priority=950)  # index.html is written before
    return {"parallel_read_safe": True, "parallel_write_safe": True}
