"""Small synthetic images: soft ellipsoids, different on the left and right."""
import array
import math

import nifti


def mri(size=(40, 44, 36)):
    """uint8 voxels of a head-like object, a bright blob on one side only."""
    voxels = bytearray(size[0] * size[1] * size[2])
    n = 0
    for k in range(size[2]):
        z = 2 * (k + 0.5) / size[2] - 1
        for j in range(size[1]):
            y = 2 * (j + 0.5) / size[1] - 1
            for i in range(size[0]):
                x = 2 * (i + 0.5) / size[0] - 1
                r = math.sqrt(x * x + y * y + z * z)
                value = 0
                if r < 0.9:
                    value = 90 + int(60 * (0.9 - r)) + (i * 7 + j * 3 + k) % 5
                if (x - 0.4) ** 2 + y * y + z * z < 0.06:
                    value = 230
                voxels[n] = value
                n += 1
    return bytes(voxels)


def write_mri(path, size=(40, 44, 36), spacing=(4.0, 4.0, 4.5), **fields):
    fields.setdefault("code", nifti.UINT8)
    fields.setdefault("pixdim", spacing)
    fields.setdefault("affine", nifti.affine_of(spacing, (-80, -90, -70)))
    nifti.write(path, size, mri(size), **fields)
    return str(path)


def shorts(values):
    return array.array("h", values).tobytes()


def floats(values):
    return array.array("f", values).tobytes()
