"""Goldens of metrics: tests/golden/metrics/NAME.json, outputs, labels and what Keras's and scikit-learn's metrics say of them."""

from __future__ import annotations

import dataclasses

import keras
import numpy as np
from sklearn.metrics import precision_score, recall_score

from golden_common import BASE, FLOAT64, GOLDEN, Results, Variant, answer_in_all_variants, numbers, seed_of, tolerances, write_json

FOLDER = GOLDEN / "metrics"
BATCH = 8  # metrics gather over batches


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    outputs: np.ndarray
    labels: np.ndarray


def guesses(name: str, rows: int, classes: int, skill: float, never: int | None = None) -> Case:
    """Softmax outputs that know something; one class may never be there."""
    rng = np.random.default_rng(seed_of(name))
    labels = rng.integers(0, max(2, classes), rows)
    if never is not None:
        labels[labels == never] = (never + 1) % classes
    if classes == 1:
        logits = rng.normal(0, 1.5, (rows, 1)) + skill * (2 * labels[:, None] - 1)
        outputs = 1 / (1 + np.exp(-logits))
    else:
        logits = rng.normal(0, 1.5, (rows, classes)) + skill * np.eye(classes)[labels]
        outputs = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    return Case(name, outputs.astype(np.float32), labels.astype(np.int32))


def all_cases() -> list[Case]:
    tied = np.asarray(
        [[0.5, 0.5, 0, 0], [0.4, 0.4, 0.1, 0.1], [0.25] * 4, [0.7, 0.1, 0.1, 0.1], [0, 0, 0, 0], [0, 1, 0, 0]], np.float32
    )
    return [
        guesses("ten", 100, 10, 2),
        guesses("six_one_absent", 50, 6, 1, never=3),
        guesses("two", 60, 2, 1),
        guesses("binary", 60, 1, 1),
        guesses("binary_without_positives", 5, 1, -9),
        Case("tied", tied, np.asarray([1, 0, 3, 2, 0, 1], np.int32)),
    ]


def keras_metrics(outputs: int) -> dict[str, keras.metrics.Metric]:
    threshold = 0.5 if outputs == 1 else None
    metrics = {"precision": keras.metrics.Precision(), "recall": keras.metrics.Recall(), "auc": keras.metrics.AUC()}
    for average in ("macro", "weighted", "micro"):
        metrics[f"f1_{average}"] = keras.metrics.F1Score(average=average, threshold=threshold)
    if outputs > 1:
        metrics |= {f"top_{k}": keras.metrics.TopKCategoricalAccuracy(k=k) for k in (1, 2, 5) if k <= outputs}
    return metrics


def answer_case(case: Case, variant: Variant) -> dict[str, np.ndarray]:
    outputs = case.outputs.shape[1]
    targets = case.labels[:, None] if outputs == 1 else np.eye(outputs)[case.labels]
    found = {}
    for name, metric in keras_metrics(outputs).items():
        kind = "float32" if name.startswith("top_") else variant.floatx  # TensorFlow's in_top_k takes no other
        for i in range(0, len(case.labels), BATCH):
            metric.update_state(targets[i : i + BATCH].astype(kind), case.outputs[i : i + BATCH].astype(kind))
        found[name] = np.asarray(metric.result())
    if case.name != "tied":  # scikit-learn takes classes, and one of them
        one = {"labels": [1], "average": "macro"}
        predicted = (case.outputs[:, 0] > 0.5).astype(int) if outputs == 1 else case.outputs.argmax(-1)
        for average in ("macro", "weighted"):
            which = one if outputs == 1 else {"labels": range(outputs), "average": average}
            found[f"precision_{average}"] = np.asarray(precision_score(case.labels, predicted, zero_division=0, **which))
            found[f"recall_{average}"] = np.asarray(recall_score(case.labels, predicted, zero_division=0, **which))
    return found


def answer(variant: Variant) -> Results:
    return {case.name: answer_case(case, variant) for case in all_cases()}


def write() -> None:
    answers = answer_in_all_variants("metrics", [BASE, FLOAT64])
    for case in all_cases():
        description = {
            "outputs": numbers(case.outputs),
            "labels": numbers(case.labels),
            "metrics": {name: float(value) for name, value in answers[BASE.name][case.name].items()},
            "tolerance": tolerances(answers, case.name),
        }
        write_json(FOLDER / f"{case.name}.json", description)
