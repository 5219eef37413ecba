"""The convolutional autoencoders of the posts: cases I and II, 96x96 images, 256 latent components.

The posts use Keras, whose 'same' padding with stride 2 pads more after an image than before it (0 before, 1
after for kernel 3; 1 and 2 for kernel 5). PyTorch's padding k // 2 with stride 2 amounts to its mirror image
(1 and 0; 2 and 1). So a Keras network equals a PyTorch network with mirrored kernels that sees its images
turned by 180 degrees: `encode` turns them, `decode` turns them back, and no layer has to pad or crop a copy.
Kernels are stored as the turned network uses them: weight[o, i, a, b] = keras_kernel[k-1-a, k-1-b, i, o].
"""

from dataclasses import dataclass
from math import prod

import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn import functional as F

POST_ACTIVATIONS = {0: "leaky_relu", 1: "relu", 2: "selu"}  # as in the posts: their codes
LEAKY_SLOPE = 0.3  # ours: the posts do not say (Keras' default)
BATCH_NORM = {"eps": 1e-3, "momentum": 0.01}  # ours: Keras' defaults (its momentum 0.99 is 1 - 0.01 here)

ACTIVATIONS = {  # in place: no gradient needs the values before the activation
    "leaky_relu": lambda: nn.LeakyReLU(LEAKY_SLOPE, inplace=True),
    "relu": lambda: nn.ReLU(inplace=True),
    "selu": lambda: nn.SELU(inplace=True),
}


@dataclass(frozen=True)
class Config:
    """An autoencoder: filters and kernels of its encoder and decoder (all strides 2), latent dimension d.

    `decoder_filters` ends with the image channels (1 or 3); `size` is the edge of an image in pixels;
    `activation` is "leaky_relu", "relu" or "selu", or the posts' code 0, 1 or 2 for them.

    Raises ValueError for a network that cannot be built or whose output has not the shape of its input.

    >>> from dataclasses import replace
    >>> grey = replace(CASE_I, channels=1, decoder_filters=(128, 64, 32, 1), activation=1)
    >>> grey.map_shape, grey.activation
    ((256, 6, 6), 'relu')
    """

    name: str
    encoder_filters: tuple[int, ...]
    encoder_kernels: tuple[int, ...]
    decoder_filters: tuple[int, ...]
    decoder_kernels: tuple[int, ...]
    latent_dim: int = 256  # as in the posts
    channels: int = 3
    size: int = 96  # as in the posts
    activation: str | int = "leaky_relu"
    batch_norm: bool = False  # ours: the posts do not say

    def __post_init__(self) -> None:
        object.__setattr__(self, "activation", POST_ACTIVATIONS.get(self.activation, self.activation))
        stacks = ("encoder_filters", "encoder_kernels", "decoder_filters", "decoder_kernels")
        for stack in stacks:  # lists, as JSON gives them, become tuples
            object.__setattr__(self, stack, tuple(getattr(self, stack)))
        lengths = [len(getattr(self, stack)) for stack in stacks]
        if len(set(lengths)) > 1 or not lengths[0]:
            raise ValueError(f"{', '.join(stacks)} must have one equal length of at least 1, not {lengths}")
        if self.channels not in (1, 3):
            raise ValueError(f"channels must be 1 (grey) or 3 (RGB), not {self.channels}")
        if self.decoder_filters[-1] != self.channels:
            raise ValueError(f"the last of decoder_filters is {self.decoder_filters[-1]} but the image has "
                             f"{self.channels} channels: make them equal")
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation {self.activation!r} is unknown: choose {', '.join(ACTIVATIONS)}, "
                             "or the posts' code 0, 1 or 2")
        if self.size <= 0 or self.size % 2**self.depth:
            raise ValueError(f"size {self.size} cannot be halved {self.depth} times: "
                             f"choose a multiple of {2**self.depth}")
        if any(k < 3 or k % 2 == 0 for k in self.encoder_kernels + self.decoder_kernels):
            raise ValueError(f"kernel sizes must be odd and at least 3, not {self.encoder_kernels} "
                             f"and {self.decoder_kernels}")
        if min(self.latent_dim, *self.encoder_filters, *self.decoder_filters) < 1:
            raise ValueError("latent_dim and all filters must be at least 1")

    @property
    def depth(self) -> int:
        """Number of stride-2 layers in the encoder, and in the decoder."""
        return len(self.encoder_filters)

    @property
    def map_shape(self) -> tuple[int, int, int]:
        """Shape (channels, height, width) of the last encoder map, from which the decoder starts."""
        edge = self.size // 2**self.depth
        return self.encoder_filters[-1], edge, edge


CASE_I = Config("I", (32, 64, 128, 256), (3, 3, 3, 3), (128, 64, 32, 3), (3, 3, 3, 3))  # as in the posts
CASE_II = Config("II", (64, 64, 128, 128), (5, 5, 3, 3), (128, 64, 64, 3), (3, 3, 5, 5))  # as in the posts
CASES = {"I": CASE_I, "II": CASE_II}


class TransposedConvolution(nn.ConvTranspose2d):
    """The same layer and the same numbers as nn.ConvTranspose2d, with the bias added in a step of its own.

    On CPUs, in bfloat16, the gradient of a bias inside the layer can take longer than all its others.
    """

    def forward(self, x: Tensor) -> Tensor:
        x = F.conv_transpose2d(x, self.weight, None, self.stride, self.padding, self.output_padding)
        return x.add_(self.bias.to(x.dtype).view(-1, 1, 1))


