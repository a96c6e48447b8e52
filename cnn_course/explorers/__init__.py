"""Explorers: sliders that move, in the browser, an example that fits a page.

Each function returns ordinary ipywidgets controls above one widget that computes in the browser, so that an explorer
works live in JupyterLab and in the built page without a kernel. `questions` puts a chapter's questions into its page.
"""

from . import questions
from .backprop import backprop
from .channels import channels
from .convolution_2d import convolution_2d
from .draw_a_digit import draw_a_digit
from .flip_and_filter import flip_and_filter
from .padding_and_stride import padding_and_stride
from .pictures import pictures
from .pooling import pooling
from .relatives import relatives
from .sizes import sizes
from .sweep import sweep

__all__ = [
    "backprop", "channels", "convolution_2d", "draw_a_digit", "flip_and_filter", "padding_and_stride", "pictures",
    "pooling", "questions", "relatives", "sizes", "sweep",
]  # fmt: skip
