"""The one table of claims: what the posts state, what this run measures, and a verdict from the two."""
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pandas as pd

from lib.store import artifacts

NOT_APPLICABLE = "not applicable"
ALL = 170_000                                                        # as in F2: hits "of 170,000 vectors"
# Dominant components as the posts print them. F2, case II: {index: (mu, hw)}; C2: {index: (centre, width)}.
F2_TABLE = {15: (-.25, 1.5), 16: (.5, 1.125), 56: (0, 1.625), 58: (.25, 2.125), 66: (.25, 1.5), 68: (0, 2),
            110: (.5, 1.875), 118: (2.25, 2.25), 151: (1.5, 4.125), 177: (-1, 2.25), 178: (.5, 1.875),
            180: (-.25, 1.5), 188: (.25, 1.75), 195: (-1.5, 2), 202: (-.5, 2.25), 204: (-.5, 1.25),
            210: (0, 1.75), 230: (.25, 1.5), 242: (-.25, 2.375), 253: (-.5, 1)}
C2_TABLE = {52: (5, 8), 61: (1, 3), 73: (0, 5.5), 83: (-.5, 5), 94: (0, 4), 116: (0, 4), 119: (1, 3),
            130: (-2, 9), 171: (.7, 5), 188: (.75, 2.75), 200: (.5, 11), 221: (-1, 8)}


class Claim(NamedTuple):
    """`low <= measured <= high` reproduces the claim; `unit` is appended when the number is shown."""
    id: str
    notebook: str
    post: str
    statement: str
    expected: str
    low: float
    high: float
    unit: str = ""


def at_most(x):
    """Bounds of a claim "at most x"."""
    return -np.inf, x


def at_least(x):
    """Bounds of a claim "at least x"."""
    return x, np.inf


def about(x, relative):
    """Bounds of a claim "about x"; `relative`: the deviation allowed (ours: the posts give none)."""
    return x - abs(x) * relative, x + abs(x) * relative


def _box(b, k, expected, low, high):
    return Claim(f"F2-box-{b:g}-{k:g}", "04", "F2", f"uniform vectors of b = {b:g} inside the box mu +- "
                 f"{k:g} hw in every component, of 170,000 (case II; hw at half maximum)",
                 expected, low, high, "per 170,000")


