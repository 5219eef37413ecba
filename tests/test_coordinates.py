"""Other coordinates, the same function: what a network may be rewritten as, and what no rewriting changes."""
import copy
from dataclasses import replace

import numpy as np
import pytest
import torch

from lib.cloud import frames
from lib.network import coordinates
from lib.network.models import Autoencoder, Config

D = 10
SMALL = Config("small", (4, 8), (3, 5), (6, 3), (5, 3), latent_dim=D, size=16)
X = torch.rand((40, 3, 16, 16), generator=torch.Generator().manual_seed(0))


class Bent(Autoencoder):
    """The control: an activation between the dense layer and the latents."""
    def encode(self, x):
        return super().encode(x).relu()


def network(config=SMALL, kind=Autoencoder):
    """A network in evaluation mode, its biases and norms away from their trivial start."""
    model, generator = kind(config, seed=1), torch.Generator().manual_seed(2)
    with torch.no_grad():
        for tensor in model.state_dict().values():
            if tensor.is_floating_point() and tensor.ndim == 1:
                tensor += torch.rand(tensor.shape, generator=generator)
        model.decoder[-1].weight *= 4                                # pictures that differ from one another
    return model.eval()


def affine(seed):
    """A random pair (A, t) of condition number 100, far from the identity."""
    A, t = frames.drawn(D, 100, np.random.default_rng(seed))
    return 10 * A, 10 * t


@torch.no_grad()
def seen(model):
    """Latents and images that the network makes of X, as arrays."""
    x = X.to(next(model.parameters()).dtype)
    return model.encode(x).numpy(), model(x).numpy()


@pytest.mark.parametrize("config", [SMALL, replace(SMALL, batch_norm=True),
                                    replace(SMALL, encoder_filters=(8, 4), activation="selu")],
                         ids=["plain", "BatchNorm", "another"])
def test_no_image_changes_while_every_latent_does(config):
    model, (A, t) = network(config), affine(3)
    z, images = seen(model)
    z_moved, images_moved = seen(coordinates.moved(model, A, t))
    assert np.allclose(z_moved, z @ A.T + t, atol=1e-3)
    assert np.linalg.norm(z_moved - z) > np.linalg.norm(z)           # more than 100 %
    assert np.abs(images_moved - images).max() < 1e-4
    assert images.std(axis=0).max() > 0.02                           # not constants, equal for being constant


def test_with_an_activation_before_the_latents_the_images_change():  # negative control of the law
    model, (A, t) = network(kind=Bent), affine(3)
    assert np.abs(seen(coordinates.moved(model, A, t))[1] - seen(model)[1]).max() > 1e-2


def test_half_of_the_rule_is_not_enough():                           # control: the decoder as it was
    model, (A, t) = network(), affine(3)
    other = coordinates.moved(model, A, t)
    other.decoder.load_state_dict(model.decoder.state_dict())
    assert np.abs(seen(other)[1] - seen(model)[1]).max() > 1e-2


def test_the_given_network_is_left_alone_and_the_identity_changes_nothing():
    model = network()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    same = coordinates.moved(model, np.eye(D), np.zeros(D)).state_dict()
    coordinates.moved(model, *affine(3))
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert all(torch.allclose(before[name], same[name], rtol=1e-6) for name in before)


def test_two_moves_are_one():
    model, (A, t), (B, s) = network().double(), affine(3), affine(4)
    twice = coordinates.moved(coordinates.moved(model, A, t), B, s).state_dict()
    once = coordinates.moved(model, B @ A, B @ t + s).state_dict()
    assert all(torch.allclose(twice[name], once[name], rtol=1e-8, atol=1e-10) for name in once)
    other = coordinates.moved(model, A @ B, B @ t + s).state_dict()  # control: the other order
    assert not torch.allclose(other["encoder.5.weight"], once["encoder.5.weight"], rtol=1e-2)


@pytest.mark.parametrize("layers", [1, 3])
def test_the_spectrum_is_the_same_in_all_coordinates(layers):
    model = network().double()
    z, other = seen(model)[0], coordinates.moved(model, *affine(3))
    z_moved = seen(other)[0]
    values = coordinates.spectrum(model, z, layers)
    assert np.allclose(coordinates.spectrum(other, z_moved, layers), values, rtol=1e-6)
    own, own_moved = (np.linalg.eigvalsh(np.cov(v, rowvar=False)) for v in (z, z_moved))
    assert not np.allclose(own, own_moved, rtol=0.1)                 # control: the covariance alone changes


