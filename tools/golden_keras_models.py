"""The models whose files tests/golden/keras_files/ holds, for Keras 3 and Keras 2 (`k` is either package).

Layers get the same names in both, and weights are drawn by these names, so that both packages have the same ones.
"""

from __future__ import annotations

import numpy as np

from golden_common import Variant, seed_of

COUNT = 4  # pictures
ADAPTED = 6  # pictures that Normalization has seen


def chain(k):
    layers = k.layers
    net = [k.Input((8, 8, 3)), layers.Conv2D(4, 3, activation="relu"), layers.BatchNormalization(), layers.MaxPooling2D(2)]
    net += [layers.Dropout(0.2), layers.Flatten(), layers.Dense(3, "softmax")]
    return k.Sequential(net)


def branches(k):
    layers = k.layers
    picture = k.Input((8, 8, 3), name="picture")
    stem = layers.Conv2D(4, 3, padding="same", use_bias=False, name="stem")(picture)
    x = layers.BatchNormalization(epsilon=1e-5, name="norm_1")(stem)
    x = layers.Activation("relu", name="relu_1")(x)
    x = layers.Conv2D(4, 3, padding="same", name="conv_2")(x)
    x = layers.BatchNormalization(epsilon=1e-5, name="norm_2")(x)
    x = layers.Activation("relu", name="relu_2")(layers.Add(name="add")([x, stem]))
    side = layers.Conv2D(4, 1, strides=2, activation="tanh", name="side")(x)
    pooled = layers.MaxPooling2D(2, name="pool")(x)
    merged = [layers.Average(name="average")([side, pooled]), layers.Multiply(name="multiply")([side, pooled])]
    merged += [layers.Maximum(name="maximum")([side, pooled]), pooled]
    mean = layers.GlobalAveragePooling2D(name="mean")(layers.Concatenate(name="concatenate")(merged))
    return k.Model(picture, layers.Dense(3, "softmax", name="out")(mean), name="branches")


def operators(k):
    """Merges written as +, - and *, which Keras 3 keeps as operations."""
    picture = k.Input((6, 6, 3), name="picture")
    a = k.layers.Conv2D(3, 1, name="a")(picture)
    b = k.layers.Conv2D(3, 1, name="b")(picture)
    mean = k.layers.GlobalAveragePooling2D(name="mean")((a + b) * picture - a)
    return k.Model(picture, k.layers.Dense(3, "softmax", name="out")(mean), name="operators")


def base(k, trainable=True):
    """A pretrained base in small: convolutions whose statistics lie between trainable weights."""
    layers = k.layers
    picture = k.Input((8, 8, 3), name="base_input")
    x = layers.Conv2D(4, 3, name="base_conv_1")(picture)
    x = layers.ReLU(name="base_relu")(layers.BatchNormalization(name="base_norm")(x))
    model = k.Model(picture, layers.Conv2D(5, 2, activation="relu", name="base_conv_2")(x), name="base")
    model.trainable = trainable
    return model


def transfer(k, trainable=True):
    layers = k.layers
    head = [layers.Dense(4, "relu", name="hidden"), layers.Dropout(0.5, name="dropout"), layers.Dense(3, "softmax", name="out")]
    return k.Sequential([base(k, trainable), layers.GlobalAveragePooling2D(name="mean"), *head], name="transfer")


def frozen_transfer(k):
    return transfer(k, trainable=False)


def sequentials_inside(k):
    layers = k.layers
    picture = k.Input((8, 8, 3), name="picture")
    turned = [layers.RandomFlip("horizontal", name="flip"), layers.RandomRotation(0.1, name="rotation")]
    augment = k.Sequential(turned, name="augment")
    body = k.Sequential([layers.Conv2D(4, 3, activation="relu", name="conv"), layers.BatchNormalization(name="norm")], name="body")
    tail = k.Sequential([layers.Flatten(name="flatten"), layers.Dense(3, "softmax", name="out")], name="tail")
    scaled = layers.Rescaling(2.0, offset=-1.0, name="scale")(augment(picture))
    return k.Model(picture, tail(layers.MaxPooling2D(2, name="pool")(body(scaled))), name="sequentials_inside")