CLAIMS = (
    Claim("F2-gauss", "03", "F2", "most marginals look Gaussian (share within a Kolmogorov distance of 0.04: "
          "rule ours)", "most", *at_least(0.5), "of components"),
    Claim("F2-mean0", "03", "F2", "the mean is about 0 (|mu| < 0.25) for 90 % of the components or more",
          ">= 0.90", *at_least(0.9), "of components"),
    Claim("F2-range", "03", "F2", "all component values lie inside [-12, 12]: the largest |z|", "<= 12",
          *at_most(12)),
    Claim("F2-mu025", "03", "F2", "components with |mu| >= 0.25, in either case", "<= 25", *at_most(25)),
    Claim("F2-mu1", "03", "F2", "components with |mu| >= 1, in either case", "<= 10", *at_most(10)),
    *(Claim(f"F2-hw{i}", "03", "F2", f"components with half width at half maximum >= {width}, in either case",
            f"<= {most}", *at_most(most)) for i, width, most in (("1", 1, 40), ("15", 1.5, 20), ("3", 3, 5))),
    Claim("F2-differ", "03", "F2", "networks differ in which components dominate: Jaccard overlap of the "
          "dominant sets of cases I and II", "< 0.5 (rule ours)", *at_most(0.5)),
    Claim("F2-index", "03", "F2", "the dominant components are 118, 151, 177, 195 ... (case II)",
          "same indices", 1, 1),
    Claim("F2-pcs", "06", "F2", "dominant principal components number about 0.1 N (those above the mean "
          "eigenvalue: rule ours)", "about 26", *about(25.6, 0.5)),
    _box(12, 3, "0", 0, 0), _box(12, 12, "about 20", 10, 40), _box(3, 2, "< 10", 0, 10),
    _box(2, 2, "about 10", 5, 20), _box(1.5, 2, "all", ALL, ALL), _box(1.5, 1.5, "< 10", 0, 10),
    _box(1, 1.5, "all", ALL, ALL),
    Claim("F2-b", "04", "F2", "useful b lie between 1 and 2: the b whose vectors have the latents' root mean "
          "square radius", "1 to 2", 1, 2),
    Claim("F2-std", "05", "F2", "std(R) is about b sqrt(N/15): printed formula over exact value, N = 256",
          "1", *about(1, 0.05)),
    Claim("P1-refine", "05", "P1", "<R> with the factor 1/(1 + 1/(4N)) under the root is closer to the exact "
          "value than b sqrt(N/3): share of N from 2 to 2048", "all", *at_least(0.999), "of dimensions"),
    Claim("F2-refine", "05", "F2, P1", "that factor is the right one: share of the dimensions shown where it "
          "is closer than b sqrt(N/3 - 1/15), which is ours", "all", *at_least(0.999), "of dimensions"),
    Claim("P1-grid", "05", "P1", "a grid of 10 points per axis needs 10^256 points: log10 of the count",
          "256", 256, 256),
    Claim("P1-mean", "05", "P1", "<R> for N = 256, b = 5", "46.188", *about(46.188, 0.001)),
    Claim("P1-ratio", "05", "P1", "std(R)/<R> for N = 256", "0.02795", *about(0.02795, 0.01)),
    Claim("P1-r2", "05", "P1", "<R^2> = N (b^3 - a^3) / (3 (b - a)): simulated over formula", "1",
          *about(1, 0.001)),
    Claim("P1-var", "05", "P1", "Var(R^2) = 4/45 N b^4: simulated over formula", "1", *about(1, 0.02)),
    Claim("P1-strip", "05", "P1", "chance of the strip x1 in [0, 1], x2 in [9, 10] of the cube [0, 10]^3",
          "0.01", *about(0.01, 0.03)),
    Claim("P1-corner", "05", "P1", "chance of the corner [0, 1]^3 of that cube", "0.001", *about(0.001, 0.1)),
    Claim("P1-improved", "05", "P1", "the ratio divided by 1 + 1/(4N) is an improvement: its error over that "
          "of the plain ratio, N = 3", "< 1", *at_most(1)),
    Claim("P1-depleted", "05", "P1", "stripes along the edges of the cube are depleted: points in an edge "
          "strip over points in an equal strip at the centre", "clearly < 1", *at_most(0.95)),
    Claim("C2-peak0", "03", "C2", "most axes peak at 0 (|mode| < 0.25)", "most", *at_least(0.5),
          "of components"),
    Claim("C2-off", "03", "C2", "axes clearly off-centre (|mode| >= 0.7, the smallest the post names)",
          "about 5", *about(5, 0.4)),
    Claim("C2-index", "03", "C2", "the special axes are 52, 130, 171, 200, 221", "same indices", 1, 1),
    Claim("C2-peakR", "03", "C2", "the radius peaks at 16.5", "16.5", *about(16.5, 0.1)),
    Claim("C2-maxR", "03", "C2", "no radius above 32: the largest", "<= 32", *at_most(32)),
    Claim("C2-near0", "03", "C2", "hardly any radius near 0 (below a quarter of the peak: rule ours)",
          "hardly any", *at_most(0.01), "of latents"),
    Claim("C2-onepc", "06", "C2", "one dominant principal component: first eigenvalue over second",
          "one dominates (>= 2: rule ours)", *at_least(2)),
    Claim("C2-flat", "06", "C2", "importance is flat after about 10: eigenvalue 11 over eigenvalue 100",
          "about 1 (<= 2: rule ours)", *at_most(2)),
    Claim("C2-lines", "06", "C2", "points of a plane lie on lines around voids (withdrawn in 03/2023): "
          "Clark-Evans index of the central square, in standard deviations of its matched Gaussian null",
          "clearly below the null (<= -2)", *at_most(-2), "sd"),
    Claim("F1-faces", "07", "F1", "a plain autoencoder makes faces from statistical vectors: faces among "
          "multivariate normal ones over faces among reconstructions, the lower of both cases",
          "faces (>= 0.5: rule ours)", *at_least(0.5)),
    Claim("F2-b12", "07", "F2", "uniform vectors of b = 12 give no faces: share in which a detector finds "
          "one, the higher of both cases", "none (<= 0.2, the false alarms: rule ours)", *at_most(0.2)),
    Claim("F2-chance", "07", "F2", "1 <= b <= 2 gives a chance: most faces of uniform vectors there, above "
          "the detector's highest false alarm rate", "above (>= 0.1: rule ours)", *at_least(0.1)),
    Claim("F2-radius", "07", "F2", "matching the radius is not enough: faces of uniform vectors with the "
          "latents' very radii over faces among reconstructions, the higher of both cases",
          "few (<= 0.5: rule ours)", *at_most(0.5)),
    Claim("F2-method3", "07", "F2", "independent Gaussians with each component's mean and width (method 3) "
          "give faces: over faces among reconstructions, the lower of both cases",
          "better than uniform (>= 0.5: rule ours)", *at_least(0.5)),
    Claim("C2-filaments", "08", "C2", "latents lie on one-dimensional filaments (withdrawn in 03/2023): "
          "dimension of the cloud at the scale of the 20 nearest neighbours (case I)",
          "about 1 (< 2: rule ours)", *at_most(2)),
    Claim("C2-everyplane", "08", "C2", "lines around voids show in every plane: planes with any statistic "
          "beyond its smooth null after correction for all tests", "every plane (>= 0.5: rule ours)",
          *at_least(0.5), "of planes"),
    Claim("C2-texture", "08", "C2", "t-SNE maps show filaments of the latents: Clark-Evans index of the map "
          "less that of a Gaussian cloud's (settings of C2-8), in standard errors", "clearly below (<= -3)",
          *at_most(-3), "se"),
    Claim("later-mvn", "09", "later posts", "the cloud is a multivariate normal one: variance of the squared "
          "Mahalanobis distance of held-out latents over that of chi-squared (case I)", "1", *about(1, 0.2)),
    Claim("F2-seeds", "09", "F2", "runs differ in which components dominate: Jaccard overlap of the dominant "
          "sets of two short runs that differ by seed alone", "< 0.5 (rule ours)", *at_most(0.5)),
)


