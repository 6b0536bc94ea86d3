"""Goldens of small trainings: what regularizers, constraints, losses and optimizer options do to a whole fit.

Each becomes tests/golden/trainings/NAME.json (architecture, how it is compiled, figures of every epoch) and NAME.safetensors
(pictures, labels, weights before and after). The nets have no kinks.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence

import keras
import numpy as np
from keras import constraints, layers, losses, regularizers
from keras.optimizers import SGD, Adam, Optimizer
from safetensors.numpy import save_file

from golden_common import BASE, GOLDEN, Results, Variant, answer_in_all_variants, numbers, seed_of, tolerances, write_json

FOLDER = GOLDEN / "trainings"
PICTURES, BATCH, EPOCHS = 20, 8, 4  # a short last batch
SHAPE = (6, 5, 3)


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    optimizer: Callable[[], Optimizer]
    loss: Callable[[], losses.Loss] = losses.CategoricalCrossentropy
    classes: int = 3
    last: str = "softmax"
    conv: dict = dataclasses.field(default_factory=dict)
    dense: dict = dataclasses.field(default_factory=dict)
    norm: dict | None = None


def all_cases() -> Sequence[Case]:
    l1, l2, l1_l2 = regularizers.L1(0.01), regularizers.L2(0.02), regularizers.L1L2(0.005, 0.03)
    held = {"kernel_constraint": constraints.MaxNorm(0.6, axis=[0, 1, 2]), "bias_constraint": constraints.NonNeg()}
    unit = {"kernel_constraint": constraints.UnitNorm(axis=0), "bias_constraint": constraints.MaxNorm(0.05)}
    between = {"kernel_constraint": constraints.MinMaxNorm(0.4, 0.5, rate=0.7, axis=[0, 1])}
    penalized = {"conv": {"kernel_regularizer": l2, "bias_regularizer": l1}, "dense": {"kernel_regularizer": l1_l2}}
    focal = losses.BinaryFocalCrossentropy
    return [
        Case("regularized", lambda: SGD(0.05, momentum=0.9), **penalized),
        Case("regularized_norm", lambda: SGD(0.05), norm={"gamma_regularizer": l2, "beta_regularizer": l1}),
        Case("regularized_clipnorm", lambda: Adam(0.01, clipnorm=0.1), **penalized),
        Case("constrained", lambda: SGD(0.1, momentum=0.9), conv=held, dense=unit),
        Case("constrained_between", lambda: Adam(0.01), conv=between, dense=held | {"kernel_constraint": constraints.NonNeg()}),
        Case("constrained_norm", lambda: SGD(0.1), norm={"gamma_constraint": constraints.MaxNorm(1.5)}),
        Case("binary", lambda: Adam(0.01), lambda: losses.BinaryCrossentropy(label_smoothing=0.1), 1, "sigmoid", **penalized),
        Case("binary_focal", lambda: Adam(0.01), lambda: focal(apply_class_balancing=True, gamma=1.5), 1, "sigmoid"),
        Case("binary_of_three", lambda: Adam(0.01), losses.BinaryCrossentropy, 3, "sigmoid"),
        Case("categorical_focal", lambda: Adam(0.01), losses.CategoricalFocalCrossentropy),
        Case("squared_error", lambda: Adam(0.01), losses.MeanSquaredError),
        Case("squared_error_of_one", lambda: SGD(0.05), losses.MeanSquaredError, 1, "linear"),
        Case("averaged", lambda: Adam(0.01, use_ema=True, ema_momentum=0.9)),
        Case("averaged_overwriting", lambda: SGD(0.1, use_ema=True, ema_momentum=0.6, ema_overwrite_frequency=3)),
        Case("accumulated", lambda: Adam(0.02, gradient_accumulation_steps=2, global_clipnorm=0.2), **penalized),
    ]


def build(case: Case) -> keras.Model:
    net = [layers.Conv2D(6, 3, activation="tanh", name="conv2d", **case.conv)]
    if case.norm is not None:
        net.append(layers.BatchNormalization(name="batch_normalization", **case.norm))
    net += [layers.AveragePooling2D(2, name="average_pooling2d"), layers.Flatten(name="flatten")]
    net.append(layers.Dense(case.classes, activation=case.last, name="dense", **case.dense))
    return keras.Sequential([keras.Input(SHAPE, name="input_layer"), *net], name=case.name)


def given(case: Case) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    rng = np.random.default_rng(seed_of(case.name))
    pictures = rng.uniform(-1, 1, (PICTURES, *SHAPE)).astype(np.float32)
    labels = rng.integers(0, max(2, case.classes), PICTURES).astype(np.int32)
    weights = []
    for v in build(case).weights:
        low, high = (0.5, 1.5) if v.name in ("gamma", "moving_variance") else (-0.5, 0.5)
        weights.append(rng.uniform(low, high, v.shape).astype(np.float32))
    return pictures, labels, weights


def path_of(variable: keras.Variable, model: keras.Model) -> str:
    return variable.path.removeprefix(model.name + "/")


def answer_case(case: Case, variant: Variant) -> dict[str, np.ndarray]:
    pictures, labels, weights = given(case)
    model = build(case)
    model.set_weights([variant.move(w, i) for i, w in enumerate(weights)])
    model.compile(case.optimizer(), case.loss(), metrics=["accuracy"])
    x = variant.move(pictures, 99)
    y = labels[:, None] if case.classes == 1 else np.eye(case.classes)[labels]
    history = model.fit(x, y.astype(variant.floatx), BATCH, EPOCHS, verbose=0, shuffle=False).history
    evaluated = model.evaluate(x, y.astype(variant.floatx), BATCH, verbose=0)
    arrays = {"losses": history["loss"], "accuracies": history["accuracy"], "evaluated": evaluated}
    arrays = {key: np.asarray(value, np.float64) for key, value in arrays.items()}
    arrays["predictions"] = model.predict(x, verbose=0)
    return arrays | {f"after/{path_of(v, model)}": np.asarray(v.value) for v in model.weights}


def answer(variant: Variant) -> Results:
    return {case.name: answer_case(case, variant) for case in all_cases()}


def write() -> None:
    answers = answer_in_all_variants("trainings")
    for case in all_cases():
        golden = answers[BASE.name][case.name]
        pictures, labels, weights = given(case)
        model = build(case)
        loss = keras.losses.serialize(case.loss())
        description = {
            "architecture": json.loads(model.to_json()),
            "optimizer": keras.optimizers.serialize(case.optimizer()),
            "loss": {key: value for key, value in loss["config"].items() if key in ("alpha", "gamma", "apply_class_balancing")}
            | {"name": loss["class_name"], "label_smoothing": loss["config"].get("label_smoothing", 0.0)},
            "batch_size": BATCH,
            **{key: numbers(golden[key]) for key in ("losses", "accuracies", "evaluated")},
            "tolerance": tolerances(answers, case.name),
        }
        write_json(FOLDER / f"{case.name}.json", description)
        arrays = {"pictures": pictures, "labels": labels, "predictions": golden["predictions"]}
        arrays |= {f"before/{path_of(v, model)}": w for v, w in zip(model.weights, weights, strict=True)}
        arrays |= {key: value for key, value in golden.items() if key.startswith("after/")}
        save_file(arrays, FOLDER / f"{case.name}.safetensors")
