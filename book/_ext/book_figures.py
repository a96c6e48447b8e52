"""Write the figures that notebooks draw into the page itself, as SVG that follows the reader's theme.

A figure without a text alternative is a warning, which fails the build.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from docutils import nodes
from PIL import Image
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from cnn_course import palette
from cnn_course.explorers import still

logger = logging.getLogger(__name__)

# cnn_course.plots draws with the colours of its palette for light paper and with no others.
TOKENS = {light: f"var(--{name})" for name, (light, _) in palette.TOKENS.items()}
COLOUR = re.compile(r"#[0-9a-f]{6}\b", re.IGNORECASE)
LONG = re.compile(r"-?\d+\.\d{3,}")
REFERENCE = re.compile(r"#([\w.:-]+)")
PNG, WEBP = "data:image/png;base64,", "data:image/webp;base64,"
NUMBERS = {kind: {light for light, _ in palette.ramp(kind)} for kind in ("weight", "output")}
PIXELS_PER_POINT = 4 / 3
VIEW, SVG = "application/vnd.jupyter.widget-view+json", "image/svg+xml"
SENTENCE = re.compile(f"<text[^>]*>{re.escape(still.SENTENCE)}</text>\n?")  # what a still says in a notebook


def inline_svg(svg: str, alt: str, prefix: str) -> str:
    """Prepare a figure that matplotlib wrote for its place in a page.

    Parameters
    ----------
    svg : str
        The file, as matplotlib writes it.
    alt : str
        The text alternative.
    prefix : str
        What makes the identifiers of this figure differ from those of every other on the page.

    Returns
    -------
    str
        One ``<svg>`` element: an image for screen readers, scaling down with the page, its colours bound to the theme.

    Examples
    --------
    >>> accent, _ = palette.TOKENS["accent"]
    >>> svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="72pt"><metadata/><path id="a" fill="{accent}"/></svg>'
    >>> inline_svg(svg, "A dot.", "fig-1-")
    '<svg width="96" role="img" aria-label="A dot."><path fill="var(--accent)" /></svg>'
    """
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.attrib = {name.rpartition("}")[2]: bind(value) for name, value in element.attrib.items()}
        element.text = (element.text or "").strip() if element.tag != "text" else element.text
        element.tail = None if element.tag != "tspan" else element.tail
    add_dark_pictures(root)
    gather_pictures(root)
    remove(root, "metadata")
    # matplotlib's only style sheet is a rule for "*", which would reach out of the figure into the page.
    if remove(root, "style"):
        root.set("style", "stroke-linejoin:round;stroke-linecap:butt")
    rename_identifiers(root, prefix)
    root.attrib.pop("version", None)
    for side in ("width", "height"):
        if root.get(side, "").endswith("pt"):
            root.set(side, f"{float(root.attrib[side][:-2]) * PIXELS_PER_POINT:.0f}")
    root.set("role", "img")
    root.set("aria-label", alt)
    return ElementTree.tostring(root, encoding="unicode")


def bind(value: str) -> str:
    """Replace the colours of the palette by those of the reader's theme, matplotlib's fonts by the page's; round.

    Raises
    ------
    ValueError
        If there is a colour that the palette does not know, and so would be the same on any paper.

    Examples
    --------
    >>> bind("fill:%s;stroke:#404040" % palette.TOKENS["accent"][0])
    'fill:var(--accent);stroke:light-dark(#404040,#28282c)'
    """
    if value.startswith("data:"):
        return value
    value = rounded(COLOUR.sub(lambda found: themed(found[0].lower()), value))
    value = re.sub(r"'DejaVu Sans Mono'[^;]*", "var(--mono)", value)
    return re.sub(r"'DejaVu Sans'[^;]*", "var(--sans)", value)


def rounded(value: str) -> str:
    """Write lengths to hundredths of a point, and what scales a picture of many pixels more finely.

    Examples
    --------
    >>> rounded("M 7.2 108.434783 L -0.000012 9.504"), rounded("matrix(5.204571 0 0 5.204571 2.88 21.6)")
    ('M 7.2 108.43 L 0 9.5', 'matrix(5.2046 0 0 5.2046 2.88 21.6)')
    """
    places = 4 if value.startswith(("matrix", "scale")) else 2
    return LONG.sub(lambda found: f"{round(float(found[0]), places) + 0:g}", value)


def themed(colour: str) -> str:
    """Return what CSS calls a colour of the palette."""
    if colour in TOKENS:
        return TOKENS[colour]
    if colour not in palette.DARK:
        raise ValueError(f"palette.toml does not know the colour {colour} of this figure")
    dark = palette.DARK[colour]
    return colour if dark == colour else f"light-dark({colour},{dark})"


def add_dark_pictures(root: ElementTree.Element) -> None:
    """Add to a picture whose pixels are numbers, each in the colour of its value, the same one for dark paper."""
    for parent in list(root.iter()):
        for place, image in reversed(list(enumerate(parent))):
            data = image.get("href", "")
            if image.tag != "image" or not data.startswith(PNG):
                continue
            pixels = np.asarray(decoded(data).convert("RGB"))
            flat, where = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True)
            lights = ["#" + bytes(colour).hex() for colour in flat.tolist()]
            kinds = [kind for kind, known in NUMBERS.items() if known.issuperset(lights)]
            if not kinds:
                continue
            darks = np.array([palette.parts(palette.DARK[light]) for light in lights], np.uint8)
            dark = Image.fromarray(darks[where.ravel()].reshape(pixels.shape))
            twin = ElementTree.Element("image", image.attrib | {"href": encoded(dark)})
            image.set("class", "on-light")
            twin.set("class", "on-dark")
            parent.insert(place + 1, twin)


def gather_pictures(root: ElementTree.Element) -> None:
    """Store the pictures of a figure as one file of all of them, of which each place shows its own.

    A phone takes longer over two hundred files of ten pixels than over all else on the page.

    Examples
    --------
    >>> one, two = (encoded(Image.new("RGB", (3, 2), colour)) for colour in ("#070707", "#080808"))
    >>> place = '<image href="{}" width="3" height="2" transform="scale(9)"/>'
    >>> root = ElementTree.fromstring("<svg>" + "".join(place.format(data) for data in (one, two, two)) + "</svg>")
    >>> gather_pictures(root)
    >>> root[0].find("image").attrib.pop("href")[:23]
    'data:image/webp;base64,'
    >>> print(ElementTree.tostring(root, encoding="unicode").replace("><g", ">\\n<g"))
    <svg><defs><image id="pictures" width="3" height="4" /></defs>
    <g transform="scale(9)"><svg width="3" height="2" viewBox="0 0 3 2"><use href="#pictures" /></svg></g>
    <g transform="scale(9)"><svg width="3" height="2" viewBox="0 2 3 2"><use href="#pictures" /></svg></g>
    <g transform="scale(9)"><svg width="3" height="2" viewBox="0 2 3 2"><use href="#pictures" /></svg></g></svg>
    """
    places = [image for image in root.iter("image") if image.get("href", "").startswith(PNG)]
    if len(places) < 2:
        for image in places:
            image.set("href", small(image.attrib["href"]))
        return
    files = {name: decoded(name) for name in (place.attrib["href"] for place in places)}
    width, height = max(picture.width for picture in files.values()), sum(picture.height for picture in files.values())
    sheet, tops, top = Image.new("RGBA", (width, height), "#000"), {}, 0
    for name, picture in files.items():
        sheet.paste(picture, (0, top))
        tops[name] = top
        top += picture.height
    for place in places:
        place.tag, name = "g", place.attrib.pop("href")
        size = {side: place.attrib.pop(side) for side in ("width", "height")}
        view = ElementTree.SubElement(place, "svg", size, viewBox=f"0 {tops[name]} {size['width']} {size['height']}")
        ElementTree.SubElement(view, "use", href="#pictures")
    data = {"href": small(encoded(sheet)), "width": str(width), "height": str(height)}
    definitions = ElementTree.Element("defs")
    ElementTree.SubElement(definitions, "image", {"id": "pictures", **data})
    root.insert(0, definitions)


def decoded(value: str) -> Image.Image:
    """Open a picture that is stored as PNG in an attribute."""
    return Image.open(BytesIO(b64decode(value.removeprefix(PNG))))


def encoded(picture: Image.Image) -> str:
    """Store a picture as PNG, as an attribute holds it."""
    file = BytesIO()
    picture.save(file, "PNG")
    return PNG + b64encode(file.getvalue()).decode()


def small(value: str) -> str:
    """Store a picture as lossless WebP where that takes less: matplotlib stores four channels, and few pixels badly.

    Examples
    --------
    >>> for colour in ("#070707", "#07080980"):
    ...     stored = small(encoded(Image.new("RGBA", (8, 5), colour)))
    ...     picture = Image.open(BytesIO(b64decode(stored.removeprefix(WEBP))))
    ...     print(picture.mode, picture.getpixel((7, 4)))
    RGB (7, 7, 7)
    RGBA (7, 8, 9, 128)
    """
    picture = decoded(value).convert("RGBA")
    seen = picture.convert("RGB") if picture.getchannel("A").getextrema() == (255, 255) else picture
    file = BytesIO()
    seen.save(file, "WEBP", lossless=True, exact=True, quality=100, method=6)
    return min(value, WEBP + b64encode(file.getvalue()).decode(), key=len)


def remove(root: ElementTree.Element, tag: str) -> bool:
    """Remove all elements of one kind; return whether there were any."""
    found = [(parent, child) for parent in root.iter() for child in parent if child.tag == tag]
    for parent, child in found:
        parent.remove(child)
    return bool(found)


def rename_identifiers(root: ElementTree.Element, prefix: str) -> None:
    """Keep the identifiers that something refers to, under names that no other figure has; drop the rest."""
    used = {found for element in root.iter() for value in element.attrib.values() for found in REFERENCE.findall(value)}
    identifiers = [element.attrib["id"] for element in root.iter() if element.get("id") in used]
    names = {identifier: f"{prefix}{number}" for number, identifier in enumerate(dict.fromkeys(identifiers), 1)}

    def renamed(value: str) -> str:
        return REFERENCE.sub(lambda found: "#" + names.get(found[1], found[1]), value)

    for element in root.iter():
        identifier = element.attrib.pop("id", "")
        element.attrib = {name: renamed(value) for name, value in element.attrib.items()}
        if identifier in names:
            element.set("id", names[identifier])


class KeepStills(SphinxPostTransform):
    """Keep an explorer's still picture in its page, for who prints the page before the explorer has been fetched."""

    default_priority = 3  # right before MyST-NB chooses one form of each output
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Run on one page."""
        for bundle in list(self.document.findall(nodes.container)):
            if bundle.get("nb_element") != "mime_bundle":
                continue
            forms = {form["mime_type"]: form.children for form in bundle.children}
            if forms.keys() >= {VIEW, SVG}:
                (view,), (image,) = forms[VIEW], forms[SVG]
                svg = SENTENCE.sub("", Path(self.env.srcdir, image["uri"].lstrip("/")).read_text("utf-8"))
                if "<text" in svg:  # some are the sentence alone
                    markup = f"{view.astext()}<template>{svg}</template>"
                    view.replace_self(nodes.raw("", markup, format="html"))


class InlineFigures(SphinxPostTransform):
    """Replace the SVG outputs of code cells by their content."""

    default_priority = 5  # right after MyST-NB has chosen one form of each output
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Run on one page."""
        page = self.env.docname.rpartition("/")[2]
        images = [
            image
            for output in self.document.findall(nodes.container)
            if output.get("nb_element") == "cell_code_output"
            for image in output.findall(nodes.image)
        ]
        for number, image in enumerate(images, 1):
            alt = " ".join(image.get("alt", "").split())
            if not alt:
                logger.warning(
                    "this figure has no text alternative: give its cell the metadata mystnb: {image: {alt: ...}}",
                    location=image,
                    type="figures",
                )
            path = Path(self.env.srcdir, image["uri"].lstrip("/"))
            if path.suffix == ".svg":
                try:
                    svg = inline_svg(path.read_text("utf-8"), alt, f"{page}-figure-{number}-")
                except ValueError as error:
                    logger.warning(str(error), location=image, type="figures")
                    continue
                image.replace_self(nodes.raw("", f'<div class="cc-figure">{svg}</div>', format="html"))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform."""
    app.add_post_transform(KeepStills)
    app.add_post_transform(InlineFigures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
