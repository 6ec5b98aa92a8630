"""NIfTI-1 files byte by byte, so that tests can also write wrong ones.

Voxels are `bytes`, i fastest. An affine is 3 rows of 4 numbers in RAS mm.
"""
import gzip
import struct

# code: (bits, struct letter)
TYPES = {2: (8, "B"), 4: (16, "h"), 8: (32, "i"), 16: (32, "f"),
         64: (64, "d"), 256: (8, "b"), 512: (16, "H"), 768: (32, "I"),
         128: (24, None)}
UINT8, INT16, INT32, FLOAT32, FLOAT64, RGB24, UINT16 = 2, 4, 8, 16, 64, 128, 512
UINT32 = 768


def header(size, code=INT16, pixdim=None, affine=None, qform=None, slope=0.0,
           units=2, dim=None, bitpix=None, sform_code=1, qform_code=0,
           magic=b"n+1\0", vox_offset=352.0):
    """348 bytes and the 4 of the empty extension. `dim` overrides size."""
    h = bytearray(352)
    struct.pack_into("<i", h, 0, 348)
    dims = dim or [len(size)] + list(size)
    struct.pack_into("<8h", h, 40, *(dims + [1] * (8 - len(dims))))
    bits = TYPES[code][0]
    struct.pack_into("<hh", h, 70, code, bits if bitpix is None else bitpix)
    pixdim = list(pixdim or (1.0, 1.0, 1.0))
    struct.pack_into("<8f", h, 76, 1.0, *(pixdim + [0.0] * (7 - len(pixdim))))
    struct.pack_into("<fff", h, 108, vox_offset, slope, 0.0)
    h[123] = units
    struct.pack_into("<hh", h, 252, qform_code if qform else 0,
                     sform_code if affine else 0)
    if qform:
        struct.pack_into("<6f", h, 256, *qform)
    for r, row in enumerate(affine or ()):
        struct.pack_into("<4f", h, 280 + 16 * r, *row)
    h[344:348] = magic
    return bytes(h)


def write(path, size, voxels, **fields):
    """Writes a file; compressed if the name ends in .gz."""
    content = header(size, **fields) + voxels
    if str(path).endswith(".gz"):
        content = gzip.compress(content, 1, mtime=0)
    with open(path, "wb") as f:
        f.write(content)


def affine_of(spacing, origin=(0.0, 0.0, 0.0)):
    """RAS, axes along the world's."""
    return [[spacing[r] if c == r else 0.0 for c in range(3)] + [origin[r]]
            for r in range(3)]


class File:
    """What a NIfTI file holds: raw header bytes, size, code, voxels."""

    def __init__(self, path):
        with open(path, "rb") as f:
            content = f.read()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        self.header = content[:348]
        order = "<" if struct.unpack_from("<i", content)[0] == 348 else ">"
        dim = struct.unpack_from(order + "8h", content, 40)
        self.size = list(dim[1:1 + dim[0]])
        self.code = struct.unpack_from(order + "h", content, 70)[0]
        self.pixdim = struct.unpack_from(order + "8f", content, 76)
        self.affine = [list(struct.unpack_from(order + "4f", content,
                                               280 + 16 * r))
                       for r in range(3)]
        self.slope, self.offset = struct.unpack_from(order + "ff", content, 112)
        begin = int(struct.unpack_from(order + "f", content, 108)[0])
        self.voxels = content[begin:]
        self.order = order

    def values(self):
        bits, letter = TYPES[self.code]
        count = 8 * len(self.voxels) // bits
        return struct.unpack(f"{self.order}{count}{letter}", self.voxels)

    def geometry_bytes(self):
        """pixdim, qform, sform and units, as command.md 2 keeps them."""
        h = self.header
        return h[76:108] + h[123:124] + h[252:328]
