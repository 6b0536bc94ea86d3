"""Goldens of single layers: forward, backward and, of batch normalisation, the moving statistics.

Each case becomes tests/golden/layers/NAME.json (layer, shapes, tolerances) and NAME.safetensors (the arrays).
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from safetensors.numpy import save_file

from golden_common import BASE, GOLDEN, Results, Variant, answer_in_all_variants, seed_of, tolerances, write_json

FOLDER = GOLDEN / "layers"
SUSPICIOUS = 1e-4  # a tolerance above this means that a case sits on a kink


@dataclasses.dataclass(frozen=True)
class Case:
    """One layer on one set of inputs."""

    name: str
    make: Callable[..., keras.Layer]
    shapes: Sequence[tuple[int, ...]]
    training: bool = False
    inputs: Sequence[np.ndarray] | None = None  # instead of random ones
    exact: bool = False  # the inputs sit on ties or corners: they are not moved

    def values(self) -> list[np.ndarray]:
        if self.inputs is not None:
            return [np.asarray(x, np.float32) for x in self.inputs]
        rng = np.random.default_rng(seed_of(self.name))
        return [rng.uniform(-2, 2, shape).astype(np.float32) for shape in self.shapes]


def conv(name: str, shape: tuple[int, ...], filters: int, kernel_size, **options) -> Case:
    make = functools.partial(layers.Conv2D, filters, kernel_size, **options)
    return Case(f"conv2d_{name}", make, [shape])


def conv_cases() -> list[Case]:
    cases = [
        conv("k1", (2, 5, 4, 8), 16, 1),
        conv("k1_s2_same", (2, 5, 4, 8), 8, 1, strides=2, padding="same"),
        conv("k2_same", (2, 5, 6, 3), 8, 2, padding="same"),
        conv("k2_s2", (2, 7, 6, 5), 8, 2, strides=2),
        conv("k3_valid_c1", (3, 8, 7, 1), 8, 3),
        conv("k3_valid_c3_relu", (3, 9, 8, 3), 16, 3, activation="relu"),
        conv("k3_same_c8", (2, 7, 7, 8), 16, 3, padding="same"),
        conv("k3_same_c16_relu", (2, 6, 5, 16), 8, 3, padding="same", activation="relu"),
        conv("k3_valid_c16_f32", (1, 6, 6, 16), 32, 3),
        conv("k3_s2_same_even", (2, 6, 8, 5), 7, 3, strides=2, padding="same"),
        conv("k3_s2_same_odd", (2, 7, 5, 5), 7, 3, strides=2, padding="same"),
        conv("k3_s2_valid", (2, 8, 9, 3), 8, 3, strides=2),
        conv("k3_s3_same", (2, 8, 10, 3), 5, 3, strides=3, padding="same"),
        conv("k3_s1x2", (2, 6, 9, 3), 6, 3, strides=(1, 2), padding="same"),
        conv("k4_same", (2, 7, 6, 3), 4, 4, padding="same"),
        conv("k4_s3", (1, 11, 10, 5), 4, 4, strides=3),
        conv("k5_same_tanh", (2, 7, 9, 3), 8, 5, padding="same", activation="tanh"),
        conv("k5_s2_same", (2, 9, 8, 3), 8, 5, strides=2, padding="same"),
        conv("k3x2_valid", (2, 6, 7, 5), 6, (3, 2)),
        conv("k3x2_same_sigmoid", (2, 6, 7, 5), 6, (3, 2), padding="same", activation="sigmoid"),
        conv("dilated_valid", (2, 9, 8, 3), 8, 3, dilation_rate=2),
        conv("dilated_same", (2, 7, 8, 5), 4, 3, dilation_rate=2, padding="same"),
        conv("dilated_1x2", (2, 7, 8, 3), 4, 3, dilation_rate=(1, 2)),
        conv("groups_2", (2, 6, 6, 8), 6, 3, groups=2),
        conv("groups_2_same_relu", (2, 5, 7, 16), 16, 3, groups=2, padding="same", activation="relu"),
        conv("no_bias", (2, 6, 5, 3), 8, 3, use_bias=False),
        conv("no_bias_relu", (2, 6, 5, 3), 8, 3, use_bias=False, activation="relu"),
        conv("window_is_picture", (3, 4, 4, 8), 9, 4),
        conv("one_row", (2, 1, 9, 3), 8, 3, padding="same"),
        conv("one_picture", (1, 13, 11, 3), 8, 3, activation="relu"),
    ]
    for activation in ("linear", "relu", "sigmoid", "tanh", "softmax"):
        cases.append(conv(f"activation_{activation}", (2, 5, 5, 3), 5, 3, activation=activation))
    return cases


def depthwise_cases() -> list[Case]:
    cases = []
    for name, shape, size, options in (
        ("k3", (2, 6, 7, 8), 3, {}),
        ("k3_same_relu", (3, 5, 6, 16), 3, {"padding": "same", "activation": "relu"}),
        ("k3_s2_same_odd", (2, 7, 5, 17), 3, {"strides": 2, "padding": "same"}),
        ("k3_s2_same_even", (2, 6, 8, 5), 3, {"strides": 2, "padding": "same"}),
        ("k5_s2_tanh", (2, 9, 8, 3), 5, {"strides": 2, "activation": "tanh"}),
        ("k2x3", (2, 6, 7, 10), (2, 3), {}),
        ("multiplier_2", (2, 6, 5, 8), 3, {"depth_multiplier": 2}),
        ("multiplier_3_same_no_bias", (2, 5, 6, 5), 3, {"depth_multiplier": 3, "padding": "same", "use_bias": False}),
        ("dilated_same", (2, 7, 8, 16), 3, {"dilation_rate": 2, "padding": "same"}),
        ("dilated_s2_same", (2, 9, 8, 8), 3, {"dilation_rate": 2, "strides": 2, "padding": "same"}),
        ("one_channel", (2, 5, 5, 1), 3, {"depth_multiplier": 4}),
    ):
        make = functools.partial(layers.DepthwiseConv2D, size, **options)
        cases.append(Case(f"depthwise_conv2d_{name}", make, [shape]))
    for name, shape, filters, size, options in (
        ("k3", (2, 6, 7, 8), 5, 3, {}),
        ("k3_same_relu", (2, 5, 6, 16), 8, 3, {"padding": "same", "activation": "relu"}),
        ("k3_s2_same", (2, 7, 6, 3), 16, 3, {"strides": 2, "padding": "same"}),
        ("k2x3_no_bias", (2, 6, 7, 5), 4, (2, 3), {"use_bias": False}),
        ("multiplier_2_sigmoid", (2, 5, 6, 4), 6, 3, {"depth_multiplier": 2, "activation": "sigmoid"}),
        ("dilated_same", (2, 7, 8, 8), 8, 3, {"dilation_rate": 2, "padding": "same"}),
        ("dilated_s2", (2, 9, 8, 5), 7, 3, {"dilation_rate": 2, "strides": 2}),
    ):
        make = functools.partial(layers.SeparableConv2D, filters, size, **options)
        cases.append(Case(f"separable_conv2d_{name}", make, [shape]))
    return cases


def transpose_cases() -> list[Case]:
    """None is dilated: of TensorFlow on a CPU only oneDNN does that, so the other variants have no answer."""
    cases = []
    for name, shape, filters, size, options in (
        ("k3", (2, 4, 5, 8), 6, 3, {}),
        ("k3_same_relu", (2, 5, 4, 16), 8, 3, {"padding": "same", "activation": "relu"}),
        ("k4_same", (2, 5, 4, 3), 8, 4, {"padding": "same"}),
        ("k2_s2", (2, 4, 3, 8), 16, 2, {"strides": 2}),
        ("k2_s3_gaps", (2, 4, 3, 5), 7, 2, {"strides": 3}),
        ("k3_s2_same", (2, 4, 5, 16), 8, 3, {"strides": 2, "padding": "same"}),
        ("k4_s2_same_tanh", (2, 3, 4, 3), 3, 4, {"strides": 2, "padding": "same", "activation": "tanh"}),
        ("k1_s2_same", (2, 3, 4, 5), 4, 1, {"strides": 2, "padding": "same"}),
        ("k3x2_s1x2_no_bias", (2, 4, 5, 3), 6, (3, 2), {"strides": (1, 2), "use_bias": False}),
        ("k4_s3_extra_2", (2, 3, 4, 5), 8, 4, {"strides": 3, "output_padding": 2}),
        ("k3_s2_extra_0x1", (2, 3, 4, 8), 4, 3, {"strides": 2, "output_padding": (0, 1)}),
        ("k5_s3_same_extra_1", (2, 3, 4, 5), 8, 5, {"strides": 3, "padding": "same", "output_padding": 1}),
        ("k4_s2_same_extra_1", (2, 3, 4, 8), 5, 4, {"strides": 2, "padding": "same", "output_padding": 1}),
    ):
        make = functools.partial(layers.Conv2DTranspose, filters, size, **options)
        cases.append(Case(f"conv2d_transpose_{name}", make, [shape]))
    return cases


def pool_cases() -> list[Case]:
    cases = []
    for short, pool in (("max", layers.MaxPooling2D), ("average", layers.AveragePooling2D)):
        for name, shape, size, options in (
            ("k2", (2, 6, 8, 8), 2, {}),
            ("k2_odd", (2, 7, 5, 5), 2, {}),
            ("k2_same_odd", (2, 7, 5, 3), 2, {"padding": "same"}),
            ("k2_s1_same", (2, 5, 4, 16), 2, {"strides": 1, "padding": "same"}),
            ("k3_s2", (2, 9, 8, 8), 3, {"strides": 2}),
            ("k3_s2_same_even", (2, 8, 6, 5), 3, {"strides": 2, "padding": "same"}),
            ("k3_s2_same_odd", (2, 9, 7, 5), 3, {"strides": 2, "padding": "same"}),
            ("k3_s1_same", (2, 5, 6, 3), 3, {"strides": 1, "padding": "same"}),
            ("k2_s3_gaps", (2, 8, 11, 3), 2, {"strides": 3}),
            ("k2x3", (2, 7, 8, 8), (2, 3), {}),
            ("k2x3_s3x1_same", (2, 7, 8, 1), (2, 3), {"strides": (3, 1), "padding": "same"}),
        ):
            cases.append(Case(f"{short}_pooling2d_{name}", functools.partial(pool, size, **options), [shape]))
    negative = -1 - np.random.default_rng(1).random((2, 5, 5, 3))
    make = functools.partial(layers.MaxPooling2D, 2, padding="same")
    cases.append(Case("max_pooling2d_negative_same", make, [negative.shape], inputs=[negative]))
    # Three values in every 3x3 map: most channels have their largest value several times.
    ties = np.random.default_rng(2).integers(0, 3, (2, 3, 3, 5))
    for name, pool in (("average", layers.GlobalAveragePooling2D), ("max", layers.GlobalMaxPooling2D)):
        cases.append(Case(f"global_{name}_pooling2d", pool, [(3, 5, 4, 8)]))
        keep = functools.partial(pool, keepdims=True)
        cases.append(Case(f"global_{name}_pooling2d_keepdims", keep, [(2, 4, 3, 5)]))
    cases.append(Case("global_max_pooling2d_ties", layers.GlobalMaxPooling2D, [ties.shape], inputs=[ties], exact=True))
    return cases


def dense_cases() -> list[Case]:
    cases = [
        Case("flatten", layers.Flatten, [(2, 3, 4, 5)]),
        Case("flatten_rank_2", layers.Flatten, [(3, 7)]),
        Case("dense", functools.partial(layers.Dense, 10), [(5, 24)]),
        Case("dense_odd", functools.partial(layers.Dense, 13), [(7, 37)]),
        Case("dense_one_unit", functools.partial(layers.Dense, 1), [(4, 9)]),
        Case("dense_no_bias", functools.partial(layers.Dense, 8, use_bias=False), [(4, 17)]),
        Case("dense_rank_4", functools.partial(layers.Dense, 6), [(2, 3, 4, 5)]),
        Case("dense_rank_4_relu", functools.partial(layers.Dense, 8, activation="relu"), [(2, 3, 2, 16)]),
    ]
    for activation in ("relu", "sigmoid", "tanh", "softmax"):
        cases.append(Case(f"dense_{activation}", functools.partial(layers.Dense, 10, activation=activation), [(6, 16)]))
    return cases


def norm_cases() -> list[Case]:
    cases = []
    for rank, shape in (("rank_4", (3, 5, 4, 8)), ("rank_2", (9, 13))):
        for name, options, training in (
            ("train", {}, True),
            ("inference", {}, False),
            ("frozen", {"trainable": False}, True),
            ("train_no_center", {"center": False}, True),
            ("train_no_scale", {"scale": False}, True),
            ("inference_bare", {"center": False, "scale": False}, False),
            ("train_momentum", {"momentum": 0.9, "epsilon": 1e-2}, True),
        ):
            make = functools.partial(layers.BatchNormalization, **options)
            cases.append(Case(f"batch_normalization_{name}_{rank}", make, [shape], training=training))
    cases.append(Case("batch_normalization_train_odd", layers.BatchNormalization, [(1, 7, 3, 5)], training=True))
    far = 10 + np.random.default_rng(3).random((4, 3, 3, 4))  # a mean large against the deviation
    cases.append(Case("batch_normalization_train_far", layers.BatchNormalization, [far.shape], True, [far]))
    return cases


def picture_norm_cases() -> list[Case]:
    cases = []
    for name, shape, options in (
        ("channels", (3, 4, 3, 8), {}),
        ("odd_channels", (2, 3, 4, 17), {"epsilon": 1e-2}),
        ("rank_2", (5, 13), {}),
        ("rank_3", (2, 5, 6), {"center": False}),
        ("no_scale", (2, 3, 4, 5), {"scale": False}),
        ("bare", (2, 3, 4, 5), {"center": False, "scale": False}),
        ("rms", (2, 3, 4, 8), {"rms_scaling": True}),
        ("rms_no_scale", (3, 7), {"rms_scaling": True, "scale": False}),
        ("picture", (3, 4, 3, 5), {"axis": [1, 2, 3]}),
        ("map", (2, 4, 3, 8), {"axis": [1, 2]}),
        ("row", (2, 4, 3, 5), {"axis": [-2, -1]}),
        ("rows_and_channels", (2, 4, 3, 5), {"axis": [3, 1]}),
        ("axes_of_both_signs", (2, 4, 3, 5), {"axis": [1, -1]}),
        ("axis_1", (2, 6, 3, 4), {"axis": 1}),
        ("axis_2", (2, 3, 6, 4), {"axis": 2}),
    ):
        make = functools.partial(layers.LayerNormalization, **options)
        cases.append(Case(f"layer_normalization_{name}", make, [shape]))
    for name, shape, options in (
        ("of_2", (2, 4, 3, 64), {}),
        ("of_4", (3, 4, 3, 12), {"groups": 3}),
        ("of_16", (2, 3, 4, 32), {"groups": 2, "epsilon": 1e-2}),
        ("of_all", (2, 4, 3, 10), {"groups": 1}),
        ("of_1", (2, 4, 3, 5), {"groups": -1}),
        ("rank_2", (4, 6), {"groups": 2}),
        ("rank_3", (3, 5, 6), {"groups": 3, "center": False}),
        ("bare", (2, 3, 4, 6), {"groups": 2, "center": False, "scale": False}),
        ("axis_1", (2, 6, 3, 4), {"groups": 2, "axis": 1}),
    ):
        make = functools.partial(layers.GroupNormalization, **options)
        cases.append(Case(f"group_normalization_{name}", make, [shape]))
    far = 10 + np.random.default_rng(4).random((3, 4, 3, 8))
    cases.append(Case("layer_normalization_far", layers.LayerNormalization, [far.shape], inputs=[far]))
    make = functools.partial(layers.GroupNormalization, 2)
    cases.append(Case("group_normalization_far", make, [far.shape], inputs=[far]))
    return cases


def elementwise_cases() -> list[Case]:
    corners = np.asarray([[-6, -1, -0.5, 0, 0.25, 1, 1.5, 3, 5.5, 6, 6.5, 100]])
    cases = [
        Case("rescaling", functools.partial(layers.Rescaling, 1 / 255), [(2, 3, 3, 3)]),
        Case("rescaling_offset", functools.partial(layers.Rescaling, 1 / 127.5, offset=-1), [(2, 3, 3, 3)]),
        Case("rescaling_lists", functools.partial(layers.Rescaling, [2.0, 0.5, 0.25], [0.0, 1.0, -1.0]), [(2, 2, 3, 3)]),
        Case("add_2", layers.Add, [(2, 3, 4, 5)] * 2),
        Case("add_3", layers.Add, [(2, 3, 4, 8)] * 3),
        Case("add_2_rank_2", layers.Add, [(4, 9)] * 2),
        Case("concatenate", layers.Concatenate, [(2, 3, 4, 5), (2, 3, 4, 3)]),
        Case("concatenate_3", layers.Concatenate, [(2, 3, 2, 8), (2, 3, 2, 16), (2, 3, 2, 1)]),
        Case("concatenate_axis_1", functools.partial(layers.Concatenate, axis=1), [(2, 3, 4, 5), (2, 2, 4, 5)]),
        Case("concatenate_axis_2", functools.partial(layers.Concatenate, axis=2), [(2, 3, 1, 5), (2, 3, 4, 5)]),
        Case("concatenate_rank_2", layers.Concatenate, [(3, 5), (3, 8)]),
        Case("softmax", layers.Softmax, [(5, 10)]),
        Case("softmax_rank_4", layers.Softmax, [(2, 3, 2, 7)]),
        Case("softmax_axis_1", functools.partial(layers.Softmax, axis=1), [(2, 3, 2, 4)]),
        Case("dropout_inference", functools.partial(layers.Dropout, 0.5), [(3, 4, 4, 2)]),
        Case("activation_relu_corner", functools.partial(layers.Activation, "relu"), [(1, 12)], inputs=[corners], exact=True),
    ]
    for name in ("linear", "relu", "sigmoid", "tanh", "softmax"):
        make = functools.partial(layers.Activation, name)
        cases.append(Case(f"activation_{name}", make, [(4, 10)]))
        cases.append(Case(f"activation_{name}_rank_4", make, [(2, 3, 4, 5)]))
    far = np.asarray([[-100, -30, -10, -1e-3, 0, 1e-3, 10, 30, 100]])
    for name in ("sigmoid", "tanh", "softmax"):
        cases.append(Case(f"activation_{name}_far", functools.partial(layers.Activation, name), [far.shape], inputs=[far]))
    for name, options in (
        ("plain", {}),
        ("max", {"max_value": 6.0}),
        ("max_3", {"max_value": 3.0}),
        ("slope", {"negative_slope": 0.1}),
        ("threshold", {"threshold": 1.0}),
        ("max_slope_threshold", {"max_value": 6.0, "negative_slope": 0.1, "threshold": 1.0}),
        ("slope_threshold", {"negative_slope": 0.25, "threshold": 0.25}),
        ("max_threshold", {"max_value": 3.0, "threshold": 0.25}),
    ):
        make = functools.partial(layers.ReLU, **options)
        cases.append(Case(f"re_lu_{name}", make, [(2, 3, 4, 5)]))
        cases.append(Case(f"re_lu_{name}_corners", make, [corners.shape], inputs=[corners], exact=True))
    return cases


def activation_cases() -> list[Case]:
    corners = np.asarray([[-7, -6, -3, -1, -0.5, -0.0, 0, 0.25, 1, 1.5, 3, 5.5, 6, 6.5, 7]])
    far = np.asarray([[-100, -30, -10, -1e-3, 0, 1e-3, 10, 30, 100]])
    names = ("relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "hard_sigmoid", "hard_silu", "softplus", "mish")
    cases = []
    for name in names:
        make = functools.partial(layers.Activation, name)
        cases.append(Case(f"activation_{name}", make, [(4, 10)]))
        cases.append(Case(f"activation_{name}_rank_4", make, [(2, 3, 4, 5)]))
        cases.append(Case(f"activation_{name}_corners", make, [corners.shape], inputs=[corners], exact=True))
    for name in ("elu", "selu", "gelu", "silu", "softplus", "mish"):
        cases.append(Case(f"activation_{name}_far", functools.partial(layers.Activation, name), [far.shape], inputs=[far]))
    cases.append(conv("activation_swish", (2, 5, 5, 3), 5, 3, activation="swish"))
    cases.append(Case("dense_gelu", functools.partial(layers.Dense, 10, activation="gelu"), [(6, 16)]))
    for name, layer, options in (
        ("leaky_re_lu", layers.LeakyReLU, {}),
        ("leaky_re_lu_slope", layers.LeakyReLU, {"negative_slope": 0.05}),
        ("elu", layers.ELU, {}),
        ("elu_alpha", layers.ELU, {"alpha": 0.4}),
    ):
        make = functools.partial(layer, **options)
        cases.append(Case(name, make, [(2, 3, 4, 5)]))
        cases.append(Case(f"{name}_corners", make, [corners.shape], inputs=[corners], exact=True))
    cases += [
        Case("p_re_lu", layers.PReLU, [(3, 3, 2, 5)]),
        Case("p_re_lu_rank_2", layers.PReLU, [(4, 9)]),
        Case("p_re_lu_corners", layers.PReLU, [corners.shape], inputs=[corners], exact=True),
        Case("p_re_lu_shared", functools.partial(layers.PReLU, shared_axes=[1, 2]), [(3, 4, 3, 8)]),
        Case("p_re_lu_shared_channels", functools.partial(layers.PReLU, shared_axes=[3]), [(3, 2, 3, 5)]),
    ]
    return cases


def shape_cases() -> list[Case]:
    cases = []
    for name, target, shape in (
        ("open", (-1, 5), (2, 3, 4, 5)),
        ("rank_4", (5, 4, 3), (2, 3, 4, 5)),
        ("rank_2", (60,), (2, 3, 4, 5)),
        ("from_rank_2", (2, -1, 2), (3, 12)),
        ("rank_5", (3, 2, 2, 5), (2, 3, 4, 5)),
    ):
        cases.append(Case(f"reshape_{name}", functools.partial(layers.Reshape, target), [shape]))
    for name, dims, shape in (
        ("rows_and_columns", (2, 1, 3), (2, 3, 4, 5)),
        ("channels_first", (3, 1, 2), (2, 3, 4, 8)),
        ("channels_last", (2, 3, 1), (2, 3, 4, 5)),
        ("rank_3", (2, 1), (3, 4, 5)),
    ):
        cases.append(Case(f"permute_{name}", functools.partial(layers.Permute, dims), [shape]))
    for short, layer in (("zero_padding2d", layers.ZeroPadding2D), ("cropping2d", layers.Cropping2D)):
        for name, margins, shape in (
            ("even", 1, (2, 4, 3, 8)),
            ("uneven", ((1, 0), (0, 2)), (2, 3, 5, 5)),
            ("rows_columns", (2, 1), (2, 6, 5, 3)),
        ):
            cases.append(Case(f"{short}_{name}", functools.partial(layer, margins), [shape]))
    for interpolation in ("nearest", "bilinear"):
        for name, size, shape in (("2", 2, (2, 3, 4, 8)), ("3x2", (3, 2), (2, 2, 5, 5)), ("pixel", (2, 3), (2, 1, 1, 3))):
            make = functools.partial(layers.UpSampling2D, size, interpolation=interpolation)
            cases.append(Case(f"up_sampling2d_{interpolation}_{name}", make, [shape]))
    return cases


def merge_cases() -> list[Case]:
    cases = [Case("subtract", layers.Subtract, [(2, 3, 4, 5)] * 2), Case("subtract_rank_2", layers.Subtract, [(4, 9)] * 2)]
    cases.append(Case("subtract_channels", layers.Subtract, [(2, 1, 1, 8), (2, 3, 4, 8)]))
    cases.append(Case("add_channels", layers.Add, [(2, 3, 4, 8), (2, 1, 1, 8)]))
    cases.append(Case("add_missing_axes", layers.Add, [(2, 3, 4, 8), (2, 8)]))
    # Three values: most places have their largest and smallest twice.
    ties = list(np.random.default_rng(4).integers(0, 3, (3, 2, 3, 3, 5)))
    for name, layer in (
        ("multiply", layers.Multiply),
        ("average", layers.Average),
        ("maximum", layers.Maximum),
        ("minimum", layers.Minimum),
    ):
        cases.append(Case(f"{name}_2", layer, [(2, 3, 4, 5)] * 2))
        cases.append(Case(f"{name}_3", layer, [(2, 3, 4, 8)] * 3))
        cases.append(Case(f"{name}_2_rank_2", layer, [(4, 9)] * 2))
        cases.append(Case(f"{name}_channels", layer, [(2, 3, 4, 8), (2, 1, 1, 8)]))
        cases.append(Case(f"{name}_stretched_both", layer, [(2, 3, 1, 5), (2, 1, 4, 5)]))
        if name in ("maximum", "minimum"):
            cases.append(Case(f"{name}_ties", layer, [ties[0].shape] * 3, inputs=ties, exact=True))
    return cases


def noise_cases() -> list[Case]:
    """Numbers that are drawn differ: only inference can be compared."""
    return [
        Case("spatial_dropout2d_inference", functools.partial(layers.SpatialDropout2D, 0.5), [(3, 4, 4, 2)]),
        Case("gaussian_noise_inference", functools.partial(layers.GaussianNoise, 0.5), [(3, 4, 4, 2)]),
        Case("gaussian_dropout_inference", functools.partial(layers.GaussianDropout, 0.5), [(3, 4, 4, 2)]),
        Case("random_flip_inference", functools.partial(layers.RandomFlip, "horizontal"), [(3, 4, 4, 2)]),
        Case("random_rotation_inference", functools.partial(layers.RandomRotation, 0.2), [(3, 4, 4, 2)]),
        Case("random_translation_inference", functools.partial(layers.RandomTranslation, 0.2, (-0.1, 0.3)), [(3, 4, 4, 2)]),
        Case("random_zoom_inference", functools.partial(layers.RandomZoom, 0.2), [(3, 4, 4, 2)]),
        Case("random_contrast_inference", functools.partial(layers.RandomContrast, 0.2), [(3, 4, 4, 2)]),
        Case("random_brightness_inference", functools.partial(layers.RandomBrightness, 0.2), [(3, 4, 4, 2)]),
    ]


def normalization_cases() -> list[Case]:
    lists = {"mean": [0.5, -1.0, 2.0], "variance": [0.25, 4.0, 0.0]}
    cases = []
    for name, options, shape in (
        ("adapted", {}, (2, 3, 4, 5)),
        ("adapted_rank_2", {}, (4, 9)),
        ("adapted_invert", {"invert": True}, (2, 3, 4, 8)),
        ("given", {**lists, "variance": [0.25, 4.0, 1.5]}, (2, 3, 4, 3)),
        ("given_numbers", {"mean": 0.5, "variance": 0.2}, (2, 3, 2, 5)),
        ("given_invert", {**lists, "invert": True}, (2, 3, 2, 3)),
    ):
        cases.append(Case(f"normalization_{name}", functools.partial(layers.Normalization, **options), [shape]))
    return cases


def all_cases() -> list[Case]:
    convolutions = conv_cases() + depthwise_cases() + transpose_cases()
    normalisations = norm_cases() + picture_norm_cases() + normalization_cases()
    elements = elementwise_cases() + activation_cases() + shape_cases() + merge_cases() + noise_cases()
    return convolutions + pool_cases() + dense_cases() + normalisations + elements


def weight_value(name: str, shape: Sequence[int], rng: np.random.Generator) -> np.ndarray:
    """Random weights; those that scale stay positive."""
    if name == "count":
        return np.zeros(shape, np.int64)
    low, high = (0.5, 1.5) if name in ("gamma", "moving_variance", "variance") else (-0.5, 0.5)
    return rng.uniform(low, high, shape).astype(np.float32)


def build(case: Case) -> tuple[keras.Layer, dict[str, np.ndarray]]:
    """The layer with its weights set, and these weights by name."""
    layer = case.make(name=case.name)
    shapes = [tuple(x.shape) for x in case.values()]
    layer.build(shapes if len(shapes) > 1 else shapes[0])
    rng = np.random.default_rng(seed_of(case.name) + 1)
    weights = {v.name: weight_value(v.name, v.shape, rng) for v in layer.weights}
    layer.set_weights(list(weights.values()))
    if isinstance(layer, layers.Normalization):
        layer.finalize_state()  # takes over the weights
    return layer, weights


def answer_case(case: Case, variant: Variant) -> dict[str, np.ndarray]:
    layer, _ = build(case)
    how = BASE if case.exact and variant.moved else variant
    inputs = [tf.constant(how.move(x, i)) for i, x in enumerate(case.values())]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        output = layer(inputs if len(inputs) > 1 else inputs[0], training=case.training)
        diff_output = diff_of(case, output.shape)
        total = tf.reduce_sum(output * tf.constant(diff_output.astype(variant.floatx)))
    trainable = layer.trainable_variables
    diffs = tape.gradient(total, [*inputs, *(v.value for v in trainable)])
    arrays = {"output": output}
    arrays |= {f"diff_input_{i}": diffs[i] for i in range(len(inputs))}
    arrays |= {f"diff_weight/{v.name}": d for v, d in zip(trainable, diffs[len(inputs) :])}
    arrays |= {f"updated/{v.name}": v.value for v in layer.weights if v.name.startswith("moving_")}
    return {key: np.asarray(value) for key, value in arrays.items()}


def diff_of(case: Case, shape: Sequence[int]) -> np.ndarray:
    rng = np.random.default_rng(seed_of(case.name) + 2)
    return rng.uniform(-1, 1, tuple(shape)).astype(np.float32)


def answer(variant: Variant) -> Results:
    return {case.name: answer_case(case, variant) for case in all_cases()}


def describe(layer: keras.Layer) -> dict:
    """The layer as it stands in Keras's to_json()."""
    described = keras.saving.serialize_keras_object(layer)
    return {key: described[key] for key in ("module", "class_name", "config", "registered_name")}


def write() -> None:
    answers = answer_in_all_variants("layers")
    for case in all_cases():
        golden = answers[BASE.name][case.name]
        allowed = tolerances(answers, case.name)
        if max(allowed.values()) > SUSPICIOUS:
            raise RuntimeError(f"{case.name}: Keras is far from itself: {allowed}")
        layer, weights = build(case)
        inputs = case.values()
        description = {
            "layer": describe(layer),
            "input_shapes": [list(x.shape) for x in inputs],
            "output_shape": list(golden["output"].shape),
            "training": case.training,
            "weights": list(weights),
            "tolerance": allowed,
        }
        arrays = {f"input_{i}": x for i, x in enumerate(inputs)}
        arrays |= {f"weight/{name}": value for name, value in weights.items()}
        arrays |= {"diff_output": diff_of(case, golden["output"].shape)} | golden
        write_json(FOLDER / f"{case.name}.json", description)
        save_file({k: np.ascontiguousarray(v, np.float32) for k, v in arrays.items()}, FOLDER / f"{case.name}.safetensors")
