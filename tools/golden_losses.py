"""Goldens of losses and of the metrics beside them: tests/golden/losses/NAME.json, numbers and all.

`path` says what the loss is given: `probabilities`, `logits`, or `softmax` or `sigmoid`, where that activation stands between the
given logits and the loss, which Keras then computes from the logits.
"""

from __future__ import annotations

import dataclasses

import keras
import numpy as np
import tensorflow as tf

from golden_common import BASE, GOLDEN, Results, Variant, answer_in_all_variants, numbers, seed_of, tolerances, write_json

FOLDER = GOLDEN / "losses"
ROWS, CLASSES = 6, 5


@dataclasses.dataclass(frozen=True)
class Case:
    """One call of a loss."""

    name: str
    path: str
    predictions: np.ndarray
    targets: np.ndarray
    smoothing: float = 0.0
    weights: np.ndarray | None = None
    exact: bool = False  # probabilities on the bounds of the clip: they are not moved
    kind: str = "categorical_crossentropy"  # with integers for targets it is the sparse one
    options: dict = dataclasses.field(default_factory=dict)  # of the loss, besides label_smoothing

    @property
    def sparse(self) -> bool:
        return self.targets.dtype == np.int32


def softmax(logits: np.ndarray) -> np.ndarray:
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return (e / e.sum(axis=-1, keepdims=True)).astype(np.float32)


def all_cases() -> list[Case]:
    rng = np.random.default_rng(seed_of("losses"))
    logits = rng.normal(0, 2, (ROWS, CLASSES)).astype(np.float32)
    far = (logits * 20).astype(np.float32)
    labels = rng.integers(0, CLASSES, ROWS).astype(np.int32)
    one_hot = np.eye(CLASSES, dtype=np.float32)[labels]
    soft = softmax(rng.normal(0, 1, (ROWS, CLASSES)))
    weights = np.asarray([1, 0, 2, 0.5, 3, 0.25], np.float32)
    probabilities = softmax(logits)
    stretched = (probabilities * rng.uniform(0.5, 2, (ROWS, 1))).astype(np.float32)
    # Certain and right, certain and wrong, two zeros beside the target, a target of almost nothing.
    edges = np.asarray(
        [[1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 0.5, 0.5, 0], [1e-9, 1, 0, 0, 0], [0.2] * 5, [0.9, 0.1, 0, 0, 0]], np.float32
    )
    edge_labels = np.asarray([0, 0, 2, 0, 4, 1], np.int32)
    edge_one_hot = np.eye(CLASSES, dtype=np.float32)[edge_labels]
    cases = []
    for kind, targets, edge_targets in (("categorical", one_hot, edge_one_hot), ("sparse", labels, edge_labels)):
        cases += [
            Case(f"{kind}_logits", "logits", logits, targets),
            Case(f"{kind}_logits_far", "logits", far, targets),
            Case(f"{kind}_softmax", "softmax", logits, targets),
            Case(f"{kind}_softmax_far", "softmax", far, targets),
            Case(f"{kind}_softmax_weighted", "softmax", logits, targets, weights=weights),
            Case(f"{kind}_probabilities", "probabilities", probabilities, targets),
            Case(f"{kind}_probabilities_not_normalised", "probabilities", stretched, targets),
            Case(f"{kind}_probabilities_edges", "probabilities", edges, edge_targets, exact=True),
            Case(f"{kind}_probabilities_weighted", "probabilities", probabilities, targets, weights=weights),
        ]
    cases += [
        Case("categorical_softmax_smoothed", "softmax", logits, one_hot, smoothing=0.1),
        Case("categorical_softmax_smoothed_weighted", "softmax", logits, one_hot, 0.2, weights),
        Case("categorical_softmax_soft_targets", "softmax", logits, soft),
        Case("categorical_softmax_targets_of_two", "softmax", logits, 2 * soft),
        Case("categorical_logits_smoothed", "logits", logits, one_hot, smoothing=0.1),
        Case("categorical_probabilities_smoothed", "probabilities", probabilities, one_hot, smoothing=0.1),
        Case("categorical_probabilities_soft_targets", "probabilities", probabilities, soft),
    ]
    return cases + binary_cases() + other_cases()


def binary_cases() -> list[Case]:
    rng = np.random.default_rng(seed_of("binary losses"))
    cases = []
    weights = np.asarray([1, 0, 2, 0.5, 3, 0.25], np.float32)
    for outputs in (1, 3):
        logits = rng.normal(0, 2, (ROWS, outputs)).astype(np.float32)
        targets = rng.integers(0, 2, (ROWS, outputs)).astype(np.float32)
        probabilities = (1 / (1 + np.exp(-logits))).astype(np.float32)
        edges = np.resize(np.asarray([0, 1, 1, 0, 0.5, 1e-9], np.float32), (ROWS, outputs))
        for kind in ("binary_crossentropy", "binary_focal_crossentropy"):
            name = f"{kind.removesuffix('_crossentropy')}_{outputs}"
            paths = {"sigmoid": logits, "logits": logits, "probabilities": probabilities}
            cases += [Case(f"{name}_{path}", path, given, targets, kind=kind) for path, given in paths.items()]
            cases += [
                Case(f"{name}_sigmoid_far", "sigmoid", logits * 20, targets, kind=kind),
                Case(f"{name}_sigmoid_smoothed_weighted", "sigmoid", logits, targets, 0.2, weights, kind=kind),
                Case(f"{name}_probabilities_smoothed", "probabilities", probabilities, targets, 0.1, kind=kind),
                Case(f"{name}_probabilities_edges", "probabilities", edges, targets, exact=True, kind=kind),
            ]
        focal = {"kind": "binary_focal_crossentropy", "options": {"alpha": 0.7, "gamma": 1.5, "apply_class_balancing": True}}
        cases.append(Case(f"binary_focal_{outputs}_sigmoid_balanced", "sigmoid", logits, targets, **focal))
        cases.append(Case(f"binary_focal_{outputs}_probabilities_balanced", "probabilities", probabilities, targets, 0.1, **focal))
    return cases


