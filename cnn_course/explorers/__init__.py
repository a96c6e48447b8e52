"""Explorers: sliders that move, in the browser, an example that fits a page.

Each function returns ordinary ipywidgets controls above one widget that computes in the browser, so that an explorer
works live in JupyterLab and in the built page without a kernel.
"""

from .channels import channels
from .convolution_2d import convolution_2d
from .flip_and_filter import flip_and_filter
from .padding_and_stride import padding_and_stride
from .pooling import pooling

__all__ = ["channels", "convolution_2d", "flip_and_filter", "padding_and_stride", "pooling"]
