"""Goldens of summaries: model.summary() of Keras 3, without a terminal (80 columns) and at its full width.

Each becomes tests/golden/summary/NAME.txt, NAME.WIDTH.txt, NAME.trainable.txt (with show_trainable, wider by 12) and NAME.json,
the net as in to_json().
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable

import keras

from golden_common import GOLDEN
from golden_models import TUTORIAL, branches, fresh, long_names

SUMMARIES = GOLDEN / "summary"
NO_TERMINAL, WIDE_TERMINAL = 80, 160  # columns
FULL_WIDTH = 88
FULL_WIDTH_WITH_CONNECTIONS = 108


def summary(model: keras.Model, columns: int, **options) -> str:
    """What is printed on a terminal of so many columns."""
    os.environ["COLUMNS"] = str(columns)
    lines: list[str] = []
    model.summary(print_fn=lambda line, line_break=False: lines.append(line), **options)
    return "\n".join(lines) + "\n"


def frozen_front() -> keras.Model:
    """Basic with its first convolution frozen."""
    model = TUTORIAL["basic"]()
    model.layers[0].trainable = False
    return model


def after_a_fit() -> keras.Model:
    """Basic whose optimizer has been built: its variables are counted."""
    model = TUTORIAL["basic"]()
    model.compile(optimizer="adam", loss="categorical_crossentropy")
    model.optimizer.build(model.trainable_variables)
    return model


NETS: dict[str, Callable[..., keras.Model]] = TUTORIAL | {
    "branches": branches,
    "long_names": long_names,
    "frozen_front": frozen_front,
    "after_a_fit": after_a_fit,
}


def write() -> None:
    SUMMARIES.mkdir(parents=True, exist_ok=True)
    for name, make in NETS.items():
        model = fresh(make)
        width = FULL_WIDTH if isinstance(model, keras.Sequential) else FULL_WIDTH_WITH_CONNECTIONS
        texts = {
            "txt": summary(model, NO_TERMINAL),
            f"{width}.txt": summary(model, WIDE_TERMINAL),
            "trainable.txt": summary(model, WIDE_TERMINAL, show_trainable=True),
            "json": json.dumps(json.loads(model.to_json())) + "\n",
        }
        for ending, text in texts.items():
            (SUMMARIES / f"{name}.{ending}").write_text(text, encoding="utf-8")
