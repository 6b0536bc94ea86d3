"""The nets that peers are measured with, by fovea's names; untrained."""

import keras
from keras import applications, layers

CLASSES = 10
SMALL = (32, 32, 3)
# The Keras tutorial's.
AUGMENTATION = {"rotation_range": 20, "width_shift_range": 0.2, "height_shift_range": 0.2, "horizontal_flip": True, "zoom_range": 0.2}


def conv(filters):
    return layers.Conv2D(filters, 3, activation="relu")


def classified(*front):
    return keras.Sequential([keras.Input(SMALL), *front, layers.Dense(CLASSES, "softmax")])


def basic():
    front = [conv(32), layers.MaxPooling2D(2), conv(64), layers.MaxPooling2D(2), conv(64), layers.Flatten()]
    return classified(*front, layers.Dense(64, "relu"))


def max_pool():
    return classified(conv(32), layers.MaxPooling2D(2), conv(64), layers.MaxPooling2D(2), layers.Flatten())


def avg_pool():
    return classified(conv(32), layers.AveragePooling2D(2), conv(64), layers.AveragePooling2D(2), layers.Flatten())


def global_avg_pool():
    return classified(conv(32), conv(64), layers.GlobalAveragePooling2D())


def advanced():
    norm, drop = layers.BatchNormalization, layers.Dropout
    first = [conv(32), norm(), conv(32), layers.MaxPooling2D(2), drop(0.25)]
    second = [conv(64), norm(), conv(64), layers.MaxPooling2D(2), drop(0.25)]
    third = [conv(128), norm(), drop(0.25), layers.Flatten()]
    return classified(*first, *second, *third, layers.Dense(512, "relu"), norm(), drop(0.5))


def ensemble_1():
    front = [conv(32), layers.MaxPooling2D(2), conv(64), layers.MaxPooling2D(2), layers.Flatten()]
    return classified(*front, layers.Dense(64, "relu"))


def ensemble_2():
    front = [conv(64), conv(64), layers.MaxPooling2D(2), conv(128), conv(128), layers.MaxPooling2D(2), layers.Flatten()]
    return classified(*front, layers.Dense(128, "relu"))


def ensemble_3():
    norm = layers.BatchNormalization
    first = [conv(32), norm(), conv(32), layers.MaxPooling2D(2)]
    second = [conv(64), norm(), conv(64), layers.MaxPooling2D(2), layers.Flatten()]
    return classified(*first, *second, layers.Dense(64, "relu"))


def on_small_pictures(application):
    """A family's base, all of it trained, with the mean of each map and one dense layer."""
    base = application(weights=None, include_top=False, input_shape=SMALL)
    mean = layers.GlobalAveragePooling2D()(base.output)
    return keras.Model(base.input, layers.Dense(CLASSES, "softmax")(mean), name=base.name)


NETS = {
    "basic": basic,
    "max_pool": max_pool,
    "avg_pool": avg_pool,
    "global_avg_pool": global_avg_pool,
    "advanced": advanced,
    "ensemble_1": ensemble_1,
    "ensemble_2": ensemble_2,
    "ensemble_3": ensemble_3,
    "vgg16": lambda: on_small_pictures(applications.VGG16),
    "resnet50": lambda: on_small_pictures(applications.ResNet50),
    "mobilenet_v2_0.35_224": lambda: applications.MobileNetV2(weights=None, alpha=0.35),
}
