import os
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from lib.network import models
from lib.network.models import CASE_I, CASES, Autoencoder, Config

SMALL = Config("small", (4, 8), (3, 5), (6, 3), (5, 3), latent_dim=10, size=16)


def images(n, config=CASE_I, seed=0):
    shape = n, config.channels, config.size, config.size
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def grey(config):
    return replace(config, channels=1, decoder_filters=(*config.decoder_filters[:-1], 1))


# trivial

@pytest.mark.parametrize(("case", "count"), [("I", 5_504_643), ("II", 3_021_571)])  # as in the posts
def test_parameter_count_is_that_of_the_posts(case, count):
    assert sum(p.numel() for p in Autoencoder(CASES[case]).parameters()) == count
    assert sum(table["parameters"].sum() for table in models.layer_table(CASES[case])) == count


def test_layer_table_lists_the_layers_in_order():
    encoder, decoder = models.layer_table(CASE_I)
    convolutions = encoder[encoder["layer"] == "Conv2d"]
    shapes = ["48 x 48 x 32", "24 x 24 x 64", "12 x 12 x 128", "6 x 6 x 256"]
    assert list(convolutions["output shape"]) == shapes
    assert set(convolutions["kernel"]) == {"3x3"} and set(convolutions["stride"]) == {"2"}
    assert list(convolutions["parameters"]) == [896, 18496, 73856, 295168]  # out * (in * 3 * 3 + 1)
    assert decoder["output shape"].iloc[[0, -1]].tolist() == ["256", "96 x 96 x 3"]
    assert decoder["layer"].iloc[-1] == "Sigmoid"


@pytest.mark.parametrize("code", [0, 1, 2])
def test_codes_of_the_posts_name_activations(code):
    assert replace(SMALL, activation=code).activation == ("leaky_relu", "relu", "selu")[code]
    assert replace(SMALL, activation=code) == replace(SMALL, activation=models.POST_ACTIVATIONS[code])


def test_config_survives_json_lists():
    assert replace(SMALL, encoder_filters=[4, 8]) == SMALL and hash(SMALL)


# shape and range

@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("activation", models.ACTIVATIONS)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("case", CASES)
def test_shapes_and_range(case, channels, activation, batch_norm):
    config = CASES[case] if channels == 3 else grey(CASES[case])
    config = replace(config, activation=activation, batch_norm=batch_norm)
    model, x = Autoencoder(config), images(2, config)
    z = model.encode(x)
    output = model.decode(z)
    assert z.shape == (2, 256) and output.shape == x.shape
    assert 0 <= output.min() and output.max() <= 1
    norms = sum(isinstance(layer, torch.nn.BatchNorm2d) for layer in model.modules())
    assert norms == (7 if batch_norm else 0)
    F.mse_loss(output, x).backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())


def test_forward_is_decode_of_encode_and_logits_are_before_the_sigmoid():
    model, x = Autoencoder(SMALL), images(3, SMALL)
    z = model.encode(x)
    assert torch.equal(model(x), model.decode(z))
    assert torch.equal(model.decode_logits(z).sigmoid(), model.decode(z))


def test_output_has_the_precision_of_the_weights_under_autocast():
    model, x = Autoencoder(SMALL), images(3, SMALL)
    with torch.autocast("cpu", torch.bfloat16):
        output = model(x)
    assert output.dtype == torch.float32
    torch.testing.assert_close(output, model(x), atol=2e-2, rtol=0)  # bfloat16: 8 bits


# determinism

def test_same_seed_same_weights_whatever_the_global_generator():
    torch.manual_seed(1)
    first = Autoencoder(SMALL, seed=3).state_dict()
    torch.manual_seed(2)
    state = torch.get_rng_state()
    second = Autoencoder(SMALL, seed=3).state_dict()
    assert torch.equal(state, torch.get_rng_state())
    assert all(torch.equal(first[name], second[name]) for name in first)
    other = Autoencoder(SMALL, seed=4).state_dict()
    assert not torch.equal(first["encoder.0.weight"], other["encoder.0.weight"])


