"""Goldens of the zoo: what Keras's applications are made of, and what they answer with weights from a hash.

Each net becomes tests/golden/zoo/NAME.json (see tests/golden/README.md): layers, shapes and counts of parameters; then, of a
small net on 32x32 pictures, the probabilities of four and a digest of two gradients. The small residual nets, of which Keras has none,
are written here in Keras's layers.

A weight's numbers follow from its path alone, so the order of weights does not matter. Only the ranges of the kernels are in the golden:
they are measured, layer by layer, so that every layer's numbers are about 1 in size; without that the deep nets explode or die out.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable, Iterator

import keras
import numpy as np
import tensorflow as tf
from keras import applications, layers

from golden_common import (
    BASE,
    FLOAT64,
    GOLDEN,
    ORDERS,
    Results,
    Variant,
    answers_by_variant,
    moves,
    numbers,
    spread,
    tolerance,
    write_json,
)
from golden_nets import INPUT, LABEL_STREAM, PROBE_STREAM, PROBES, digests, hashes, labels, pictures

FOLDER = GOLDEN / "zoo"
MOVES = 6
SIZES = [(32, 32), (45, 37)]
CLASSES = 10
LOGITS = 0.5  # their size: larger ones magnify rounding
# XLA takes minutes to compile the deep ones.
KEPT_ORDERS = [variant for variant in ORDERS if not variant.xla]

# Weights but kernels: center and half width of their range. Powers of two: no sum or product of them rounds in double.
RANGES = {
    "gamma": (1.0, 0.25),
    "beta": (0.0, 0.125),
    "bias": (0.0, 0.125),
    "moving_mean": (0.0, 0.125),
    "moving_variance": (1.0, 0.5),
}
# With these no value lies so close to a kink that rounding turns a gradient over by more than a hundredth; others have 0.
SEEDS = {"efficientnetb0": 5, "mobilenet_v2_0.75": 3, "resnet50": 3, "resnet50v2": 3}
# Of each picture x / 255: with equal ones the probabilities hardly differ.
BRIGHTNESS = [1.0, 0.75, 0.5, 0.25]


@dataclasses.dataclass(frozen=True)
class Net:
    name: str
    make: Callable[..., keras.Model]  # of an application, or of a small residual net
    alpha: float | None = None
    small: bool = False  # no base, made for 32x32

    def whole(self, **options) -> keras.Model:
        keras.backend.clear_session()  # names are counted anew
        alpha = {} if self.alpha is None else {"alpha": self.alpha}
        return self.make(**alpha, **options)

    def base(self, shape: tuple[int, ...]) -> keras.Model:
        """Without a top, where the net can be without."""
        top = {} if self.small else {"weights": None, "include_top": False}
        return self.whole(input_shape=shape, **top)

    def with_head(self) -> keras.Model:
        """The net that the numbers are of."""
        base = self.base(INPUT)
        if self.small:
            return base
        mean = layers.GlobalAveragePooling2D(name="head_gap")(base.output)
        return keras.Model(base.input, layers.Dense(CLASSES, "softmax", name="head_predictions")(mean))

    @property
    def has_gates(self) -> bool:
        """Their products shut out what is dark, and magnify rounding, unless much is added between them."""
        return self.make is applications.EfficientNetB0

    @property
    def brightness(self) -> list[float]:
        """EfficientNet divides by 255 itself."""
        return [255 * (1 + b) / 2 for b in BRIGHTNESS] if self.has_gates else BRIGHTNESS

    @property
    def seed(self) -> int:
        return SEEDS.get(self.name, 0)

    @property
    def ranges(self) -> dict[str, tuple[float, float]]:
        return RANGES | {"beta": (0.0, 0.5)} if self.has_gates else RANGES


# The residual nets of He et al. 2015, section 4.2: shortcuts without weights (option A).


def small_resnet(blocks: int) -> Callable[..., keras.Model]:
    def convolution(x, name: str, filters: int, strides: int):
        x = layers.Conv2D(
            filters, 3, strides, padding="same", use_bias=False, kernel_initializer="he_normal", name=f"{name}_conv"
        )(x)
        return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_bn")(x)

    def shortcut(x, name: str, filters: int):
        """Every other pixel; channels, in the place of columns, are padded on either side."""
        more = filters - x.shape[-1]
        x = layers.AveragePooling2D(1, 2, name=f"{name}_0_pool")(x)
        x = layers.Permute((1, 3, 2), name=f"{name}_0_permute")(x)
        x = layers.ZeroPadding2D(((0, 0), (more // 2, more - more // 2)), name=f"{name}_0_pad")(x)
        return layers.Permute((1, 3, 2), name=f"{name}_0_back")(x)

    def make(input_shape: tuple[int, ...] = INPUT) -> keras.Model:
        picture = keras.Input(input_shape)
        x = layers.ReLU(name="conv1_relu")(convolution(picture, "conv1", 16, 1))
        for stage, filters in enumerate((16, 32, 64), 2):
            for block in range(1, blocks + 1):
                name = f"conv{stage}_block{block}"
                strides = 2 if stage > 2 and block == 1 else 1
                side = x if strides == 1 else shortcut(x, name, filters)
                x = layers.ReLU(name=f"{name}_1_relu")(convolution(x, f"{name}_1", filters, strides))
                x = convolution(x, f"{name}_2", filters, 1)
                x = layers.ReLU(name=f"{name}_out")(layers.Add(name=f"{name}_add")([side, x]))
        mean = layers.GlobalAveragePooling2D(name="avg_pool")(x)
        return keras.Model(picture, layers.Dense(CLASSES, "softmax", name="predictions")(mean))

    return make


def all_nets() -> Iterator[Net]:
    for make in (
        applications.VGG16,
        applications.VGG19,
        applications.ResNet50,
        applications.ResNet101,
        applications.ResNet152,
        applications.ResNet50V2,
        applications.EfficientNetB0,
        applications.DenseNet121,
    ):
        yield Net(make.__name__.lower(), make)
    for name, make, alphas in (
        ("mobilenet", applications.MobileNet, (1.0, 0.75, 0.5, 0.25)),
        ("mobilenet_v2", applications.MobileNetV2, (1.0, 1.4, 1.3, 0.75, 0.5, 0.35)),
    ):
        for alpha in alphas:
            yield Net(name if alpha == 1 else f"{name}_{alpha:g}", make, alpha)
    for depth in (20, 32, 44, 56):
        yield Net(f"resnet{depth}", small_resnet((depth - 2) // 6), small=True)


NETS = list(all_nets())


# Weights from the hash.


def stream_of(path: str, seed: int) -> int:
    """The low half of FNV-1a of 64 bits, plus the seed."""
    value = 0xCBF29CE484222325
    for byte in path.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return (value + seed) % 2**32


def signed_units(stream: int, shape: tuple[int, ...]) -> np.ndarray:
    """Uniform in [-1, 1), multiples of 2^-23."""
    u = (hashes(stream, math.prod(shape)) >> np.uint64(40)).astype(np.float64) / 2**24
    return (2 * u - 1).reshape(shape)


def hashed_weights(net: Net, layer: keras.Layer, limits: dict[str, float]) -> dict[str, np.ndarray]:
    """By path. EfficientNet's Normalization stays as it starts."""
    weights: dict[str, np.ndarray] = {}
    if not isinstance(layer, layers.Normalization):
        for v in layer.weights:
            center, half_width = (0.0, limits[layer.name]) if v.name == "kernel" else net.ranges[v.name]
            units = signed_units(stream_of(v.path, net.seed), tuple(v.shape))
            weights[v.path] = (units * half_width + center).astype(np.float32)
    return weights