def judge(notebook, measured):
    """Table of the claims of `notebook`: id, post, statement, expected, measured, verdict.

    measured: {claim id: number, (number, its standard error), or a sentence why the claim does not apply}.
    KeyError if a claim of the notebook has no entry or an entry is no claim; ValueError if not finite.
    """
    claims = [claim for claim in CLAIMS if claim.notebook == notebook]
    odd = {claim.id for claim in claims} ^ set(measured)
    if odd:
        raise KeyError(f"notebook {notebook} and the table of claims disagree about {', '.join(sorted(odd))}")
    rows = [(c.id, c.post, c.statement, c.expected, *verdict(c, measured[c.id])) for c in claims]
    return pd.DataFrame(rows, columns=["id", "post", "statement", "expected", "measured", "verdict"])


def verdict(claim, value):
    """(measured as text, verdict) of one claim."""
    if isinstance(value, str):
        return "-", f"{NOT_APPLICABLE}: {value}"
    value, error = value if isinstance(value, tuple) else (value, None)
    if not np.isfinite([value, error or 0]).all():
        raise ValueError(f"claim {claim.id}: the measured number is {value}; "
                         "it must be finite, or a reason in words")
    shown = f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 1_000 else f"{value:.4g}"
    if error is not None:
        digits = max(0, 1 - int(np.floor(np.log10(error)))) if error > 0 else 0
        shown = f"{value:,.{digits}f} +- {error:,.{digits}f}"
    inside = claim.low <= value <= claim.high
    return f"{shown} {claim.unit}".strip(), "reproduced" if inside else "not reproduced"


