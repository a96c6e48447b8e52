"""Layers hold parameters and remember their input; `Sequential` chains them.

Taught in chapters 8 (building LeNet) and 9 (sending gradients back through it).
"""

from .base import Layer, Shape, untouched
from .convolution import Conv2d, ConvTranspose2d
from .functions import Flatten, ReLU, ScaledTanh, Sigmoid, Tanh
from .network import Sequential, check_network
from .pooling import AvgPool2d, GlobalAvgPool2d, MaxPool2d, Subsample2d
from .radial import RadialBasis
from .weighted import Linear, he_normal

__all__ = [
    "AvgPool2d",
    "Conv2d",
    "ConvTranspose2d",
    "Flatten",
    "GlobalAvgPool2d",
    "Layer",
    "Linear",
    "MaxPool2d",
    "RadialBasis",
    "ReLU",
    "ScaledTanh",
    "Sequential",
    "Shape",
    "Sigmoid",
    "Subsample2d",
    "Tanh",
    "check_network",
    "he_normal",
    "untouched",
]
