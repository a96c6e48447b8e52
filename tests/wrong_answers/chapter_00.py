"""Wrong answers to the exercises of chapter 0, each with the misconception behind it."""

import numpy as np

# 0.3


def calls_equivariance_invariance(operation, row):
    """Equivariance called invariance and the other way round."""
    before, steps = operation(row), range(1, len(row))
    afters = [operation(np.roll(row, step)) for step in steps]
    invariant = all(np.allclose(after, before) for after in afters)
    return invariant, all(np.allclose(after, np.roll(before, step)) for after, step in zip(afters, steps, strict=True))


def tries_one_step(operation, row):
    """One step is enough."""
    before, after = operation(row), operation(np.roll(row, 1))
    return np.allclose(after, np.roll(before, 1)), np.allclose(after, before)


def needs_one_good_step(operation, row):
    """A promise kept for some step is kept."""
    before, steps = operation(row), range(1, len(row))
    afters = [operation(np.roll(row, step)) for step in steps]
    equivariant = any(np.allclose(after, np.roll(before, step)) for after, step in zip(afters, steps, strict=True))
    return equivariant, any(np.allclose(after, before) for after in afters)


def compares_with_the_moved_input(operation, row):
    """Equivariant if the moved input is the output."""
    moved = [np.roll(row, step) for step in range(1, len(row))]
    invariant = all(np.allclose(operation(row), operation(other)) for other in moved)
    return all(np.allclose(operation(other), other) for other in moved), invariant


# 0.4


def patches(picture, template):
    (rows, cols), (height, width) = picture.shape, template.shape
    scores = np.zeros((rows - height + 1, cols - width + 1))
    for r, c in np.ndindex(scores.shape):
        yield (r, c), picture[r : r + height, c : c + width], scores


def does_not_normalise(picture, template):
    """The template as it is, a kernel that favours whatever is bright."""
    for place, patch, scores in patches(picture, template):
        scores[place] = np.sum(template * patch)
    return scores


def only_subtracts_the_mean(picture, template):
    """A detector without its mean, which favours strong contrasts."""
    for place, patch, scores in patches(picture, template):
        scores[place] = np.sum((template - template.mean()) * patch)
    return scores


def takes_the_length_of_the_raw_patch(picture, template):
    """The mean subtracted from the template only."""
    t = template - template.mean()
    for place, patch, scores in patches(picture, template):
        if np.ptp(patch):
            scores[place] = np.sum(t * patch) / np.sqrt(np.sum(t**2) * np.sum(patch**2))
    return scores


def divides_by_zero(picture, template):
    """A flat patch gives nothing divided by nothing."""
    t = template - template.mean()
    for place, patch, scores in patches(picture, template):
        p = patch - patch.mean()
        with np.errstate(invalid="ignore"):
            scores[place] = np.sum(t * p) / np.sqrt(np.sum(t**2) * np.sum(p**2))
    return scores


def swaps_height_and_width(picture, template):
    """Columns before rows."""
    for place, patch, scores in patches(picture.T, template.T):
        if np.ptp(patch):
            scores[place] = np.corrcoef(patch.ravel(), template.T.ravel())[0, 1]
    return scores


def stops_one_place_early(picture, template):
    """n − k places instead of n − k + 1."""
    for place, patch, scores in patches(picture, template):
        if np.ptp(patch):
            scores[place] = np.corrcoef(patch.ravel(), template.ravel())[0, 1]
    return scores[:, :-1]


WRONG = {
    "0.3": [calls_equivariance_invariance, tries_one_step, needs_one_good_step, compares_with_the_moved_input],
    "0.4": [
        does_not_normalise,
        only_subtracts_the_mean,
        takes_the_length_of_the_raw_patch,
        divides_by_zero,
        swaps_height_and_width,
        stops_one_place_early,
    ],
}
