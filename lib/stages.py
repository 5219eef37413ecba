"""What a run keeps: networks, latents, t-SNE maps, calibration; the one place where loops meet files.

Each stage reads its artifact if that is current, and else makes it and says why (`artifacts.cached`).
"""
import dataclasses
import os
import time
from typing import NamedTuple

import numpy as np
import torch
from joblib import Parallel, cpu_count, delayed

from lib.cloud.points import distinct
from lib.images import cache
from lib.network import models, ranks, train
from lib.store import artifacts, disk, progress
from lib.study import LATENT_DIM, ROOT

NETWORK = "network/train", "network/models"                          # the code behind weights and latents
SHORT_EPOCHS, SHORT_BATCH, SHORT_RATE = 2, 32, 1e-3                  # ours: of trainings only compared


def use_all_cores():
    """Compute on all cores from here on, or on as many threads as the user's OMP_NUM_THREADS says.

    A kernel starts with one thread, as make runs two notebooks at a time; training and encoding take all.
    """
    torch.set_num_threads(int(os.environ.get(progress.THREADS) or cpu_count()))


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
              "loss": "mse", "learning_rate": study.counts.learning_rate, "device": train.best_device().type}
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
            artifacts.save(path, new_state, wanted, epoch=new_state["epoch"], device=str(train.best_device()),
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


def map_points(study, name, of="latents"):
    """What t-SNE is fed for the map of figure `name`: distinct latents (n, d) of case I, drawn at random.

    of: "latents", or "gaussian" for as many points of the normal distribution with their mean and covariance.
    """
    from lib.cloud import embed  # openTSNE and gudhi take seconds to import: only who needs them
    from lib.trial import filaments
    z = artifacts.require(study.latents("I", "train"), "02_encode_celeba")
    z, leading = z[distinct(z)], MAPS[name].leading
    count = study.counts.tsne_points[MAPS[name].points]
    chosen = np.random.default_rng(study.seed).permutation(len(z))[:count]
    x = (z if leading is None else embed.pca(z).transform(z)[:, :leading])[chosen]
    if of != "latents":
        x = filaments.gaussian_null(x, np.random.default_rng(study.seed)).astype(np.float32)
    return x


def tsne_map(study, name, of="latents"):
    """The t-SNE map (n, 2) of `map_points`, on one core, kept as data/RUN/tsne-NAME[-gaussian].npy."""
    from lib.cloud import embed

    def compute():
        x = map_points(study, name, of)
        progress.log(f"t-SNE for figure {name}, {of}: {len(x):,} points in {x.shape[1]} dimensions")
        return embed.tsne(x, settings.perplexity, settings.early_exaggeration, seed=study.seed, n_jobs=1,
                          name=f"figure {name}, {of}")

    settings, ending = MAPS[name], "" if of == "latents" else f"-{of}"
    count = study.counts.tsne_points[settings.points]
    modules = ["cloud/embed", *(["trial/filaments"] if of == "gaussian" else [])]
    return artifacts.cached(study.data / f"tsne-{name}{ending}.npy", compute, "t-SNE",
                            {**settings._asdict(), "n": count, "seed": study.seed, "of": of},
                            [study.latents("I", "train")], modules)


def tsne_maps(study, wanted):
    """{(name, of): map} for all pairs `wanted`, made two at a time, a core each, the largest first."""
    wanted = sorted(wanted, key=lambda pair: -MAPS[pair[0]].points)
    with progress.log_warnings():
        made = Parallel(n_jobs=2, prefer="threads")(delayed(tsne_map)(study, *pair) for pair in wanted)
    return dict(zip(wanted, made, strict=True))


# ------------------------------------------------------------------------------------------------ calibration

def calibration_tables(home=ROOT):
    """`calibration.powers()` and `sizes()` as data/calibration/*.csv; half an hour if made again."""
    from lib.trial import calibration
    folder, makers = home / "data" / "calibration", (calibration.powers, calibration.sizes)
    return tuple(artifacts.cached(folder / f"{make.__name__}.csv", make, "calibration", {},
                                  modules=["trial/calibration"]) for make in makers)
