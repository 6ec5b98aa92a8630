"""The 48 ways to store a volume, by permuting and flipping its axes."""
import itertools


def all_48():
    """(permutation, flips): new axis a is old axis permutation[a]."""
    for permutation in itertools.permutations(range(3)):
        for flips in itertools.product((False, True), repeat=3):
            yield permutation, flips


def reorder(voxels, width, size, permutation, flips):
    """Voxels of `width` bytes of an i-fastest volume in another order."""
    step = [1, size[0], size[0] * size[1]]
    new_size = [size[p] for p in permutation]
    stride, start = [], 0
    for p, flip in zip(permutation, flips):
        stride.append(-step[p] if flip else step[p])
        start += step[p] * (size[p] - 1) if flip else 0
    items = memoryview(voxels).cast({1: "B", 2: "H", 4: "I"}[width])
    rows = []
    for k in range(new_size[2]):
        for j in range(new_size[1]):
            first = start + k * stride[2] + j * stride[1]
            rows.append(items[first:last_of(first, stride[0], new_size[0])
                              :stride[0]].tobytes())
    return new_size, b"".join(rows)


def last_of(first, stride, count):
    """The end of a slice; None where it would be -1."""
    end = first + stride * count
    return end if end >= 0 else None


def reorder_affine(affine, size, permutation, flips):
    """The affine that keeps every voxel at its place."""
    columns = []
    origin = [row[3] for row in affine]
    for p, flip in zip(permutation, flips):
        sign = -1 if flip else 1
        columns.append([sign * affine[r][p] for r in range(3)])
        if flip:
            origin = [origin[r] + affine[r][p] * (size[p] - 1)
                      for r in range(3)]
    return [[columns[c][r] for c in range(3)] + [origin[r]] for r in range(3)]


def inverse(permutation, flips):
    """(permutation, flips) that brings the voxels back."""
    back = [permutation.index(a) for a in range(3)]
    return tuple(back), tuple(flips[b] for b in back)
