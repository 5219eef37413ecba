"""What a run keeps: networks, latents, t-SNE maps, calibration, controls; here alone loops meet files.

Each stage reads its artifact if that is current, and else makes it and says why (`artifacts.cached`).
"""
import dataclasses
import functools
import os
import time
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from joblib import Parallel, cpu_count, delayed

from lib.cloud import axes
from lib.cloud.points import distinct
from lib.images import cache, faces
from lib.network import controls, devices, models, ranks, train
from lib.store import artifacts, disk, progress
from lib.study import LATENT_DIM, ROOT, Study

NETWORK = "network/train", "network/models"                          # the code behind weights and latents
SHORT_EPOCHS, SHORT_BATCH, SHORT_RATE = 2, 32, 1e-3                  # ours: of trainings only compared
CONTROLS = (("Adam", 1e-3, 5), ("scalar Adam", 1e-3, 5),             # ours: optimizer, rate, seeds
            ("SGD", 10.0, 3), ("SGD", 3.0, 2))
CONTROL_EPOCHS, CONTROL_TRAIN, CONTROL_HELD_OUT = 8, 10_000, 2_000   # ours
ROTATIONS = 200                                                      # ours: of each cloud of a control


def use_all_cores():
    """Compute on all cores from here on, or on as many threads as the user's OMP_NUM_THREADS says.

    A kernel starts with one thread, as make runs two notebooks at a time; training and encoding take all.
    """
    torch.set_num_threads(int(os.environ.get(progress.THREADS) or cpu_count()))


