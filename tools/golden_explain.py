"""Goldens of explanations: what real Keras has at layers, and class activation maps and attributions made of that.

Each net becomes tests/golden/explain/NAME.json (see tests/golden/README.md). Weights and pictures come from a hash, as those of
the nets and of the zoo. Grad-CAM's gradients are TensorFlow's; the other methods are those of explain_reference.py.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable

import explain_reference as reference
import keras
import numpy as np
import tensorflow as tf
from golden_common import BASE, FLOAT64, GOLDEN, Results, Variant, answers_by_variant, moves, numbers, tolerance, write_json
from golden_models import CLASSES, INPUT, advanced, basic
from golden_nets import PROBE_STREAM, hashed_weight, pictures, positions, set_hashed_weights
from golden_zoo import NETS as ZOO
from golden_zoo import file_of as zoo_file
from golden_zoo import hashed_weights, set_weights, stream_of
from keras import layers
from matplotlib import colormaps

FOLDER = GOLDEN / "explain"
PICTURES = 2
COLOUR_MAPS = ["jet", "viridis", "magma", "inferno", "plasma", "turbo", "hot", "gray", "bwr"]
STEPS, PATCH, STRIDE = 32, 8, 4


@dataclasses.dataclass(frozen=True)
class Net:
    name: str
    make: Callable[[Variant], keras.Model]
    maps: list[str]  # layers of Grad-CAM, by name in `model`
    features: list[str]
    methods: bool = False
    classes: tuple[int, ...] = (2, 7)  # that are explained, by picture
    prefix: str = ""  # of the layers' paths, here and not in `model`


def tutorial(build: Callable[[], keras.Model]) -> Callable[[Variant], keras.Model]:
    def make(variant: Variant) -> keras.Model:
        keras.backend.clear_session()
        model = build()
        set_hashed_weights(model, variant)
        return model

    return make


def zoo_weights(name: str, model: keras.Model, variant: Variant) -> None:
    net = next(n for n in ZOO if n.name == name)
    limits = json.loads(zoo_file(net).read_text())["limits"]
    for layer in model.layers:
        set_weights(layer, hashed_weights(net, layer, limits), variant)


def resnet50(variant: Variant) -> keras.Model:
    model = next(n for n in ZOO if n.name == "resnet50").with_head()
    zoo_weights("resnet50", model, variant)
    return model


def transfer(variant: Variant) -> keras.Model:
    """VGG16 with the head gap,dense:128,dropout:0.5, laid out flat: Keras cannot reach into a model inside a model."""
    keras.backend.clear_session()
    base = keras.applications.VGG16(weights=None, include_top=False, input_shape=INPUT)
    zoo_weights("vgg16", base, variant)
    x = layers.GlobalAveragePooling2D()(base.output)
    x = layers.Dropout(0.5)(layers.Dense(128, "relu", name="dense")(x))
    model = keras.Model(base.input, layers.Dense(CLASSES, "softmax", name="dense_1")(x))
    for name in ("dense", "dense_1"):
        kernel = model.get_layer(name).kernel
        kernel.assign(variant.move(hashed_weight(stream_of(f"{name}/kernel", 0), tuple(kernel.shape)), stream_of(name, 0)))
    return model


NETS = [
    Net(
        "basic",
        tutorial(basic),
        ["conv2d_2", "conv2d_1", "max_pooling2d"],
        ["conv2d", "max_pooling2d", "conv2d_1", "max_pooling2d_1", "conv2d_2"],
        methods=True,
    ),
    Net(
        "advanced",
        tutorial(advanced),
        ["conv2d_4", "batch_normalization_2", "conv2d_1"],
        ["conv2d", "conv2d_1", "max_pooling2d", "conv2d_2", "conv2d_3", "max_pooling2d_1", "conv2d_4", "batch_normalization"],
        methods=True,
    ),
    Net(
        "transfer",
        transfer,
        ["block5_conv3", "block4_conv3", "block3_pool"],
        ["block1_conv1", "block3_conv2", "block5_conv3"],
        methods=True,
        classes=(4, 1),
        prefix="vgg16/",
    ),
    Net(
        "resnet50",
        resnet50,
        ["conv4_block6_out", "conv3_block4_out", "conv4_block2_add"],
        ["conv1_conv", "conv2_block1_out", "conv3_block2_2_conv", "conv5_block3_out"],
        classes=(2, 8),
    ),
]


# Parts of a model, layer by layer.


class Parts:
    """What is behind a layer, as a function of its output."""

    def __init__(self, model: keras.Model, target: str):
        self.model, self.target = model, target

    def run(self, pictures: tf.Tensor, begin: str | None = None, guided: bool = False) -> dict[str, tf.Tensor]:
        """All outputs by layer; from a layer on, if `pictures` are its output."""
        first = self.model.inputs[0] if begin is None else self.model.get_layer(begin).output
        known, named = {id(first): pictures}, {}
        for layer in self.model.layers:
            inputs = layer.input if isinstance(layer.input, list) else [layer.input]
            if isinstance(layer, layers.InputLayer) or id(layer.output) in known or not all(id(i) in known for i in inputs):
                continue
            x = [known[id(i)] for i in inputs]
            x = x if isinstance(layer.input, list) else x[0]
            activation = getattr(layer, "activation", None)
            if layer is self.model.layers[-1] and self.target == "score":
                layer.activation = keras.activations.linear
            elif guided and activation is keras.activations.relu:
                layer.activation = guided_relu
            known[id(layer.output)] = named[layer.name] = layer(x)
            if activation is not None:
                layer.activation = activation
        return named

    def score(self, pictures: np.ndarray, of: int, begin: str | None = None) -> np.ndarray:
        rows = [self.run(tf.constant(pictures[i : i + 64]), begin) for i in range(0, len(pictures), 64)]
        return np.concatenate([np.asarray(row[self.model.layers[-1].name])[:, of] for row in rows])

    def gradient(self, at: np.ndarray, of: int, begin: str | None = None, guided: bool = False) -> np.ndarray:
        x = tf.constant(at)
        with tf.GradientTape() as tape:
            tape.watch(x)
            score = tf.reduce_sum(self.run(x, begin, guided)[self.model.layers[-1].name][:, of])
        return np.asarray(tape.gradient(score, x))


@tf.custom_gradient
def guided_relu(x: tf.Tensor):
    y = tf.nn.relu(x)
    return y, lambda g: tf.where(y > 0, tf.nn.relu(g), tf.zeros_like(g))


# Answering.


def maps_of(net: Net, model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    """Grad-CAM of all layers and both targets."""
    result = {}
    for target in ("score", "probability"):
        parts = Parts(model, target)
        outputs = parts.run(tf.constant(x))
        for i, of in enumerate(net.classes):
            result[f"{target}/{i}"] = np.asarray(outputs[model.layers[-1].name])[i, of]
        for layer in net.maps:
            a = np.asarray(outputs[layer])
            for i, of in enumerate(net.classes):
                g = parts.gradient(a[i : i + 1], of, layer)[0]
                result[f"map/{layer}/{target}/{i}"] = reference.grad_cam(a[i], g)
    return result


def methods_of(net: Net, model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    """All methods, of scores, at the first layer of Grad-CAM."""
    parts, layer = Parts(model, "score"), net.maps[0]
    outputs = parts.run(tf.constant(x))
    result = {}
    for i, of in enumerate(net.classes):
        picture, a = x[i], np.asarray(outputs[layer])[i]
        g = parts.gradient(a[None], of, layer)[0]
        whole = float(np.asarray(outputs[model.layers[-1].name])[i, of])

        def score(pictures, of=of):
            return parts.score(pictures.astype(x.dtype), of)

        by_pixel = parts.gradient(picture[None], of)[0]
        guided = parts.gradient(picture[None], of, guided=True)[0]
        maps = {
            "grad-cam++": reference.grad_cam_plus_plus(a, g),
            "layer-cam": reference.layer_cam(a, g),
            "hires-cam": reference.hires_cam(a, g),
            "xgrad-cam": reference.xgrad_cam(a, g),
            "eigen-cam": reference.eigen_cam(a),
            "score-cam": reference.score_cam(a, picture, score),
            "ablation-cam": reference.ablation_cam(a, whole, lambda rows, of=of: parts.score(rows, of, layer)),
            "saliency": np.abs(by_pixel).max(-1),
            "gradient-x-input": (by_pixel * picture).sum(-1),
            "integrated-gradients": reference.integrated_gradients(
                picture, lambda rows, of=of: parts.gradient(rows, of), STEPS
            ),
            "guided-backprop": np.abs(guided).max(-1),
            "occlusion": reference.occlusion(picture, score, PATCH, STRIDE),
        }
        result |= {f"method/{name}/{i}": values for name, values in maps.items()}
    return result


def features_of(net: Net, model: keras.Model, x: np.ndarray) -> dict[str, np.ndarray]:
    outputs = Parts(model, "score").run(tf.constant(x[:1]))
    return {f"features/{layer}": np.asarray(outputs[layer])[0] for layer in net.features}


def answer(variant: Variant) -> Results:
    """The base's process answers all moves too, as cases NET@VARIANT."""
    results: Results = {}
    for net in NETS:
        for each in [variant, *(moves(3) if variant == BASE else [])]:
            model = net.make(each)
            x = each.move(pictures(PROBE_STREAM, PICTURES), PROBE_STREAM)
            result = maps_of(net, model, x) | features_of(net, model, x)
            if net.methods:
                result |= methods_of(net, model, x)
            results[f"{net.name}@{each.name}"] = result
    return results


