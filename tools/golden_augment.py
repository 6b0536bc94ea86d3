"""Goldens of augmentation: what Keras's ImageDataGenerator makes of pictures by given parameters, and of statistics.

tests/golden/augment/transforms.json: `pictures` by shape, and cases of `apply_transform`. tests/golden/augment/standardize.json: what
`fit` finds in some pictures, and `standardize` makes of the first of them. tests/golden/augment/colours.json: what Pillow's operations make of a
picture. tests/golden/augment/layers.json: what Keras 3's Random… layers
make of a picture by given numbers.
"""

from __future__ import annotations

import itertools

import keras
import numpy as np
from PIL import Image, ImageEnhance, ImageOps
from keras.src.legacy.preprocessing.image import ImageDataGenerator

from golden_common import GOLDEN, numbers, seed_of, write_json

FOLDER = GOLDEN / "augment"
SHAPES = [(6, 6, 1), (7, 7, 3), (5, 8, 3), (9, 4, 1)]
FILLS = ["constant", "nearest", "reflect", "wrap"]
MOVES = {
    "turned": {"theta": 27.0},
    "moved": {"tx": 1.6, "ty": -2.3},
    "moved_by_pixels": {"tx": 2.0, "ty": -3.0},
    "moved_far": {"tx": -13.25, "ty": 17.5},
    "sheared": {"shear": 33.0},
    "zoomed_in": {"zx": 0.6, "zy": 0.8},
    "zoomed_out": {"zx": 1.7, "zy": 2.9},
    "all": {"theta": -41.0, "tx": 1.25, "ty": 0.7, "shear": 12.0, "zx": 1.2, "zy": 0.85, "flip_horizontal": True},
}
POINTWISE = {
    "flipped": {"flip_horizontal": True, "flip_vertical": True},
    "shifted_up": {"channel_shift_intensity": 40.3},
    "shifted_down": {"channel_shift_intensity": -60.7, "flip_vertical": True},
    "darker": {"brightness": 0.37},
    "brighter": {"brightness": 1.83},
}
NEUTRAL = {"theta": 0, "tx": 0, "ty": 0, "shear": 0, "zx": 1, "zy": 1}
STANDARDS = {
    "rescale": {"rescale": 1 / 255},
    "samplewise": {"samplewise_center": True, "samplewise_std_normalization": True},
    "samplewise_center": {"samplewise_center": True},
    "featurewise": {"featurewise_center": True, "featurewise_std_normalization": True, "rescale": 1 / 255},
    "featurewise_center": {"featurewise_center": True},
    "zca": {"zca_whitening": True, "rescale": 1 / 255, "zca_epsilon": 1e-2},
}


def picture(shape: tuple[int, ...]) -> np.ndarray:
    return np.random.default_rng(seed_of(f"augment {shape}")).integers(0, 256, shape).astype(np.float32)


def name_of(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape))


def transforms() -> dict:
    cases = []
    for shape, fill, (name, parameters) in itertools.product(SHAPES, FILLS, MOVES.items()):
        generator = ImageDataGenerator(fill_mode=fill, cval=77.5)
        result = generator.apply_transform(picture(shape), NEUTRAL | parameters)
        cases.append({"name": name, "picture": name_of(shape), "fill_mode": fill, "parameters": parameters, "result": numbers(result)})
    for shape, (name, parameters) in itertools.product(SHAPES[1:3], POINTWISE.items()):
        result = ImageDataGenerator().apply_transform(picture(shape), NEUTRAL | parameters).astype(np.float32)
        cases.append({"name": name, "picture": name_of(shape), "fill_mode": "nearest", "parameters": parameters, "result": numbers(result)})
    return {"cval": 77.5, "pictures": {name_of(shape): numbers(picture(shape)) for shape in SHAPES}, "cases": cases}


def standards() -> dict:
    rng = np.random.default_rng(seed_of("standardize"))
    few = rng.integers(0, 256, (7, 3, 4, 3)).astype(np.float32)
    many = rng.integers(0, 256, (40, 3, 3, 1)).astype(np.float32)
    cases = []
    for (name, options), (which, pictures) in itertools.product(STANDARDS.items(), {"few": few, "many": many}.items()):
        generator = ImageDataGenerator(**options)
        generator.fit(pictures)
        cases.append({"name": name, "pictures": which, "options": options, "result": numbers(generator.standardize(pictures[:1].copy())[0])})
    return {"pictures": {"few": numbers(few), "many": numbers(many)}, "cases": cases}


def colours() -> dict:
    """Pillow's operations, which round to bytes."""
    values = np.random.default_rng(seed_of("colours")).integers(30, 221, (6, 7, 3)).astype(np.uint8)
    image = Image.fromarray(values)
    results = {
        "brightness": ImageEnhance.Brightness(image).enhance(1.3),
        "contrast": ImageEnhance.Contrast(image).enhance(0.4),
        "color": ImageEnhance.Color(image).enhance(1.7),
        "sharpness": ImageEnhance.Sharpness(image).enhance(1.9),
        "posterize": ImageOps.posterize(image, 3),
        "solarize": ImageOps.solarize(image, 120),
        "auto_contrast": ImageOps.autocontrast(image),
        "equalize": ImageOps.equalize(image),
    }
    return {"picture": numbers(values), "results": {name: numbers(np.asarray(result)) for name, result in results.items()}}


def layers() -> dict:
    """Keras 3's layers by given numbers: rotations in turns, shifts in shares, zooms as factors; height before width."""
    shape = (5, 8, 2)
    given = picture(shape)
    cases = []
    for fill, interpolation in itertools.product(FILLS, ["bilinear", "nearest"]):
        how = {"fill_mode": fill, "fill_value": 77.5, "interpolation": interpolation}
        turn = keras.layers.RandomRotation(0.5, **how)
        zeros, ones = np.zeros(1, np.float32), np.ones(1, np.float32)
        for turns in (0.07, -0.31):
            angle = np.asarray([turns * 360], np.float32)
            matrix = turn._compute_affine_matrix(0.5, 0.5, angle, zeros, zeros, ones, zeros, zeros, shape[0], shape[1])
            result = turn.transform_images(given[None], {"rotation_matrix": matrix})
            cases.append({"layer": "turn", "numbers": [turns, 0], **how, "result": numbers(np.asarray(result)[0])})
        for numbers_of in ([0.23, -0.4], [-0.9, 0.61]):
            moved = keras.layers.RandomTranslation(0.5, 0.5, **how).transform_images(
                given[None], {"translations": np.asarray([[numbers_of[1] * shape[1], numbers_of[0] * shape[0]]], np.float32)}
            )
            cases.append({"layer": "move", "numbers": numbers_of, **how, "result": numbers(np.asarray(moved)[0])})
        for numbers_of in ([0.71, 0.85], [1.63, 1.37]):
            zooms = {key: np.asarray([[z]], np.float32) for key, z in zip(("height_zoom", "width_zoom"), numbers_of, strict=True)}
            zoomed = keras.layers.RandomZoom(0.5, 0.5, **how).transform_images(given[None], zooms)
            cases.append({"layer": "zoom", "numbers": numbers_of, **how, "result": numbers(np.asarray(zoomed)[0])})
    return {"picture": numbers(given), "cases": cases}


def write() -> None:
    write_json(FOLDER / "layers.json", layers())
    write_json(FOLDER / "colours.json", colours())
    write_json(FOLDER / "transforms.json", transforms())
    write_json(FOLDER / "standardize.json", standards())