def set_weights(layer: keras.Layer, weights: dict[str, np.ndarray], variant: Variant = BASE) -> None:
    for v in layer.weights:
        if v.path in weights:
            v.assign(variant.move(weights[v.path], stream_of(v.path, 0)))


def probes(net: Net) -> np.ndarray:
    return pictures(PROBE_STREAM, PROBES) * np.array(net.brightness, np.float32)[:, None, None, None]


def rms(values: tf.Tensor) -> float:
    return float(np.sqrt(np.mean(np.asarray(values, np.float64) ** 2)))


def measured_limits(net: Net, model: keras.Model) -> dict[str, float]:
    """Of every layer's kernel, such that what it makes of the probes is of size 1; in three digits."""
    limits: dict[str, float] = {}
    known = {id(model.input): tf.constant(probes(net))}
    for layer in model.layers[1:]:
        inputs = layer.input
        x = [known[id(tensor)] for tensor in inputs] if isinstance(inputs, list) else known[id(inputs)]
        if hasattr(layer, "kernel"):
            limits[layer.name] = 1.0
            set_weights(layer, hashed_weights(net, layer, limits))
            activation, layer.activation = layer.activation, keras.activations.linear
            products = layer(x) - layer.bias if layer.use_bias else layer(x)
            layer.activation = activation
            size = LOGITS if layer is model.layers[-1] else 1.0
            limits[layer.name] = float(f"{size / rms(products):.3g}")
        set_weights(layer, hashed_weights(net, layer, limits))
        known[id(layer.output)] = layer(x, training=False) if isinstance(layer, layers.BatchNormalization) else layer(x)
    return limits