def why_wrong(row):
    """Why a row of a table of claims disagrees with CLAIMS: one line, or None. The verdict is computed again.

    The number is stored as shown, so a verdict counts as right if it holds for some number shown like that.
    """
    claim = next((claim for claim in CLAIMS if claim.id == row.id), None)
    if claim is None:
        return "is no claim of this study"
    if (row.post, row.statement, row.expected) != (claim.post, claim.statement, claim.expected):
        return "is worded otherwise than in lib/claims.py"
    if row.measured == "-":
        said = row.verdict.startswith(f"{NOT_APPLICABLE}: ")
        return None if said else f"has no number but the verdict {row.verdict!r}"
    shown = row.measured.split()[0].replace(",", "")
    value = float(shown)
    number = Decimal(shown)
    digit = number.as_tuple().exponent if "+-" in row.measured else min(0, number.adjusted() - 3)
    half = 0.5 * 10.0**digit if value else 0.0  # what rounding to the digits shown may have hidden
    possible = {verdict(claim, value + step)[1] for step in (-half, 0, half)}
    return None if row.verdict in possible else f"is {row.measured} and yet {row.verdict!r}"


def record(study, notebook, measured):
    """Judge the claims of `notebook`, save them as data/RUN/claims-NN.csv and return the table."""
    table = judge(notebook, measured)
    artifacts.write(study.data / f"claims-{notebook}.csv", table)
    return table


def collect(study):
    """Gather what the notebooks recorded into data/RUN/claims.csv and figures/RUN/claims.md; the table.

    FileNotFoundError names the notebook whose claims are missing.
    """
    table, page, path = gathered(study), study.figures / "claims.md", study.data / "claims.csv"
    artifacts.write(page, markdown(study, table))
    artifacts.save(path, table, recipe(study), files=artifacts.snapshot([page], study.home))
    return table


def recipe(study):
    """What claims.csv depends on: the tables of the notebooks and the code of this module."""
    recorded = [path for path in _recorded(study) if path.exists()]
    made_from = artifacts.recipe("claims", {"run": study.run}, recorded)
    return {**made_from, "code": artifacts.code_hashes(["claims"], plumbing=True)}


def why_stale(study):
    """Why table and page of the claims are not those of what the notebooks recorded: one line, or None."""
    path = study.data / "claims.csv"
    why = artifacts.why_stale(path, recipe(study))
    return why or artifacts.why_changed(artifacts.facts(path).get("files", {}), study.home)


def gathered(study):
    """The tables of claims of all notebooks as one; FileNotFoundError names the notebook that lacks its."""
    for path in _recorded(study):
        if not path.exists():
            raise FileNotFoundError(f"{path.name} is missing: run notebook {path.stem[-2:]} first")
    return pd.concat([pd.read_csv(path, dtype=str) for path in _recorded(study)], ignore_index=True)


def _recorded(study):
    return [study.data / f"claims-{number}.csv" for number in sorted({claim.notebook for claim in CLAIMS})]


def markdown(study, table):
    """The claims table as a Markdown page that names its image set."""
    counts = table.verdict.str.split(":").str[0].value_counts()
    head = (f"# Claims of the posts, measured: {study.label}\n\n"
            + ", ".join(f"{count} {name}" for name, count in counts.items())
            + ". The verdict is computed from the measured number; rules marked ours are not the posts'.\n\n")
    lines = ["| id | post | statement | expected | measured | verdict |",
             "| --- | --- | --- | --- | --- | --- |"]
    return head + "\n".join(lines + ["| " + " | ".join(map(str, row)).replace("|mu|", "\\|mu\\|")
                                     .replace("|z|", "\\|z\\|").replace("|mode|", "\\|mode\\|") + " |"
                                     for row in table.itertuples(index=False)]) + "\n"