def test_initialise_resets_a_used_model_in_any_memory_format():
    config = replace(SMALL, batch_norm=True)
    fresh = Autoencoder(config, seed=5).state_dict()
    model = Autoencoder(config, seed=6).to(memory_format=torch.channels_last)
    model(images(4, config))  # moves the running means
    models.initialise(model, 5)
    assert all(torch.equal(fresh[name], tensor) for name, tensor in model.state_dict().items())


# law: initial weights

def fans(layer):
    positions = layer.weight[0, 0].numel()  # k * k, or 1 for a dense layer
    return layer.weight.shape[0] * positions, layer.weight.shape[1] * positions


LAYERS = [*(f"encoder.{i}" for i in (0, 2, 4, 6, 9)), *(f"decoder.{i}" for i in (0, 2, 4, 6, 8))]


@pytest.fixture(scope="module")
def case_2():
    return Autoencoder(CASES["II"])


@pytest.mark.parametrize("name", LAYERS)
def test_weights_are_glorot_uniform_and_biases_zero(case_2, name):
    layer = case_2.get_submodule(name)
    w = layer.weight.detach().double().flatten()
    n, bound = w.numel(), np.sqrt(6 / sum(fans(layer)))
    assert w.abs().max() <= bound * (1 + 1e-6)  # float32 rounding
    assert w.abs().max() > bound * (1 - 20 / n)  # missed with probability e^-20
    assert abs(w.mean()) < 4 * bound / np.sqrt(3 * n)
    assert abs(w.square().mean() - bound**2 / 3) < 4 * bound**2 * np.sqrt(4 / 45 / n)  # Var(u^2) = 4/45
    assert not layer.bias.any()


def test_torch_default_weights_are_not_glorot():  # negative control
    torch.manual_seed(0)
    layer = torch.nn.Conv2d(64, 128, 3)
    w, bound = layer.weight.detach(), np.sqrt(6 / sum(fans(layer)))
    assert abs(w.square().mean() - bound**2 / 3) > 4 * bound**2 * np.sqrt(4 / 45 / w.numel())


# law: transposed convolution

