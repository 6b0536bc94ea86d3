"""Writes tests/golden/formats/: small files as numpy, safetensors, Pillow and TensorFlow write and read them.

Run by hand, in the virtual environment of tools/requirements.txt:

    python tools/golden_formats.py

Every picture NAME.png or NAME.jpg has an array NAME in pictures.npz: what Pillow reads in it, gray or RGB.
"""

import gzip
import io
import os
import pathlib
import struct
import zlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import safetensors.numpy
import tensorflow as tf
from PIL import Image

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "tests" / "golden" / "formats"


def counting(dtype, shape):
    """0, 1, 2, … so that a reader can check by eye; quarters where the type has them."""
    values = np.arange(np.prod(shape)).reshape(shape)
    return (values / 4).astype(dtype) if np.dtype(dtype).kind == "f" else values.astype(dtype)


def arrays():
    for name in ["float32", "float64", "float16", "uint8", "int8", "int32", "int64", "bool"]:
        np.save(FOLDER / f"{name}.npy", counting(name, (2, 3)))
    np.save(FOLDER / "fortran.npy", np.asfortranarray(counting("float32", (2, 3, 4))))
    np.save(FOLDER / "scalar.npy", np.float64(2.5))
    np.save(FOLDER / "empty.npy", np.zeros((0, 3), np.float32))
    for version in [(2, 0), (3, 0)]:
        with open(FOLDER / f"version{version[0]}.npy", "wb") as file:
            np.lib.format.write_array(file, counting("int32", (2, 3)), version=version)
    # Types that are refused.
    np.save(FOLDER / "big_endian.npy", counting(">f4", (2, 3)))
    np.save(FOLDER / "complex.npy", counting("complex64", (2, 3)))
    np.save(FOLDER / "record.npy", np.zeros(2, [("a", "<f4"), ("b", "<i4")]))
    contents = {"x": counting("float32", (2, 3)), "label": counting("int64", (4,)), "noise": np.zeros((50, 50), np.uint8)}
    np.savez(FOLDER / "stored.npz", **contents)
    np.savez_compressed(FOLDER / "deflated.npz", **contents)
    safetensors.numpy.save_file(
        {"conv2d/kernel": counting("float32", (2, 3)), "steps": counting("int64", (2,)), "bytes": counting("uint8", (3,)),
         "half": counting("float16", (2,)), "none": np.zeros((0, 4), np.float32)},
        FOLDER / "tensors.safetensors", metadata={"name": "basic", "note": "a \"quoted\" text"})
    (FOLDER / "tensors.safetensors").chmod(0o644)


def idx():
    pixels = counting("uint8", (2, 3, 4))
    plain = struct.pack(">4B3I", 0, 0, 8, 3, *pixels.shape) + pixels.tobytes()
    (FOLDER / "pixels.idx").write_bytes(plain)
    (FOLDER / "pixels.idx.gz").write_bytes(gzip.compress(plain, mtime=0))
    floats = counting(">f4", (2, 2))
    (FOLDER / "floats.idx").write_bytes(struct.pack(">4B2I", 0, 0, 13, 2, *floats.shape) + floats.tobytes())
    (FOLDER / "two_streams.gz").write_bytes(gzip.compress(b"one ", mtime=0) + gzip.compress(b"two", mtime=0) + b"\0" * 3)