def other_cases() -> list[Case]:
    rng = np.random.default_rng(seed_of("other losses"))
    probabilities = softmax(rng.normal(0, 2, (ROWS, CLASSES)))
    stretched = (probabilities * rng.uniform(0.5, 2, (ROWS, 1))).astype(np.float32)
    one_hot = np.eye(CLASSES, dtype=np.float32)[rng.integers(0, CLASSES, ROWS)]
    weights = np.asarray([1, 0, 2, 0.5, 3, 0.25], np.float32)
    focal = {"kind": "categorical_focal_crossentropy"}
    options = {"options": {"alpha": 0.4, "gamma": 3.0}}
    cases = [
        Case("categorical_focal_probabilities", "probabilities", probabilities, one_hot, **focal),
        Case("categorical_focal_probabilities_not_normalised", "probabilities", stretched, one_hot, **focal),
        Case("categorical_focal_probabilities_options", "probabilities", probabilities, one_hot, **focal, **options),
        Case("categorical_focal_probabilities_smoothed", "probabilities", stretched, one_hot, 0.1, weights, **focal),
    ]
    for kind in ("mean_squared_error", "mean_absolute_error"):
        cases.append(Case(kind, "probabilities", probabilities, one_hot, kind=kind))
        cases.append(Case(f"{kind}_weighted", "probabilities", stretched, one_hot, weights=weights, kind=kind))
    return cases


LOSSES = {
    "binary_crossentropy": keras.losses.BinaryCrossentropy,
    "binary_focal_crossentropy": keras.losses.BinaryFocalCrossentropy,
    "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
    "categorical_focal_crossentropy": keras.losses.CategoricalFocalCrossentropy,
    "mean_squared_error": keras.losses.MeanSquaredError,
    "mean_absolute_error": keras.losses.MeanAbsoluteError,
}


def loss_of(case: Case, reduction: str) -> keras.Loss:
    if case.kind.startswith("mean"):
        return LOSSES[case.kind](reduction=reduction)
    from_logits = case.path == "logits"
    if case.sparse:
        return keras.losses.SparseCategoricalCrossentropy(from_logits=from_logits, reduction=reduction)
    options = {"from_logits": from_logits, "label_smoothing": case.smoothing, "reduction": reduction}
    return LOSSES[case.kind](**options, **case.options)


def answer_case(case: Case, variant: Variant) -> dict[str, np.ndarray]:
    how = BASE if case.exact and variant.moved else variant
    given = tf.constant(how.move(case.predictions))
    targets = case.targets if case.sparse else case.targets.astype(variant.floatx)

    def loss(reduction: str) -> tf.Tensor:
        between = {"softmax": keras.activations.softmax, "sigmoid": keras.activations.sigmoid}.get(case.path)
        predictions = between(given) if between else given
        return loss_of(case, reduction)(targets, predictions, sample_weight=case.weights)

    with tf.GradientTape() as tape:
        tape.watch(given)
        mean = loss("sum_over_batch_size")
    arrays = {"each": loss(None), "loss": mean, "gradient": tape.gradient(mean, given)}
    return {key: np.asarray(value) for key, value in arrays.items()}


def answer(variant: Variant) -> Results:
    return {case.name: answer_case(case, variant) for case in all_cases()}


def write_metrics() -> None:
    """Accuracy and top-k, with ties."""
    predictions = np.asarray(
        [[0.1, 0.2, 0.3, 0.4], [0.4, 0.4, 0.1, 0.1], [0.4, 0.4, 0.1, 0.1], [0.25] * 4, [0.7, 0.1, 0.1, 0.1], [0, 0, 0, 0]],
        np.float32,
    )
    labels = np.asarray([3, 0, 1, 3, 2, 0], np.int32)
    one_hot = np.eye(4, dtype=np.float32)[labels]
    sparse_top = keras.metrics.sparse_top_k_categorical_accuracy
    found = {
        "predictions": numbers(predictions),
        "labels": numbers(labels),
        "accuracy": numbers(np.asarray(keras.metrics.sparse_categorical_accuracy(labels, predictions), np.float32)),
        "categorical_accuracy": numbers(np.asarray(keras.metrics.categorical_accuracy(one_hot, predictions), np.float32)),
        "top_k": {str(k): numbers(np.asarray(sparse_top(labels, predictions, k=k), np.float32)) for k in (1, 2, 3)},
    }
    write_json(FOLDER / "metrics.json", found)


def write() -> None:
    answers = answer_in_all_variants("losses")
    for case in all_cases():
        description = {
            "name": ("sparse_" if case.sparse else "") + case.kind,
            "path": case.path,
            "label_smoothing": case.smoothing,
            **case.options,
            "predictions": numbers(case.predictions),
            "targets": numbers(case.targets),
        }
        if case.weights is not None:
            description["sample_weight"] = numbers(case.weights)
        description |= {key: numbers(value) for key, value in answers[BASE.name][case.name].items()}
        description["tolerance"] = tolerances(answers, case.name)
        write_json(FOLDER / f"{case.name}.json", description)
    write_metrics()
