"""Training: it learns, it resumes bit for bit, and it stops in words when the loss is no number."""
import dataclasses
import functools
import threading

import numpy as np
import pytest
import torch

from lib.network import models, train
from tests.faults.tiny import threads

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def x():
    """64 smooth uint8 images that share their structure: brightness and slope differ."""
    rng = np.random.default_rng(0)
    ramp = np.linspace(-1, 1, 96)[None, :]
    faces = [128 + 60 * rng.uniform(-1, 1) * ramp + 40 * rng.uniform(-1, 1) * ramp.T + 0 * ramp.T
             for _ in range(64)]
    return np.repeat(np.array(faces)[:, None], 3, axis=1).clip(0, 255).astype(np.uint8)


def network(seed=0):
    return models.Autoencoder(models.CASE_I, seed)


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


@pytest.mark.parametrize("loss", train.LOSSES)
def test_training_lowers_the_held_out_loss(x, loss):
    model = network()
    before = train.evaluate(model, x[48:], loss, device=CPU)
    history = train.fit(model, x[:48], x[48:], epochs=3, batch=8, loss=loss, device=CPU)
    assert [row["epoch"] for row in history] == [1, 2, 3]
    assert history[-1]["held_out"] < before
    assert history[-1]["held_out"] == pytest.approx(train.evaluate(model, x[48:], loss, device=CPU), rel=1e-6)


def test_a_learning_rate_of_zero_learns_nothing(x):
    model = network()
    before = weights(model)
    train.fit(model, x[:16], x[48:], epochs=1, batch=8, learning_rate=0.0, device=CPU)
    assert torch.equal(weights(model), before)


@pytest.mark.slow
def test_a_killed_run_resumes_bit_for_bit(x, tmp_path):
    straight, stopped = network(), network()
    whole = train.fit(straight, x[:32], x[48:], epochs=3, batch=8, seed=5, device=CPU)

    class Killed(Exception):
        pass

    def kill_after_two(state):
        torch.save(state, tmp_path / "state.pt")
        if state["epoch"] == 2:
            raise Killed
    with pytest.raises(Killed):
        train.fit(stopped, x[:32], x[48:], epochs=3, batch=8, seed=5, device=CPU, after_epoch=kill_after_two)
    again = network(seed=99)                                         # nothing of a fresh network may survive
    state = torch.load(tmp_path / "state.pt", weights_only=True)
    resumed = train.fit(again, x[:32], x[48:], epochs=3, batch=8, seed=5, device=CPU, resume=state)
    assert torch.equal(weights(again), weights(straight)) and resumed == whole
    other = network()
    train.fit(other, x[:32], x[48:], epochs=3, batch=8, seed=6, device=CPU)
    assert not torch.equal(weights(other), weights(straight))        # control: another data order is seen


@pytest.mark.parametrize("done, share", [(0, 1), (0.5, 1), (2 / 3, 1), (5 / 6, 0.5), (1, 0)])
def test_the_rate_falls_over_the_last_third(done, share):
    optimizer = torch.optim.Adam([torch.zeros(1, requires_grad=True)])
    train.set_rate(optimizer, 0.01, done)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.01 * share)


def test_encode_is_the_encoder_image_by_image(x):
    model = network()
    z = train.encode(model, x[:10], batch=4, device=CPU)
    assert z.shape == (10, 256) and z.dtype == np.float32
    with torch.inference_mode():
        one = model.encode(torch.from_numpy(x[3:4]).float() / 255)
    np.testing.assert_allclose(z[3:4], one, atol=2e-5)
    assert np.abs(z[4:5] - one.numpy()).max() > 1e-3                 # control: another image, another latent


def test_decode_gives_images_in_range(x):
    again = train.decode(network(), np.zeros((3, 256)), device=CPU)
    assert again.shape == (3, 3, 96, 96) and 0 <= again.min() and again.max() <= 1


