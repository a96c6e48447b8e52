"""Arrays to figures, one look for the whole book; nothing is computed here but the layout.

Every function returns a `BookFigure`: as the last line of a cell it appears as SVG, in JupyterLab and in the page.
The current window, kernel and output cell are violet with a thick outline; inputs are grey, weights brown and green,
outputs red and blue, padding is dashed. Used in every chapter.
"""

from cnn_course.plots.charts import areas, bars, confusion, curves, history
from cnn_course.plots.figure import ACCENT, ACCENT_SOFT, INK, MUTED, PAPER, BookFigure
from cnn_course.plots.networks import connections, filter_in_volume, volumes
from cnn_course.plots.numbers import centred, correlation, flattened, grid, sequence, stamps, steps, usage, windows
from cnn_course.plots.pictures import feature_maps, images, kernels

__all__ = [
    "ACCENT",
    "ACCENT_SOFT",
    "INK",
    "MUTED",
    "PAPER",
    "BookFigure",
    "areas",
    "bars",
    "centred",
    "confusion",
    "connections",
    "correlation",
    "curves",
    "feature_maps",
    "filter_in_volume",
    "flattened",
    "grid",
    "history",
    "images",
    "kernels",
    "sequence",
    "stamps",
    "steps",
    "usage",
    "volumes",
    "windows",
]
