"""Probes find what is there and not what is not; the angles between the spaces of two runs."""
import numpy as np
import pytest

from lib.cloud import probes

N = 1_000


def latents(rng):
    return rng.normal(size=(N, 12)) * np.arange(1, 13)


@pytest.mark.slow
def test_probes_find_linear_and_bent_targets_and_no_noise():
    rng = np.random.default_rng(0)
    z = latents(rng)
    u = z / z.std(axis=0)
    y = np.stack([u[:, 0] - u[:, 5], u[:, 1]**2, rng.normal(size=N)], axis=1)
    score = probes.probe_scores(z, y, rng)
    assert score.linear[0] > 0.99 and score.nonlinear[0] > 0.95
    assert abs(score.linear[1]) < 0.1 and score.nonlinear[1] > 0.5
    assert (score.iloc[2].abs() < 0.15).all()                        # control: nothing to find
    assert score.linear[2] < 0.02 and score.nonlinear[2] < 0.02


@pytest.mark.slow
@pytest.mark.parametrize("noise", [0.5, 1.0, 2.0])
def test_the_linear_score_is_the_share_of_signal(noise):
    rng = np.random.default_rng(1)
    z = latents(rng)
    y = (z[:, 3] / z[:, 3].std() + noise * rng.normal(size=N))[:, None]
    share = 1 / (1 + noise**2)
    error = 2 * np.sqrt(share) * (1 - share) / np.sqrt(N) + 12 / N   # of R^2, and what fitting 12 terms costs
    assert probes.probe_scores(z, y, rng).linear[0] == pytest.approx(share, abs=4 * error)


@pytest.mark.slow
def test_scores_are_a_function_of_the_generator_and_blind_to_scale():
    z = latents(np.random.default_rng(2))
    y = z[:, :1] ** 3
    first = probes.probe_scores(z, y, np.random.default_rng(3))
    assert first.equals(probes.probe_scores(z, y, np.random.default_rng(3)))
    scaled = probes.probe_scores(10 * z - 4, 5 * y + 1, np.random.default_rng(3))
    assert scaled.to_numpy() == pytest.approx(first.to_numpy(), abs=1e-6)


def test_turns_go_round():
    assert probes.turns([[0.0], [1.0]])[0] == pytest.approx(probes.turns([[0.0], [1.0]])[1])
    assert probes.turns([[0.25]]).tolist() == [pytest.approx([0.0, 1.0])]


@pytest.mark.slow
def test_a_factor_in_turns_is_found_round_its_seam_and_one_that_is_not_stays_as_it_is():
    rng = np.random.default_rng(4)
    y = rng.random((N, 2))
    z = np.concatenate([probes.turns(y[:, :1]), y[:, 1:], rng.normal(size=(N, 3))], axis=1)
    score = probes.factor_scores(z, y, [True, False], np.random.default_rng(5))
    assert len(score) == 2 and (score.linear > 0.99).all()
    torn = probes.factor_scores(z, y, [False, False], np.random.default_rng(5))
    assert torn.linear[0] < 0.9                                      # control: torn at the seam


def test_factor_scores_are_means_over_cosine_and_sine():
    y, z = np.random.default_rng(6).random((100, 2)), np.random.default_rng(7).normal(size=(100, 3))
    targets = np.concatenate([y[:, :1], probes.turns(y[:, 1:])], axis=1)
    by_hand = probes.probe_scores(z, targets, np.random.default_rng(8))
    found = probes.factor_scores(z, y, [False, True], np.random.default_rng(8))
    assert found.to_numpy() == pytest.approx(np.stack([by_hand.iloc[0], by_hand.iloc[1:].mean()]))


def test_squared_correlations_find_the_component_of_a_factor():
    rng = np.random.default_rng(9)
    scores = rng.normal(size=(N, 6))
    y = np.stack([scores[:, 4], scores[:, 0] + scores[:, 1], rng.random(N)], axis=1)
    squared = probes.squared_correlations(scores, y, [False, False, True])
    assert squared.shape == (3, 6) and squared[0].argmax() == 4 and squared[0, 4] == pytest.approx(1)
    assert squared[1, :2] == pytest.approx([0.5, 0.5], abs=0.1)
    assert squared[2].max() < 16 / N                                 # control: nothing to find
    both = [np.corrcoef(scores[:, 0], target)[0, 1]**2 for target in probes.turns(y[:, 2:]).T]
    assert squared[2, 0] == pytest.approx(np.mean(both))


def spread_out(n, rng, d=12):
    """n vectors whose first axes are the leading principal components."""
    return rng.normal(size=(n, d)) * 2.0 ** -np.arange(d)


