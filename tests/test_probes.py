"""Laws of the probes: they find what is there, not what is not; and of the angles between spaces of two runs."""
import numpy as np
import pytest

from lib.cloud import probes

N = 1_500


def latents(rng):
    return rng.normal(size=(N, 12)) * np.arange(1, 13)


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


@pytest.mark.parametrize("noise", [0.5, 1.0, 2.0])
def test_the_linear_score_is_the_share_of_signal(noise):
    rng = np.random.default_rng(1)
    z = latents(rng)
    y = (z[:, 3] / z[:, 3].std() + noise * rng.normal(size=N))[:, None]
    share = 1 / (1 + noise**2)
    error = 2 * np.sqrt(share) * (1 - share) / np.sqrt(N) + 12 / N   # of R^2, and what fitting 12 terms costs
    assert probes.probe_scores(z, y, rng).linear[0] == pytest.approx(share, abs=4 * error)


def test_scores_are_a_function_of_the_generator_and_blind_to_scale():
    z = latents(np.random.default_rng(2))
    y = z[:, :1] ** 3
    first = probes.probe_scores(z, y, np.random.default_rng(3))
    assert first.equals(probes.probe_scores(z, y, np.random.default_rng(3)))
    assert probes.probe_scores(10 * z - 4, 5 * y + 1, np.random.default_rng(3)).to_numpy() == pytest.approx(first.to_numpy(), abs=1e-6)


def test_turns_go_round():
    assert probes.turns([[0.0], [1.0]])[0] == pytest.approx(probes.turns([[0.0], [1.0]])[1])
    assert probes.turns([[0.25]]).tolist() == [pytest.approx([0.0, 1.0])]


def test_the_same_space_turned_and_scaled_has_cosines_of_one():
    rng = np.random.default_rng(4)
    a = rng.normal(size=(100, 4))
    assert probes.shared_directions(a, a @ rng.normal(size=(4, 4)) + 3) == pytest.approx(np.ones(4))


def test_two_of_four_directions_shared():
    rng = np.random.default_rng(5)
    base = np.linalg.qr(rng.normal(size=(200, 7)) - rng.normal(size=(200, 7)).mean(axis=0))[0]
    base = np.linalg.qr(base - base.mean(axis=0))[0][:, :6]
    assert probes.shared_directions(base[:, :4], base[:, 2:6]) == pytest.approx([1, 1, 0, 0], abs=0.02)


def test_random_spaces_share_no_more_than_stated():
    rng = np.random.default_rng(6)
    n, k = 400, 5
    largest = [probes.shared_directions(rng.normal(size=(n, k)), rng.normal(size=(n, k)))[0] for _ in range(50)]
    assert np.mean(largest) < 2 * np.sqrt(k * (n - k)) / n + 4 * np.std(largest) / np.sqrt(50)
    assert np.mean(largest) > np.sqrt(k / n)


Z = np.random.default_rng(7).normal(size=(50, 4))


@pytest.mark.parametrize("call, word", [
    (lambda: probes.probe_scores(Z, Z[:40], np.random.default_rng(0)), "shapes"),
    (lambda: probes.probe_scores(Z[:10], Z[:10], np.random.default_rng(0)), "n >= 20"),
    (lambda: probes.probe_scores(Z, np.ones((50, 1)), np.random.default_rng(0)), "never varies"),
    (lambda: probes.shared_directions(Z, Z[:, :2]), "one shape"),
    (lambda: probes.shared_directions(Z, np.ones((50, 4))), "depend"),
    (lambda: probes.shared_directions(Z[:4], Z[:4]), "k < n")])
def test_refuses(call, word):
    with pytest.raises(ValueError, match=word):
        call()
