"""Make the theme's pages light, self-contained and easier to use by key and by screen reader.

The theme's pages load 1.5 MB of script for some twenty icons, the whole search index, and seven style sheets. Here
each page gets one style sheet with the rules it can need, the icons as a font of the glyphs that are used, scripts
that do not hold up the text, and landmarks for everything outside it.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable
from logging import WARNING, getLogger
from pathlib import Path
from typing import Any

import imagesize
from docutils import nodes
from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from sphinx.util import logging
from style_rules import NAME, names_in_page, used_rules

logger = logging.getLogger(__name__)

STYLE_SHEET = re.compile(r'<link [^>]*href="[^"?]*_static/([^"?]+\.css)[^>]*>\s*')
NOT_DEFERRED = re.compile(r'<script src="((?:\.\./)*_static/[^"]+)"></script>')
SEARCH_SCRIPT = re.compile(r'\s*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"[^>]*></script>')
ICON_SCRIPT = re.compile(r"\s*<!--[^>]*custom icons[^>]*-->\s*<script [^>]*fontawesome\.js[^>]*></script>")
PRELOAD = re.compile(r'\s*(?:<!-- Pre-loaded scripts[^>]*-->)?\s*<link rel="preload"[^>]*>')
SIDEBAR = re.compile(
    r'\s*<dialog id="pst-primary-sidebar-modal"></dialog>\s*<div id="pst-primary-sidebar"(.*)</div>\s*(?=<main )',
    re.DOTALL,
)
OPTIONS_SCRIPT = re.compile(r'<script src="[^"]*documentation_options\.js[^"]*"></script>')
# Pages opened from disk may not read one another: there the search lists titles without excerpts.
NO_EXCERPTS = '<script>if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;</script>'
EMPTY_HEAD = re.compile(r'<th class="(head[^"]*)"><p></p></th>')
EXPLORER = re.compile(r'<script type="application/vnd\.jupyter\.widget-view\+json">.*?</script>', re.DOTALL)
EXPLORERS_STATE = re.compile(r'\s*<script type="application/vnd\.jupyter\.widget-state\+json">.*?</script>', re.DOTALL)
NO_SCRIPT = (
    '<noscript><p class="cc-note">What stands here, an explorer or questions, needs JavaScript. '
    "The worked examples of this page have figures and numbers of their own.</p></noscript>"
)
IMAGE = re.compile(r'<img (?![^>]*\bloading=)([^>]*?)src="([^":]+)"')
ICON_CODE = re.compile(r'"\\(f[0-9a-f]{3})"|([\ue000-\uf8ff])')
# The label of the button in the sidebar says less than the text in it, by which one would call it.
SEARCH_LABEL = re.compile(r'(?<=search-button-field search-button__button pst-js-only") title="\w+" aria-label="\w+"')
LOCAL_URL = re.compile(r"url\((?!['\"]?(?:data:|#))['\"]?([^'\")]+)['\"]?\)")
IMPORT = re.compile(r'@import "([^"]+)";')
FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
ICON_FONT = "vendor/fontawesome/webfonts/fa-solid-900.woff2"
ICONS = "icons.woff2"
BUNDLE = "book.css"
UNUSED = ["scripts/fontawesome.js*", "vendor/fontawesome/webfonts/*", "**/*.map"]


class Pages:
    """The changes to all pages of one build."""

    def __init__(self, app: Sphinx) -> None:
        self.app = app
        self.outdir = Path(app.outdir)
        self.static = self.outdir / "_static"
        self.style_sheets: list[str] = []

    def wrap(self, render: Callable[[str, dict[str, Any]], str]) -> Callable[[str, dict[str, Any]], str]:
        """Return a renderer of templates that refines what another one renders."""

        def rendered(template: str, context: dict[str, Any]) -> str:
            page = render(template, context)
            return self.refine(page, context["pagename"]) if "<html" in page else page

        return rendered

    def refine(self, page: str, name: str) -> str:
        """Change one rendered page.

        A change that finds nothing to change is a warning: the theme is then no longer what it was written for.
        """

        def change(what: str, pattern: re.Pattern[str], replacement: str | Callable[[re.Match[str]], str]) -> None:
            nonlocal page
            page, count = pattern.subn(replacement, page)
            if not count:
                logger.warning("the theme has changed, nothing was done to: %s", what, location=name, type="pages")

        change("style sheets", STYLE_SHEET, self.collect_style_sheet)
        change("icon script", ICON_SCRIPT, "")
        change("preloaded scripts", PRELOAD, "")
        root = "../" * name.count("/")
        page = page.replace("</head>", f'  <link rel="stylesheet" href="{root}_static/{BUNDLE}">\n  </head>', 1)
        if name != "search":
            change("search scripts", SEARCH_SCRIPT, "")
            change("deferred scripts", NOT_DEFERRED, defer)
            change("search button", SEARCH_LABEL, "")
        else:
            change("excerpts", OPTIONS_SCRIPT, lambda script: script[0] + NO_EXCERPTS)
        # Behind the text in the order of keys and screen readers, before it on the screen (by CSS).
        if sidebar := SIDEBAR.search(page):
            page = page.replace(sidebar[0], "\n", 1).replace(
                "</main>",
                '</main>\n<dialog id="pst-primary-sidebar-modal" aria-label="Contents of the book"></dialog>\n'
                f'<div id="pst-primary-sidebar" role="complementary" aria-label="The book"{sidebar[1]}</div>',
                1,
            )
        else:
            change("sidebar", SIDEBAR, "")
        # Roles that browsers no longer know, or whose children are not those the role demands.
        page = page.replace('<div role="list" class="citation-list">', '<div class="citation-list">')
        page = page.replace(' role="doc-biblioentry"', "")
        page = EXPLORER.sub(lambda script: script[0] + NO_SCRIPT, page)
        # Behind the text, which it would hold up.
        for state in EXPLORERS_STATE.findall(page):
            page = page.replace(state, "", 1).replace("</body>", f"{state}\n  </body>", 1)
        page = EMPTY_HEAD.sub(r'<td class="\1"></td>', page)
        return IMAGE.sub(self.with_size, page)

    def collect_style_sheet(self, link: re.Match[str]) -> str:
        """Take a style sheet out of the page and into the bundle."""
        if link[1] not in self.style_sheets:
            self.style_sheets.append(link[1])
        return ""

    def with_size(self, image: re.Match[str]) -> str:
        """Give an image its width and height, so that the text does not jump, and load it when it is near."""
        sources = {file: Path(self.app.srcdir, uri) for uri, file in self.app.builder.images.items()}
        source = sources.get(posixpath.basename(image[2]))
        width, height = imagesize.get(source) if source else (-1, -1)
        size = f'width="{width}" height="{height}" ' if width > 0 else ""
        return f'<img loading="lazy" {size}{image[1]}src="{image[2]}"'

    def bundle(self) -> None:
        """Write the one style sheet and the icon font."""
        # Only the theme's rules are weighed: what a script composes (`cc-widget-${look}`) is nowhere a word, and a rule
        # of the book's own that looks unused may be the layout of every explorer.
        ours = [str(name) for name, _ in self.app.config.html_css_files]
        css, own = (
            "\n".join(read_style_sheet(self.static, name) for name in self.style_sheets if (name in ours) == is_own)
            for is_own in (False, True)
        )
        scripts = (path for path in self.static.rglob("*.js") if not path.name.startswith("fontawesome"))
        names = set().union(
            *(names_in_page(page.read_text("utf-8")) for page in self.outdir.rglob("*.html")),
            *(NAME.findall(script.read_text("utf-8")) for script in scripts),
        )
        css = used_rules(css, names) + own
        css = FONT_FACE.sub(lambda face: face[0] if "Awesome" not in face[0] or "fa-solid" in face[0] else "", css)
        css = css.replace(f',url({ICON_FONT.replace("woff2", "ttf")}) format("truetype")', "")
        (self.static / BUNDLE).write_text(css.replace(ICON_FONT, ICONS), "utf-8")
        codes = {int(code, 16) if code else ord(character) for code, character in ICON_CODE.findall(css)}
        write_subset(self.static / ICON_FONT, self.static / ICONS, codes)
        for unused in (path for pattern in UNUSED for path in self.static.glob(pattern)):
            unused.unlink()


def defer(script: re.Match[str]) -> str:
    """Run a script after the page is read, in order; only the options must be there for scripts in the page."""
    return script[0] if "documentation_options" in script[1] else f'<script defer src="{script[1]}"></script>'


def read_style_sheet(static: Path, name: str) -> str:
    """Read a style sheet with those it imports, its addresses changed to hold in the folder of the bundle."""

    def moved(address: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(name), address))

    css = (static / name).read_text("utf-8")
    css = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", css)
    css = LOCAL_URL.sub(lambda url: f"url({moved(url[1])})", css)
    return IMPORT.sub(lambda found: read_style_sheet(static, moved(found[1])), css)


def write_subset(source: Path, target: Path, codes: set[int]) -> None:
    """Write a font reduced to some characters."""
    options = subset.Options(hinting=False, layout_features=[])
    options.flavor = "woff2"
    getLogger("fontTools").setLevel(WARNING)
    font = TTFont(source)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    subset.save_font(font, str(target), options)


def describe(app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document) -> None:
    """Describe a page to search engines by its first paragraph, unless its author did."""
    if doctree is None or 'name="description"' in context["metatags"]:
        return
    paragraphs = (node for node in doctree.findall(nodes.paragraph) if isinstance(node.parent, nodes.section))
    text = " ".join(next((node.astext() for node in paragraphs), app.config.html_title).split())
    text = text if len(text) <= 155 else text[:155].rpartition(" ")[0] + " …"
    context["metatags"] += f'\n  <meta name="description" content="{html.escape(text)}">'


def refine_pages(app: Sphinx) -> None:
    """Refine every page of this build."""
    if app.builder.format == "html":
        pages = Pages(app)
        app.builder.templates.render = pages.wrap(app.builder.templates.render)
        app.connect(
            "build-finished",
            lambda app, exception: pages.bundle() if pages.style_sheets and not exception else None,
            priority=950,
        )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the changes."""
    app.connect("builder-inited", refine_pages)
    app.connect("html-page-context", describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
