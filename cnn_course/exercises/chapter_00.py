"""Checks of the exercises of chapter 0."""

from collections.abc import Callable

import numpy as np

from .checking import Answer, exercise, expect

Operation = Callable[[np.ndarray], np.ndarray]


@exercise("0.3")
def promises(answer: Answer) -> None:
    """Tell equivariant from invariant on a ring; for every step there is an operation that stumbles there only."""
    row = np.array([1.0, 5.0, 2.0, 3.0, 9.0, 4.0])
    operations = list(KEPT)
    cases = [(operation, row, 0) for operation in operations]
    cases += [(operation, row, step) for step in range(1, len(row)) for operation in (brighten, sort, fill_with_mean)]
    for place, n, step in answer.draw(8, (0, len(operations) - 1), (3, 8), (0, 7)):
        cases.append((operations[place], 1.0 + answer.random.permutation(n), step % n))
    for operation, row, step in cases:
        equivariant, invariant = KEPT[operation] if step == 0 else (False, False)
        slips = [((invariant, equivariant), "The first word is equivariant: the output moves along.")]
        if step:
            slips = [(KEPT[operation], f"Try every step: this operation breaks its promise at step {step} only.")]
        elif equivariant and invariant:
            slips += [(one, "An operation may keep both promises.") for one in ((True, False), (False, True))]
        moves = stumbling(operation, np.roll(row, step)) if step else operation
        expect(answer, moves, row, gives=(equivariant, invariant), slips=slips)


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


KEPT: dict[Operation, tuple[bool, bool]] = {
    brighten: (True, False),
    minus_left_neighbour: (True, False),
    sort: (False, True),
    fill_with_mean: (True, True),
    times_place: (False, False),
}


def stumbling(operation: Operation, trap: np.ndarray) -> Operation:
    """Return the operation with another sign for one row."""

    def stumbles(row: np.ndarray) -> np.ndarray:
        return -operation(row) if np.array_equal(row, trap) else operation(row)

    return stumbles


@exercise("0.4")
def agreement(answer: Answer) -> None:
    """Compare template and patch by their correlation coefficient, whatever their brightness and contrast."""
    noise = np.random.RandomState(0).randint(0, 10, (5, 7)).astype(float)
    flat_corner = np.where(np.add.outer(range(5), range(7)) < 5, 3.0, noise)
    wide, tall = np.array([[1.0, 4.0, 1.0], [0.0, 2.0, 7.0]]), np.array([[5.0, 1.0], [2.0, 2.0], [0.0, 9.0]])
    row = np.array([[1, 4, 1, 0, 9, 3]])
    faint = np.where(noise > 4, 7, 6)
    cases = [(row, row[:, :3]), (noise, wide), (noise, tall), (flat_corner, wide), (flat_corner, tall), (faint, wide)]
    for rows, cols, levels in answer.draw(4, (3, 6), (3, 6), (2, 10)):  # of two levels, many patches are flat
        template = answer.random.permutation(6.0 - np.arange(6)).reshape(2, 3)
        cases.append((answer.random.randint(0, levels, (rows, cols)), template))
    for picture, template in cases:
        centred = template - template.mean()
        patches = np.lib.stride_tricks.sliding_window_view(picture, template.shape)
        products = (patches * centred).sum(axis=(2, 3))
        flat = np.ptp(patches, axis=(2, 3)) == 0
        right = [
            [0.0 if np.ptp(patch) == 0 else np.corrcoef(patch.ravel(), template.ravel())[0, 1] for patch in line]
            for line in patches
        ]
        lengths = np.sqrt((centred**2).sum() * (patches**2).sum(axis=(2, 3))) + flat
        slips = [
            ((patches * template).sum(axis=(2, 3)), "Subtract the means, and divide by the two lengths."),
            (products, "These are the scores of the detector: divide by the two lengths."),
            (np.where(flat, 0, products / lengths), "Subtract the patch's mean before you take its length."),
            (np.where(flat, np.nan, right), "A patch of equal pixels has the length 0: leave its score at 0."),
            (np.square(right) * np.sign(right), "A length is the root of the sum of squares."),
            (np.abs(right), "Keep the sign: a patch that is dark where the template is bright gets less than 0."),
        ]
        expect(answer, picture, template, gives=np.array(right), slips=slips)
