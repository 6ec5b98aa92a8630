"""Challenge .npz files without NumPy: written, and read as far as needed."""
import io
import pickle
import struct
import sys
import types
import zipfile


def npy(descr, shape, data):
    """The bytes of a version 1.0 .npy file."""
    dims = "".join(f"{n}, " for n in shape)
    header = (f"{{'descr': '{descr}', 'fortran_order': False, "
              f"'shape': ({dims.rstrip()}), }}")
    header = header.ljust(117 + 64 * (len(header) // 64)) + "\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + \
        header.encode() + data


class Array:
    """Pickles as a 0-dimensional NumPy object array that holds `value`."""

    def __init__(self, value):
        self.value = value

    def __reduce__(self):
        return (modules()["_reconstruct"], (modules()["ndarray"], (0,), b"b"),
                (1, (), ObjectType(), False, [self.value]))


class ObjectType:
    def __reduce__(self):
        return (modules()["dtype"], ("O8", False, True),
                (3, "|", None, None, None, -1, -1, 63))


def modules():
    """Stand-ins that pickle under NumPy's names."""
    if "numpy.core.multiarray" not in sys.modules:
        numpy = types.ModuleType("numpy")
        core = types.ModuleType("numpy.core")
        multiarray = types.ModuleType("numpy.core.multiarray")
        numpy.core, core.multiarray = core, multiarray
        for module, name in ((multiarray, "_reconstruct"), (numpy, "ndarray"),
                             (numpy, "dtype")):
            def stand_in(*_):
                return None
            stand_in.__name__ = stand_in.__qualname__ = name
            stand_in.__module__ = module.__name__
            setattr(module, name, stand_in)
        sys.modules.update({m.__name__: m for m in (numpy, core, multiarray)})
    numpy = sys.modules["numpy"]
    return {"_reconstruct": sys.modules["numpy.core.multiarray"]._reconstruct,
            "ndarray": numpy.ndarray, "dtype": numpy.dtype}


def write(path, shape, voxels, spacing, prompts, **more):
    """imgs uint8 [d,h,w], spacing (x,y,z), text_prompts; more: gts=bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("imgs.npy", npy("|u1", shape, voxels))
        z.writestr("spacing.npy", npy("<f8", (3,), struct.pack("<3d",
                                                               *spacing)))
        for name, data in more.items():
            z.writestr(f"{name}.npy", npy("|u1", shape, data))
        z.writestr("text_prompts.npy",
                   npy("|O", (), pickle.dumps(Array(prompts), protocol=3)))


def read(path):
    """name -> (header text, raw bytes)"""
    parts = {}
    with zipfile.ZipFile(path) as z:
        for name in z.namelist():
            f = io.BytesIO(z.read(name))
            assert f.read(6) == b"\x93NUMPY"
            version = f.read(2)
            size = struct.unpack("<H" if version[0] == 1 else "<I",
                                 f.read(2 if version[0] == 1 else 4))[0]
            header = f.read(size).decode()
            parts[name.removesuffix(".npy")] = (header, f.read())
    return parts