# Writing.


def apart(other: np.ndarray, golden: np.ndarray) -> float:
    """Relative to the largest number."""
    golden = np.asarray(golden, np.float64)
    return float(np.max(np.abs(np.asarray(other, np.float64) - golden)) / max(np.max(np.abs(golden)), 1e-30))


def describe(answers: dict[str, Results], net: Net) -> dict:
    golden = answers[BASE.name][net.name]
    spread = {key: tolerance(max(apart(results[net.name][key], golden[key]) for results in answers.values())) for key in golden}

    def with_tolerance(key: str, **fields) -> dict:
        return {**fields, "shape": list(golden[key].shape), "tolerance": spread[key]}

    def grad_cams():
        for layer in net.maps:
            for target in ("score", "probability"):
                for i, of in enumerate(net.classes):
                    key = f"map/{layer}/{target}/{i}"
                    fields = {"layer": net.prefix + layer, "picture": i, "class": of, "target": target}
                    fields["value"] = numbers(golden[f"{target}/{i}"])
                    yield with_tolerance(key, **fields, map=numbers(golden[key].astype(np.float32).ravel()))

    def methods():
        for key in golden:
            if key.startswith("method/"):
                _, name, i = key.split("/")
                values = golden[key].astype(np.float32).ravel()
                fields = {"method": name, "layer": net.prefix + net.maps[0], "picture": int(i), "class": net.classes[int(i)]}
                # Of maps of the picture's size, some cells: what they are, and the largest of all.
                fields["largest"] = numbers(np.max(np.abs(values)))
                cells = positions(values.size) if values.size > 64 else np.arange(values.size)
                yield with_tolerance(key, **fields, cells=cells.tolist(), values=numbers(values[cells]))

    def features():
        for layer in net.features:
            key = f"features/{layer}"
            values = golden[key].astype(np.float32)
            fields = {"layer": net.prefix + layer, "largest": numbers(np.max(np.abs(values)))}
            fields["dead"] = np.flatnonzero((values == 0).all((0, 1))).tolist()
            cells = positions(values.size)
            yield with_tolerance(key, **fields, cells=cells.tolist(), values=numbers(values.ravel()[cells]))

    return {"grad_cam": list(grad_cams()), "methods": list(methods()), "features": list(features())}