class Autoencoder(nn.Module):
    """Encoder x -> z, decoder z -> x; images x (n, channels, size, size) in [0, 1], latents z (n, d).

    The dense layers are linear, the output is a sigmoid (ours: the posts do not say), and initial weights are
    drawn by `initialise` from `seed` alone.

    Source: "Autoencoders, latent space and the curse of high dimensionality II", its layer tables.

    >>> model = Autoencoder(CASE_II, seed=1)
    >>> z = model.encode(torch.zeros(2, 3, 96, 96))
    >>> z.shape, model.decode(z).shape
    (torch.Size([2, 256]), torch.Size([2, 3, 96, 96]))
    """

    def __init__(self, config: Config, seed: int = 0) -> None:
        super().__init__()
        self.config = config
        with torch.device("meta"):  # draws nothing: the global generator keeps its state
            self.encoder, self.decoder = _encoder(config), _decoder(config)
        self.to_empty(device="cpu")
        initialise(self, seed)

    def encode(self, x: Tensor) -> Tensor:
        """Latents z (n, d) of images x (n, channels, size, size); raises ValueError for any other shape."""
        c = self.config
        if x.shape[1:] != (c.channels, c.size, c.size):
            raise ValueError(f"images must be (n, {c.channels}, {c.size}, {c.size}), not {tuple(x.shape)}")
        return self.encoder(x.flip(-2, -1))

    def decode_logits(self, z: Tensor) -> Tensor:
        """Log odds of the pixels, x = sigmoid(logits), in the weights' precision also under autocast."""
        if z.ndim != 2 or z.shape[1] != self.config.latent_dim:
            raise ValueError(f"latents must be (n, {self.config.latent_dim}), not {tuple(z.shape)}")
        logits = self.decoder(z)
        return logits.to(self.decoder[0].weight.dtype).flip(-2, -1)

    def decode(self, z: Tensor) -> Tensor:
        """Images x (n, channels, size, size) in [0, 1] of latents z (n, d); ValueError for other shapes."""
        return self.decode_logits(z).sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        return self.decode(self.encode(x))


def _activated(layer: nn.Module, config: Config) -> list[nn.Module]:
    norm = [nn.BatchNorm2d(layer.out_channels, **BATCH_NORM)] if config.batch_norm else []  # ours: before it
    return [layer, *norm, ACTIVATIONS[config.activation]()]


def _encoder(config: Config) -> nn.Sequential:
    layers, channels = [], config.channels
    for filters, k in zip(config.encoder_filters, config.encoder_kernels, strict=True):
        layers += _activated(nn.Conv2d(channels, filters, k, stride=2, padding=k // 2), config)
        channels = filters
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(prod(config.map_shape), config.latent_dim))


def _decoder(config: Config) -> nn.Sequential:
    layers = [nn.Linear(config.latent_dim, prod(config.map_shape)), nn.Unflatten(1, config.map_shape)]
    channels = config.encoder_filters[-1]
    for filters, k in zip(config.decoder_filters, config.decoder_kernels, strict=True):
        layer = TransposedConvolution(channels, filters, k, stride=2, padding=k // 2, output_padding=1)
        layers += _activated(layer, config)
        channels = filters
    return nn.Sequential(*layers[: -1 - config.batch_norm])  # the last has a sigmoid only, in `decode`


@torch.no_grad()
def initialise(model: nn.Module, seed: int) -> None:
    """Draw all weights W ~ U(-a, a), a = sqrt(6 / (fan_in + fan_out)), from `seed`; biases 0, norms reset.

    The fans of a convolution are its channels times its k*k kernel positions. The weights depend on the seed
    only: not on the device, the precision, the memory format or the global generator.

    Source: Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010;
    Keras' defaults (ours: the posts do not say).
    """
    generator = torch.Generator("cpu").manual_seed(seed)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_parameters()
        elif isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            weight = torch.empty(module.weight.shape, device="cpu", dtype=torch.float32)
            module.weight.copy_(nn.init.xavier_uniform_(weight, generator=generator))
            module.bias.zero_()


@torch.no_grad()
def layer_table(config: Config) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Encoder and decoder tables, a row per layer: output shape, kernel, stride, trainable parameters.

    Shapes are height x width x channels, found by running the network.

    Source: "Autoencoders, latent space and the curse of high dimensionality II", its layer tables.

    >>> sum(int(table["parameters"].sum()) for table in layer_table(CASE_I))
    5504643
    """
    model = Autoencoder(config).eval()
    x = torch.zeros(1, config.channels, config.size, config.size)
    return _rows(model.encoder, x), _rows(nn.Sequential(*model.decoder, nn.Sigmoid()), model.encode(x))


def _rows(layers: nn.Sequential, h: Tensor) -> pd.DataFrame:
    rows = [("Input", h.shape, "", "", 0)]
    for layer in layers:
        h = layer(h)
        kernel = "x".join(map(str, getattr(layer, "kernel_size", ())))
        stride = str(*getattr(layer, "stride", ())[:1])
        parameters = sum(p.numel() for p in layer.parameters())
        rows.append((type(layer).__name__, h.shape, kernel, stride, parameters))
    table = pd.DataFrame(rows, columns=["layer", "output shape", "kernel", "stride", "parameters"])
    table["output shape"] = [" x ".join(map(str, (*n[2:], n[1]))) for n in table["output shape"]]
    return table