def teachable_machine(k):
    """Teachable Machine's nesting and names, its base in small."""
    layers = k.layers
    picture = k.Input((8, 8, 3), name="input_1")
    x = layers.Conv2D(4, 3, strides=2, padding="same", use_bias=False, name="Conv1")(picture)
    x = layers.ReLU(6.0, name="Conv1_relu")(layers.BatchNormalization(epsilon=0.001, momentum=0.999, name="bn_Conv1")(x))
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name="expanded_conv_depthwise")(x)
    features = k.Model(picture, layers.ReLU(6.0, name="out_relu")(x), name="model1")
    pooled = layers.GlobalAveragePooling2D(name="global_average_pooling2d_GlobalAveragePooling2D1")
    hidden = layers.Dense(6, "relu", name="dense_Dense1")
    last = layers.Dense(3, "softmax", use_bias=False, name="dense_Dense2")
    inner = k.Sequential([features, pooled], name="sequential_1")
    return k.Sequential([inner, k.Sequential([k.Input((4,)), hidden, last], name="sequential_3")], name="sequential_4")


def three_deep(k):
    """Models three deep; the innermost is frozen, so that trainable and frozen weights alternate in the middle one."""
    layers = k.layers
    inner = [k.Input((8, 8, 3), name="inner_input"), layers.Conv2D(3, 3, name="inner_conv"), layers.BatchNormalization(name="inner_norm")]
    innermost = k.Sequential(inner, name="innermost")
    innermost.trainable = False
    picture = k.Input((8, 8, 3), name="middle_input")
    x = layers.BatchNormalization(name="middle_norm")(innermost(layers.Conv2D(3, 1, name="middle_conv_1")(picture)))
    middle = k.Model(picture, layers.Conv2D(4, 3, activation="relu", name="middle_conv_2")(x), name="middle")
    picture = k.Input((8, 8, 3), name="picture")
    x = layers.Flatten(name="flatten")(middle(picture))
    return k.Model(picture, layers.Dense(3, "softmax", name="out")(x), name="three_deep")


def shared_layers(k):
    """A convolution that follows itself, a dense layer on two paths."""
    layers = k.layers
    picture = k.Input((8, 8, 3), name="picture")
    again = layers.Conv2D(3, 3, padding="same", activation="tanh", name="again")
    once = again(picture)
    twice = again(once)
    both = layers.Dense(4, "relu", name="both")
    a = both(layers.GlobalAveragePooling2D(name="mean")(twice))
    b = both(layers.GlobalMaxPooling2D(name="most")(once))
    return k.Model(picture, layers.Dense(3, "softmax", name="out")(layers.Concatenate(name="join")([a, b])), name="shared_layers")


def twins(k):
    """A nested model called on two views of one input."""
    layers = k.layers
    small = k.Input((8, 8, 3), name="view")
    x = layers.BatchNormalization(name="twin_norm")(layers.Conv2D(3, 3, activation="relu", name="twin_conv")(small))
    twin = k.Model(small, layers.GlobalAveragePooling2D(name="twin_mean")(x), name="twin")
    picture = k.Input((8, 8, 3), name="picture")
    a = twin(picture)
    b = twin(layers.MaxPooling2D(3, strides=1, padding="same", name="blurred")(picture))
    joined = layers.Concatenate(name="join")([layers.Subtract(name="difference")([a, b]), b])
    return k.Model(picture, layers.Dense(3, "softmax", name="out")(joined), name="twins")


