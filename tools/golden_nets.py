"""Goldens of whole nets: ten training steps of every tutorial net with every optimizer, and long trainings of smooth nets.

Nothing big is committed: weights, pictures and labels come from a hash that both sides compute (see tests/golden/README.md),
and of every trained weight only a digest is kept. Each net becomes tests/golden/nets/NAME.json.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from golden_common import (
    BASE,
    FLOAT64,
    GOLDEN,
    ORDERS,
    Results,
    Variant,
    answers_by_variant,
    difference,
    moves,
    numbers,
    spread,
    tolerance,
    write_json,
)
from golden_models import CLASSES, INPUT, SMOOTH, TUTORIAL, fresh

FOLDER = GOLDEN / "nets"
STEPS, BATCH = 10, 16
EPOCHS, PICTURES, EPOCH_BATCH = 3, 64, 16

# Streams of numbers: 0, 1, … for the weights, those of the seed for the data. With this seed no value of the first batch lies
# so close to a kink (a ReLU at 0, two equal cells under a max pooling) that rounding decides; in most others some do.
SEED = 31
PICTURE_STREAM = 10000 * SEED
PROBE_STREAM, LABEL_STREAM, BLOCK_STREAM = PICTURE_STREAM + 500, PICTURE_STREAM + 1000, PICTURE_STREAM + 2000
PROBES = 4
# Whole nets have kinks: where rounding moves a maximum or a sign is chance, and few moves say little of it. A sum of many
# terms averages moves of its inputs away, so Keras's other orders of summation are asked too.
MOVES = 12
POSITIONS = 32
FIRST_LOSSES = 1e-5  # no tolerance of the first two losses is above this

# At a tenth of the usual learning rates: at these Keras itself is more than 1e-6 apart at step 2 of `advanced`.
OPTIMIZERS: dict[str, Callable[[], keras.optimizers.Optimizer]] = {
    "sgd": lambda: keras.optimizers.SGD(0.001),
    "nesterov": lambda: keras.optimizers.SGD(0.001, momentum=0.9, nesterov=True),
    "adam": lambda: keras.optimizers.Adam(0.0001),
    "adamw": lambda: keras.optimizers.AdamW(0.0001),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.0001),
}


# The hash that stands for data.


def splitmix64(x: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        z = x + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def hashes(stream: int, count: int) -> np.ndarray:
    return splitmix64(np.uint64(stream << 32) + np.arange(1, count + 1, dtype=np.uint64))


def hashed_weight(stream: int, shape: tuple[int, ...]) -> np.ndarray:
    """Uniform in Glorot's range: +-sqrt(6 / (fan_in + fan_out))."""
    window = int(np.prod(shape[:-2]))
    u = (hashes(stream, int(np.prod(shape))) >> np.uint64(40)).astype(np.float64) / 2**24
    limit = np.sqrt(6 / (window * shape[-2] + window * shape[-1]))
    return ((2 * u - 1) * limit).astype(np.float32).reshape(shape)


def hashed_bytes(stream: int, shape: tuple[int, ...]) -> np.ndarray:
    return (hashes(stream, int(np.prod(shape))) >> np.uint64(56)).astype(np.int64).reshape(shape)


def pictures(stream: int, count: int) -> np.ndarray:
    """Blocks of 8x8 pixels with noise, so that pictures differ in more than noise."""
    blocks = hashed_bytes(BLOCK_STREAM - PICTURE_STREAM + stream, (count, 4, 4, 3)).repeat(8, axis=1).repeat(8, axis=2)
    noise = hashed_bytes(stream, (count, *INPUT))
    return ((3 * blocks + noise) >> 2).astype(np.float32) / np.float32(255)


def labels(stream: int, count: int) -> np.ndarray:
    classes = (hashes(stream, count) >> np.uint64(40)) % np.uint64(CLASSES)
    return np.eye(CLASSES, dtype=np.float32)[classes.astype(np.int64)]


def positions(size: int) -> np.ndarray:
    return (splitmix64(np.arange(1, POSITIONS + 1, dtype=np.uint64)) % np.uint64(size)).astype(np.int64)


# Answering.


