"""Goldens of whole fits: what a user's call of fit gives, figures of every epoch and weights at the end.

Each becomes tests/golden/fits/NAME.json (architecture, how it is compiled and fitted, its history) and NAME.safetensors (weights
before and after). Pictures are hashed, as those of golden_nets.py. The net has no kinks.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import callbacks, layers, losses
from keras.optimizers import SGD, Adam, AdamW, Optimizer, RMSprop
from keras.optimizers.schedules import CosineDecay
from safetensors.numpy import save_file

from golden_common import BASE, GOLDEN, Results, Variant, answer_in_all_variants, numbers, seed_of, tolerances, write_json
from golden_nets import hashed_bytes

FOLDER = GOLDEN / "fits"
PICTURES, VALIDATION, BATCH = 330, 70, 32  # the last batch of an epoch has ten
SHAPE, CLASSES = (6, 5, 3), 3
TRAIN_STREAM, VALIDATION_STREAM, WEIGHT_STREAM = 77, 78, 79


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    optimizer: Callable[[], Optimizer] = lambda: Adam(0.01)
    label_smoothing: float = 0.0
    class_weight: Sequence[float] = ()
    weighted: bool = False  # every picture by a weight of its own
    reduce_lr: dict | None = None
    early_stopping: dict | None = None
    epochs: int = 3


def all_cases() -> list[Case]:
    return [
        Case("adam"),
        Case("nesterov", lambda: SGD(0.05, momentum=0.9, nesterov=True)),
        Case("rmsprop", lambda: RMSprop(0.003)),
        Case("adamw_clipnorm", lambda: AdamW(0.01, weight_decay=0.02, clipnorm=0.05)),
        Case("label_smoothing", label_smoothing=0.1),
        Case("class_weight", class_weight=(1.0, 2.5, 0.5)),
        Case("sample_weight", weighted=True),
        Case("cosine", lambda: SGD(CosineDecay(0.1, 30, alpha=0.05), momentum=0.9)),
        Case(
            "reduce_and_stop",
            lambda: SGD(0.4, momentum=0.9),
            reduce_lr={"monitor": "val_loss", "factor": 0.5, "patience": 1, "min_delta": 0.02},
            early_stopping={"monitor": "val_accuracy", "patience": 2, "min_delta": 0.02, "restore_best_weights": True},
            epochs=12,
        ),
    ]


def pictures(stream: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise, x / 255; the class is the brightest channel."""
    values = hashed_bytes(stream, (count, *SHAPE)).astype(np.int64)
    return values.astype(np.float32) / np.float32(255), values.sum(axis=(1, 2)).argmax(-1)


def sample_weights() -> np.ndarray:
    return hashed_bytes(WEIGHT_STREAM, (PICTURES,)).astype(np.float32) / np.float32(128)


def build(case: Case) -> keras.Model:
    net = [
        layers.Conv2D(6, 3, activation="tanh", name="conv2d"),
        layers.BatchNormalization(name="batch_normalization"),
        layers.AveragePooling2D(2, name="average_pooling2d"),
        layers.Flatten(name="flatten"),
        layers.Dense(CLASSES, activation="softmax", name="dense"),
    ]
    return keras.Sequential([keras.Input(SHAPE, name="input_layer"), *net], name=case.name)


def weights(case: Case) -> list[np.ndarray]:
    rng = np.random.default_rng(seed_of(case.name))
    values = []
    for v in build(case).weights:
        low, high = (0.5, 1.5) if v.name in ("gamma", "moving_variance") else (-0.5, 0.5)
        values.append(rng.uniform(low, high, v.shape).astype(np.float32))
    return values


def path_of(variable: keras.Variable, model: keras.Model) -> str:
    return variable.path.removeprefix(model.name + "/")


def answer_case(case: Case, variant: Variant) -> dict[str, np.ndarray]:
    model = build(case)
    model.set_weights([variant.move(w, i) for i, w in enumerate(weights(case))])
    metrics = ["accuracy", keras.metrics.AUC(name="auc"), keras.metrics.F1Score(average="macro", name="f1")]
    model.compile(case.optimizer(), losses.CategoricalCrossentropy(label_smoothing=case.label_smoothing), metrics=metrics)
    (x, y), (val_x, val_y) = pictures(TRAIN_STREAM, PICTURES), pictures(VALIDATION_STREAM, VALIDATION)
    x, val_x = variant.move(x, 99), variant.move(val_x, 98)
    targets = [np.eye(CLASSES)[labels].astype(variant.floatx) for labels in (y, val_y)]
    watchers = []
    if case.reduce_lr:
        watchers.append(callbacks.ReduceLROnPlateau(**case.reduce_lr))
    if case.early_stopping:
        watchers.append(callbacks.EarlyStopping(**case.early_stopping))
    history = model.fit(
        x,
        targets[0],
        batch_size=BATCH,
        epochs=case.epochs,
        validation_data=(val_x, targets[1]),
        shuffle=False,
        class_weight=dict(enumerate(case.class_weight)) or None,
        sample_weight=sample_weights().astype(variant.floatx) if case.weighted else None,
        callbacks=watchers,
        verbose=0,
    ).history
    found = {f"history/{key}": np.asarray(value, np.float64) for key, value in history.items()}
    return found | {f"after/{path_of(v, model)}": np.asarray(v.value) for v in model.weights}


def answer(variant: Variant) -> Results:
    return {case.name: answer_case(case, variant) for case in all_cases()}


def write() -> None:
    answers = answer_in_all_variants("fits")
    for case in all_cases():
        golden = answers[BASE.name][case.name]
        model = build(case)
        description = {
            "architecture": json.loads(model.to_json()),
            "optimizer": keras.optimizers.serialize(case.optimizer()),
            "label_smoothing": case.label_smoothing,
            "class_weight": list(case.class_weight),
            "sample_weight": case.weighted,
            "reduce_lr": case.reduce_lr,
            "early_stopping": case.early_stopping,
            "epochs": case.epochs,
            "history": {key.removeprefix("history/"): numbers(golden[key]) for key in golden if key.startswith("history/")},
            "tolerance": tolerances(answers, case.name),
        }
        write_json(FOLDER / f"{case.name}.json", description)
        arrays = {f"before/{path_of(v, model)}": w for v, w in zip(model.weights, weights(case), strict=True)}
        arrays |= {key: value for key, value in golden.items() if key.startswith("after/")}
        save_file(arrays, FOLDER / f"{case.name}.safetensors")