def convolutions(k):
    layers = k.layers
    picture = k.Input((9, 9, 4), name="picture")
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, activation="relu", name="depthwise")(picture)
    x = layers.GroupNormalization(groups=4, epsilon=1e-4, name="group_norm")(x)
    x = layers.Conv2D(6, (3, 2), dilation_rate=2, groups=2, padding="same", name="groups")(x)
    x = layers.SeparableConv2D(6, (3, 2), strides=2, padding="same", activation="tanh", name="separable")(x)
    x = layers.LayerNormalization(axis=[1, 2, 3], center=False, name="map_norm")(x)
    x = layers.Conv2DTranspose(3, 3, strides=2, padding="same", output_padding=1, name="transpose")(x)
    x = layers.LayerNormalization(name="layer_norm")(x)
    x = layers.BatchNormalization(scale=False, name="no_scale")(x)
    x = layers.BatchNormalization(center=False, name="no_center")(x)
    return k.Model(picture, layers.Dense(3, "softmax", name="out")(layers.Flatten(name="flatten")(x)), name="convolutions")


ACTIVATIONS = ["relu", "relu6", "sigmoid", "tanh", "softmax", "softplus", "elu", "selu", "gelu", "swish", "mish", "linear"]
KERAS_3_ACTIVATIONS = ["leaky_relu", "silu", "hard_sigmoid", "hard_silu", "hard_swish"]


def activations(k):
    """Every activation on a path of its own. Those that Keras 2 lacks, or computes otherwise, are Keras 3's alone."""
    layers = k.layers
    keras_3 = k.__name__ == "keras"
    vector = k.Input((5,), name="vector")
    x = layers.Dense(6, name="stem")(vector)
    paths = [layers.Activation(name, name=f"as_{name}")(x) for name in ACTIVATIONS + KERAS_3_ACTIVATIONS * keras_3]
    paths.append(layers.Dense(4, "swish", name="dense_swish")(x))
    paths += [layer(x) for layer in (layers.ReLU(name="relu"), layers.ReLU(6.0, 0.1, 0.2, name="relu_of_three"))]
    slope = {"negative_slope" if keras_3 else "alpha": 0.2}
    paths += [layers.LeakyReLU(name="leaky")(x), layers.LeakyReLU(name="leakier", **slope)(x)]
    paths += [layers.ELU(name="elu")(x), layers.ELU(0.5, name="half_elu")(x), layers.Softmax(name="softmax")(x)]
    paths += [layers.PReLU(name="learnt")(x)]
    merged = layers.Minimum(name="least")([paths[0], paths[3]])
    joined = layers.Concatenate(name="join")([*paths, merged])
    return k.Model(vector, layers.Dense(3, "softmax", name="out")(joined), name="activations")


def moves(k):
    layers = k.layers
    picture = k.Input((8, 8, 3), name="picture")
    x = layers.ZeroPadding2D(((1, 0), (2, 3)), name="pad")(picture)
    x = layers.Conv2D(4, 3, strides=(1, 2), name="conv")(x)
    x = layers.Cropping2D(((1, 0), (1, 1)), name="crop")(x)
    x = layers.PReLU(shared_axes=[1, 2], name="learnt")(x)
    x = layers.UpSampling2D((1, 2), interpolation="bilinear", name="bilinear")(x)
    x = layers.AveragePooling2D((2, 3), strides=1, padding="same", name="average_pool")(x)
    x = layers.UpSampling2D(2, name="nearest")(x)
    x = layers.MaxPooling2D((3, 2), strides=2, name="pool")(x)
    x = layers.Permute((2, 1, 3), name="permute")(x)
    x = layers.Softmax(axis=-1, name="share")(x)
    most = layers.Flatten(name="flat_most")(layers.GlobalMaxPooling2D(keepdims=True, name="most")(x))
    rows = layers.Reshape((-1, 4), name="rows")(x)
    joined = layers.Concatenate(name="join")([layers.Flatten(name="flat_rows")(layers.Dense(2, name="dense")(rows)), most])
    return k.Model(picture, layers.Dense(3, "softmax", name="out")(joined), name="moves")