# Answering.


def file_of(net: Net):
    return FOLDER / f"{net.name}.json"


def numbers_of(net: Net, model: keras.Model, variant: Variant) -> dict[str, np.ndarray]:
    with_kernels = [layer for layer in model.layers if hasattr(layer, "kernel")]
    kernels = {layer.kernel.path: layer.kernel.value for layer in (with_kernels[0], with_kernels[-1])}
    with tf.GradientTape() as tape:
        probabilities = model(variant.move(probes(net), PROBE_STREAM), training=False)
        loss = keras.losses.CategoricalCrossentropy()(labels(LABEL_STREAM, PROBES), probabilities)
    gradients = tape.gradient(loss, list(kernels.values()))
    return {"probabilities": np.asarray(probabilities), "loss": np.asarray(loss)} | {
        f"gradient/{path}": np.asarray(gradient) for path, gradient in zip(kernels, gradients, strict=True)
    }


def answer(variant: Variant) -> Results:
    """The base's process answers all moves too, as cases NET@VARIANT."""
    results: Results = {}
    for net in NETS:
        model = net.with_head()
        limits = json.loads(file_of(net).read_text())["limits"]
        weights = {path: values for layer in model.layers for path, values in hashed_weights(net, layer, limits).items()}
        for each in [variant, *(moves(MOVES) if variant == BASE else [])]:
            set_weights(model, weights, each)
            results[f"{net.name}@{each.name}"] = numbers_of(net, model, each)
    return results


# Writing.


def rows_of(model: keras.Model) -> list[list]:
    return [[layer.name, type(layer).__name__, list(layer.output.shape[1:])] for layer in model.layers]


def describe(net: Net) -> dict:
    """What the net is made of."""
    model = net.whole(**({} if net.small else {"weights": None}))
    rows = rows_of(model)
    description = {
        "keras": net.make.__name__ if not net.small else None,
        "name": net.name,
        "alpha": net.alpha,
        "input_shape": list(model.input.shape[1:]),
        "classes": model.output.shape[-1],
        "parameters": model.count_params(),
        "trainable": sum(math.prod(v.shape) for v in model.trainable_weights),
        "layers": rows,
    }
    if net.alpha in (None, 1.0):
        description["shapes"] = {}
        for height, width in SIZES:
            base = rows_of(net.base((height, width, 3)))
            assert [row[:2] for row in base] == [row[:2] for row in rows[: len(base)]]
            description["shapes"][f"{height}x{width}"] = [row[2] for row in base]
    return {key: value for key, value in description.items() if value is not None}


def describe_numbers(answers: dict[str, Results], net: Net) -> dict:
    golden = answers[BASE.name][net.name]
    return {
        "probabilities": numbers(golden["probabilities"]),
        "probabilities_tolerance": tolerance(spread(answers, net.name, "probabilities")),
        "loss": numbers(golden["loss"]),
        "loss_tolerance": tolerance(spread(answers, net.name, "loss")),
        "gradients": digests(answers, net.name, "gradient/"),
    }


def write() -> None:
    descriptions = {}
    for net in NETS:
        limits = measured_limits(net, net.with_head())
        scheme = {"training": False, "brightness": net.brightness, "seed": net.seed, "ranges": net.ranges, "limits": limits}
        descriptions[net.name] = describe(net) | scheme
        write_json(file_of(net), descriptions[net.name])  # the variants read the limits
    answers = answers_by_variant("zoo", [BASE, FLOAT64, *KEPT_ORDERS])
    for net in NETS:
        write_json(file_of(net), descriptions[net.name] | describe_numbers(answers, net))
