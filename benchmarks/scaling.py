"""Cost against work: each of the measured parts at n, 2n, 4n, 8n, and the exponent p of seconds ~ n^p."""
import os
import tempfile
from pathlib import Path

import numpy as np
import torch

from lib import embed, faces, generators, latent, models, study, theory, train

from . import intake, measure, tsne
from .training import images

CPU = torch.device("cpu")


def parts(largest, folder):
    """{name: (smallest n, function of n)}; what is prepared is prepared here, for the largest n of each."""
    rng = np.random.default_rng(0)
    z = rng.normal(0, 2, (largest["histograms"], 256)).astype(np.float32)
    u = generators.uniform(largest["box hits"], 256, 1.0, rng)
    x, points = images(largest["encoding"]), tsne.cloud(largest["t-SNE"])
    factors, files = faces.sample_factors(largest["rendering"], 0), intake.jpegs(largest["intake"])
    model, edges = models.Autoencoder(models.CASE_I), np.linspace(-12, 12, 101)
    batch = min(32, largest["training"] // 8)

    def photos(n):
        holder = Path(folder) / str(n)
        if not holder.exists():
            holder.mkdir()
            for i, data in enumerate(files[:n]):
                (holder / f"{i:06}.jpg").write_bytes(data)
        return intake.decoded(holder, n)

    return {
        "training": lambda n: train.fit(model, x[:n], x[:1], 1, batch, device=CPU),
        "encoding": lambda n: train.encode(model, x[:n], device=CPU),
        "intake": photos,
        "rendering": lambda n: faces.render(factors.iloc[:n]),
        "histograms": lambda n: latent.component_histograms(z[:n], edges),
        "box hits": lambda n: [generators.box_hits(u[:n], np.zeros(256), np.full(256, 0.8), 1.2 / b) for b in (1, 1.25)],
        "radii": lambda n: theory.simulate_radii(study.RADIUS_DIMS, n),
        "t-SNE": lambda n: embed.tsne(points[:n]),
    }