def disturbed(k):
    """What scales, and what does something only while training. Keras 3 predicts without cropping, Keras 2 crops the middle."""
    layers = k.layers
    cropped = (8, 8) if k.__name__ == "keras" else (6, 6)
    adapted = layers.Normalization(name="adapted")
    seen = np.random.default_rng(seed_of("adapted")).uniform(-1, 2, (ADAPTED, 6, 6, 3)).astype(np.float32)
    adapted.adapt(seen * np.array([1, 2, 3], np.float32))
    net = [k.Input((8, 8, 3)), layers.RandomCrop(*cropped, name="crop"), layers.Rescaling(3.0, offset=-0.5, name="scale"), adapted]
    net += [layers.Normalization(mean=[0.5, 0.25, 0.75], variance=[0.25, 4.0, 1.0], name="given")]
    net += [layers.RandomTranslation(0.1, 0.2, name="translation"), layers.RandomZoom(0.1, name="zoom")]
    net += [layers.RandomContrast(0.2, name="contrast"), layers.Conv2D(4, 3, activation="relu", name="conv")]
    net += [layers.SpatialDropout2D(0.2, name="channels")]
    net += [layers.GaussianNoise(0.1, name="noise"), layers.GaussianDropout(0.1, name="factors"), layers.Flatten(name="flatten")]
    return k.Sequential([*net, layers.Dense(3, "softmax", name="out")], name="disturbed")


def penalized(k):
    """Regularizers, constraints and initializers."""
    layers, of, held, first = k.layers, k.regularizers, k.constraints, k.initializers
    conv = {"kernel_regularizer": of.L2(0.01), "bias_regularizer": "l1", "kernel_constraint": held.MaxNorm(2.0, axis=[0, 1, 2])}
    wide = {"kernel_regularizer": of.L1L2(0.01, 0.02), "kernel_constraint": held.UnitNorm(), "bias_constraint": held.NonNeg()}
    norm = {"gamma_regularizer": of.L1(0.1), "beta_constraint": held.MinMaxNorm(0.1, 2.0, rate=0.5)}
    net = [k.Input((6, 6, 3)), layers.Conv2D(3, 3, kernel_initializer=first.HeNormal(), name="conv", **conv)]
    net += [layers.BatchNormalization(gamma_initializer=first.Constant(0.5), name="norm", **norm), layers.Flatten(name="flatten")]
    start = {"kernel_initializer": first.RandomNormal(stddev=0.1, seed=3), "bias_initializer": "ones"}
    net += [layers.Dense(4, "tanh", name="wide", **start, **wide)]
    scaled = first.VarianceScaling(2.0, mode="fan_out", distribution="uniform")
    return k.Sequential([*net, layers.Dense(3, "softmax", kernel_initializer=scaled, name="out")], name="penalized")


def two_outputs(k):
    """Two outputs; the first is the one that counts."""
    layers = k.layers
    picture = k.Input((8, 8, 3), name="picture")
    x = layers.Conv2D(4, 3, activation="relu", name="conv")(picture)
    early = layers.Dense(2, "softmax", name="early")(layers.GlobalAveragePooling2D(name="mean")(x))
    late = layers.Dense(3, "softmax", name="late")(layers.Flatten(name="flatten")(layers.Conv2D(2, 3, name="deep")(x)))
    return k.Model(picture, [late, early], name="two_outputs")


def open_sizes(k):
    layers = k.layers
    picture = k.Input((None, None, 3), name="picture")
    x = layers.RandomBrightness(0.2, value_range=(0.0, 1.0), name="brightness")(picture)
    x = layers.BatchNormalization(name="norm")(layers.Conv2D(4, 3, strides=2, padding="same", name="conv")(x))
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    return k.Model(picture, layers.Dense(3, "softmax", name="out")(x), name="open_sizes")


def custom_cnn(k):
    """A subclassed model. Of its attributes some sort before `layers`, others after, and none is a layer's name."""
    layers = k.layers

    class CustomCNN(k.Model):
        def __init__(self):
            super().__init__(name="custom_cnn")
            self.conv1 = layers.Conv2D(3, 3, activation="relu")
            self.bn1 = layers.BatchNormalization()
            self.pool1 = layers.MaxPooling2D(2)
            self.stem = layers.Conv2D(4, 2, activation="relu")
            self.flatten = layers.Flatten()
            self.dropout = layers.Dropout(0.5)
            self.dense1 = layers.Dense(4, "relu")
            self.out = layers.Dense(3, "softmax")

        def call(self, x, training=False):
            x = self.pool1(self.bn1(self.conv1(x), training=training))
            return self.out(self.dense1(self.dropout(self.flatten(self.stem(x)), training=training)))

    model = CustomCNN()
    model(np.zeros((1, 8, 8, 3), "float32"))
    return model


