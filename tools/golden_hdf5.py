"""Writes tests/golden/formats/*.h5: small HDF5 files as h5py writes them, and some that are refused.

Run by hand, in the virtual environment of tools/requirements.txt:

    python tools/golden_hdf5.py
"""

import pathlib

import h5py
import ml_dtypes
import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "tests" / "golden" / "formats"


def counting(dtype, shape):
    """0, 1, 2, … so that a reader can check by eye; quarters where the type has them."""
    values = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    return (values / 4).astype(dtype) if np.dtype(dtype).kind in "fV" else values.astype(dtype)


def file(name, **options):
    return h5py.File(FOLDER / f"{name}.h5", "w", **options)


def types():
    with file("types") as f:
        for name in ["float16", "float32", "float64", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]:
            f[f"types/{name}"] = counting(name, (2, 3))
        for name in ["f4", "i8"]:
            f[f"types/big_endian_{name}"] = counting(f">{name}", (2, 3))
        # As Keras 3 does it.
        brain = f.create_dataset("types/bfloat16", data=counting("float32", (2, 3)).astype(ml_dtypes.bfloat16))
        brain.attrs["dtype"] = "bfloat16"
        f["special"] = np.array([np.inf, -np.inf, np.nan, -0.0, 6e-8, 65504], np.float16)
        f["scalar"] = np.int64(7)
        f["empty"] = np.zeros((0, 3), np.float32)
        f["refused/text"] = "abc"
        f["refused/bool"] = np.array([True])
        f["refused/complex"] = np.zeros(2, np.complex64)


def attributes():
    with file("attributes") as f:
        # h5py 3 and 2, a scalar and one in a list; as Keras 2 and 3 have them.
        f.attrs["utf8"] = "Größe"
        f.attrs["ascii"] = b"tensorflow"
        f.attrs["fixed"] = np.bytes_("2.4.0")
        f.attrs["one"] = np.array([b"alone"])
        f.attrs["list"] = [b"conv2d", b"dense"]
        f.attrs["utf8_list"] = ["größer", "dense"]
        f.attrs["fixed_list"] = np.array([b"conv2d", b"max_pooling2d", b""])
        f.attrs["none"] = []
        f.attrs["null"] = h5py.Empty("S1")
        for piece, names in enumerate([[b"a", b"b"], [b"c"]]):
            f.attrs[f"pieces{piece}"] = np.array(names)
        f.attrs["number"] = 2.5
        f.attrs["count"] = 3
        f.attrs["numbers"] = [1, 2]
        f.create_group("group").attrs["name"] = "inner"
        f["group/x"] = counting("float32", (2,))
        f["group/x"].attrs["trainable"] = "yes"


def packed():
    with file("packed") as f:
        f.create_dataset("chunked", data=counting("float64", (13, 7)), chunks=(4, 3))
        f.create_dataset("gzip", data=counting("float32", (13, 7)), chunks=(4, 3), compression="gzip")
        f.create_dataset("all", data=counting("int32", (13, 7)), chunks=(5, 7), compression="gzip", shuffle=True, fletcher32=True)
        f.create_dataset("lzf", data=counting("float32", (13, 7)), compression="lzf")
        f.create_dataset("never_written", shape=(5,), dtype="f4")
        f.create_dataset("grown", shape=(3, 2), maxshape=(None, 2), dtype="f4", chunks=(2, 2), data=counting("float32", (3, 2)))


def layouts():
    with file("latest", libver="latest") as f:
        for i in range(12):
            f[f"group/{i}"] = counting("float32", (2, 3))
        f["group"].attrs["name"] = "many"
        for i in range(10):
            f.attrs[f"attribute_{i}"] = f"value {i}"
    with file("user_block", userblock_size=512) as f:
        f["x"] = counting("float32", (2, 3))


def refused():
    with file("soft_link") as f:
        f["x"] = counting("float32", (2, 3))
        f["link"] = h5py.SoftLink("/x")
    with file("external_link") as f:
        f["link"] = h5py.ExternalLink("types.h5", "/scalar")
    with file("cycle") as f:
        f.create_group("a/b")
        f["a/b/c"] = f["a"]
    with file("elsewhere") as f:
        f.create_dataset("external", shape=(2,), dtype="f4", external=[("/dev/zero", 0, 8)])
        layout = h5py.VirtualLayout(shape=(2, 2), dtype="f4")
        layout[0] = h5py.VirtualSource("types.h5", "x", shape=(2,))
        f.create_virtual_dataset("virtual", layout)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    types()
    attributes()
    packed()
    layouts()
    refused()
