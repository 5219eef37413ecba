"""What may choose the axes of latent space: optimizers that know them, and statistics that would notice."""
import numpy as np
import pytest
import torch

from lib import stages
from lib.cloud import axes
from lib.images import faces
from lib.network import controls, models, train
from lib.store import artifacts
from lib.study import ROOT

TINY = models.Config("tiny", (4, 8), (3, 3), (4, 3), (3, 3), latent_dim=6, size=16)
EQUIVARIANT, ADAM = ("scalar Adam", "SGD"), "Adam"


@pytest.fixture(scope="module")
def x():
    """64 uint8 images of random smooth waves."""
    rng, grid = np.random.default_rng(0), np.linspace(0, 3, 16)
    waves = np.sin(rng.uniform(0, 2, (64, 3, 1, 1)) * grid + rng.uniform(0, 2, (64, 3, 1, 1)) * grid[:, None])
    return (127 + 120 * waves).astype(np.uint8)


def trained(x, name, turn=None, rate=1e-3, epochs=6, batch=16):
    """A tiny network, its start turned by `turn` (d, d), after some epochs."""
    model = models.Autoencoder(TINY, seed=3)
    if turn is not None:
        turned(model, turn)
    train.fit(model, x, x, epochs, batch, 0, learning_rate=rate, compile=False,
              optimizer=controls.optimizer(model, name, rate))
    return model


@torch.no_grad()
def turned(model, turn):
    w_e, b_e, w_d = controls.bottleneck(model)
    w_e.copy_(turn @ w_e), b_e.copy_(turn @ b_e), w_d.copy_(w_d @ turn.T)
    return model


def apart(one, other):
    """Largest difference of any weight, in the size of the weights' change by training."""
    start = models.Autoencoder(TINY, seed=3)
    pairs = zip(one.parameters(), other.parameters(), start.parameters(), strict=True)
    return max(float((a - b).detach().norm() / (a - s).detach().norm()) for a, b, s in pairs)


@pytest.fixture(scope="module")
def turn():
    return torch.from_numpy(axes.rotations(6, 1, np.random.default_rng(1))[0]).float()


@pytest.mark.parametrize("name, commutes", [*((name, True) for name in EQUIVARIANT), (ADAM, False)])
def test_turned_weights_train_to_turned_weights_unless_by_adam(x, turn, name, commutes):
    difference = apart(trained(x, name, turn), turned(trained(x, name), turn))
    assert (difference < 1e-3) == commutes and (difference > 0.1) != commutes


def test_without_scalar_tensors_it_is_adam(x):
    ours, theirs = trained(x, ADAM), models.Autoencoder(TINY, seed=3)
    train.fit(theirs, x, x, 6, 16, seed=0, learning_rate=1e-3, compile=False)
    assert apart(ours, theirs) < 1e-3
    assert apart(trained(x, "scalar Adam"), theirs) > 0.1


def change(x, name, rate, epochs):
    """Change by training of the charge Q, and of Q without its term of the bias, which starts at 1."""
    model = models.Autoencoder(TINY, seed=3)
    torch.nn.init.ones_(controls.bottleneck(model)[1])

    def charges():
        whole, b_e = controls.charge(model), controls.bottleneck(model)[1].detach().double()
        return torch.stack([whole, whole - torch.outer(b_e, b_e)])
    before = charges()
    train.fit(model, x, x, epochs, 64, 0, learning_rate=rate, optimizer=controls.optimizer(model, name, rate))
    return (charges() - before).norm(dim=(1, 2))


def test_gradient_flow_conserves_the_charge_with_its_bias(x):
    whole, without = change(x, "SGD", 8.0, 20) / change(x, "SGD", 16.0, 10)
    assert whole == pytest.approx(0.5, abs=0.05)                     # half the step: none in the limit
    assert without == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("name", [ADAM, "scalar Adam"])
def test_adam_conserves_no_charge_whether_or_not_it_commutes(x, name):
    whole, _ = change(x, name, 2e-3, 20) / change(x, name, 4e-3, 10)
    assert whole > 0.6


def test_another_optimizer_is_refused():
    with pytest.raises(ValueError, match="unknown optimizer 'Muon': choose one of Adam"):
        controls.optimizer(models.Autoencoder(TINY), "Muon", 1e-3)


# --------------------------------------------------------------------------------------------- the statistics

D = 64


@pytest.fixture(scope="module")
def turns():
    return axes.rotations(D, 200, np.random.default_rng(5))


def cloud(seed):
    """Mean and covariance, of a falling spectrum, of a cloud without special axes."""
    rng = np.random.default_rng(seed)
    turn = axes.rotations(D, 1, rng)[0]
    return rng.standard_normal(D), turn @ np.diag(0.9 ** np.arange(D)) @ turn.T


def test_rotations_are_orthogonal_and_have_no_direction():
    q = axes.rotations(8, 4_000, np.random.default_rng(0))
    assert np.allclose(q @ q.transpose(0, 2, 1), np.eye(8))
    assert np.abs(q.mean(0)).max() < 5 / np.sqrt(8 * 4_000)          # entries have variance 1/8


@pytest.mark.parametrize("seed", range(5))
def test_a_cloud_without_special_axes_is_like_its_rotations(turns, seed):
    assert axes.against_rotations(*cloud(seed), turns)["z"].abs().max() < 4


def test_over_many_such_clouds_z_has_mean_0_and_deviation_1(turns):
    z = np.array([axes.against_rotations(*cloud(seed), turns)["z"] for seed in range(40)])
    assert np.abs(z.mean(0)).max() < 4 / np.sqrt(40) and (0.6 < z.std(0)).all() and (z.std(0) < 1.6).all()