def custom_cnn_chain(k):
    """The same layers in a row, named as the attributes are: the architecture that custom_cnn's weights are of."""
    layers = k.layers
    net = [k.Input((8, 8, 3)), layers.Conv2D(3, 3, activation="relu", name="conv1"), layers.BatchNormalization(name="bn1")]
    net += [layers.MaxPooling2D(2, name="pool1"), layers.Conv2D(4, 2, activation="relu", name="stem"), layers.Flatten(name="flatten")]
    net += [layers.Dropout(0.5, name="dropout"), layers.Dense(4, "relu", name="dense1"), layers.Dense(3, "softmax", name="out")]
    return k.Sequential(net, name="custom_cnn")


MODELS = {
    function.__name__: function
    for function in (chain, branches, operators, transfer, frozen_transfer, sequentials_inside, teachable_machine, three_deep)
    + (shared_layers, twins, convolutions, activations, moves, disturbed, penalized, two_outputs, open_sizes, custom_cnn)
}
KERAS_3_ONLY = ["operators"]
KERAS_2_ONLY = ["teachable_machine"]
FLOAT32_ONLY = ["sequentials_inside", "disturbed"]  # in Keras 2, whose layers that turn and move pictures have no other type


def packages_of(name: str, floatx: str = "float32") -> dict:
    """The packages that a model is made with, by the names they have in the goldens."""
    import keras
    import tf_keras

    packages = {}
    if name not in KERAS_2_ONLY:
        packages["keras_3"] = keras
    if name not in KERAS_3_ONLY and (floatx == "float32" or name not in FLOAT32_ONLY):
        packages["keras_2"] = tf_keras
    return packages


def built(k, name: str, variant: Variant):
    """The model with its weights. Automatic names start anew."""
    k.backend.clear_session()
    model = MODELS[name](k)
    set_given_weights(model, variant)
    return model


def given_pictures(model, name: str) -> np.ndarray:
    shape = [size or 8 for size in model.input_shape[1:]] if getattr(model, "inputs", None) else [8, 8, 3]
    rng = np.random.default_rng(seed_of(name))
    colours = rng.uniform(-2, 2, (COUNT, *(1 for _ in shape[:-1]), shape[-1]))
    return (colours + rng.uniform(-1, 1, (COUNT, *shape))).astype(np.float32)


def short_name(weight) -> str:
    """LAYER/WEIGHT, the same in both packages."""
    path = getattr(weight, "path", weight.name).removesuffix(":0").split("/")
    layer, name = path[-2:] if len(path) > 1 else ["", *path]
    if name == "depthwise_kernel" and layer != "separable":
        name = "kernel"
    return f"{layer}/{name}"


def given_weight(name: str, shape: tuple[int, ...]) -> np.ndarray:
    rng = np.random.default_rng(seed_of(name))
    kind = name.split("/")[-1]
    if kind in ("gamma", "moving_variance"):
        return rng.uniform(0.5, 1.5, shape).astype(np.float32)
    if not kind.endswith("kernel"):
        return rng.uniform(-0.3, 0.3, shape).astype(np.float32)
    limit = np.sqrt(6 / (np.prod(shape[:-2]) * (shape[-2] + shape[-1])))
    return rng.uniform(-limit, limit, shape).astype(np.float32)


def set_given_weights(model, variant: Variant) -> None:
    values = []
    for weight in model.weights:
        name = short_name(weight)
        adapted = name.split("/")[-1] in ("mean", "variance", "count")
        values.append(np.asarray(weight) if adapted else variant.move(given_weight(name, tuple(weight.shape)), seed_of(name)))
    model.set_weights(values)


def predictions(model, pictures: np.ndarray) -> list[np.ndarray]:
    """What each output says."""
    outputs = model(pictures, training=False)
    return [np.asarray(output) for output in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]
