"""A Keras model of convolutional layers as an ONNX model: pictures as n, c, h, w, the weights written into it.

    keras_to_onnx.py NET FILE    writes one of the measured nets, and compares what ONNX Runtime and Keras answer
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
from keras import layers
from onnx import TensorProto, helper, numpy_helper

# By the name of Keras's activation; None is one that does nothing.
ACTIVATIONS = {"linear": None, "relu": "Relu", "softmax": "Softmax"}


class Converter:
    def __init__(self, model):
        self.nodes, self.weights = [], []
        self.names = {id(model.inputs[0]): "pictures"}  # of ONNX's values, by Keras's tensors
        self.flattened = {}  # shapes of maps, by the names of what they were flattened to: there c, h, w, in Keras h, w, c
        for layer in model.layers:
            if not isinstance(layer, layers.InputLayer):
                self.names[id(layer.output)] = self.convert(layer)
        assert not self.flattened, "Flatten stands before Dense alone"
        self.output = self.names[id(model.outputs[0])]

    def add(self, op, inputs, *weights, **attributes):
        names = [self.weight(values) for values in weights]
        output = f"x{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, [*inputs, *names], [output], **attributes))
        return output

    def weight(self, values):
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), f"w{len(self.weights)}"))
        return self.weights[-1].name

    def convert(self, layer):
        tensors = layer.input if isinstance(layer.input, list) else [layer.input]
        x = [self.names[id(tensor)] for tensor in tensors]
        match layer:
            case layers.DepthwiseConv2D():
                kernel = np.asarray(layer.kernel)  # h, w, channels, multiplier
                x = self.convolution(layer, x, kernel.reshape(*kernel.shape[:2], 1, -1), kernel.shape[2])
            case layers.Conv2D():
                x = self.convolution(layer, x, np.asarray(layer.kernel), layer.groups)
            case layers.Dense():
                kernel = np.asarray(layer.kernel)
                if maps := self.flattened.pop(x[0], None):
                    kernel = kernel.reshape(*maps, -1).transpose(2, 0, 1, 3).reshape(kernel.shape)
                x = self.add("Gemm", x, kernel, np.asarray(layer.bias))
            case layers.BatchNormalization():
                four = [np.asarray(v) for v in (layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance)]
                return self.add("BatchNormalization", x, *four, epsilon=layer.epsilon)
            case layers.MaxPooling2D() | layers.AveragePooling2D():
                check(layer.padding == "valid", layer)
                op = "MaxPool" if isinstance(layer, layers.MaxPooling2D) else "AveragePool"
                return self.add(op, x, kernel_shape=layer.pool_size, strides=layer.strides)
            case layers.ZeroPadding2D():
                (top, bottom), (left, right) = layer.padding
                return self.add("Pad", x, np.array([0, 0, top, left, 0, 0, bottom, right], np.int64))
            case layers.GlobalAveragePooling2D():
                check(not layer.keepdims, layer)
                return self.add("Flatten", [self.add("GlobalAveragePool", x)])
            case layers.Flatten():
                x = self.add("Flatten", x)
                self.flattened[x] = layer.input.shape[1:]
                return x
            case layers.Dropout():
                return x[0]
            case layers.Add():
                check(len(x) == 2, layer)
                return self.add("Add", x)
            case layers.ReLU():
                check(layer.negative_slope == 0 and layer.threshold == 0, layer)
                if layer.max_value is None:
                    return self.add("Relu", x)
                return self.add("Clip", x, np.float32(0), np.float32(layer.max_value))
            case layers.Activation():
                pass
            case _:
                check(False, layer)
        return self.activated(layer, x if isinstance(x, str) else x[0])

    def convolution(self, layer, x, kernel, groups):
        size, strides, dilations = kernel.shape[:2], layer.strides, layer.dilation_rate
        pads = [0, 0, 0, 0]
        if layer.padding == "same":
            for axis, length in enumerate(layer.input.shape[1:3]):
                steps = -(-length // strides[axis])
                more = max((steps - 1) * strides[axis] + (size[axis] - 1) * dilations[axis] + 1 - length, 0)
                pads[axis], pads[axis + 2] = more // 2, more - more // 2
        bias = [np.asarray(layer.bias)] if layer.use_bias else []
        geometry = {"kernel_shape": size, "strides": strides, "dilations": dilations, "pads": pads, "group": groups}
        return self.add("Conv", x, kernel.transpose(3, 2, 0, 1), *bias, **geometry)

    def activated(self, layer, x):
        name = layer.activation.__name__
        check(name in ACTIVATIONS, layer)
        return self.add(ACTIVATIONS[name], [x]) if ACTIVATIONS[name] else x


def check(supported, layer):
    if not supported:
        raise ValueError(f"{layer.name}: a {type(layer).__name__} that has no ONNX here (got {layer.get_config()})")


def onnx_of(model):
    """The bytes of an ONNX model that gives what `model` predicts, for any number of pictures of its size."""
    height, width, channels = model.inputs[0].shape[1:]
    converter = Converter(model)
    picture = helper.make_tensor_value_info("pictures", TensorProto.FLOAT, ["n", channels, height, width])
    answer = helper.make_tensor_value_info(converter.output, TensorProto.FLOAT, ["n", model.outputs[0].shape[-1]])
    graph = helper.make_graph(converter.nodes, model.name, [picture], [answer], converter.weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()


def settle(model, x):
    """Takes the statistics of these pictures: without them an untrained deep net gives all pictures one answer."""
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.momentum = 0.02  # with 0 rounding decides what a deep net answers
    model(x, training=True)


def main():
    import onnxruntime
    from keras_nets import NETS

    net, file = sys.argv[1:]
    model = NETS[net]()
    x = np.random.default_rng(0).random((8, *model.inputs[0].shape[1:]), dtype=np.float32)
    x *= np.linspace(0.25, 1, len(x), dtype=np.float32)[:, None, None, None]  # or they are all one to it
    settle(model, x)
    with open(file, "wb") as out:
        out.write(onnx_of(model))
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    (answer,) = session.run(None, {"pictures": x.transpose(0, 3, 1, 2)})
    expected = model.predict(x, verbose=0)
    apart, pictures_apart = np.max(np.abs(answer - expected)), np.max(np.ptp(expected, axis=0))
    print(f"{net}: Keras and ONNX Runtime are {apart:.1e} apart, pictures {pictures_apart:.1e}")
    if not apart < 1e-3 * pictures_apart:
        sys.exit("keras_to_onnx: that is too far")


if __name__ == "__main__":
    main()
