"""Writes tests/golden/pictures/: small picture files of many sorts, what Pillow reads in them, and how Keras and Pillow
resize.

Run by hand, in the virtual environment of tools/requirements.txt:

    python tools/golden_pictures.py

Every file NAME.EXT has an array NAME_EXT in decoded.npz: what Pillow reads in it, upright (ImageOps.exif_transpose), gray
or RGB. resized.npz: `src`, `gray` and what becomes of them, HOW_INTERPOLATION_HxW. from_directory.npz: batches of
keras.utils.image_dataset_from_directory and load_img.
"""

import io
import os
import pathlib
import struct
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from golden_formats import scene
from PIL import Image, ImageOps

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "tests" / "golden" / "pictures"
ORIENTATION = 0x0112


def encoded(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def exif(orientation):
    tags = Image.Exif()
    tags[ORIENTATION] = orientation
    return tags


def with_icc_first(jpeg):
    """A long segment before the EXIF one, as programs that edit pictures write."""
    return jpeg[:2] + b"\xff\xe2" + struct.pack(">H", 3002) + b"ICC_PROFILE\0" + b"\7" * 2988 + jpeg[2:]


def big_endian_exif(jpeg, orientation):
    entry = struct.pack(">HHIHH", ORIENTATION, 3, 1, orientation, 0)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(tiff) + 8) + b"Exif\0\0" + tiff + jpeg[2:]


def top_down_bmp(pixels):
    height, width, _ = pixels.shape
    row = (width * 3 + 3) // 4 * 4
    rows = b"".join(line[:, ::-1].tobytes().ljust(row, b"\0") for line in pixels)
    header = struct.pack("<IiiHHIIiiII", 40, width, -height, 1, 24, 0, len(rows), 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(rows), 0, 0, 54) + header + rows


def bmp565(pixels):
    height, width, _ = pixels.shape
    row = (width * 2 + 3) // 4 * 4
    short = (pixels[..., 0] >> 3).astype("<u2") << 11 | (pixels[..., 1] >> 2).astype("<u2") << 5 | pixels[..., 2] >> 3
    rows = b"".join(line.astype("<u2").tobytes().ljust(row, b"\0") for line in short[::-1])
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 16, 3, len(rows), 0, 0, 0, 0)
    masks = struct.pack("<III", 0xF800, 0x07E0, 0x001F)
    return b"BM" + struct.pack("<IHHI", 66 + len(rows), 0, 0, 66) + header + masks + rows