def describe_colours() -> dict:
    """matplotlib's tables, and the tutorial's overlay: the heat map brought to size, coloured, and a share of it added."""
    tables = {name: colormaps[name](np.arange(256), bytes=True)[:, :3] for name in COLOUR_MAPS}
    random = np.random.default_rng(1)
    picture = random.integers(0, 256, (8, 6, 3))
    heat = random.random((4, 4)).astype(np.float32)
    heat /= heat.max()
    resized = np.asarray(tf.image.resize(heat[..., None], (8, 6)))[..., 0]
    both = np.clip(0.4 * colormaps["jet"](resized)[..., :3] + picture / 255, 0, 1)
    return {
        "tables": {name: "".join(f"{part:02x}" for part in table.ravel()) for name, table in tables.items()},
        "overlay": {
            "picture": picture.ravel().tolist(),
            "heat": numbers(heat.ravel()),
            "resized": numbers(resized.ravel()),
            "alpha": 0.4,
            "overlay": np.rint(255 * both).astype(int).ravel().tolist(),
        },
    }


def write() -> None:
    write_json(FOLDER / "colour_maps.json", describe_colours())
    answers = answers_by_variant("explain", [BASE, FLOAT64])
    for net in NETS:
        write_json(FOLDER / f"{net.name}.json", {"net": net.name, **describe(answers, net)})
