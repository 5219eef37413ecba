"""How good are the pictures of a decoder? Faces, the way back, likeness to real images, no copies."""
import numpy as np
from joblib import Parallel, delayed
from scipy.stats import binomtest
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from lib.cloud import embed
from lib.cloud.likeness import frechet_distance, precision_recall
from lib.images import detection
from lib.network import train

AXES = 32            # ours: principal components that describe a picture, but at most a third of the pictures
KNOWN = 5_000        # ours: training images, at most, that give axes of pixels and are searched for copies
SIDE = 32            # ours: side to which pictures are brought for both


def to_bytes(decoded):
    """Pictures in [0, 1] as uint8, rounded to the nearest."""
    return (255 * decoded + 0.5).astype(np.uint8)


def pictures(model, vectors):
    """uint8 pictures (n, 3, 96, 96) that the decoder of `model` makes of vectors (n, d)."""
    return to_bytes(train.decode(model, vectors))


def rate(made):
    """In how many of the uint8 pictures (n, 3, h, w) the detector sees a face: {n, faces, rate, low, high}.

    low, high: 95 % interval of the rate (Wilson, 1927). On two cores. Raises ValueError as
    `frontal_face_hits` does, and for no pictures. It cannot see whether the faces differ.
    """
    halves = np.array_split(np.ascontiguousarray(made), 2)
    hits = np.concatenate(Parallel(n_jobs=2, prefer="threads")(delayed(detection.frontal_face_hits)(half)
                                                               for half in halves))
    n, faces = len(hits), int(hits.sum())
    low, high = map(float, binomtest(faces, n).proportion_ci(0.95, "wilson"))
    return {"n": n, "faces": faces, "rate": faces / n, "low": low, "high": high}


def pooled(made):
    """uint8 pictures (n, 3, 96, 96) as means of blocks: 32 x 32 pixels in [0, 1], float32 (n, 3072)."""
    block = made.shape[-1] // SIDE
    x = np.asarray(made, dtype=np.float32).reshape(-1, 3, SIDE, block, SIDE, block)
    return x.mean((3, 5)).reshape(len(made), -1) / 255


class Judge:
    """Scores of the pictures that two autoencoders make of vectors, in units of what held-out images have.

    models: {case: Autoencoder}, two; z: {(case, split): latents (m, d)} of the images x.train and x.held_out,
    uint8 (m, 3, 96, 96); n: how many pictures are judged at a time. The first n held-out images set the
    units, the last n are the real ones that made pictures are compared with.
    Raises ValueError unless there are two models and 2 n held-out images.
    """

    def __init__(self, models, z, x, n):
        if len(models) != 2 or 2 * n > len(x.held_out):
            raise ValueError(f"{len(models)} models, {len(x.held_out)} held-out images: give 2, and {2 * n}")
        known, axes = pooled(x.train[:KNOWN]), min(AXES, n // 3)
        self._models, self._other = models, dict(zip(models, reversed(models), strict=True))
        self._of_pixels = PCA(axes, svd_solver="randomized", random_state=0).fit(known)
        self._of_latents = {case: embed.pca(z[case, "train"], axes) for case in models}
        self._known = NearestNeighbors(n_neighbors=1).fit(known)
        self._real = {case: self.features(case, x.held_out[-n:]) for case in models}
        self._apart, home = self._to_known(x.held_out[:n]), {case: z[case, "held_out"][:n] for case in models}
        self._home = {case: np.median(self._back(case, home[case], pictures(models[case], home[case])))
                      for case in models}

    def features(self, case, made):
        """Two descriptions (n, k) of pictures, for judging decoder `case`: {"pixels", "other encoder"}.

        Leading principal components of training pixels, and of the training latents of the other case, so
        that no network judges itself; each divided by the standard deviation along the first.
        """
        other = self._other[case]
        z = train.encode(self._models[other], made).astype(float)
        return {"pixels": _along(self._of_pixels, pooled(made)),
                "other encoder": _along(self._of_latents[other], z)}

    def way_back(self, case, vectors, made):
        """|E(D(z)) - z| of vectors z (n, d) and pictures D(z), over its median for held-out latents: (n,).

        Small where the decoder is at home.
        """
        return self._back(case, vectors, made) / self._home[case]

    def nearest(self, made):
        """Median distance of pictures to the nearest training image, in units of that of held-out images.

        Root mean square over `pooled` pixels; far below 1 the pictures are copies.
        """
        return self._to_known(made) / self._apart

    def scores(self, case, vectors, made):
        """All scores of the pictures that decoder `case` made of vectors: a row of a table, as a dictionary.

        `rate`; `way_back` (median); `nearest`; then in both descriptions of `features` the Frechet distance,
        precision and recall against the real images.
        """
        row = rate(made)
        row["way back"] = float(np.median(self.way_back(case, vectors, made)))
        row["nearest training image"] = self.nearest(made)
        for space, own in self.features(case, made).items():
            real = self._real[case][space]
            precision, recall = precision_recall(real, own)
            row |= {f"Fréchet, {space}": frechet_distance(real, own), f"precision, {space}": precision,
                    f"recall, {space}": recall}
        return row

    def _back(self, case, vectors, made):
        return np.linalg.norm(train.encode(self._models[case], made) - vectors, axis=1)

    def _to_known(self, made):
        return float(np.median(self._known.kneighbors(pooled(made))[0]))


def _along(pca, y):
    return pca.transform(y) / np.sqrt(pca.explained_variance_[0])