def test_a_stretched_axis_is_found_and_a_shifted_one_where_it_shows(turns):
    mean, covariance = cloud(0)
    stretched = covariance + np.diag([9.0, *np.zeros(D - 1)])
    assert (axes.against_rotations(mean, stretched, turns)["z"].drop("fourth moment of means") > 4)[:2].all()
    shifted = axes.against_rotations(mean + 9 * np.eye(D)[0], covariance, turns)["z"]
    assert shifted["fourth moment of means"] > 4 > abs(shifted["spread of widths"])


@pytest.mark.parametrize("mean, covariance, words", [
    (np.ones(3), np.eye(D), "must share one d"), (np.zeros(D), np.diag(np.arange(1.0, D + 1)), "centre 0"),
    (np.ones(D), 2 * np.eye(D), "alike in all directions")])
def test_clouds_that_cannot_be_compared_are_refused(turns, mean, covariance, words):
    with pytest.raises(ValueError, match=words):
        axes.against_rotations(mean, covariance, turns)


# ----------------------------------------------------------------------------------------- the stored tables

def stored(name):
    return artifacts.require(ROOT / "data" / "controls" / f"{name}.csv", "`make controls`")


@pytest.mark.parametrize("name", ["small", "case-I"])
def test_the_committed_tables_are_whole_and_of_this_code(name):
    table, code = stored(name), artifacts.facts(ROOT / "data" / "controls" / f"{name}.csv")["code"]
    for module in ("network/controls", "network/train", "network/models", "cloud/axes", "images/faces"):
        assert code[module] == artifacts.code_hash(module)
    assert table.drop(columns="train").notna().all(axis=None)
    assert table["z"].to_numpy() == pytest.approx((table["value"] - table["rotated"]) / table["sd"])


def test_the_small_table_holds_every_training_from_its_start():
    table = stored("small")
    wanted = [(name, rate, seed) for name, rate, seeds in stages.CONTROLS for seed in range(seeds)]
    trainings = table.groupby(["optimizer", "rate", "seed"])
    assert sorted(trainings.groups) == sorted(wanted)
    assert (trainings["epoch"].nunique() == stages.CONTROL_EPOCHS + 1).all()
    start = table[table["epoch"] == 0]
    assert (start["drift"] == 0).all() and start["z"].abs().max() < 4         # an isotropic start
    assert (start.groupby(["seed", "statistic"])["value"].nunique() == 1).all()      # the same for everyone


def test_the_tables_say_what_notebook_10_says():
    """Its prose names few numbers, but which optimizer differs in what: this is where that is held."""
    table = stored("small")
    end = table[table["epoch"] == stages.CONTROL_EPOCHS].set_index(["statistic", "optimizer"]).sort_index()
    widths, means = end["z"]["spread of widths"], end["z"]["fourth moment of means"]
    assert (widths[ADAM] > 3).all() and (widths.drop(ADAM) < 3).all()
    assert 0 < (means[ADAM] > 3).sum() < 5 and (means.drop(ADAM) > 3).sum() == 1
    assert end["z"]["dominant components"].abs().max() < 3
    adam, scalar = (end.loc["spread of widths", ["held_out", "drift"]].loc[name].mean()
                    for name in (ADAM, "scalar Adam"))
    assert scalar.to_numpy() == pytest.approx(adam.to_numpy(), rel=0.1)
    full = stored("case-I").query("epoch == epoch.max()").set_index(["optimizer", "statistic"])
    assert (full["z"][ADAM] > 3).all() and (full["z"]["scalar Adam"].abs() < 2).all()
    assert full["held_out"]["scalar Adam"].iloc[0] == pytest.approx(full["held_out"][ADAM].iloc[0], rel=0.1)


@pytest.mark.slow
def test_the_start_of_a_small_training_comes_out_as_stored():
    factors = faces.sample_factors(stages.CONTROL_TRAIN + stages.CONTROL_HELD_OUT, seed=0)
    x = faces.render(factors[stages.CONTROL_TRAIN:], controls.SMALL.size).numpy()
    model = models.Autoencoder(controls.SMALL, seed=0)
    found, table = controls.measured(model, controls.charge(model), x), stored("small")
    row = table[(table["epoch"] == 0) & (table["seed"] == 0) & (table["optimizer"] == ADAM)]
    own = axes.statistics(found["mean"].numpy(), found["covariance"].diagonal().numpy())
    assert row["held_out"].iloc[0] == pytest.approx(train.evaluate(model, x), rel=1e-4)
    assert row.set_index("statistic")["value"].to_dict() == pytest.approx(own, rel=1e-3)


def test_a_killed_run_goes_on_with_the_next_training(tmp_path, monkeypatch):
    asked = []

    def trajectory(config, x_train, x_held_out, name, rate, epochs, seed):
        asked.append(seed)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return [{"epoch": 0, "held_out": 0.1, "drift": 0.0, "mean": torch.tensor([1.0, 2.0]),
                 "covariance": torch.tensor([[1.0, 0.0], [0.0, 2.0]])}]

    monkeypatch.setattr(controls, "trajectory", trajectory)
    monkeypatch.setattr(faces, "render", lambda factors, size: torch.zeros(len(factors)))
    for name, value in {"CONTROLS": (("Adam", 1e-3, 2),), "CONTROL_TRAIN": 1, "CONTROL_HELD_OUT": 1}.items():
        monkeypatch.setattr(stages, name, value)
    with pytest.raises(KeyboardInterrupt):
        stages._controls_small(tmp_path)
    assert list(stages._controls_small(tmp_path)["seed"].unique()) == [0, 1] and asked == [0, 1, 1]
