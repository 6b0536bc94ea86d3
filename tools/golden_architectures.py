"""Architectures as Keras 2 and 3 write them, with what Keras says of them: shapes, parameters, summaries.

Keras 2 is the package tf_keras, which lives beside Keras 3.
"""

from __future__ import annotations

import json
import os

from golden_common import GOLDEN

FOLDER = GOLDEN / "architectures"
COLUMNS = [42, 60]  # of the terminal; wider ones are in summary/


def sequential(k, **first):
    """Every layer that stands in a chain, with options away from their defaults."""
    layers = k.layers
    return k.Sequential(
        [
            layers.Rescaling(1 / 127.5, offset=-1, **first),
            layers.Conv2D(6, (3, 2), strides=(2, 1), padding="same", use_bias=False, kernel_initializer="he_normal"),
            layers.ReLU(6.0, negative_slope=0.1),
            layers.Conv2D(4, 3, dilation_rate=2, groups=2, bias_initializer=k.initializers.Constant(0.5)),
            layers.BatchNormalization(momentum=0.9, epsilon=1e-5, center=False),
            layers.Activation("tanh"),
            layers.MaxPooling2D((2, 3), strides=1, padding="same"),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dense(7, "sigmoid", kernel_initializer=k.initializers.RandomNormal(stddev=0.1), trainable=False),
            layers.Dropout(0.25),
            layers.Dense(5),
            layers.Softmax(),
        ]
    )


def residual(k):
    layers = k.layers
    picture = k.Input((8, 8, 3), name="picture")
    stem = layers.Conv2D(4, 3, padding="same", name="stem")(picture)
    side = layers.Conv2D(4, 1)(picture)
    total = layers.Add()([stem, side])
    normal = layers.BatchNormalization()(total)
    both = layers.Concatenate()([normal, side, stem])
    mean = layers.GlobalAveragePooling2D()(both)
    most = layers.GlobalMaxPooling2D(name="the_largest_activation_of_every_single_map")(both)
    joined = layers.Concatenate(name="joined")([most, mean])
    return k.Model(picture, layers.Dense(3, "softmax")(joined), name="residual")


def moves(k):
    """What changes shapes, merges and disturbs, with the activations that Keras 2 and 3 name differently."""
    layers = k.layers
    picture = k.Input((8, 8, 3), name="picture")
    normal = layers.Normalization(mean=[0.5, 0.25, 0.75], variance=[0.25, 4.0, 1.0])(picture)
    padded = layers.ZeroPadding2D(((1, 0), (2, 3)))(layers.Normalization()(normal))
    stem = layers.Conv2D(4, 2, activation="swish")(padded)
    cut = layers.Cropping2D((1, 2))(layers.LeakyReLU()(stem))
    large = layers.UpSampling2D((1, 2), interpolation="bilinear")(layers.ELU(0.5)(cut))
    noisy = layers.SpatialDropout2D(0.25)(layers.GaussianNoise(0.1)(layers.GaussianDropout(0.2)(large)))
    learnt = layers.PReLU(shared_axes=[1, 2])(layers.Permute((2, 1, 3))(noisy))
    a = layers.Reshape((-1, 24))(learnt)
    b = layers.Dense(24, activation="gelu")(a)
    c = layers.Activation("relu6")(layers.Subtract()([a, b]))
    merged = [layer()([a, b, c]) for layer in (layers.Multiply, layers.Average, layers.Maximum, layers.Minimum)]
    return k.Model(picture, layers.Dense(2, "softplus")(layers.Flatten()(layers.Add()(merged))), name="moves")


def chain(k):
    picture = k.Input((8, 8, 1))
    flat = k.layers.Flatten()(picture)
    return k.Model(picture, k.layers.Dense(1234, "softmax")(flat))


def operator(k):
    """A sum written with +, which Keras 3 keeps as an operation."""
    picture = k.Input((6, 6, 2))
    side = k.layers.Conv2D(2, 1)(picture)
    mean = k.layers.GlobalAveragePooling2D(keepdims=True)(picture + side)
    return k.Model(picture, k.layers.Dense(2)(k.layers.Flatten()(mean)))


def convolutions(k):
    layers = k.layers
    picture = k.Input((9, 9, 4))
    wide = layers.DepthwiseConv2D(3, depth_multiplier=2, activation="relu", depthwise_initializer="he_uniform")(picture)
    norm = layers.GroupNormalization(groups=4, epsilon=1e-4)(wide)
    low = layers.SeparableConv2D(6, (3, 2), strides=2, padding="same", use_bias=False)(norm)
    norm = layers.LayerNormalization(axis=[1, 2, 3], center=False)(low)
    high = layers.Conv2DTranspose(3, 3, strides=2, padding="same", output_padding=1)(norm)
    mean = layers.GlobalAveragePooling2D()(high)
    return k.Model(picture, layers.LayerNormalization()(mean), name="convolutions")


def models(k, keras_3: bool):
    yield "sequential", sequential(k) if keras_3 else sequential(k, input_shape=(16, 16, 4))
    yield "open", k.Sequential([k.layers.Conv2D(2, 3), k.layers.GlobalMaxPooling2D(), k.layers.Dense(4)])
    yield "residual", residual(k)
    yield "chain", chain(k)
    yield "convolutions", convolutions(k)
    if keras_3:
        yield "operator", operator(k)
    yield "moves", moves(k)


def summaries(model) -> dict[str, str]:
    texts = {}
    for columns in COLUMNS:
        os.environ["COLUMNS"] = str(columns)
        lines: list[str] = []
        model.summary(print_fn=lines.append)
        texts[str(columns)] = "".join(lines)
    return texts


def write() -> None:
    import keras
    import tf_keras

    FOLDER.mkdir(parents=True, exist_ok=True)
    for prefix, package in ("keras_3", keras), ("keras_2", tf_keras):
        package.backend.clear_session()
        for name, model in models(package, package is keras):
            if name == "sequential" and package is keras:
                model.build((None, 16, 16, 4))
            golden = {"architecture": json.loads(model.to_json())}
            if name != "open":
                layers = getattr(model, "operations", model.layers)
                golden["shapes"] = {layer.name: list(layer.output.shape) for layer in layers}
                golden["parameters"] = model.count_params()
                golden["trainable"] = sum(weight.numpy().size for weight in model.trainable_weights)
                golden["weights"] = [weight.path if package is keras else weight.name for weight in model.weights]
                if package is keras:
                    golden["summary"] = summaries(model)
            text = json.dumps(golden, ensure_ascii=False, indent=1)
            (FOLDER / f"{prefix}_{name}.json").write_text(text + "\n")
