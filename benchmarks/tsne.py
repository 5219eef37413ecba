"""t-SNE maps at the posts' settings against scikit-learn at equal recall.

One round of maps: each takes minutes and its time hardly scatters.
"""
import numpy as np
import pandas as pd
from sklearn.manifold import TSNE

from lib.cloud import embed
from lib.images import faces

from . import measure

GIGABYTES = 2                                                        # for 50,000 points
SECONDS_CODE = ("import time; from benchmarks import tsne; from lib.cloud import embed; x = tsne.cloud({n}); "
                "start = time.perf_counter(); embed.tsne(x, **{settings}); "
                "print('seconds', time.perf_counter() - start)")


def cloud(n, d=256, seed=0):
    """n points like latents: the drawn faces' 66 factors in d components of unequal width, and noise."""
    factors = faces.sample_factors(n, seed).to_numpy()
    factors = (factors - factors.mean(axis=0)) / factors.std(axis=0)
    rng = np.random.default_rng(seed)
    mixed = np.tanh(factors @ rng.normal(0, 0.15, (factors.shape[1], d)).astype(np.float32))
    return (mixed * np.geomspace(3, 0.3, d) + rng.normal(0, 0.05, (n, d))).astype(np.float32)


def against_sklearn(n, **settings):
    """The row of n points: ours and scikit-learn with what the arguments mean there, recall of both."""
    x, maps = cloud(n), {}

    def ours():
        maps["ours"] = embed.tsne(x, **settings)

    def sklearn():
        maps["peer"] = TSNE(perplexity=30, early_exaggeration=12, max_iter=settings.get("n_iter", 1000),
                            init="pca", n_jobs=2, random_state=0).fit_transform(x)

    times = measure.rounds({"ours": ours, "peer": sklearn}, 1, warm=0)
    sample = min(2_000, n)
    recall = {name: embed.neighbour_recall(x, y, sample=sample, rng=np.random.default_rng(0))
              for name, y in maps.items()}
    error = np.hypot(recall["ours"].standard_error, recall["peer"].standard_error)
    equal = bool(recall["ours"].value > recall["peer"].value - 3 * error - 0.01)
    return measure.row(f"t-SNE of {n:,} x 256", n, "points/s", times, "", "scikit-learn", of_peer=1.0,
                       target=">= peer at equal recall", met=equal,
                       deviation=recall["peer"].value - recall["ours"].value,
                       note=f"{times['ours'][0]:.0f} s; recall {recall['ours'].value:.3f}, "
                            f"peer {recall['peer'].value:.3f}")


def large(n, **settings):
    """The row of n points alone, in a process of its own, for its memory."""
    seconds, memory = measure.peak_memory(SECONDS_CODE.format(n=n, settings=settings), "seconds")
    return measure.row(f"t-SNE of {n:,} x 256", n, "points/s", pd.DataFrame({"ours": [seconds]}),
                       met=memory <= GIGABYTES, target=f"<= {GIGABYTES} GB",
                       note=f"{seconds:.0f} s, {memory:.2f} GB at peak")


def run(quick):
    """Rows of both."""
    if quick:
        return [against_sklearn(200, n_iter=250, n_jobs=1), large(400, n_iter=250, n_jobs=1)]
    return [against_sklearn(20_000), large(50_000)]


if __name__ == "__main__":
    measure.main("tsne", run)
