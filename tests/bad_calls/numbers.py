"""Numbers: labels that are none, types that do not hold real numbers."""

import numpy as np

import cnn_course as cc
from cnn_course import training

from . import ALL, NAN, SCORES, B, Refused, W, X, fit, rng, small

REFUSED: dict[str, list[Refused]] = {
    "labels": [
        Refused("floats", lambda: cc.cross_entropy(SCORES, [0.0, 1, 2]), TypeError, "target", "float64",
                "must hold integers"),
        Refused("booleans", lambda: cc.cross_entropy(SCORES, [True] * 3), TypeError, "target", "bool",
                "must hold integers"),
        Refused("texts", lambda: cc.cross_entropy(SCORES, ["0", "1", "2"]), TypeError, "target", "<U1",
                "must hold integers"),
        Refused("nothing", lambda: cc.cross_entropy(SCORES, None), TypeError, "target", "object", "must hold integers"),
        Refused("one-hot", lambda: cc.cross_entropy(SCORES, np.eye(4, dtype=int)[:3]), ValueError, "target", "(3, 4)",
                "one class for each row"),
        Refused("a column", lambda: cc.cross_entropy(SCORES, [[0], [1], [2]]), ValueError, "target", "(3, 1)",
                r"must have shape \(3,\)"),
        Refused("too few", lambda: cc.cross_entropy(SCORES, [0, 1]), ValueError, "target", "(2,)",
                r"must have shape \(3,\)"),
        Refused("counted from 1", lambda: cc.cross_entropy(SCORES, [1, 2, 4]), ValueError, "target", "4",
                "classes run from 0 to 3"),
        Refused("-1 for none", lambda: cc.cross_entropy(SCORES, [0, -1, 2]), ValueError, "target", "-1",
                "classes run from 0 to 3"),
        Refused("2**63 and more", lambda: cc.cross_entropy(SCORES, np.array([0, 1, 2**63 + 5], np.uint64)), ValueError,
                "target", "9223372036854775813", "classes run from 0 to 3"),
        Refused("NaN", lambda: cc.cross_entropy_backward(SCORES, [0, 1, NAN]), TypeError, "target", "float64",
                "must hold integers"),
        Refused("masked", lambda: cc.cross_entropy(SCORES, np.ma.masked_equal([0, 1, 2], 1)), TypeError, "target",
                "masked array", "pass target.filled"),
        Refused("no samples", lambda: cc.cross_entropy(np.ones((0, 4)), []), ValueError, "logits", "(0, 4)",
                "neither of them 0"),
        Refused("training: floats", lambda: fit(y=[0.0, 1.0]), TypeError, "y", "float64", "must hold integers"),
        Refused("training: one-hot", lambda: fit(y=[[1, 0], [0, 1]]), ValueError, "y", "(2, 2)",
                "one label for each sample"),
        Refused("training: too few", lambda: fit(y=[1]), ValueError, "y", "(1,)", "one label for each sample"),
        Refused("training: a class too many", lambda: fit(y=[0, 3]), ValueError, "target", "3",
                "classes run from 0 to 2"),
        Refused("accuracy: counted from 1", lambda: training.accuracy(small(), X, [1, 3]), ValueError, "target", "3",
                "classes run from 0 to 2"),
        Refused("accuracy: no samples", lambda: training.accuracy(small(), X[:0], np.zeros(0, int)), ValueError, "x",
                "(0, 2, 5, 6)", "at least one sample"),
        Refused("confusion: out of range", lambda: training.confusion_matrix([0, 2], [0, 1], 2), ValueError, "y", "2",
                "must lie in 0 to 1"),
        Refused("confusion: other lengths", lambda: training.confusion_matrix([0, 1], [0], 2), ValueError, "predicted",
                "(1,)", "the same shape"),
    ],
    "types of numbers": [
        *(
            Refused(f"{name} of {dtype}", lambda f=f, d=dtype: f(X.astype(d)), TypeError, "x", str(np.dtype(dtype)), w)
            for name, f in {
                "convolution": lambda x: cc.conv2d(x, W),
                "pooling": lambda x: cc.max_pool2d(x, 2),
                "activation": cc.relu,
                "layer": lambda x: cc.Conv2d(2, 3, 3, random_state=rng()).forward(x),
            }.items()
            for dtype, w in {
                "float16": "too short to sum products in; pass x.astype",
                "complex64": "must hold real numbers",
                "complex128": "must hold real numbers",
                "object": "must hold real numbers",
                "U5": "must hold real numbers",
                "S5": "must hold real numbers",
                "datetime64[s]": "must hold real numbers",
                "timedelta64[s]": "must hold real numbers",
            }.items()
        ),
        Refused("records", lambda: cc.relu(np.zeros(3, "f8,f8")), TypeError, "x", "'f0'", "must hold real numbers"),
        Refused("nothing", lambda: cc.conv2d(None, W), TypeError, "x", "object", "must hold real numbers"),
        Refused("a text", lambda: cc.softmax("scores"), TypeError, "x", "<U6", "must hold real numbers"),
        Refused("a dictionary", lambda: cc.relu({"x": 1}), TypeError, "x", "object", "must hold real numbers"),
        Refused("an integer of 70 bits", lambda: cc.relu([2**70]), TypeError, "x", "object", "must hold real numbers"),
        Refused("complex weights", lambda: cc.conv2d(X, W * 1j), TypeError, "weight", "complex128",
                "must hold real numbers"),
        Refused("weights of 16 bits", lambda: cc.linear(SCORES, SCORES.astype("f2")), TypeError, "weight", "float16",
                r"pass weight.astype\(np.float32\)"),
        Refused("a complex bias", lambda: cc.conv2d(X, W, B * 1j), TypeError, "bias", "complex128",
                "must hold real numbers"),
        Refused("a complex kernel", lambda: cc.convolve1d([1, 2], [1j]), TypeError, "kernel", "complex128",
                "must hold real numbers"),
        Refused("a gradient of texts", lambda: cc.relu_backward(["1"], [1]), TypeError, "grad_y", "<U1",
                "must hold real numbers"),
        Refused("a ragged batch", lambda: cc.conv2d([[[[1, 2], [3]]]], W), ValueError, "x", "[3]", "different lengths"),
        Refused("masked pixels", lambda: cc.max_pool2d(np.ma.masked_less(X, 0), 2), TypeError, "x", "masked array",
                "mask would be ignored"),
        Refused("a table of 0 and 1", lambda: cc.restricted_conv2d(X, W, ALL.astype(int)), TypeError, "connections",
                "int64", "must hold True and False"),
        Refused("no input at all", lambda: cc.restricted_conv2d(X, W, ~ALL), ValueError, "connections", "row 0",
                "every output channel an input channel"),
        Refused("a table turned", lambda: cc.restricted_conv2d(X, W, ALL.T), ValueError, "connections", "(2, 4)",
                "a row for each of the 4 output channels"),
    ],
}  # fmt: skip
