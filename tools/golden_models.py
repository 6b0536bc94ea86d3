"""The tutorial's nets and a few more, as Keras models, for the goldens.

Dropout rates are scaled by `dropout`: 0 keeps the layers and switches them off.
"""

from __future__ import annotations

from collections.abc import Callable

import keras
from keras import layers

INPUT = (32, 32, 3)
CLASSES = 10


def conv(filters: int, activation: str = "relu") -> keras.Layer:
    return layers.Conv2D(filters, 3, activation=activation)


def head() -> keras.Layer:
    return layers.Dense(CLASSES, activation="softmax")


def sequential(*stack: keras.Layer) -> keras.Model:
    return keras.Sequential([keras.Input(INPUT), *stack])


def basic(dropout: float = 1.0) -> keras.Model:
    pool = layers.MaxPooling2D
    dense = layers.Dense(64, activation="relu")
    return sequential(conv(32), pool(2), conv(64), pool(2), conv(64), layers.Flatten(), dense, head())


def max_pool(dropout: float = 1.0) -> keras.Model:
    return sequential(conv(32), layers.MaxPooling2D(2), conv(64), layers.MaxPooling2D(2), layers.Flatten(), head())


def avg_pool(dropout: float = 1.0) -> keras.Model:
    pool = layers.AveragePooling2D
    return sequential(conv(32), pool(2), conv(64), pool(2), layers.Flatten(), head())


def global_avg_pool(dropout: float = 1.0) -> keras.Model:
    return sequential(conv(32), conv(64), layers.GlobalAveragePooling2D(), head())


def advanced(dropout: float = 1.0) -> keras.Model:
    norm, drop = layers.BatchNormalization, layers.Dropout
    return sequential(
        *(conv(32), norm(), conv(32), layers.MaxPooling2D(2), drop(0.25 * dropout)),
        *(conv(64), norm(), conv(64), layers.MaxPooling2D(2), drop(0.25 * dropout)),
        *(conv(128), norm(), drop(0.25 * dropout), layers.Flatten()),
        *(layers.Dense(512, activation="relu"), norm(), drop(0.5 * dropout), head()),
    )


def ensemble_1(dropout: float = 1.0) -> keras.Model:
    pool = layers.MaxPooling2D
    dense = layers.Dense(64, activation="relu")
    return sequential(conv(32), pool(2), conv(64), pool(2), layers.Flatten(), dense, head())


def ensemble_2(dropout: float = 1.0) -> keras.Model:
    pool = layers.MaxPooling2D
    dense = layers.Dense(128, activation="relu")
    return sequential(conv(64), conv(64), pool(2), conv(128), conv(128), pool(2), layers.Flatten(), dense, head())


def ensemble_3(dropout: float = 1.0) -> keras.Model:
    pool, norm = layers.MaxPooling2D, layers.BatchNormalization
    return sequential(
        *(conv(32), norm(), conv(32), pool(2)),
        *(conv(64), norm(), conv(64), pool(2)),
        *(layers.Flatten(), layers.Dense(64, activation="relu"), head()),
    )


def smooth() -> keras.Model:
    """No kinks: rounding stays small over a whole training."""
    pool = layers.AveragePooling2D
    dense = layers.Dense(32, activation="tanh")
    return sequential(conv(8, "tanh"), pool(2), conv(16, "tanh"), pool(2), layers.Flatten(), dense, head())


def smooth_norm() -> keras.Model:
    pool, norm = layers.AveragePooling2D, layers.BatchNormalization
    return sequential(
        *(conv(8, "tanh"), norm(), pool(2)),
        *(conv(16, "tanh"), norm(), pool(2)),
        *(layers.Flatten(), layers.Dense(32, activation="tanh"), norm(), head()),
    )


def branches() -> keras.Model:
    """A small graph with Add and Concatenate."""
    picture = keras.Input((16, 16, 3))
    stem = layers.Conv2D(8, 3, padding="same", activation="relu")(picture)
    left = layers.Conv2D(8, 3, padding="same")(stem)
    left = layers.BatchNormalization()(left)
    joined = layers.Add()([left, stem])
    joined = layers.Activation("relu")(joined)
    right = layers.Conv2D(4, 1)(stem)
    both = layers.Concatenate()([joined, right, picture])
    pooled = layers.GlobalAveragePooling2D()(layers.MaxPooling2D()(both))
    return keras.Model(picture, head()(layers.Dropout(0.5)(pooled)))


def long_names() -> keras.Model:
    """Names that do not fit their column."""
    return keras.Sequential(
        [
            keras.Input((8, 8, 3), name="pictures_as_they_come_from_the_camera"),
            layers.Conv2D(4, 3, name="the_first_convolution_of_this_network"),
            layers.BatchNormalization(name="normalisation_of_the_first_one"),
            layers.AveragePooling2D(2, name="short"),
            layers.GlobalMaxPooling2D(name="exactly_twenty_chars"),
            layers.Dense(CLASSES, name="head"),
        ],
        name="a_model_with_long_names",
    )


TUTORIAL: dict[str, Callable[..., keras.Model]] = {
    f.__name__: f for f in (basic, max_pool, avg_pool, global_avg_pool, advanced, ensemble_1, ensemble_2, ensemble_3)
}
SMOOTH: dict[str, Callable[[], keras.Model]] = {"smooth": smooth, "smooth_norm": smooth_norm}


def fresh(make: Callable[..., keras.Model], **options) -> keras.Model:
    """A model whose layers are named as in a new process: conv2d, conv2d_1, …"""
    keras.utils.clear_session()
    return make(**options)
