"""Trainings that are broken off after ten steps, for tests/golden/keras_files/: files with an optimizer's state in them.

The net has no kinks. Twenty pictures at batch 4, unshuffled, are five steps an epoch: two epochs, the files, two more epochs.
"""

from __future__ import annotations

import numpy as np

from golden_common import Variant
from golden_keras_models import set_given_weights, short_name

SHAPE, CLASSES, PICTURES, BATCH = (6, 6, 3), 3, 20, 4
EPOCHS_BEFORE, EPOCHS = 2, 4


def net(k):
    layers = k.layers
    row = [k.Input(SHAPE), layers.Conv2D(3, 3, activation="tanh", name="conv"), layers.AveragePooling2D(2, name="pool")]
    row += [layers.Flatten(name="flatten"), layers.Dense(6, use_bias=False, name="dense"), layers.BatchNormalization(name="norm")]
    return k.Sequential([*row, layers.Activation("tanh", name="tanh"), layers.Dense(CLASSES, "softmax", name="out")], name="trained")


def adam(k, optimizers):
    return optimizers.Adam(0.002, beta_1=0.85)


def sgd(k, optimizers):
    return optimizers.SGD(0.02, momentum=0.9, nesterov=True)


def rmsprop(k, optimizers):
    return optimizers.RMSprop(0.002, momentum=0.5, centered=True)


def amsgrad_cosine(k, optimizers):
    schedules = k.optimizers.schedules
    return optimizers.Adam(schedules.CosineDecay(0.01, decay_steps=30, alpha=0.1), amsgrad=True)


TRAININGS = {f"trained_{function.__name__}": function for function in (adam, sgd, rmsprop, amsgrad_cosine)}
LEGACY = ["trained_adam", "trained_sgd"]


def optimizers_of(name: str) -> dict:
    """The packages and their optimizers by the names they have in the goldens. The legacy ones are those of Keras 2.0 to 2.10."""
    import keras
    import tf_keras

    optimizers = {"keras_3": (keras, keras.optimizers), "keras_2": (tf_keras, tf_keras.optimizers)}
    if name in LEGACY:
        optimizers["keras_2_legacy"] = (tf_keras, tf_keras.optimizers.legacy)
    return optimizers


def data(variant: Variant) -> tuple[np.ndarray, np.ndarray]:
    """Pictures and one-hot labels; the class is the brightest channel."""
    pictures = np.random.default_rng(20).integers(0, 256, (PICTURES, *SHAPE))
    pictures += np.eye(CLASSES, dtype=int)[np.arange(PICTURES) * 7 % CLASSES][:, None, None, :] * 64
    values = np.minimum(pictures, 255).astype(np.float32) / np.float32(255)
    labels = np.eye(CLASSES, dtype=np.float32)[pictures.sum((1, 2)).argmax(-1)]
    return variant.move(values, 20), labels.astype(variant.floatx)


def train(model, variant: Variant, first: int, last: int) -> list[float]:
    pictures, labels = data(variant)
    fit = model.fit(pictures, labels, BATCH, last, initial_epoch=first, shuffle=False, verbose=0)
    return fit.history["loss"]


def broken_off(name: str, k, optimizers, variant: Variant):
    """The model after ten steps."""
    k.backend.clear_session()
    model = net(k)
    set_given_weights(model, variant)
    model.compile(TRAININGS[name](k, optimizers), "categorical_crossentropy", metrics=["accuracy"], jit_compile=variant.xla)
    train(model, variant, 0, EPOCHS_BEFORE)
    return model


def went_on(model, variant: Variant) -> dict[str, np.ndarray]:
    """What ten more steps make of it."""
    arrays = {"after/losses": np.asarray(train(model, variant, EPOCHS_BEFORE, EPOCHS), np.float64)}
    arrays["after/probabilities"] = np.asarray(model(data(variant)[0], training=False))
    return arrays | {f"after/{short_name(w)}": np.asarray(w) for w in model.weights}
