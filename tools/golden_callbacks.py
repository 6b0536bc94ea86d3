"""Goldens of callbacks: what Keras's decide on scripted figures.

tests/golden/callbacks/callbacks.json: for each case the callbacks' options and an epoch's figure after the other, and what
followed: each callback's `wait`, the learning rate behind each epoch, where training stopped, whose weights it ended with.
No figure is NaN before a number was seen: there this project and Keras differ on purpose (Keras takes NaN as its best).
"""

from __future__ import annotations

import math

import keras
import numpy as np
from keras.callbacks import Callback, EarlyStopping, ModelCheckpoint, ReduceLROnPlateau

from golden_common import GOLDEN, numbers, write_json

RATE = 0.001
UP = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
FLAT = [0.5] * 12
WAVE = [1.0, 0.8, 0.9, 0.7, 0.75, 0.72, 0.71, 0.65, 0.66, 0.67, 0.68, 0.69, 0.70, 0.64]
TINY = [0.5, 0.49996, 0.49992, 0.49988, 0.49984, 0.4998, 0.49976, 0.49972]  # each better by less than 1e-4
NAN = [1.0, 0.9, math.nan, 0.95, math.nan, 0.8, 0.85, math.nan, math.nan, 0.9]

STOP, REDUCE, KEEP = "early_stopping", "reduce_lr_on_plateau", "model_checkpoint"
CLASSES = {STOP: EarlyStopping, REDUCE: ReduceLROnPlateau, KEEP: ModelCheckpoint}
MAX = {"monitor": "val_accuracy", "mode": "max"}
CASES: dict[str, tuple[list[float], dict[str, dict]]] = {
    "stop_improving": (UP, {STOP: {"patience": 2, "restore_best_weights": True}}),
    "stop_patience_0": (FLAT, {STOP: {}}),
    "stop_patience_1": (FLAT, {STOP: {"patience": 1, "restore_best_weights": True}}),
    "stop_flat": (FLAT, {STOP: {"patience": 3, "restore_best_weights": True}}),
    "stop_wave": (WAVE, {STOP: {"patience": 5, "restore_best_weights": True}}),
    "stop_wave_not_restored": (WAVE, {STOP: {"patience": 3}}),
    "stop_min_delta": (WAVE, {STOP: {"patience": 4, "min_delta": 0.1, "restore_best_weights": True}}),
    "stop_negative_min_delta": (WAVE, {STOP: {"patience": 4, "min_delta": -0.1}}),
    "stop_max": (WAVE, {STOP: {"patience": 3, "restore_best_weights": True, **MAX}}),
    "stop_tiny": (TINY, {STOP: {"patience": 1}}),
    "stop_nan": (NAN, {STOP: {"patience": 3, "restore_best_weights": True}}),
    "stop_baseline_never": (UP, {STOP: {"patience": 4, "baseline": 0.1, "restore_best_weights": True}}),
    "stop_baseline_late": (WAVE, {STOP: {"patience": 4, "baseline": 0.7, "restore_best_weights": True}}),
    "stop_start_from": (FLAT, {STOP: {"patience": 2, "start_from_epoch": 4, "restore_best_weights": True}}),
    "reduce_improving": (UP, {REDUCE: {"patience": 1}}),
    "reduce_flat": (FLAT, {REDUCE: {"factor": 0.5, "patience": 3}}),
    "reduce_patience_0": (FLAT, {REDUCE: {"factor": 0.5, "patience": 0}}),
    "reduce_tiny": (TINY, {REDUCE: {"factor": 0.5, "patience": 2}}),
    "reduce_no_delta": (TINY, {REDUCE: {"factor": 0.5, "patience": 2, "min_delta": 0}}),
    "reduce_cooldown_1": (FLAT, {REDUCE: {"factor": 0.5, "patience": 2, "cooldown": 1}}),
    "reduce_cooldown_2": (FLAT, {REDUCE: {"factor": 0.5, "patience": 2, "cooldown": 2}}),
    "reduce_to_least": (FLAT, {REDUCE: {"factor": 0.3, "patience": 1, "min_lr": 0.0002}}),
    "reduce_max": (WAVE, {REDUCE: {"factor": 0.2, "patience": 2, **MAX}}),
    "reduce_nan": (NAN, {REDUCE: {"factor": 0.5, "patience": 2}}),
    "keep_wave": (WAVE, {KEEP: {"save_best_only": True}}),
    "keep_max": (WAVE, {KEEP: {"save_best_only": True, **MAX}}),
    "keep_nan": (NAN, {KEEP: {"save_best_only": True}}),
    "tutorial": (WAVE, {STOP: {"patience": 5, "restore_best_weights": True}, REDUCE: {"factor": 0.5, "patience": 3}}),
    "tutorial_tiny": (TINY, {STOP: {"patience": 5, "restore_best_weights": True}, REDUCE: {"factor": 0.5, "patience": 3}}),
}


class Saves(list):
    """The epochs whose model a ModelCheckpoint keeps."""


def make(kind: str, options: dict, saved: Saves) -> Callback:
    if kind != KEEP:
        return CLASSES[kind](**options)
    callback = ModelCheckpoint("best.weights.h5", save_weights_only=True, **options)
    callback._save_model = lambda epoch, batch, logs, save=callback._should_save_model: (
        saved.append(epoch) if save(epoch, batch, logs, "") else None
    )
    return callback


def replay(figures: list[float], wanted: dict[str, dict]) -> dict:
    """Each epoch's weights are its number."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(RATE), "mse")
    model.stop_training = False
    saved = Saves()
    callbacks = {kind: make(kind, options, saved) for kind, options in wanted.items()}
    for callback in callbacks.values():
        callback.set_model(model)
        callback.on_train_begin()
    rates, waits, epoch = [], [], 0
    for epoch, figure in enumerate(figures):
        model.set_weights([np.array([[epoch]], np.float32)])
        logs = {next(iter(wanted.values())).get("monitor", "val_loss"): figure}
        for callback in callbacks.values():
            callback.on_epoch_end(epoch, logs)
        rates.append(np.float32(model.optimizer.learning_rate))
        waits.append({kind: callback.wait for kind, callback in callbacks.items() if hasattr(callback, "wait")})
        if model.stop_training:
            break
    for callback in callbacks.values():
        callback.on_train_end()
    return {
        "last_epoch": epoch,
        "stopped": model.stop_training,
        "weights_of": int(model.get_weights()[0][0, 0]),
        "saved": list(saved),
        "rates": numbers(np.array(rates)),
        "waits": waits,
    }


def write() -> None:
    cases = {}
    for name, (figures, wanted) in CASES.items():
        spelled = ["nan" if math.isnan(figure) else figure for figure in figures]
        cases[name] = {"callbacks": wanted, "figures": spelled} | replay(figures, wanted)
    write_json(GOLDEN / "callbacks" / "callbacks.json", {"rate": RATE, "cases": cases})