def files():
    gray, colour = Image.fromarray(scene(13, 11, 1)), Image.fromarray(scene(13, 11, 3))
    alpha = Image.fromarray(scene(13, 11, 4), "RGBA")
    cmyk = Image.fromarray(scene(13, 11, 4), "CMYK")
    pixels = scene(13, 11, 3)
    all_files = {f"exif{k}.jpg": encoded(colour, "JPEG", quality=90, exif=exif(k)) for k in range(1, 9)}
    all_files |= {
        "exif6_gray.jpg": encoded(gray, "JPEG", quality=90, exif=exif(6)),
        "exif6_late.jpg": with_icc_first(encoded(colour, "JPEG", quality=90, exif=exif(6))),
        "exif8_big_endian.jpg": big_endian_exif(encoded(colour, "JPEG", quality=90), 8),
        "exif9.jpg": encoded(colour, "JPEG", quality=90, exif=exif(9)),
        "exif6.png": encoded(colour, "PNG", exif=exif(6)),
        "exif3.webp": encoded(colour, "WEBP", lossless=True, exif=exif(3)),
        "422.jpg": encoded(colour, "JPEG", quality=90, subsampling=1),
        "optimised.jpg": encoded(colour, "JPEG", quality=75, optimize=True),
        "restarts.jpg": encoded(colour, "JPEG", quality=90, restart_marker_blocks=1),
        "progressive_gray.jpg": encoded(gray, "JPEG", quality=90, progressive=True),
        "progressive_cmyk.jpg": encoded(cmyk, "JPEG", quality=90, progressive=True),
        "low.jpg": encoded(colour, "JPEG", quality=5),
        "pixel.jpg": encoded(colour.crop((0, 0, 1, 1)), "JPEG"),
        "lossy.webp": encoded(colour, "WEBP", quality=80),
        "lossless.webp": encoded(colour, "WEBP", lossless=True),
        "alpha.webp": encoded(alpha, "WEBP", lossless=True, exact=True),
        "lossy_alpha.webp": encoded(alpha, "WEBP", quality=80),
        "rgb.bmp": encoded(colour, "BMP"),
        "palette.bmp": encoded(colour.quantize(200), "BMP"),
        "bits1.bmp": encoded(gray.convert("1"), "BMP"),
        "rgba.bmp": encoded(alpha, "BMP"),
        "top_down.bmp": top_down_bmp(pixels),
        "565.bmp": bmp565(pixels & np.array([0xF8, 0xFC, 0xF8], np.uint8)),
        "rgb.ppm": encoded(colour, "PPM"),
        "gray.pgm": encoded(gray, "PPM"),
        "commented.ppm": b"P6 # a comment\n# 9 9\n11\t13 #\n255\n" + pixels.tobytes(),
        "small_numbers.pgm": b"P5\n11 13\n100\n" + (scene(13, 11, 1) // 3).tobytes(),
        "deep.pgm": b"P5\n11 13\n65535\n" + (scene(13, 11, 1).astype(">u2") * 257).tobytes(),
    }
    return all_files


def read(data):
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if picture.mode == "I" or picture.mode.startswith("I;16"):  # 16 bits: Pillow's convert("L") saturates
        return (np.asarray(picture).astype(np.int64) // 257).astype(np.uint8)
    return np.asarray(picture.convert("L" if picture.mode in ("1", "L", "LA") and picture.format != "BMP" else "RGB"))


def decoded():
    expected = {}
    for name, data in files().items():
        (FOLDER / name).write_bytes(data)
        picture = Image.open(io.BytesIO(data))
        array = read(data)
        if picture.format == "BMP" and array.ndim == 2:
            array = np.repeat(array[..., None], 3, -1)
        expected[name.replace(".", "_")] = array
    np.savez_compressed(FOLDER / "decoded.npz", **expected)


SIZES = [(23, 17), (46, 34), (7, 5), (8, 30), (1, 1), (3, 16), (24, 17)]
PILLOW = {"nearest": Image.Resampling.NEAREST, "pillow_bilinear": Image.Resampling.BILINEAR,
          "pillow_bicubic": Image.Resampling.BICUBIC, "pillow_lanczos": Image.Resampling.LANCZOS}


def pillow(picture, how, resample, height, width):
    """stretch; crop as load_img(keep_aspect_ratio=True); pad as Keras's pad_to_aspect_ratio, then resized."""
    if how == "crop":
        crop_height = min(picture.height, picture.width * height // width)
        crop_width = min(picture.width, picture.height * width // height)
        y, x = (picture.height - crop_height) // 2, (picture.width - crop_width) // 2
        return picture.resize((width, height), resample, box=(x, y, x + crop_width, y + crop_height))
    if how == "pad":
        rows = max(picture.height, picture.width * height // width)
        columns = max(picture.width, picture.height * width // height)
        top, left = (rows - picture.height) // 2, (columns - picture.width) // 2
        canvas = Image.new(picture.mode, (picture.width + 2 * left, picture.height + 2 * top))
        canvas.paste(picture, (left, top))
        picture = canvas
    return picture.resize((width, height), resample)


def resized():
    noise = np.random.default_rng(7).integers(0, 256, (23, 17, 3)).astype(np.uint8)
    src = np.where(np.arange(23)[:, None, None] < 12, scene(23, 17, 3), noise)
    results = {"src": src, "gray": src[..., 1]}
    for height, width in SIZES:
        for how in ["stretch", "crop", "pad"]:
            options = {"crop": {"crop_to_aspect_ratio": True}, "pad": {"pad_to_aspect_ratio": True}}.get(how, {})
            for name in ["bilinear", "nearest"]:
                tensor = keras.ops.image.resize(src.astype(np.float32), (height, width), interpolation=name, **options)
                key = "keras_nearest" if name == "nearest" else name
                results[f"{how}_{key}_{height}x{width}"] = np.asarray(tensor)
            for name, resample in PILLOW.items():
                results[f"{how}_{name}_{height}x{width}"] = np.asarray(
                    pillow(Image.fromarray(src), how, resample, height, width))
        results[f"gray_pillow_bicubic_{height}x{width}"] = np.asarray(
            Image.fromarray(src[..., 1]).resize((width, height), Image.Resampling.BICUBIC))
        results[f"float_pillow_lanczos_{height}x{width}"] = np.asarray(
            Image.fromarray(src[..., 1].astype(np.float32)).resize((width, height), Image.Resampling.LANCZOS))
    np.savez_compressed(FOLDER / "resized.npz", **results)


def from_directory():
    """Two classes of pictures of several sizes; what Keras makes of the folder in order, and by load_img."""
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, (height, width) in {"b/2.png": (23, 17), "b/10.png": (9, 30), "a/x.png": (16, 16)}.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            picture = scene(height, width, 3)
            Image.fromarray(picture).save(path)
            results["file_" + name.replace("/", "_").replace(".", "_")] = picture
        for how in ["stretch", "crop", "pad"]:
            options = {"crop": {"crop_to_aspect_ratio": True}, "pad": {"pad_to_aspect_ratio": True}}.get(how, {})
            data = keras.utils.image_dataset_from_directory(
                folder, image_size=(12, 10), shuffle=False, batch_size=3, **options)
            pictures, labels = next(iter(data))
            results[f"directory_{how}"] = pictures.numpy()
            results["labels"] = labels.numpy()
        for name in ["nearest", "bilinear", "bicubic", "lanczos"]:
            for keep in [False, True]:
                picture = keras.utils.load_img(pathlib.Path(folder, "b/10.png"), target_size=(12, 10),
                                               interpolation=name, keep_aspect_ratio=keep)
                results[f"load_img_{name}_{'crop' if keep else 'stretch'}"] = np.asarray(picture)
    np.savez_compressed(FOLDER / "from_directory.npz", **results)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    decoded()
    resized()
    from_directory()
