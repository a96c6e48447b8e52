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


def last_step_wins(operation, row):
    """Each step overwrites what the steps before have found."""
    before = operation(row)
    for step in range(1, len(row)):
        after = operation(np.roll(row, step))
        equivariant, invariant = np.allclose(after, np.roll(before, step)), np.allclose(after, before)
    return equivariant, invariant


def tries_one_step_back(operation, row):
    """One step to the left is enough."""
    before, after = operation(row), operation(np.roll(row, -1))
    return np.allclose(after, np.roll(before, -1)), np.allclose(after, before)


def kept_at(steps, operation, row):
    before = operation(row)
    afters = [(step, operation(np.roll(row, step))) for step in steps]
    equivariant = all(np.allclose(after, np.roll(before, step)) for step, after in afters)
    return equivariant, all(np.allclose(after, before) for _, after in afters)


def tries_half_the_steps(operation, row):
    """Half a turn stands for the other half."""
    return kept_at(range(1, len(row) // 2 + 1), operation, row)


def leaves_out_the_last_step(operation, row):
    """`range` stops before its end, and the end was n − 1."""
    return kept_at(range(1, len(row) - 1), operation, row)


def starts_at_two(operation, row):
    """The first step is left out."""
    return kept_at(range(2, len(row)), operation, row)


def moves_back(operation, row):
    """The output is moved the other way."""
    before, steps = operation(row), range(1, len(row))
    equivariant = all(np.allclose(operation(np.roll(row, step)), np.roll(before, -step)) for step in steps)
    return equivariant, kept_at(steps, operation, row)[1]


def cannot_be_both(operation, row):
    """What is equivariant cannot be invariant."""
    equivariant, invariant = kept_at(range(1, len(row)), operation, row)
    return equivariant, invariant and not equivariant


def must_be_one(operation, row):
    """What is not equivariant is invariant."""
    equivariant, _ = kept_at(range(1, len(row)), operation, row)
    return equivariant, not equivariant


def compares_the_sums(operation, row):
    """Invariant if the sum stays."""
    sums = [operation(np.roll(row, step)).sum() for step in range(len(row))]
    return kept_at(range(1, len(row)), operation, row)[0], np.allclose(sums, sums[0])


def looks_at_the_first_pixel(operation, row):
    """One pixel of the output speaks for all."""
    before, steps = operation(row), range(1, len(row))
    afters = [(step, operation(np.roll(row, step))[0]) for step in steps]
    equivariant = all(np.isclose(after, np.roll(before, step)[0]) for step, after in afters)
    return equivariant, all(np.isclose(after, before[0]) for _, after in afters)


def moves_the_row_itself(operation, row):
    """The row that was handed over is moved in place."""
    before = operation(row)
    equivariant = invariant = True
    for _ in range(1, len(row)):
        row[:] = np.roll(row, 1)
        before = np.roll(before, 1)
        equivariant &= np.allclose(operation(row), before)
        invariant &= np.allclose(operation(row), operation(np.roll(row, 1)))
    return equivariant, invariant


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


def coefficients(picture, template, flat=lambda patch: np.ptp(patch) == 0, change=lambda score: score):
    """Return the right map, or one with another idea of flatness or with changed scores."""
    for place, patch, scores in patches(picture, template):
        if not flat(patch):
            scores[place] = change(np.corrcoef(patch.ravel(), template.ravel())[0, 1])
    return scores


def whole_numbers(picture, template):
    """The map is made of whole numbers, and every coefficient between −1 and 1 becomes 0."""
    return coefficients(picture, template).astype(int)


def nothing_below_zero(picture, template):
    """Unlike is taken for not alike at all."""
    return coefficients(picture, template, change=lambda score: max(score, 0))


def the_sign_is_lost(picture, template):
    """The negative of the template is taken for the template."""
    return coefficients(picture, template, change=abs)


def to_two_places(picture, template):
    """The scores are rounded for printing, and returned so."""
    return coefficients(picture, template, change=lambda score: round(score, 2))


def only_black_is_flat(picture, template):
    """A patch without contrast is taken for a patch without light."""
    with np.errstate(invalid="ignore"):
        return coefficients(picture, template, flat=lambda patch: patch.max() == 0)


def faint_is_flat(picture, template):
    """A patch of weak contrast is taken for one of none."""
    return coefficients(picture, template, flat=lambda patch: np.ptp(patch) <= 1)


def forgets_the_roots(picture, template):
    """The lengths without their roots."""
    t = template - template.mean()
    for place, patch, scores in patches(picture, template):
        p = patch - patch.mean()
        if np.ptp(patch):
            scores[place] = np.sum(t * p) / (np.sum(t**2) * np.sum(p**2))
    return scores


def divides_by_one_less(picture, template):
    """The mean of the products over n, the spreads over n − 1."""
    t = template - template.mean()
    for place, patch, scores in patches(picture, template):
        if np.ptp(patch):
            spreads = template.std(ddof=1) * patch.std(ddof=1)
            scores[place] = np.mean(t * (patch - patch.mean())) / spreads
    return scores


def subtracts_the_mean_of_the_picture(picture, template):
    """One mean for all patches."""
    t, whole = template - template.mean(), picture - picture.mean()
    for place, p, scores in patches(whole, template):
        if np.ptp(p):
            scores[place] = np.sum(t * p) / np.sqrt(np.sum(t**2) * np.sum(p**2))
    return scores


def divides_by_the_highest(picture, template):
    """The map is scaled so that its highest score is 1."""
    scores = only_subtracts_the_mean(picture, template)
    return scores / scores.max()


def subtracts_in_place(picture, template):
    """A slice is a view: subtracting in place changes the picture."""
    t = template - template.mean()
    for place, patch, scores in patches(picture, template):
        if np.ptp(patch):
            patch -= patch.mean().astype(patch.dtype)
            scores[place] = np.sum(t * patch) / np.sqrt(np.sum(t**2) * np.sum(patch**2))
    return scores


WRONG = {
    "0.3": [
        calls_equivariance_invariance,
        tries_one_step,
        needs_one_good_step,
        compares_with_the_moved_input,
        last_step_wins,
        tries_one_step_back,
        tries_half_the_steps,
        leaves_out_the_last_step,
        starts_at_two,
        moves_back,
        cannot_be_both,
        must_be_one,
        compares_the_sums,
        looks_at_the_first_pixel,
        moves_the_row_itself,
    ],
    "0.4": [
        does_not_normalise,
        only_subtracts_the_mean,
        takes_the_length_of_the_raw_patch,
        divides_by_zero,
        swaps_height_and_width,
        stops_one_place_early,
        whole_numbers,
        nothing_below_zero,
        the_sign_is_lost,
        to_two_places,
        only_black_is_flat,
        faint_is_flat,
        forgets_the_roots,
        divides_by_one_less,
        subtracts_the_mean_of_the_picture,
        divides_by_the_highest,
        subtracts_in_place,
    ],
}
