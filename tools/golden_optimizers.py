"""Goldens of optimizers: five steps on two small variables with given gradients.

Each becomes tests/golden/optimizers/NAME.json: the optimizer as Keras describes it, and after each step the variables and slots.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
from keras.optimizers import SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, Lion, Nadam, Optimizer, RMSprop

from golden_common import BASE, GOLDEN, Results, Variant, answer_in_all_variants, numbers, seed_of, tolerances, write_json

FOLDER = GOLDEN / "optimizers"
STEPS = 5
VARIABLES = {"kernel": (2, 3), "bias": (5,)}

EXCLUDED = {"adamw_exclude": ["bias"]}  # from weight decay: not part of what Keras says of an optimizer
OPTIMIZERS: dict[str, Callable[[], Optimizer]] = {
    "sgd": lambda: SGD(),
    "sgd_momentum": lambda: SGD(0.05, momentum=0.9),
    "sgd_nesterov": lambda: SGD(0.05, momentum=0.9, nesterov=True),
    "sgd_weight_decay": lambda: SGD(0.05, momentum=0.5, weight_decay=0.01),
    "sgd_clipnorm": lambda: SGD(0.1, clipnorm=0.5),
    "sgd_clipvalue": lambda: SGD(0.1, clipvalue=0.25),
    "sgd_global_clipnorm": lambda: SGD(0.1, global_clipnorm=0.75),
    "adam": lambda: Adam(),
    "adam_options": lambda: Adam(0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-3),
    "adam_amsgrad": lambda: Adam(0.01, amsgrad=True),
    "adam_weight_decay": lambda: Adam(0.01, weight_decay=0.1),
    "adam_clipnorm": lambda: Adam(0.01, clipnorm=0.5),
    "adam_global_clipnorm": lambda: Adam(0.01, global_clipnorm=0.75),
    "adamw": lambda: AdamW(),
    "adamw_clipvalue": lambda: AdamW(0.01, weight_decay=0.05, clipvalue=0.25),
    "rmsprop": lambda: RMSprop(),
    "rmsprop_momentum": lambda: RMSprop(0.01, momentum=0.9),
    "rmsprop_centered": lambda: RMSprop(0.01, centered=True),
    "rmsprop_centered_momentum": lambda: RMSprop(0.01, rho=0.8, momentum=0.5, centered=True, epsilon=1e-4),
    "rmsprop_weight_decay": lambda: RMSprop(0.01, weight_decay=0.1),
    "rmsprop_clipvalue": lambda: RMSprop(0.01, clipvalue=0.25),
    "adagrad": lambda: Adagrad(0.05),
    "adagrad_options": lambda: Adagrad(0.05, initial_accumulator_value=0.02, epsilon=1e-4, weight_decay=0.1),
    "adadelta": lambda: Adadelta(0.5),
    "adadelta_options": lambda: Adadelta(1.0, rho=0.8, epsilon=1e-3, clipnorm=0.5),
    "adamax": lambda: Adamax(0.01),
    "adamax_options": lambda: Adamax(0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-3, clipvalue=0.25),
    "nadam": lambda: Nadam(0.01),
    "nadam_options": lambda: Nadam(0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-3, weight_decay=0.1),
    "lion": lambda: Lion(0.01),
    "lion_options": lambda: Lion(0.01, beta_1=0.8, beta_2=0.95, weight_decay=0.1, global_clipnorm=0.75),
    "adamw_exclude": lambda: excluding(AdamW(0.01, weight_decay=0.5), EXCLUDED["adamw_exclude"]),
    "sgd_ema": lambda: SGD(0.1, momentum=0.9, use_ema=True, ema_momentum=0.8),
    "adam_ema_overwrite": lambda: Adam(0.01, use_ema=True, ema_momentum=0.8, ema_overwrite_frequency=2),
    "sgd_accumulation": lambda: SGD(0.1, momentum=0.9, gradient_accumulation_steps=2, clipnorm=0.5),
    "adam_accumulation_ema": lambda: Adam(0.01, gradient_accumulation_steps=2, use_ema=True, ema_overwrite_frequency=2),
    "nadam_accumulation": lambda: Nadam(0.01, gradient_accumulation_steps=2, global_clipnorm=0.75, weight_decay=0.1),
}


def excluding(optimizer: Optimizer, names: list[str]) -> Optimizer:
    optimizer.exclude_from_weight_decay(var_names=names)
    return optimizer


def start() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed_of("optimizers"))
    return {name: rng.uniform(-1, 1, shape).astype(np.float32) for name, shape in VARIABLES.items()}


def gradients(step: int) -> dict[str, np.ndarray]:
    """Of several sizes, and one that is zero."""
    rng = np.random.default_rng([seed_of("optimizers"), step])
    found = {name: rng.normal(0, 0.1 * 2**step, shape).astype(np.float32) for name, shape in VARIABLES.items()}
    found["bias"][0] = 0
    found["bias"][1] *= np.float32(1e-4)
    return found


def answer_case(make: Callable[[], Optimizer], variant: Variant) -> dict[str, np.ndarray]:
    variables = [keras.Variable(variant.move(value), name=name) for name, value in start().items()]
    optimizer = make()
    optimizer.build(variables)
    arrays = {}
    for step in range(STEPS):
        given = [variant.move(g, 1 + step) for g in gradients(step).values()]
        optimizer.apply(given, variables)
        arrays |= {f"{step}/{v.name}": np.asarray(v.value) for v in variables}
        # The others are the optimizer's own: the iteration, the learning rate, nadam's product.
        slots = {v.path.split("/")[-1]: v for v in optimizer.variables}
        arrays |= {f"{step}/{name}": np.asarray(v.value) for name, v in slots.items() if name.split("_")[0] in VARIABLES}
    return arrays


def answer(variant: Variant) -> Results:
    return {name: answer_case(make, variant) for name, make in OPTIMIZERS.items()}


def after(golden: dict[str, np.ndarray], step: int) -> dict[str, list]:
    prefix = f"{step}/"
    return {key.removeprefix(prefix): numbers(value) for key, value in golden.items() if key.startswith(prefix)}


def largest(allowed: dict[str, float], name: str) -> float:
    return max(value for key, value in allowed.items() if key.split("/")[1] == name)


def write() -> None:
    answers = answer_in_all_variants("optimizers")
    for name, make in OPTIMIZERS.items():
        golden = answers[BASE.name][name]
        allowed = tolerances(answers, name)
        steps = [after(golden, step) for step in range(STEPS)]
        description = {
            "optimizer": keras.optimizers.serialize(make()),
            **({"exclude_from_weight_decay": EXCLUDED[name]} if name in EXCLUDED else {}),
            "start": {key: numbers(value) for key, value in start().items()},
            "gradients": [{key: numbers(value) for key, value in gradients(step).items()} for step in range(STEPS)],
            "after": steps,
            "tolerance": {key: largest(allowed, key) for key in steps[0]},
        }
        write_json(FOLDER / f"{name}.json", description)