def set_hashed_weights(model: keras.Model, variant: Variant) -> None:
    """Kernels from the hash; everything else starts as Keras starts it."""
    streams = {id(v): k for k, v in enumerate(model.trainable_variables)}
    values = []
    for v in model.weights:
        if v.name == "kernel":
            stream = streams[id(v)]
            values.append(variant.move(hashed_weight(stream, tuple(v.shape)), stream))
        else:
            values.append(np.full(v.shape, v.name in ("gamma", "moving_variance"), variant.floatx))
    model.set_weights(values)


def weight_names(model: keras.Model) -> list[str]:
    return [f"{layer.name}/{v.name}" for layer in model.layers for v in layer.weights]


def weights_of(model: keras.Model) -> dict[str, np.ndarray]:
    return dict(zip(weight_names(model), model.get_weights(), strict=True))


class Training:
    """A compiled model that starts anew for every variant: tracing it takes longer than its few steps."""

    def __init__(self, model: keras.Model, optimizer: keras.optimizers.Optimizer, xla: bool):
        self.model, self.optimizer = model, optimizer
        optimizer.build(model.trainable_variables)
        self.start = [np.asarray(v) for v in optimizer.variables]
        model.compile(optimizer=optimizer, loss="categorical_crossentropy", jit_compile=xla)

    def restart(self, variant: Variant) -> None:
        set_hashed_weights(self.model, variant)
        for v, start in zip(self.optimizer.variables, self.start, strict=True):
            v.assign(start)


def first_gradients(model: keras.Model, variant: Variant) -> dict[str, np.ndarray]:
    set_hashed_weights(model, variant)
    with tf.GradientTape() as tape:
        probabilities = model(variant.move(pictures(PICTURE_STREAM, BATCH), PICTURE_STREAM), training=True)
        loss = keras.losses.CategoricalCrossentropy()(labels(LABEL_STREAM, BATCH), probabilities)
    names = [f"{layer.name}/{v.name}" for layer in model.layers for v in layer.trainable_variables]
    gradients = tape.gradient(loss, [v.value for v in model.trainable_variables])
    set_hashed_weights(model, variant)  # the call above moved the moving statistics
    return {f"gradient/{name}": np.asarray(g) for name, g in zip(names, gradients, strict=True)}


def predict(model: keras.Model, variant: Variant) -> np.ndarray:
    return np.asarray(model(variant.move(pictures(PROBE_STREAM, PROBES), PROBE_STREAM), training=False))


def answer_steps(name: str, variants: list[Variant]) -> Results:
    model = fresh(TUTORIAL[name], dropout=0.0)
    results = {v.name: first_gradients(model, v) | {"predictions": predict(model, v)} for v in variants}
    for label, make in OPTIMIZERS.items():
        training = Training(model, make(), variants[0].xla)
        for variant in variants:
            training.restart(variant)
            losses = []
            for step in range(STEPS):
                x = variant.move(pictures(PICTURE_STREAM + step, BATCH), PICTURE_STREAM + step)
                losses.append(model.train_on_batch(x, labels(LABEL_STREAM + step, BATCH)))
            results[variant.name] |= answer_of(model, variant, label, losses)
    return results


def answer_epochs(name: str, variants: list[Variant]) -> Results:
    model = fresh(SMOOTH[name])
    training = Training(model, OPTIMIZERS["adam"](), variants[0].xla)
    y = labels(LABEL_STREAM, PICTURES)
    results = {}
    for variant in variants:
        training.restart(variant)
        results[variant.name] = {"predictions": predict(model, variant)}
        x = variant.move(pictures(PICTURE_STREAM, PICTURES), PICTURE_STREAM)
        history = model.fit(x, y, batch_size=EPOCH_BATCH, epochs=EPOCHS, shuffle=False, verbose=0)
        results[variant.name] |= answer_of(model, variant, "adam", history.history["loss"])
    return results


def answer_of(model: keras.Model, variant: Variant, label: str, losses: list[float]) -> dict[str, np.ndarray]:
    """What a training left behind."""
    arrays = {f"{label}/losses": np.asarray(losses, variant.floatx), f"{label}/predictions": predict(model, variant)}
    return arrays | {f"{label}/weight/{key}": value for key, value in weights_of(model).items()}