@pytest.mark.parametrize("poisoned, words", [
    ((1, 2), r"not finite \(epoch 1, step 2 of 3\); no checkpoint was made yet"),
    ((2, 3), r"not finite \(epoch 2, step 3 of 3\); the checkpoint of epoch 1 is kept"),
])
def test_a_loss_that_is_no_number_stops_and_names_epoch_and_step(x, monkeypatch, poisoned, words):
    kept, calls = [], []

    def loss(logits, target):
        calls.append(logits.requires_grad)  # parts of steps of training only, not the held-out check
        epoch, step = divmod((sum(calls) - 1) // train.PARTS, 3)
        poison = float("nan") if (epoch + 1, step + 1) == poisoned else 1
        return train.F.mse_loss(logits.sigmoid(), target) * poison
    monkeypatch.setitem(train.LOSSES, "mse", loss)
    with pytest.raises(FloatingPointError, match=words):
        train.fit(network(), x[:24], x[48:], epochs=3, batch=8, device=CPU,
                  after_epoch=lambda state: kept.append(state["epoch"]))
    assert kept == list(range(1, poisoned[0]))


@pytest.mark.parametrize("first, later, stops", [(0.02, 0.3, True), (0.02, 0.15, False), (1e-6, 1e-4, False)])
def test_a_loss_that_grows_tenfold_stops(first, later, stops):
    history, values = [{"epoch": 1, "train": first, "held_out": first}], np.array([first, later, later])
    row = {"epoch": 2, "train": later, "held_out": later}
    if not stops:
        train.check_health(row, values, history)
        return
    words = r"diverges from 0.02 to 0.3 \(epoch 2, step 2 of 3\); the checkpoint of epoch 1"
    with pytest.raises(FloatingPointError, match=words):
        train.check_health(row, values, history)


def gradients(x, each=None, count=1):
    model = network()
    with threads(count):
        with train.spread(CPU) as mapped:
            value = train.gradients(train.Reconstruction(model, "mse"), torch.from_numpy(x), each and mapped)
        assert torch.get_num_threads() == count
    return value, torch.cat([p.grad.flatten() for p in model.parameters()])


@pytest.mark.parametrize("count", [32, 7, 1])
def test_parts_of_a_batch_have_the_gradient_of_the_whole(x, count):
    value, whole = gradients(x[:count])
    (one, in_turn), (two, at_once) = (gradients(x[:count], each=True, count=n) for n in (1, 2))
    assert one == two and torch.equal(in_turn, at_once)
    assert one.item() == pytest.approx(value.item(), rel=2e-3)       # bfloat16 has 8 bits, a mean of many
    assert (in_turn - whole).norm() < 0.02 * whole.norm()
    if count > 1:                                                    # control: a part alone is another
        assert (gradients(x[:count // 2])[1] - whole).norm() > 0.05 * whole.norm()


def test_pieces_are_spread_over_as_many_threads_as_torch_has():
    def seen(count):
        meeting = threading.Barrier(min(count, train.PARTS), timeout=600)

        def piece(_):
            meeting.wait()
            return threading.get_ident(), torch.get_num_threads()
        with threads(count), train.spread(CPU) as each:
            return set(each(piece, range(train.PARTS)))
    alone, two, four = seen(1), seen(2), seen(4)
    assert alone == {(threading.get_ident(), 1)}
    assert len(two) == len(four) == train.PARTS and {n for _, n in two} == {1} and {n for _, n in four} == {2}


def test_batch_norm_sees_the_whole_batch(x, monkeypatch):
    seen = []
    monkeypatch.setattr(train, "gradients", lambda loss, x, each: seen.append((len(x), each)) or 0.0)
    norm = models.Autoencoder(dataclasses.replace(models.CASE_I, batch_norm=True))
    for model in (norm, network()):
        train.fit(model, x[:8], x[48:50], epochs=1, batch=8, device=CPU)
    assert seen[0] == (8, None) and seen[1][1] is not None


def test_an_absurd_rate_is_stopped(x):
    with pytest.raises(FloatingPointError, match="try a smaller learning rate"):
        train.fit(network(), x[:24], x[48:], epochs=4, batch=8, learning_rate=1e30, device=CPU)


@pytest.mark.parametrize("arguments, words",
                         [({"loss": "l1"}, "unknown loss 'l1'"), ({"x_train": 0}, "at least one")])
def test_bad_input_is_refused(x, arguments, words):
    count = arguments.pop("x_train", 16)
    with pytest.raises(ValueError, match=words):
        train.fit(network(), x[:count], x[48:], epochs=1, device=CPU, **arguments)


@pytest.mark.slow
def test_a_compiled_step_gives_the_losses_of_the_plain_one(x, monkeypatch):
    """What is ours of it, the step as one traced module; turning the trace into machine code is torch's."""
    monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend="aot_eager"))
    config = models.Config("each kind of layer", (8, 16), (3, 5), (8, 3), (5, 3), latent_dim=10)
    histories = [train.fit(models.Autoencoder(config), x[:32], x[48:], epochs=2, batch=8, learning_rate=0.02,
                           device=CPU, compile=compile)
                 for compile in (False, True)]
    plain, traced = (np.array([(row["train"], row["held_out"]) for row in history]) for history in histories)
    np.testing.assert_allclose(traced, plain, rtol=5e-3)
    assert abs(plain[1] / plain[0] - 1).max() > 5e-3  # control: the tolerance tells an epoch from the next


@pytest.mark.slow
@pytest.mark.parametrize("device, compile, expected",
                         [("cpu", None, False), ("cuda", False, False),
                                                       ("cpu", True, True), ("cpu", "reduce-overhead", True)])
def test_compiled_when_asked(device, compile, expected):
    module = torch.nn.Linear(1, 1)
    assert (train.compiled(module, torch.device(device), compile) is not module) == expected


def test_a_network_can_be_trained_after_it_encoded(x):
    model = network()
    train.encode(model, x[:8], device=CPU)
    train.decode(model, np.zeros((2, 256)), device=CPU)
    assert train.fit(model, x[:16], x[48:], epochs=1, device=CPU)


def test_fit_is_the_literal_loop(x):
    """Float images, the whole batch, plain Adam, one process: what the posts' framework does."""
    model, literal, batch = network(), network(), 8
    history = train.fit(model, x[:32], x[48:], epochs=1, batch=batch, device=CPU)
    optimizer, losses = torch.optim.Adam(literal.parameters(), lr=train.LEARNING_RATE, eps=1e-7), []
    order = np.random.default_rng([0, 1]).permutation(32).reshape(4, batch)
    for step, chosen in enumerate(order):
        optimizer.param_groups[0]["lr"] = train.LEARNING_RATE * min(1, 3 * (1 - step / 4))
        target = torch.from_numpy(x[chosen] / np.float32(255))
        loss = (literal(target) - target).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    # bfloat16 has 8 bits, a mean of many
    assert history[0]["train"] == pytest.approx(np.mean(losses), rel=2e-3)
    assert history[0]["train"] != pytest.approx(losses[0], rel=2e-3)  # control: it learned meanwhile
