"""Model files as older versions of Keras wrote them, made out of those of tf_keras.

What the versions wrote is read from their sources: Keras 1.2.2 and 2.2.4 (`get_config` of every layer, saving of models), and tf.keras
2.4, whose files are those of tf_keras without modules, registered names and build configs.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Callable, Sequence

import h5py
import numpy as np

Weights = list[tuple[str, list[tuple[str, np.ndarray]]]]  # of every layer, by name


@dataclasses.dataclass(frozen=True)
class Form:
    """How a file holds what it holds."""

    version: str | None = None  # of Keras; none: the file does not say
    version_of_weights: bool = True  # said once more beside the weights, with the backend
    fixed: bool = True  # strings of fixed length in lists, as h5py 2 wrote them
    parts: int = 1  # attributes that a list is cut into
    newest: bool = False  # HDF5's newest structures
    compressed: bool = False


def read_h5(file: pathlib.Path) -> tuple[dict, Weights]:
    """The configuration and the weights of a whole model."""
    with h5py.File(file) as h5:
        group = h5["model_weights"]
        names = [(layer, group[layer].attrs["weight_names"]) for layer in group.attrs["layer_names"]]
        weights = [(layer, [(name, group[layer][name][()]) for name in weight_names]) for layer, weight_names in names]
        return json.loads(h5.attrs["model_config"]), weights


def write_h5(file: pathlib.Path, weights: Weights, form: Form, config: dict | None = None) -> None:
    """A whole model, or without a configuration its weights alone."""
    with h5py.File(file, "w", libver="latest" if form.newest else None) as h5:
        group = h5
        if config is not None:
            group = h5.create_group("model_weights")
            h5.attrs["model_config"] = json.dumps(config).encode()
            h5.attrs["keras_version"] = form.version.encode()
        if form.version is not None and form.version_of_weights:
            for place in (h5, group):
                place.attrs["backend"] = b"tensorflow"
            group.attrs["keras_version"] = form.version.encode()
        write_list(group, "layer_names", [name for name, _ in weights], form)
        for layer, arrays in weights:
            write_list(group.create_group(layer), "weight_names", [name for name, _ in arrays], form)
            for name, array in arrays:
                options = {"compression": "gzip", "shuffle": True, "fletcher32": True} if form.compressed and array.ndim else {}
                group[layer].create_dataset(name, data=array, **options)


def write_list(group: h5py.Group, name: str, values: Sequence[str], form: Form) -> None:
    array = np.asarray([value.encode() for value in values])
    strings = array.dtype if form.fixed or not values else h5py.string_dtype("utf-8" if form.newest else "ascii")
    if form.parts == 1 or len(values) < form.parts:
        group.attrs.create(name, array, dtype=strings)
    else:
        for number, part in enumerate(np.array_split(array, form.parts)):
            group.attrs.create(f"{name}{number}", part, dtype=strings)


# tf.keras 2.4.


def without(value, keys: Sequence[str]):
    """JSON without these keys, on all levels."""
    if isinstance(value, dict):
        return {key: without(item, keys) for key, item in value.items() if key not in keys}
    return [without(item, keys) for item in value] if isinstance(value, list) else value


def as_2_4(config: dict) -> dict:
    return without(config, ["module", "registered_name", "build_config", "optional"])


# Keras 2.2.4, and its like inside TensorFlow, 2.2.4-tf.

GLOROT = {"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None}}
LATER = ["groups", "keepdims", "ragged"]


def as_2_2_4(model: dict) -> dict:
    return layer_of_2_2_4(without(as_2_4(model), LATER))


def layer_of_2_2_4(layer: dict) -> dict:
    config = dict(layer["config"])
    if layer["class_name"] == "Functional":
        layers = [{**layer_of_2_2_4(inner), "name": inner["name"], "inbound_nodes": inner["inbound_nodes"]} for inner in config["layers"]]
        return {"class_name": "Model", "config": {**without_trainable(config), "layers": layers}}
    if layer["class_name"] == "Sequential":
        first, *rest = config["layers"]
        shape = first["config"]["batch_input_shape"]
        layers = [layer_of_2_2_4(inner) for inner in rest]
        if layers[0]["class_name"] not in ("Model", "Sequential"):
            layers[0]["config"] = {"name": layers[0]["config"]["name"], "batch_input_shape": shape, **layers[0]["config"]}
        return {"class_name": "Sequential", "config": {**without_trainable(config), "layers": layers}}
    if "batch_input_shape" not in config:
        config.pop("dtype", None)
    if isinstance(config.get("axis"), list):
        config["axis"] = -1
    initializers = {key: GLOROT for key, value in config.items() if isinstance(value, dict) and value["class_name"] == "GlorotUniform"}
    return {"class_name": layer["class_name"], "config": config | initializers}


def without_trainable(config: dict) -> dict:
    return {key: value for key, value in config.items() if key not in ("trainable", "dtype")}


def as_2_1(model: dict) -> dict:
    """Before 2.2.3 a Sequential's configuration was the list of its layers."""
    newer = as_2_2_4(model)
    return {"class_name": "Sequential", "config": newer["config"]["layers"]}