def answer(variant: Variant) -> Results:
    """The base's process answers all moves too, as cases NET@VARIANT."""
    results: Results = {}
    variants = [variant, *(moves(MOVES) if variant == BASE else [])]
    for nets, answer_net in ((TUTORIAL, answer_steps), (SMOOTH, answer_epochs)):
        for net in nets:
            results |= {f"{net}@{name}": arrays for name, arrays in answer_net(net, variants).items()}
    return results


# Writing.


def norm(values: np.ndarray) -> np.ndarray:
    return np.sqrt(np.sum(values.astype(np.float64) ** 2))


def mean(values: np.ndarray) -> np.ndarray:
    return np.mean(values.astype(np.float64))


def rms_difference(other: np.ndarray, golden: np.ndarray) -> float:
    apart = other.astype(np.float64) - golden.astype(np.float64)
    return float(np.sqrt(np.mean(apart**2)) / max(1.0, np.max(np.abs(golden))))


def digest(answers: dict[str, Results], case: str, key: str) -> dict:
    """What is kept of a tensor. The tolerances of values are measured on the whole of it."""
    golden = answers[BASE.name][case][key]

    def of(function: Callable[[np.ndarray], np.ndarray]) -> float:
        return tolerance(spread(answers, case, key, lambda a, b: difference(function(a), function(b))))

    return {
        "name": key.split("/", key.count("/") - 1)[-1],
        "shape": list(golden.shape),
        "norm": numbers(norm(golden)),
        "mean": numbers(mean(golden)),
        "values": numbers(golden.reshape(-1)[positions(golden.size)]),
        "tolerance": {
            "norm": of(norm),
            "mean": of(mean),
            "values": tolerance(spread(answers, case, key)),
            "rms": tolerance(spread(answers, case, key, rms_difference)),
        },
    }


def digests(answers: dict[str, Results], case: str, prefix: str) -> list[dict]:
    return [digest(answers, case, key) for key in answers[BASE.name][case] if key.startswith(prefix)]


def loss_tolerances(answers: dict[str, Results], case: str, key: str) -> list[float]:
    """Step by step, never falling: what has been apart once may be so later."""
    golden = answers[BASE.name][case][key]
    apart = [
        max(difference(results[case][key][i], golden[i]) for results in answers.values() if case in results) for i in range(len(golden))
    ]
    return [tolerance(x) for x in np.maximum.accumulate(apart)]


def describe_training(answers: dict[str, Results], case: str, label: str) -> dict:
    golden = answers[BASE.name][case]
    return {
        "optimizer": keras.optimizers.serialize(OPTIMIZERS[label]()),
        "losses": numbers(golden[f"{label}/losses"]),
        "losses_tolerance": loss_tolerances(answers, case, f"{label}/losses"),
        "predictions": numbers(golden[f"{label}/predictions"]),
        "predictions_tolerance": tolerance(spread(answers, case, f"{label}/predictions")),
        "weights": digests(answers, case, f"{label}/weight/"),
    }


def describe_start(answers: dict[str, Results], case: str, model: keras.Model) -> dict:
    return {
        "architecture": keras.saving.serialize_keras_object(model),
        "predictions": numbers(answers[BASE.name][case]["predictions"]),
        "predictions_tolerance": tolerance(spread(answers, case, "predictions")),
    }


def write() -> None:
    answers = answers_by_variant("nets", [BASE, FLOAT64, *ORDERS])
    for name, make in TUTORIAL.items():
        description = describe_start(answers, name, fresh(make, dropout=0.0))
        description |= {"steps": STEPS, "batch": BATCH, "gradients": digests(answers, name, "gradient/")}
        description["trainings"] = {label: describe_training(answers, name, label) for label in OPTIMIZERS}
        for training in description["trainings"].values():
            first, second, *later = training["losses_tolerance"]
            training["losses_tolerance"] = [min(first, FIRST_LOSSES), min(second, FIRST_LOSSES), *later]
        write_json(FOLDER / f"{name}.json", description)
    for name, make in SMOOTH.items():
        description = describe_start(answers, name, fresh(make))
        description |= {"epochs": EPOCHS, "batch": EPOCH_BATCH, "pictures": PICTURES}
        description["trainings"] = {"adam": describe_training(answers, name, "adam")}
        write_json(FOLDER / f"{name}.json", description)
