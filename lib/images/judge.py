"""How good are the pictures of a decoder? Faces, the way back, likeness to real images, no copies."""
import numpy as np
from joblib import Parallel, delayed
from scipy.stats import binomtest

from lib.cloud import embed
from lib.cloud.likeness import density_coverage, frechet_distance, nearest
from lib.images import detection
from lib.network import coordinates, train

AXES = 32            # ours: principal components that describe a picture, but at most a third of the pictures
LEADING = 16         # ours: of these, so many are enough for density and coverage (see there)
SIDE = 16            # ours: side to which pictures are brought, to be described and compared pixel by pixel


def to_bytes(decoded):
    """Pictures in [0, 1] as uint8, rounded to the nearest."""
    return (255 * decoded + 0.5).astype(np.uint8)


def pictures(model, vectors):
    """uint8 pictures (n, 3, 96, 96) that the decoder of `model` makes of vectors (n, d)."""
    return to_bytes(train.decode(model, vectors))


def faces(made):
    """In which of the uint8 pictures (n, 3, h, w) the detector sees a face: bool (n,). On two cores.

    Raises ValueError as `detection.frontal_face_hits` does. It cannot see whether the faces differ.
    """
    halves = np.array_split(np.ascontiguousarray(made), 2)
    return np.concatenate(Parallel(n_jobs=2, prefer="threads")(delayed(detection.frontal_face_hits)(half)
                                                               for half in halves))


def share(hits):
    """How many of the bool hits (n,) are True: {n, faces, rate, low, high}, with the 95 % interval of Wilson.

    Raises ValueError for none. Source: Wilson, "Probable inference, the law of succession, and statistical
    inference", 1927.
    """
    n, found = len(hits), int(np.sum(hits))
    low, high = map(float, binomtest(found, n).proportion_ci(0.95, "wilson"))
    return {"n": n, "faces": found, "rate": found / n, "low": low, "high": high}


def rate(made):
    """The `share` of the uint8 pictures (n, 3, h, w) with `faces`. Raises ValueError as the two do."""
    return share(faces(made))


def difference(a, b):
    """a - b of two `share`s of independent pictures, with its 95 % interval: (value, low, high).

    low = d - sqrt((a - a_low)^2 + (b_high - b)^2), high likewise. For pairs it is rather too wide.
    Source: Newcombe, "Interval estimation for the difference between independent proportions", 1998.
    """
    value = a["rate"] - b["rate"]
    return (value, value - np.hypot(a["rate"] - a["low"], b["high"] - b["rate"]),
            value + np.hypot(a["high"] - a["rate"], b["rate"] - b["low"]))


def ratio(a, b):
    """a / b of two `share`s of independent pictures, with its 95 % interval: (value, low, high).

    The ends q are where a - q b has an end of its `difference` interval at 0:
    (p_a - q p_b)^2 = (p_a - low_a)^2 + q^2 (high_b - p_b)^2 for the lower one, the upper one likewise.
    NaN, thrice, where b has no faces: a ratio over nothing. Source: Donner and Zou, "Closed-form confidence
    intervals for functions of the normal mean and standard deviation", 2012.
    """
    if not b["faces"]:
        return np.nan, np.nan, np.nan
    p, q = a["rate"], b["rate"]
    ends = [(p * q + sign * np.sqrt((p * q)**2 - end * (2 * p - end) * other * (2 * q - other)))
            / (other * (2 * q - other))
            for sign, end, other in ((-1, a["low"], b["high"]), (1, a["high"], b["low"]))]
    return (p / q, *map(float, ends))


def no_faces(original, shuffled):
    """Why nothing can be said of faces on an image set: a sentence, or None where the detector sees faces.

    original: `share` of the images themselves; shuffled: of as many with their blocks in random order, which
    hold none. The interval of their `difference` must lie above 0.

    >>> no_faces(share(np.arange(30) < 2), share(np.arange(30) < 1))
    'the detector finds no face (in 2 of 30 images, and in 1 of 30 with their blocks shuffled)'
    """
    if difference(original, shuffled)[1] > 0:
        return None
    return (f"the detector finds no face (in {original['faces']} of {original['n']} images, and in "
            f"{shuffled['faces']} of {shuffled['n']} with their blocks shuffled)")


def pooled(made):
    """uint8 pictures (n, 3, 96, 96) as means of blocks: 16 x 16 pixels in [0, 1], float32 (n, 768)."""
    block = made.shape[-1] // SIDE
    x = np.asarray(made).reshape(-1, 3, SIDE, block, SIDE, block)
    return x.mean((3, 5), dtype=np.float32).reshape(len(made), -1) / 255