@pytest.mark.parametrize("k", [3, 5])
def test_transposed_convolution_is_the_adjoint_of_the_strided_one(k):
    """<conv(x), y> = <x, conv^T(y)> for the layers as the model has them."""
    conv, transposed = layers_of_kernel(k)
    x, y = torch.randn(2, 3, 12, 12).double(), torch.randn(2, 4, 6, 6).double()
    left = (F.conv2d(x, conv.weight, None, 2, conv.padding) * y).sum()
    assert left.item() == pytest.approx((x * transposed(y)).sum().item(), rel=1e-12)
    control = F.conv_transpose2d(y, conv.weight.flip(-2, -1), None, 2, k // 2, 1)  # mirrored kernel
    assert left.item() != pytest.approx((x * control).sum().item(), rel=1e-3)


@pytest.mark.parametrize("k", [3, 5])
def test_transposed_convolution_has_the_values_and_gradients_of_torch(k):
    transposed = layers_of_kernel(k)[1]
    torch.nn.init.normal_(transposed.bias)
    y, target = torch.randn(2, 4, 6, 6).double(), torch.randn(2, 3, 12, 12).double()
    gradients = []
    for forward in (transposed.forward, lambda y: torch.nn.ConvTranspose2d.forward(transposed, y)):
        loss = (forward(y) * target).sum()
        gradients.append([loss, *torch.autograd.grad(loss, list(transposed.parameters()))])
    torch.testing.assert_close(*gradients, rtol=1e-12, atol=1e-12)


def layers_of_kernel(k):
    """First convolution and last transposed convolution of a small model, with one kernel and no bias."""
    torch.manual_seed(k)
    model = Autoencoder(Config("one", (4,), (k,), (3,), (k,), latent_dim=5, size=12)).double()
    conv, transposed = model.encoder[0], model.decoder[-1]
    transposed.weight = conv.weight
    return conv, transposed


# literal slow version

def same_convolution(x, kernel):
    """Conv2D(padding="same", strides=2) of x (h, w, c) with kernel (k, k, c, filters), term by term."""
    h, w, _ = x.shape
    k = kernel.shape[0]
    before = (k - 2) // 2  # the total, k - 2 for even sizes, has its odd part after the image
    y = np.zeros((h // 2, w // 2, kernel.shape[3]))
    for i in range(h // 2):
        for j in range(w // 2):
            for a in range(k):
                for b in range(k):
                    row, column = 2 * i + a - before, 2 * j + b - before
                    if 0 <= row < h and 0 <= column < w:
                        y[i, j] += x[row, column] @ kernel[a, b]
    return y


@pytest.mark.parametrize("k", [3, 5])
def test_first_layer_is_the_literal_same_convolution(k):
    conv = layers_of_kernel(k)[0]
    x = torch.rand(1, 3, 12, 12, generator=torch.Generator().manual_seed(k)).double()
    kernel = conv.weight.detach().flip(-2, -1).permute(2, 3, 1, 0).numpy()
    slow = same_convolution(x[0].permute(1, 2, 0).numpy(), kernel)
    fast = conv(x.flip(-2, -1)).flip(-2, -1)[0].permute(1, 2, 0).detach().numpy()
    np.testing.assert_allclose(fast, slow, atol=1e-12)
    unturned = F.conv2d(x, conv.weight.flip(-2, -1), None, 2, k // 2)[0].permute(1, 2, 0).detach().numpy()
    assert abs(unturned - slow).max() > 1e-2  # negative control: symmetric padding, upright image


# law: the network is Keras'

KERAS_AND_NUMPY_2 = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@cache
def keras_network(config):
    """Encoder and decoder of `config` as the posts build them, with random biases."""
    os.environ["KERAS_BACKEND"] = "torch"
    import keras
    from keras import layers

    keras.utils.set_random_seed(0)
    activate = {"leaky_relu": layers.LeakyReLU, "relu": layers.ReLU,
                "selu": lambda: layers.Activation("selu")}[config.activation]
    h = x = keras.Input((config.size, config.size, config.channels))
    for filters, k in zip(config.encoder_filters, config.encoder_kernels, strict=True):
        h = layers.Conv2D(filters, k, strides=2, padding="same")(h)
        h = activate()(layers.BatchNormalization()(h) if config.batch_norm else h)
    channels, height, width = config.map_shape
    encoder = keras.Model(x, layers.Dense(config.latent_dim)(layers.Flatten()(h)))
    z = keras.Input((config.latent_dim,))
    h = layers.Reshape((height, width, channels))(layers.Dense(channels * height * width)(z))
    for filters, k in zip(config.decoder_filters[:-1], config.decoder_kernels[:-1], strict=True):
        h = layers.Conv2DTranspose(filters, k, strides=2, padding="same")(h)
        h = activate()(layers.BatchNormalization()(h) if config.batch_norm else h)
    h = layers.Conv2DTranspose(config.channels, config.decoder_kernels[-1], strides=2, padding="same",
                               activation="sigmoid")(h)
    decoder = keras.Model(z, h)
    rng = np.random.default_rng(1)
    for model in encoder, decoder:  # biases, and all that BatchNorm has, away from their trivial start
        weights = model.get_weights()
        model.set_weights([w if w.ndim > 1 else w + rng.uniform(0, 0.2, w.shape) for w in weights])
    return encoder, decoder


def copy_weights(stack, keras_model, map_shape):
    """Give `stack` the weights of `keras_model`: kernels and maps mirrored, channels moved to the front."""
    channels, height, width = map_shape
    pairs = [layer for layer in keras_model.layers if layer.get_weights()]
    own = [layer for layer in stack if list(layer.parameters())]
    for source, layer in zip(pairs, own, strict=True):
        weight, bias, *running = (torch.from_numpy(w) for w in source.get_weights())
        if weight.ndim == 4:  # (k, k, in, out) -> (out, in, k, k), or with in and out exchanged if transposed
            weight = weight.flip(0, 1).permute(3, 2, 0, 1)
        elif running:
            layer.running_mean.copy_(running[0]), layer.running_var.copy_(running[1])
        elif layer.out_features == channels * height * width:  # (d, h*w*c) -> (c*h*w, d)
            order = weight.T.reshape(height, width, channels, -1).flip(0, 1)
            weight = order.permute(2, 0, 1, 3).reshape(layer.weight.shape)
            bias = bias.reshape(height, width, channels).flip(0, 1).permute(2, 0, 1).flatten()
        else:  # (h*w*c, d) -> (d, c*h*w)
            order = weight.T.reshape(-1, height, width, channels).flip(1, 2)
            weight = order.permute(0, 3, 1, 2).reshape(layer.weight.shape)
        with torch.no_grad():
            layer.weight.copy_(weight), layer.bias.copy_(bias)


VARIANTS = {
    "I": CASE_I,
    "II": CASES["II"],
    "I grey relu": replace(grey(CASE_I), activation="relu"),
    "II selu with BatchNorm": replace(CASES["II"], activation="selu", batch_norm=True),
}


@KERAS_AND_NUMPY_2
@pytest.mark.parametrize("variant", VARIANTS)
def test_network_equals_keras_weight_for_weight(variant):
    config = VARIANTS[variant]
    encoder, decoder = keras_network(config)
    model = Autoencoder(config).eval()
    copy_weights(model.encoder, encoder, config.map_shape)
    copy_weights(model.decoder, decoder, config.map_shape)
    x = images(4, config)
    z_keras = torch.from_numpy(encoder.predict_on_batch(x.permute(0, 2, 3, 1).numpy()))
    x_keras = torch.from_numpy(decoder.predict_on_batch(z_keras.numpy())).permute(0, 3, 1, 2)
    with torch.no_grad():
        z, output = model.encode(x), model(x)
        unturned = model.encoder(x)
    assert (z - z_keras).abs().max() < 1e-5
    assert (output - x_keras).abs().max() < 1e-5
    assert (unturned - z_keras).abs().max() > 1e-2  # negative control: the image not turned
    assert z_keras.std() > 0.01 and x_keras.std() > 0.001  # not constants that agree by being constant


@KERAS_AND_NUMPY_2
@pytest.mark.parametrize("case", CASES)
def test_symmetric_padding_is_not_keras(case):
    """Negative control: the same kernels on the upright image with PyTorch's usual padding k // 2."""
    config = CASES[case]
    encoder, decoder = keras_network(config)
    model = Autoencoder(config)
    copy_weights(model.encoder, encoder, config.map_shape)
    with torch.no_grad():
        for layer in model.encoder:
            if isinstance(layer, torch.nn.Conv2d):
                layer.weight.copy_(layer.weight.flip(-2, -1))
        dense = model.encoder[-1].weight
        dense.copy_(dense.unflatten(1, config.map_shape).flip(-2, -1).flatten(1))
        x = images(4)
        z_keras = torch.from_numpy(encoder.predict_on_batch(x.permute(0, 2, 3, 1).numpy()))
        assert (model.encoder(x) - z_keras).abs().max() > 1e-2


# bad input

@pytest.mark.parametrize(("change", "message"), [
    ({"size": 90}, "size 90 cannot be halved 4 times: choose a multiple of 16"),
    ({"size": 0}, "size 0 cannot be halved"),
    ({"activation": "tanh"}, "activation 'tanh' is unknown: choose leaky_relu, relu, selu"),
    ({"activation": 3}, "activation 3 is unknown"),
    ({"channels": 4}, r"channels must be 1 \(grey\) or 3 \(RGB\), not 4"),
    ({"channels": 1}, "the last of decoder_filters is 3 but the image has 1 channels: make them equal"),
    ({"encoder_kernels": (3, 3, 3)}, r"one equal length of at least 1, not \[4, 3, 4, 4\]"),
    ({"decoder_kernels": (3, 3, 3, 4)}, "kernel sizes must be odd and at least 3"),
    ({"latent_dim": 0}, "latent_dim and all filters must be at least 1"),
])
def test_config_refuses_what_cannot_be_built(change, message):
    with pytest.raises(ValueError, match=message):
        replace(CASE_I, **change)


@pytest.mark.parametrize("shape", [(1, 1, 16, 16), (1, 3, 16, 12), (3, 16, 16)])
def test_encode_refuses_images_of_another_shape(shape):
    with pytest.raises(ValueError, match=r"images must be \(n, 3, 16, 16\), not"):
        Autoencoder(SMALL).encode(torch.zeros(shape))


@pytest.mark.parametrize("shape", [(2, 9), (10,)])
def test_decode_refuses_latents_of_another_dimension(shape):
    with pytest.raises(ValueError, match=r"latents must be \(n, 10\), not"):
        Autoencoder(SMALL).decode(torch.zeros(shape))