def side_by_side(work, cases=tuple(models.CASES)):
    """{case: work(case)}; on a CPU all cases at the same time, so that none waits while a core is idle.

    Each has its share of torch's threads, but as many as the parts of a step (`train.spread`) where there are
    so many: then the end of one case leaves no core idle. Results are the same bits as of one case alone on
    that many threads; with more threads for a part they are equal to rounding only.
    """
    if devices.best().type != "cpu" or ranks.count() > 1:
        return {case: work(case) for case in cases}
    threads = torch.get_num_threads()
    share = max(min(threads, train.PARTS), threads // len(cases))

    def alone(case):
        torch.set_num_threads(share)                                 # of this thread
        return work(case)
    try:
        made = Parallel(n_jobs=len(cases), prefer="threads")(delayed(alone)(case) for case in cases)
    finally:
        torch.set_num_threads(threads)
    return dict(zip(cases, made, strict=True))


def networks(study):
    """{case: (trained autoencoder, history)} of both cases: `network` side by side."""
    return side_by_side(lambda case: network(study, case))


# --------------------------------------------------------------------------------------- networks and latents

def network(study, case, say=progress.log):
    """The autoencoder of `case` trained for this run, and its history; trains only what is not current.

    A run that was interrupted goes on from the last finished epoch; a second process waits until the first is
    done. Under torchrun the first process keeps the lock and the files, the others wait for it.
    """
    if ranks.rank():
        return _network(study, case, say)
    with disk.held(study.checkpoint(case), f"case {case}"):
        return _network(study, case, say)


def network_recipe(study, case):
    """The recipe of the checkpoint of `case`; raises as `cache.paths` does."""
    params = {"case": case, "epochs": study.epochs(case), "batch": study.counts.batch, "seed": study.seed,
              "loss": "mse", "learning_rate": study.counts.learning_rate, "device": devices.best().type}
    return artifacts.recipe("train", params, cache.paths(study), NETWORK)


def _network(study, case, say):
    path, wanted = study.checkpoint(case), network_recipe(study, case)
    model = models.Autoencoder(models.CASES[case], study.seed)
    reason = artifacts.why_stale(path, wanted)
    state = None if reason else restore(model, path)
    if state is None or state["epoch"] < study.epochs(case):
        if state:
            say(f"case {case}: training goes on after epoch {state['epoch']}")
        elif reason != "missing":
            say(f"case {case} is trained again: {reason}")
        spent = artifacts.facts(path).get("seconds", 0.0) if state else 0.0
        begun = time.perf_counter()

        def keep(new_state):
            artifacts.save(path, new_state, wanted, epoch=new_state["epoch"], device=str(devices.best()),
                           seconds=round(spent + time.perf_counter() - begun, 1))

        disk.room(path, 3 * sum(p.nbytes for p in model.parameters()))       # weights, Adam's two moments
        x = cache.load(study)
        train.fit(model, x.train, x.held_out, study.epochs(case), study.counts.batch, study.seed, "mse",
                  study.counts.learning_rate, resume=state, after_epoch=keep, desc=f"case {case}")
        ranks.wait()                                                 # the first process writes, all read
        state = restore(model, path)                                 # the same bits if trained now or read
    artifacts.note(path, "made")
    return model.eval(), state["history"]


def load_network(study, case):
    """The trained autoencoder of `case`; FileNotFoundError if notebook 01 has not finished it."""
    model = models.Autoencoder(models.CASES[case])
    artifacts.require(study.checkpoint(case), "01_train_ae")
    state = restore(model, study.checkpoint(case))
    if state["epoch"] < study.epochs(case):
        raise FileNotFoundError(f"case {case} is trained for {state['epoch']} of {study.epochs(case)} "
                                "epochs: run notebook 01_train_ae to finish it")
    return model.eval()


def restore(model, path):
    """Put the weights of the checkpoint at `path` into `model`, strictly, and return all that it holds.

    Raises ValueError for a file that is no checkpoint, or one of another network.
    """
    state = artifacts.read(path)
    try:
        model.load_state_dict(state["model"], strict=True)
        whole = (type(state["epoch"]) is int and {"state", "param_groups"} <= set(state["optimizer"])
                 and all(np.isfinite([row["epoch"], row["train"], row["held_out"]]).all()
                         for row in state["history"]))
    except (RuntimeError, KeyError, TypeError, AttributeError, ValueError):      # each field may be anything
        whole = False
    if not whole:
        raise ValueError(f"{path.name} is no checkpoint of case {model.config.name}: delete it and run "
                         "notebook 01_train_ae again")
    return state


def latents(study, case, split="train"):
    """Latents z (n, 256) of the images of `split`, encoded if they are missing or not current."""
    def compute():
        x = getattr(cache.load(study), split)
        return train.encode(load_network(study, case), x, desc=f"case {case}, {split}")

    path, need = study.latents(case, split), 4 * LATENT_DIM * getattr(study.counts, split)
    return artifacts.cached(path, compute, need=need, **latents_stage(study, case, split))


def all_latents(study):
    """{(case, split): latents} of both cases and splits: `latents`, the cases side by side."""
    encoded = side_by_side(lambda case: [latents(study, case, split) for split in cache.SPLITS])
    return {(case, split): z for case, both in encoded.items()
            for split, z in zip(cache.SPLITS, both, strict=True)}


def latents_stage(study, case, split):
    """Stage, params, inputs and modules of the latents of `case` and `split`, for `artifacts.recipe`."""
    return {"stage": "encode", "params": {"case": case, "split": split},
            "inputs": [study.checkpoint(case), *cache.paths(study)], "modules": NETWORK}


def short_network(study, name, n, seed, loss="mse", batch_norm=False):
    """Case I after two epochs on the first `n` training images (ours), kept as data/RUN/short-NAME.pt.

    For comparing variants among themselves; far from the quality of `network`.
    """
    model = models.Autoencoder(dataclasses.replace(models.CASES["I"], batch_norm=batch_norm), seed)

    def compute():
        x = cache.load(study)
        train.fit(model, x.train[:n], x.held_out, SHORT_EPOCHS, SHORT_BATCH, seed, loss,
                  SHORT_RATE, desc=name)
        return {"model": model.state_dict()}

    params = {"n": n, "seed": seed, "loss": loss, "batch_norm": batch_norm, "epochs": SHORT_EPOCHS}
    path = study.data / f"short-{name.replace(' ', '-')}.pt"
    state = artifacts.cached(path, compute, "short training", params, cache.paths(study), NETWORK)
    model.load_state_dict(state["model"], strict=True)
    return model.eval()


# ------------------------------------------------------------------------------------------------- t-SNE maps

class Map(NamedTuple):
    """A t-SNE map of latents of case I: how many points, of how many leading PCs, and the settings."""
    points: int                    # 0, 1 or 2: few, more or most, as in study.counts.tsne_points
    leading: int | None = None     # principal components that t-SNE is fed; None: all components as they are
    perplexity: int = 30           # as in the posts: scikit-learn's defaults
    early_exaggeration: int = 12


MAPS = {"C2-7": Map(0, None, 10, 16), "C2-8": Map(1), "C2-9": Map(2), "C2-11": Map(1, 2), "C2-12": Map(2, 2),
        "C2-13": Map(2, 4), "C2-14": Map(2, 10)}                     # as in the posts (C2-14: ours)


def planted_shape(of, n):
    """Threads of a "web" for n points, 25 on each, or dimensions of a "sheet"; and their thickness: ours."""
    return {"web": (n // 25, 0.03), "sheet": (2, 0.03)}[of]


def map_rows(study, name, n):
    """Which of n distinct latents the map of figure `name` shows: their rows, drawn at random."""
    return np.random.default_rng(study.seed).permutation(n)[:study.counts.tsne_points[MAPS[name].points]]


def map_points(study, name, of="latents"):
    """What t-SNE is fed for the map of figure `name`: distinct latents (n, d) of case I, drawn at random.

    of: "latents", or "gaussian" for as many points of the normal distribution with their mean and covariance,
    or "web" and "sheet" for as many that do lie on threads, or on a curved sheet. KeyError for another.
    """
    from lib.cloud import embed  # openTSNE takes seconds to import: only who needs them
    from lib.trial import calibration, filaments, webs
    z = artifacts.require(study.latents("I", "train"), "02_encode_celeba")
    z, leading = z[distinct(z)], MAPS[name].leading
    x = (z if leading is None else embed.pca(z).transform(z)[:, :leading])[map_rows(study, name, len(z))]
    if of == "latents":
        return x
    rng = np.random.default_rng(study.seed)
    if of == "gaussian":
        return filaments.gaussian_null(x, rng).astype(np.float32)
    shape = planted_shape(of, study.counts.tsne_points[MAPS[name].points])
    draw = {"web": webs.web, "sheet": calibration.planted}[of]
    return draw(len(x), *shape, rng).astype(np.float32)


def tsne_map(study, name, of="latents"):
    """The t-SNE map (n, 2) of `map_points`, on one core, kept as data/RUN/tsne-NAME[-OF].npy."""
    from lib.cloud import embed

    def compute():
        x = map_points(study, name, of)
        progress.log(f"t-SNE for figure {name}, {of}: {len(x):,} points in {x.shape[1]} dimensions")
        return embed.tsne(x, settings.perplexity, settings.early_exaggeration, seed=study.seed, n_jobs=1,
                          name=f"figure {name}, {of}")

    settings, ending = MAPS[name], "" if of == "latents" else f"-{of}"
    count = study.counts.tsne_points[settings.points]
    planted = {} if of in ("latents", "gaussian") else {"planted": planted_shape(of, count)}
    modules = {"latents": [], "gaussian": ["trial/filaments"]}.get(of, ["trial/webs"])
    return artifacts.cached(study.data / f"tsne-{name}{ending}.npy", compute, "t-SNE",
                            {**settings._asdict(), "n": count, "seed": study.seed, "of": of, **planted},
                            [study.latents("I", "train")], ["cloud/embed", *modules])


def tsne_maps(study, wanted):
    """{(name, of): map} for all pairs `wanted`, made two at a time, a core each, the largest first."""
    wanted = sorted(wanted, key=lambda pair: -MAPS[pair[0]].points)
    with progress.log_warnings():
        made = Parallel(n_jobs=2, prefer="threads")(delayed(tsne_map)(study, *pair) for pair in wanted)
    return dict(zip(wanted, made, strict=True))


# ------------------------------------------------------------------------------------------------ calibration

def calibration_tables(home=ROOT):
    """`webs()`, `powers()` and `sizes()` of the trial as data/calibration/*.csv; an hour if made again."""
    from lib.trial import calibration, webs
    makers = {"trial/webs": (webs.webs,), "trial/calibration": (calibration.powers, calibration.sizes)}
    return tuple(artifacts.cached(home / "data" / "calibration" / f"{make.__name__}.csv", make, "calibration",
                                  {}, modules=[module]) for module, makes in makers.items() for make in makes)


# --------------------------------------------------------------------------------------------------- controls

def controls_tables(home=ROOT):
    """Do optimizers choose the axes? data/controls/small.csv and case-I.csv, half an hour if made again.

    A row per training, epoch and statistic of `axes`: value, rotated, sd, z; beside them the losses and the
    drift of `controls.charge`. small: autoencoders of 48x48 drawn faces, CONTROLS seeds of each optimizer.
    case-I: the end of the laptop run's own network, and the same training by Adam with scalar moments.
    Each training is kept as data/control-trainings/*.pt, so a run that was killed goes on with the next one.
    """
    folder, modules = home / "data" / "controls", ["network/controls", "images/faces", "cloud/axes"]
    sizes = {"epochs": CONTROL_EPOCHS, "train": CONTROL_TRAIN, "held_out": CONTROL_HELD_OUT}
    small = artifacts.cached(folder / "small.csv", lambda: _controls_small(home), "controls",
                             {"seeds": CONTROLS, "rotations": ROTATIONS, **sizes}, modules=modules)
    case_I = artifacts.cached(folder / "case-I.csv", lambda: _controls_case_I(home), "controls",
                              {"rotations": ROTATIONS, "epochs": Study().epochs("I")}, modules=modules)
    return small, case_I


def _controls_small(home):
    @functools.cache
    def images():
        factors = faces.sample_factors(CONTROL_TRAIN + CONTROL_HELD_OUT, seed=0)
        x = faces.render(factors, controls.SMALL.size).numpy()
        return x[:CONTROL_TRAIN], x[CONTROL_TRAIN:]

    named = [(name, rate, seed) for name, rate, seeds in CONTROLS for seed in range(seeds)]
    return _axes_table({key: _control(home, controls.SMALL, *key, CONTROL_EPOCHS, images) for key in named})


def _controls_case_I(home):
    study = Study(home=home)
    cache.prepare(study)
    x = cache.load(study)
    model, history = network(study, "I")
    start = controls.charge(models.Autoencoder(models.CASE_I, study.seed))
    ends = [history[-1] | controls.measured(model, start, x.held_out)]
    adam, scalar = ((name, study.counts.learning_rate, study.seed) for name in ("Adam", "scalar Adam"))
    rows = _control(home, models.CASE_I, *scalar, study.epochs("I"), lambda: (x.train, x.held_out))
    return _axes_table({adam: ends, scalar: rows})


def _control(home, config, name, rate, seed, epochs, images):
    """`controls.trajectory`, kept; `images()` gives the training and held-out images where it is made."""
    path = home / "data" / "control-trainings" / f"{config.name}-{name.replace(' ', '-')}-{rate}-{seed}.pt"
    return artifacts.cached(path, lambda: controls.trajectory(config, *images(), name, rate, epochs, seed),
                            "control", {"optimizer": name, "rate": rate, "epochs": epochs, "seed": seed},
                            modules=["network/controls", "images/faces"])


def _axes_table(trainings):
    """One row per training, epoch and statistic, of {(optimizer, rate, seed): rows of `trajectory`}."""
    tables = []
    for (name, rate, seed), rows in trainings.items():
        turns = axes.rotations(len(rows[0]["mean"]), ROTATIONS, np.random.default_rng(seed))
        for row in rows:
            found = axes.against_rotations(row["mean"], row["covariance"], turns).reset_index()
            about = {key: row.get(key) for key in ("epoch", "train", "held_out", "drift")}
            tables.append(found.assign(optimizer=name, rate=rate, seed=seed, **about))
    return pd.concat(tables, ignore_index=True)