class Judge:
    """Scores of the pictures that two autoencoders make of vectors, in units of what held-out images have.

    models: {case: Autoencoder}, two; z: {(case, split): latents (m, d)} of the images x.train and x.held_out,
    uint8 (m, 3, 96, 96); home: {case: pictures that the decoders make of the first n held-out latents}, which
    set the units; the last n held-out images are the real ones that made pictures are compared with.
    Raises ValueError unless there are two models and 2 n held-out images.
    """

    def __init__(self, models, z, x, home):
        n = len(next(iter(home.values())))
        if len(models) != 2 or 2 * n > len(x.held_out):
            raise ValueError(f"{len(models)} models, {len(x.held_out)} held-out images: give 2, and {2 * n}")
        self._known, axes = pooled(x.train), min(AXES, n // 3)
        self._models, self._other = models, dict(zip(models, reversed(models), strict=True))
        self._seen = {case: coordinates.seen(model) for case, model in models.items()}
        self._of_pixels = embed.pca(self._known, axes)
        self._mean = {case: z[case, "train"].mean(axis=0) for case in models}
        self._of_latents = {case: embed.pca(z[case, "train"] @ self._seen[case].T, axes) for case in models}
        self._real = {case: self.features(case, x.held_out[-n:]) for case in models}
        self._apart = self._to_known(x.held_out[:n])
        own = {case: z[case, "held_out"][:n] for case in models}
        self._home = {case: np.median(self._back(case, own[case], home[case])) for case in models}
        self._far = {case: np.median(self._from_mean(case, own[case])) for case in models}

    def features(self, case, made):
        """Two descriptions (n, k) of pictures, for judging decoder `case`: {"pixels", "other encoder"}.

        Leading principal components of training pixels; and of the training latents of the other case as its
        decoder sees them (`coordinates.seen`), so that no network judges itself. Each component is divided by
        its standard deviation, so that all weigh the same.
        """
        other = self._other[case]
        z = train.encode(self._models[other], made).astype(float) @ self._seen[other].T
        return {"pixels": _along(self._of_pixels, pooled(made)),
                "other encoder": _along(self._of_latents[other], z)}

    def real(self, case, space):
        """`features` of the real images that pictures of decoder `case` are compared with: (n, k)."""
        return self._real[case][space]

    def way_back(self, case, vectors, made):
        """|R (E(D(z)) - z)| of vectors z (n, d) and pictures D(z), over its median for held-out ones: (n,).

        R: distances as the decoder sees them (`coordinates.seen`). Small where the decoder is at home.
        """
        return self._back(case, vectors, made) / self._home[case]

    def away(self, case, vectors):
        """Median distance |R (z - mean)| of vectors z (n, d) from the mean, over that of held-out ones.

        R as in `way_back`: a radius that does not hang on the coordinates of the latents.
        """
        return float(np.median(self._from_mean(case, vectors)) / self._far[case])

    def nearest(self, made):
        """Median distance of pictures to the nearest training image, in units of that of held-out images.

        Root mean square over `pooled` pixels, all training images searched; far below 1 they are copies.
        """
        return self._to_known(made) / self._apart

    def scores(self, case, vectors, made):
        """The scores of the pictures that decoder `case` made of vectors, and their `features`: two dicts.

        Scores: `way_back` (median); `nearest`; in both spaces the Frechet distance to the real images, and
        of the LEADING axes density and coverage.
        """
        row = {"way back": float(np.median(self.way_back(case, vectors, made))),
               "nearest training image": self.nearest(made)}
        own = self.features(case, made)
        for space, features in own.items():
            real = self._real[case][space]
            density, coverage = density_coverage(real[:, :LEADING], features[:, :LEADING])
            row |= {f"Fréchet, {space}": frechet_distance(real, features), f"density, {space}": density,
                    f"coverage, {space}": coverage}
        return row, own

    def _back(self, case, vectors, made):
        home = train.encode(self._models[case], made).astype(float)
        return np.linalg.norm((home - vectors) @ self._seen[case].T, axis=1)

    def _from_mean(self, case, vectors):
        return np.linalg.norm((vectors - self._mean[case]) @ self._seen[case].T, axis=1)

    def _to_known(self, made):
        return float(np.median(nearest(pooled(made), self._known)[1]))


def _along(pca, y):
    return pca.transform(y) / np.sqrt(pca.explained_variance_)
