"""Goldens of search algorithms: tests/golden/tune/tune.json, from real Keras Tuner (of which 0 is no seed).

Searches are played with scores that follow from the trial's number, by one worker or by three whose trials end in an order
of their own. Needs keras-tuner, and no backend that computes: KERAS_BACKEND=numpy will do.
"""

from __future__ import annotations

import math
import random
import tempfile

import keras_tuner
from keras_tuner.engine import trial as trial_module

from golden_common import GOLDEN, write_json

SCHEDULES = [(9, 3), (10, 3), (20, 3), (27, 3), (50, 3), (81, 3), (100, 3), (16, 2)]
PLAYED = [(9, 3), (20, 3), (27, 3), (16, 2)]
SEEDS = [0, 1, 42, 12345, 2**40 + 7]


def tutorial(hp: keras_tuner.HyperParameters) -> None:
    hp.Int("filters_1", 32, 128, step=32)
    hp.Choice("kernel_1", [3, 5])
    hp.Int("filters_2", 64, 256, step=64)
    hp.Choice("kernel_2", [3, 5])
    hp.Float("dropout", 0.2, 0.5, step=0.1)
    hp.Int("units", 128, 512, step=128)
    hp.Choice("optimizer", ["adam", "sgd"])


def varied(hp: keras_tuner.HyperParameters) -> None:
    hp.Int("whole", 1, 10)
    hp.Int("whole_log", 1, 1000, sampling="log")
    hp.Int("whole_doubled", 8, 256, step=2, sampling="log")
    hp.Int("whole_reverse", 1, 1000, sampling="reverse_log")
    hp.Float("rate", 1e-4, 1e-2, sampling="log")
    hp.Float("share", 0, 1)
    hp.Float("fifths", 0, 1, step=0.2)
    hp.Float("tens", 0.001, 1, step=10, sampling="log")
    hp.Float("reverse", 0.001, 1, sampling="reverse_log")
    hp.Boolean("norm")
    hp.Fixed("fixed", 7)
    hp.Choice("optimizer", ["adam", "sgd", "rmsprop"])
    with hp.conditional_scope("optimizer", ["sgd"]):
        hp.Float("momentum", 0.5, 0.99)
    hp.Choice("last", [1.5, 2.5])


SPACES = {"tutorial": tutorial, "varied": varied}


def own(values: dict) -> dict:
    return {name: value for name, value in values.items() if not name.startswith("tuner/")}


def play(oracle: keras_tuner.Oracle, workers: int, limit: int = 10_000) -> list[dict]:
    """What an oracle has run, and what came of it, in order."""
    order = random.Random(workers)
    with tempfile.TemporaryDirectory() as folder:
        oracle._set_project_dir(folder, "search")
        oracle._display.verbose = 0
        log, running, ended = [], {}, set()
        while len(log) < limit:
            free = [w for w in range(workers) if f"w{w}" not in running and w not in ended]
            begun = False
            for worker in free:
                trial = oracle.create_trial(f"w{worker}")
                if trial.status == "STOPPED":
                    ended.add(worker)
                elif trial.status == "RUNNING":
                    begun = True
                    values = trial.hyperparameters.values
                    running[f"w{worker}"] = trial
                    log.append({"begin": trial.trial_id, "values": own(values)} | {
                        key: values[f"tuner/{key}"] for key in ("trial_id", "initial_epoch", "epochs", "round") if f"tuner/{key}" in values})
            if not running:
                if not begun:
                    break
                continue
            worker = order.choice(sorted(running))
            trial = running.pop(worker)
            score = random.Random(1000 + int(trial.trial_id)).random()
            oracle.update_trial(trial.trial_id, {"val_accuracy": score})
            trial.status = trial_module.TrialStatus.COMPLETED
            oracle.end_trial(trial)
            log.append({"end": trial.trial_id, "score": score})
    return log


def hyperband(max_epochs: int, factor: int, seed: int = 0, iterations: int = 1) -> keras_tuner.oracles.HyperbandOracle:
    hp = keras_tuner.HyperParameters()
    varied(hp)
    return keras_tuner.oracles.HyperbandOracle(
        objective=keras_tuner.Objective("val_accuracy", "max"), max_epochs=max_epochs, factor=factor, hyperband_iterations=iterations, seed=seed, hyperparameters=hp)


def schedule(max_epochs: int, factor: int) -> list[dict]:
    oracle = hyperband(max_epochs, factor)
    brackets = []
    for bracket in range(oracle._get_num_brackets() - 1, -1, -1):
        rounds = [{"trials": oracle._get_size(bracket, r), "initial_epoch": oracle._get_epochs(bracket, r - 1) if r else 0, "epochs": oracle._get_epochs(bracket, r)}
                  for r in range(oracle._get_num_rounds(bracket))]
        brackets.append({"bracket": bracket, "rounds": rounds})
    return brackets


def samples(space: str, seed: int) -> list[dict]:
    hp = keras_tuner.HyperParameters()
    SPACES[space](hp)
    oracle = keras_tuner.oracles.RandomSearchOracle(objective=keras_tuner.Objective("val_accuracy", "max"), max_trials=12, seed=seed, hyperparameters=hp)
    return [entry["values"] for entry in play(oracle, 1) if "begin" in entry]


def grid() -> list[dict]:
    hp = keras_tuner.HyperParameters()
    hp.Int("units", 32, 128, step=32, default=64)
    hp.Float("rate", 0.1, 1.0, step=0.3)
    hp.Choice("optimizer", ["adam", "sgd"])
    with hp.conditional_scope("optimizer", ["sgd"]):
        hp.Boolean("nesterov")
    oracle = keras_tuner.oracles.GridSearchOracle(objective=keras_tuner.Objective("val_accuracy", "max"), seed=0, hyperparameters=hp)
    return [entry["values"] for entry in play(oracle, 1) if "begin" in entry]


def write() -> None:
    assert math.isclose(random.Random(0).random(), 0.8444218515250481)
    golden = {
        "keras_tuner": keras_tuner.__version__,
        "random": {str(seed): random.Random(seed).random() for seed in [*SEEDS, 2, 3, 2**32, 2**32 - 1]},
        "schedules": [{"max_epochs": m, "factor": f, "brackets": schedule(m, f)} for m, f in SCHEDULES],
        "samples": [{"space": space, "seed": seed, "values": samples(space, seed)} for space in SPACES for seed in SEEDS if seed],
        "grid": grid(),
        "played": [{"max_epochs": m, "factor": f, "workers": w, "iterations": i, "seed": m, "log": play(hyperband(m, f, m, i), w)}
                   for m, f in PLAYED for w, i in [(1, 1), (3, 1), (2, 2)] if i == 1 or m <= 20],
    }
    write_json(GOLDEN / "tune" / "tune.json", golden)