def scene(height, width, channels):
    """A smooth picture, so that JPEG keeps it, with another course in every channel."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    picture = np.round(127.5 + 127.5 * np.sin(0.35 * y * (c + 1) + 0.2 * x + c)).astype(np.uint8)
    return picture[..., 0] if channels == 1 else picture


def raw_png(height, width, depth, colour_type, rows, interlaced=0):
    """What Pillow cannot write: 16 bits a channel, interlaced rows."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">2I5B", width, height, depth, colour_type, 0, 0, interlaced)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def pictures():
    gray, colour = Image.fromarray(scene(13, 11, 1)), Image.fromarray(scene(13, 11, 3))
    alpha = Image.fromarray(scene(13, 11, 4), "RGBA")
    files = {
        "gray.png": lambda f: gray.save(f, "PNG"),
        "rgb.png": lambda f: colour.save(f, "PNG"),
        "rgba.png": lambda f: alpha.save(f, "PNG"),
        "gray_alpha.png": lambda f: alpha.convert("LA").save(f, "PNG"),
        "palette.png": lambda f: colour.quantize(16).save(f, "PNG"),
        "palette_transparent.png": lambda f: colour.quantize(5).save(f, "PNG", transparency=2),
        "bits1.png": lambda f: gray.convert("1").save(f, "PNG"),
        "gray.jpg": lambda f: gray.save(f, "JPEG", quality=90),
        "rgb.jpg": lambda f: colour.save(f, "JPEG", quality=90),
        "rgb_444.jpg": lambda f: colour.save(f, "JPEG", quality=90, subsampling=0),
        "progressive.jpg": lambda f: colour.save(f, "JPEG", quality=90, progressive=True),
        "cmyk.jpg": lambda f: Image.fromarray(scene(13, 11, 4), "CMYK").save(f, "JPEG", quality=90),
    }
    expected = {}
    for name, write in files.items():
        buffer = io.BytesIO()
        write(buffer)
        (FOLDER / name).write_bytes(buffer.getvalue())
    deep = scene(13, 11, 3).astype(">u2") * 256 + 77
    (FOLDER / "rgb16.png").write_bytes(raw_png(13, 11, 16, 2, [row.tobytes() for row in deep]))
    (FOLDER / "gray16.png").write_bytes(raw_png(13, 11, 16, 0, [row[:, 0].tobytes() for row in deep]))
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    rows = [row.tobytes() for y, x, dy, dx in passes for row in scene(13, 11, 3)[y::dy, x::dx]]
    (FOLDER / "interlaced.png").write_bytes(raw_png(13, 11, 8, 2, rows, interlaced=1))
    for path in sorted(FOLDER.glob("*.png")) + sorted(FOLDER.glob("*.jpg")):
        picture = Image.open(path)
        is_gray = picture.mode in ("1", "L", "LA", "I;16", "I")
        key = path.name.replace(".", "_")
        if path.name == "gray16.png":  # Pillow saturates here; TensorFlow keeps the upper 8 bits
            expected[key] = tf.io.decode_png(path.read_bytes()).numpy()[..., 0]
        else:
            expected[key] = np.asarray(picture.convert("L" if is_gray else "RGB"))
    expected["gray_of_rgb_png"] = np.asarray(Image.open(FOLDER / "rgb.png").convert("L"))
    np.savez_compressed(FOLDER / "pictures.npz", **expected)


def resizing():
    results = {"src": scene(13, 11, 3)}
    for height, width in [(13, 11), (26, 22), (7, 5), (20, 6), (1, 1), (32, 32)]:
        for how in ["stretch", "crop", "pad"]:
            options = {"crop": {"crop_to_aspect_ratio": True}, "pad": {"pad_to_aspect_ratio": True}}.get(how, {})
            resized = keras.ops.image.resize(results["src"].astype(np.float32), (height, width), **options)
            results[f"{how}_{height}x{width}"] = np.asarray(resized)
    np.savez_compressed(FOLDER / "resized.npz", **results)


def preprocessing():
    src = np.arange(256 * 3, dtype=np.int64).reshape(16, 16, 3).astype(np.uint8)
    results = {"src": src, "unit": src.astype(np.float32) / 255}
    for mode in ["caffe", "tf", "torch"]:
        results[mode] = keras.src.applications.imagenet_utils.preprocess_input(src.astype(np.float32), mode=mode)
    np.savez_compressed(FOLDER / "preprocessed.npz", **{k: np.ascontiguousarray(v) for k, v in results.items()})


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    arrays()
    idx()
    pictures()
    resizing()
    preprocessing()
