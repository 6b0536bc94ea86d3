"""Goldens of learning rate schedules: tests/golden/schedules/schedules.json, the rates of some steps in float32.

A tolerance is relative to the largest rate: how far Keras is from itself in float64, by the usual
rule.
"""

from __future__ import annotations

import keras
import numpy as np
from keras.optimizers.schedules import (
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)

from golden_common import GOLDEN, numbers, tolerance, write_json

STEPS = [0, 1, 2, 3, 9, 10, 11, 19, 20, 21, 29, 30, 31, 50, 69, 70, 71, 99, 100, 101, 150, 1000]
CLASSES = {
    "exponential": ExponentialDecay,
    "piecewise": PiecewiseConstantDecay,
    "polynomial": PolynomialDecay,
    "inverse_time": InverseTimeDecay,
    "cosine": CosineDecay,
    "cosine_restarts": CosineDecayRestarts,
}
START = {"initial_learning_rate": 0.8}
CASES: dict[str, tuple[str, dict]] = {
    "exponential": ("exponential", START | {"decay_steps": 30, "decay_rate": 0.9}),
    "exponential_stairs": ("exponential", START | {"decay_steps": 10, "decay_rate": 0.5, "staircase": True}),
    "piecewise": ("piecewise", {"boundaries": [10, 70], "values": [0.8, 0.3, 0.1]}),
    "piecewise_one": ("piecewise", {"boundaries": [20], "values": [0.8, 0.3]}),
    "polynomial": ("polynomial", START | {"decay_steps": 70}),
    "polynomial_cycle": ("polynomial", START | {"decay_steps": 20, "end_learning_rate": 0.1, "power": 0.5, "cycle": True}),
    "inverse_time": ("inverse_time", START | {"decay_steps": 10, "decay_rate": 0.7}),
    "inverse_time_stairs": ("inverse_time", START | {"decay_steps": 10, "decay_rate": 0.7, "staircase": True}),
    "cosine": ("cosine", START | {"decay_steps": 100}),
    "cosine_warm": ("cosine", {"initial_learning_rate": 0.0, "decay_steps": 50, "alpha": 0.1, "warmup_target": 0.8, "warmup_steps": 20}),
    "restarts": ("cosine_restarts", START | {"first_decay_steps": 10}),
    "restarts_same": ("cosine_restarts", START | {"first_decay_steps": 10, "t_mul": 1.0, "m_mul": 0.5, "alpha": 0.05}),
    "restarts_longer": ("cosine_restarts", START | {"first_decay_steps": 12, "t_mul": 1.5, "m_mul": 0.9}),
}


def rates(kind: str, options: dict) -> np.ndarray:
    schedule = CLASSES[kind](**options)
    return np.array([np.asarray(schedule(keras.Variable(step, dtype="int64"))) for step in STEPS])


def write() -> None:
    cases = {}
    for name, (kind, options) in CASES.items():
        keras.config.set_floatx("float32")
        golden = rates(kind, options)
        keras.config.set_floatx("float64")
        apart = float(np.max(np.abs(rates(kind, options) - golden)) / np.max(golden))
        keras.config.set_floatx("float32")
        cases[name] = {"schedule": kind, "options": options, "rates": numbers(golden), "tolerance": tolerance(apart)}
    write_json(GOLDEN / "schedules" / "schedules.json", {"steps": STEPS, "cases": cases})