def test_the_same_space_turned_and_moved_has_cosines_of_one_and_the_same_spectrum():
    rng = np.random.default_rng(10)
    a = spread_out(400, rng)
    pair = probes.compare(a, 3 * a @ np.linalg.qr(rng.normal(size=(12, 12)))[0] + 3, rng, 4)
    assert pair.cosines == pytest.approx(np.ones(4)) and pair.by_chance.mean() < 0.3
    assert pair.spectra[0] == pytest.approx(pair.spectra[1])


def test_two_of_four_directions_shared():
    rng = np.random.default_rng(11)
    base = rng.normal(size=(2_000, 6))
    noise = 1e-3 * rng.normal(size=(2, 2_000, 5))
    a, b = (np.concatenate([base[:, columns], extra], axis=1) for columns, extra in
            zip((slice(0, 4), slice(2, 6)), noise, strict=True))
    assert probes.compare(a, b, rng, 4).cosines == pytest.approx([1, 1, 0, 0], abs=4 / np.sqrt(2_000))


def test_random_spaces_share_no_more_than_shuffled_images():
    rng = np.random.default_rng(12)
    n, k = 400, 5
    pairs = [probes.compare(rng.normal(size=(n, 8)), rng.normal(size=(n, 8)), rng, k) for _ in range(30)]
    largest = np.array([pair.cosines[0] for pair in pairs])
    by_chance = np.array([pair.by_chance[0] for pair in pairs])
    assert largest.mean() < 2 * np.sqrt(k * (n - k)) / n + 4 * largest.std() / np.sqrt(30)
    assert abs(largest.mean() - by_chance.mean()) < 4 * np.hypot(largest.std(), by_chance.std()) / np.sqrt(30)


def test_summary_counts_the_dominant_components_in_common():
    first, second = np.zeros((2, 16), bool)
    first[[1, 5, 7]], second[[5, 7, 8, 9]] = True, True
    spectra = np.array([0.7, 0.3]), np.array([0.6, 0.4])
    pair = probes.Alike(np.array([0.9, 0.5]), np.array([0.2, 0.1]), spectra, (first, second))
    found = probes.summary(pair)
    assert (found["in common"], found["by chance"]) == (2, 3 * 4 / 16)
    assert found["agreement"] == pytest.approx((2 - 0.75) / (3 - 0.75))
    assert found["mean cosine"] == pytest.approx(0.7) and found["spectra apart"] == pytest.approx(0.1)
    none = pair._replace(dominant=(np.zeros(16, bool), np.zeros(16, bool)))
    with pytest.raises(ValueError, match="two choices"):
        probes.summary(none)


@pytest.mark.parametrize("shared, inside", [(0, True), (30, False)])
def test_independent_choices_share_as_many_as_chance_says(shared, inside):
    """60 and 80 of 256 components, of which `shared` are chosen by both on purpose (control)."""
    rng, repeats, held = np.random.default_rng(13), 200, 0
    for _ in range(repeats):
        first, second = np.zeros((2, 256), bool)
        first[:60], second[:shared] = True, True
        second[rng.permutation(np.arange(shared, 256))[:80 - shared]] = True
        pair = probes.Alike(np.ones(1), np.ones(1), (np.ones(1), np.ones(1)), (first, second))
        found = probes.summary(pair)
        held += abs(found["agreement"]) < 1.96 * found["error"]
    assert (held / repeats > 0.95 - 4 * np.sqrt(0.05 * 0.95 / repeats)) == inside


Z = np.random.default_rng(7).normal(size=(50, 4))


@pytest.mark.parametrize("call, word", [
    (lambda: probes.probe_scores(Z, Z[:40], np.random.default_rng(0)), "same vectors"),
    (lambda: probes.probe_scores(Z[:10], Z[:10], np.random.default_rng(0)), "n >= 20"),
    (lambda: probes.probe_scores(Z, np.ones((50, 1)), np.random.default_rng(0)), "never varies"),
    (lambda: probes.factor_scores(Z, Z[:, 0], [False], np.random.default_rng(0)), "shape"),
    (lambda: probes.compare(Z, Z[:40], np.random.default_rng(0), 2), "same images"),
    (lambda: probes.compare(Z, np.ones((50, 4)), np.random.default_rng(0), 2), "never varies"),
    (lambda: probes.compare(Z[:4], Z[:4], np.random.default_rng(0), 4), "n >= 5")])
def test_refuses(call, word):
    with pytest.raises(ValueError, match=word):
        call()
