"""Goldens of reports: scikit-learn's classification report and confusion matrix, to the character.

Each becomes tests/golden/report/NAME.json; always all classes (labels=range(K)) and zero_division=0.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from sklearn.metrics import classification_report, confusion_matrix

from golden_common import GOLDEN, seed_of, write_json

FOLDER = GOLDEN / "report"
CIFAR10 = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
FASHION = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
LONG = ["a", "a name of some length", "much longer than weighted avg is", "Ängström", "weighted avg", "micro avg"]


@dataclasses.dataclass(frozen=True)
class Case:
    """True and predicted classes, and the classes' names."""

    name: str
    names: list[str]
    y_true: list[int]
    y_pred: list[int]


def guesses(name: str, names: list[str], count: int, right: float, missing=(), never=()) -> Case:
    """Random classes of which a share is predicted right; some are missing in y_true, some never predicted."""
    rng = np.random.default_rng(seed_of(name))
    classes = np.arange(len(names))
    y_true = rng.choice(np.setdiff1d(classes, missing), count)
    possible = np.setdiff1d(classes, never)
    y_pred = np.where((rng.random(count) < right) & ~np.isin(y_true, never), y_true, rng.choice(possible, count))
    return Case(name, names, y_true.tolist(), y_pred.tolist())


def all_cases() -> list[Case]:
    numbered = [str(i) for i in range(100)]
    return [
        guesses("cifar10", CIFAR10, 500, 0.7),
        guesses("fashion", FASHION, 300, 0.9),
        guesses("missing_in_truth", CIFAR10, 120, 0.6, missing=[2, 9]),
        guesses("never_predicted", CIFAR10, 120, 0.6, never=[0, 4]),
        guesses("missing_and_never", CIFAR10, 80, 0.5, missing=[3, 5], never=[5, 6]),
        guesses("long_names", LONG, 90, 0.8),
        guesses("two_classes", ["cat", "dog"], 37, 0.75),
        guesses("numbered", numbered[:10], 200, 0.3),
        guesses("hundred", numbered, 1000, 0.6),
        Case("all_right", ["0", "1", "2"], [0, 1, 2, 2], [0, 1, 2, 2]),
        Case("all_wrong", ["0", "1", "2"], [0, 1, 2, 2], [1, 2, 0, 1]),
        Case("one_picture", ["no", "yes"], [1], [1]),
        Case("halves", ["0", "1"], [0] * 8 + [1] * 8, [0] * 5 + [1] * 4 + [0] * 7),  # digits that end in 5
        guesses("many", ["0", "1"], 12345, 0.5),
    ]


def write() -> None:
    for case in all_cases():
        options = {"labels": range(len(case.names)), "target_names": case.names, "zero_division": 0}
        matrix = confusion_matrix(case.y_true, case.y_pred, labels=options["labels"])
        description = {"names": case.names}
        if len(case.y_true) <= 1000:
            description |= {"y_true": case.y_true, "y_pred": case.y_pred}
        description |= {
            "confusion_matrix": matrix.tolist(),
            "report": {str(d): classification_report(case.y_true, case.y_pred, digits=d, **options) for d in (2, 4)},
            "report_dict": classification_report(case.y_true, case.y_pred, output_dict=True, **options),
        }
        write_json(FOLDER / f"{case.name}.json", description)
