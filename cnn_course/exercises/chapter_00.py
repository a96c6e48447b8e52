"""Checks of the exercises of chapter 0."""

import numpy as np

from .checking import Answer, exercise, expect


@exercise("0.3")
def promises(answer: Answer) -> None:
    """Tell equivariant from invariant on a ring, trying every step."""
    row = np.array([1.0, 5.0, 2.0, 3.0])
    kept = {
        brighten: (True, False),
        minus_left_neighbour: (True, False),
        sort: (False, True),
        fill_with_mean: (True, True),
        times_place: (False, False),
        black_if_first_is_brightest: (False, False),  # one step keeps the promise, three do not
    }
    for operation, (equivariant, invariant) in kept.items():
        slips = [
            ((invariant, equivariant), "The first word is equivariant: the output moves along."),
            ((True, False), "Try every step, not only one."),
        ]
        expect(answer, operation, row, gives=(equivariant, invariant), slips=slips)


def brighten(row: np.ndarray) -> np.ndarray:
    return 2 * row + 1


def minus_left_neighbour(row: np.ndarray) -> np.ndarray:
    return row - np.roll(row, 1)


def sort(row: np.ndarray) -> np.ndarray:
    return np.sort(row)


def fill_with_mean(row: np.ndarray) -> np.ndarray:
    return np.full(row.shape, row.mean())


def times_place(row: np.ndarray) -> np.ndarray:
    return row * np.arange(len(row))


def black_if_first_is_brightest(row: np.ndarray) -> np.ndarray:
    return 0 * row if row[0] == row.max() else row


@exercise("0.4")
def agreement(answer: Answer) -> None:
    """Compare template and patch by their correlation coefficient, whatever their brightness and contrast."""
    noise = np.random.RandomState(0).randint(0, 10, (5, 7)).astype(float)
    flat_corner = np.where(np.add.outer(range(5), range(7)) < 5, 3.0, noise)
    wide, tall = np.array([[1.0, 4.0, 1.0], [0.0, 2.0, 7.0]]), np.array([[5.0, 1.0], [2.0, 2.0], [0.0, 9.0]])
    row = np.array([[1.0, 4.0, 1.0, 0.0, 9.0, 3.0]])
    for picture, template in [(row, wide[:1]), (noise, wide), (noise, tall), (flat_corner, wide), (flat_corner, tall)]:
        centred = template - template.mean()
        patches = np.lib.stride_tricks.sliding_window_view(picture, template.shape)
        products = (patches * centred).sum(axis=(2, 3))
        flat = np.ptp(patches, axis=(2, 3)) == 0
        gives = [
            [0.0 if np.ptp(patch) == 0 else np.corrcoef(patch.ravel(), template.ravel())[0, 1] for patch in line]
            for line in patches
        ]
        lengths = np.sqrt((centred**2).sum() * (patches**2).sum(axis=(2, 3)))
        slips = [
            (products, "These are the scores of the detector: divide by the two lengths."),
            (np.where(flat, 0, products / lengths), "Subtract the patch's mean before you take its length."),
        ]
        expect(answer, picture, template, gives=np.array(gives), slips=slips)