def test_channels_mixed_behind_the_dense_layer_change_its_spectrum_and_not_that_of_the_first_activation():
    model, mix = network().double(), torch.tensor(np.random.default_rng(6).normal(size=(8, 8)))
    other = copy.deepcopy(model)
    with torch.no_grad():
        dense, first = other.decoder[0], other.decoder[2]
        dense.weight.copy_((mix @ dense.weight.reshape(8, -1)).reshape(dense.weight.shape))
        dense.bias.copy_((mix @ dense.bias.reshape(8, -1)).flatten())
        first.weight.copy_(torch.einsum("ba,bokl->aokl", torch.linalg.inv(mix), first.weight))
    (z, images), images_mixed = seen(model), seen(other)[1]
    assert np.allclose(images, images_mixed, atol=1e-10)
    assert np.allclose(coordinates.spectrum(model, z, 3), coordinates.spectrum(other, z, 3), rtol=1e-6)
    assert not np.allclose(coordinates.spectrum(model, z), coordinates.spectrum(other, z), rtol=0.1)


def test_the_spectrum_is_that_of_the_product_of_covariance_and_metric():
    model = network().double()
    z = seen(model)[0]
    product = np.linalg.eigvals(np.cov(z, rowvar=False) @ coordinates.metric(model))
    assert np.allclose(coordinates.spectrum(model, z), np.sort(product.real)[::-1], rtol=1e-6)


@pytest.mark.parametrize("layers", [1, 3])
def test_the_spectrum_holds_the_variances_of_what_the_decoder_sees(layers):
    model = network().double()
    z = seen(model)[0]
    with torch.no_grad():
        made = model.decoder[:layers](torch.from_numpy(z)).flatten(1).numpy()
    assert coordinates.spectrum(model, z, layers).sum() == pytest.approx(made.var(axis=0, ddof=1).sum())


def test_canonical_latents_are_the_decoders_input_and_differ_by_a_rotation_alone():
    model = network().double()
    other = coordinates.moved(model, *affine(5))
    own, others = (v @ A.T + t for m in (model, other) for v in [seen(m)[0]]
                   for A, t in [frames.canonical(coordinates.metric(m), v)])
    assert np.allclose(own.mean(axis=0), 0) and np.allclose(own @ own.T, others @ others.T, atol=1e-8)
    y = seen(model)[0] @ model.decoder[0].weight.detach().numpy().T
    assert np.allclose(np.linalg.norm(own, axis=1), np.linalg.norm(y - y.mean(axis=0), axis=1))
    canonical = coordinates.moved(model, *frames.canonical(coordinates.metric(model), seen(model)[0]))
    assert np.allclose(coordinates.metric(canonical), np.eye(D))
    assert not np.allclose(own, others)                              # control: a rotation is left


@pytest.mark.parametrize("A, t, message", [
    (np.eye(D - 1), np.zeros(D), r"A must be \(10, 10\) and t \(10,\), not \(9, 9\)"),
    (np.eye(D), np.zeros(D + 1), r"and \(11,\)"),
    (np.diag([0.0] + [1.0] * (D - 1)), np.zeros(D), "A cannot be inverted"),
    (np.eye(D), np.full(D, np.nan), "not finite"),
    (np.full((D, D), np.inf), np.zeros(D), "not finite")])
def test_what_is_no_change_of_coordinates_is_refused(A, t, message):
    with pytest.raises(ValueError, match=message):
        coordinates.moved(network(), A, t)


def test_a_network_with_an_activation_at_its_bottleneck_is_refused():
    model = network()
    model.encoder.append(torch.nn.ReLU())
    with pytest.raises(ValueError, match="end and the decoder begin with a dense layer"):
        coordinates.moved(model, np.eye(D), np.zeros(D))


def test_a_direction_that_the_decoder_does_not_see_has_no_canonical_coordinates():
    model = network()
    with torch.no_grad():
        model.decoder[0].weight[:, 0] = 0
    with pytest.raises(ValueError, match="does not see some direction"):
        frames.canonical(coordinates.metric(model), np.zeros((2, D)))