# Keras 1.2.2.

MERGES = {"Add": "sum", "Multiply": "mul", "Average": "ave", "Maximum": "max", "Concatenate": "concat"}


def as_1(model: dict) -> dict:
    newer = as_2_2_4(model)
    config = newer["config"]
    if newer["class_name"] == "Sequential":
        return {"class_name": "Sequential", "config": [layer_of_1(layer) for layer in config["layers"]]}
    layers = []
    for layer in config["layers"]:
        nodes = [[place[:3] for place in node] for node in layer["inbound_nodes"]]
        layers.append({"name": layer["name"], **layer_of_1(layer), "inbound_nodes": nodes})
    return {"class_name": "Model", "config": {**config, "layers": layers}}


def layer_of_1(layer: dict) -> dict:
    kind, config = layer["class_name"], layer["config"]
    names = {key: config[key] for key in ("name", "trainable", "batch_input_shape") if key in config}
    if "batch_input_shape" in config:
        names["input_dtype"] = "float32"
    if kind in MERGES:
        return {"class_name": "Merge", "config": merge_of_1(config["name"], MERGES[kind])}
    kind, options = CLASSES_OF_1[kind](config)
    return {"class_name": kind, "config": names | options}


def merge_of_1(name: str, mode: str) -> dict:
    raw = {"output_shape": None, "output_shape_type": "raw", "output_mask": None, "output_mask_type": "raw", "arguments": {}}
    return {"name": name, "mode": mode, "mode_type": "raw", "concat_axis": -1, "dot_axes": -1, **raw}


def weighted(config: dict) -> dict:
    """What every layer with a kernel says."""
    nothing = ["W_regularizer", "b_regularizer", "activity_regularizer", "W_constraint", "b_constraint"]
    return {"init": "glorot_uniform", "activation": config["activation"], "bias": config["use_bias"], **dict.fromkeys(nothing)}


def convolution(config: dict) -> tuple[str, dict]:
    rows, columns = config["kernel_size"]
    size = {"nb_filter": config["filters"], "nb_row": rows, "nb_col": columns, "border_mode": config["padding"]}
    return "Convolution2D", {**size, "subsample": config["strides"], "dim_ordering": "tf", **weighted(config)}


def normalization(config: dict) -> tuple[str, dict]:
    options = {key: config[key] for key in ("epsilon", "axis", "momentum")}
    return "BatchNormalization", {**options, "mode": 0, "gamma_regularizer": None, "beta_regularizer": None}


def pooling(config: dict) -> tuple[str, dict]:
    size = {"pool_size": config["pool_size"], "strides": config["strides"]}
    return "MaxPooling2D", {**size, "border_mode": config["padding"], "dim_ordering": "tf"}


CLASSES_OF_1: dict[str, Callable[[dict], tuple[str, dict]]] = {
    "InputLayer": lambda config: ("InputLayer", {"sparse": False}),
    "Conv2D": convolution,
    "BatchNormalization": normalization,
    "MaxPooling2D": pooling,
    "GlobalAveragePooling2D": lambda config: ("GlobalAveragePooling2D", {"dim_ordering": "tf"}),
    "Activation": lambda config: ("Activation", {"activation": config["activation"]}),
    "Dropout": lambda config: ("Dropout", {"p": config["rate"]}),
    "Flatten": lambda config: ("Flatten", {}),
    "Dense": lambda config: ("Dense", {"output_dim": config["units"], "input_dim": None, **weighted(config)}),
}
NAMES_OF_1 = {"kernel": "W", "bias": "b", "moving_mean": "running_mean", "moving_variance": "running_std"}


def weights_of_1(weights: Weights, suffix: str = "") -> Weights:
    """Names as `conv2d_W:0`; the suffix `_1` is that of the first files for VGG16."""

    def name_of_1(layer: str, name: str) -> str:
        kind = name.split("/")[-1].removesuffix(":0")
        return f"{layer}_{NAMES_OF_1.get(kind, kind)}{suffix}:0"

    return [(layer, [(name_of_1(layer, name), array) for name, array in arrays]) for layer, arrays in weights]
