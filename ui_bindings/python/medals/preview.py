"""A picture of a labelmap, for notebooks: three slices, no other package.

    image, labels --> axial, coronal, sagittal --> PNG
                      (the patient's right is left, anterior is left)

The slices are copied when the labelmap is made: the image need not live on.
"""
import struct
import zlib
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from ._types import Array
from .image import Image, body_axes
from .label import Colour

_HEIGHT = 256  #: pixels of the longest side
_GAP = 4
_FILL = 0.4  #: share of a label's colour inside it
_CT_WINDOW = (-160.0, 240.0)  #: HU, soft tissue
_MARKS = {"R": (0x1E, 0x11, 0x11, 0x1E, 0x14, 0x12, 0x11),
          "A": (0x0E, 0x11, 0x11, 0x1F, 0x11, 0x11, 0x11)}


class Slice(NamedTuple):
    """What one panel shows; rows down, columns to the right."""

    grey: Array
    labels: Array
    step: Tuple[float, float]  #: mm along rows' and columns' direction
    mark: str  #: what lies at the left edge


class Slices(NamedTuple):
    """What a picture is made of."""

    panels: Tuple[Slice, ...]
    window: Optional[Tuple[float, float]]


def slices_of(image: Image, labels: Array) -> Slices:
    """The three slices that show most of the labels, copied."""
    grey, turned, steps = _turned(image, labels)
    s, p, l = _places(turned)

    def panel(where: Any, down: int, right: int, flip: bool,
              mark: str) -> Slice:
        both = [array[where][::-1 if flip else 1].copy()
                for array in (grey, turned)]
        return Slice(both[0], both[1], (steps[down], steps[right]), mark)

    every = slice(None)
    return Slices((panel((s, every, every), 1, 2, False, "R"),
                   panel((every, p, every), 0, 2, True, "R"),
                   panel((every, every, l), 0, 1, True, "A")),
                  _CT_WINDOW if image.modality == "ct" else None)


def png_of(slices: Slices, colours: Dict[int, Colour]) -> bytes:
    """A PNG of the slices side by side, all at one scale."""
    longest = max(n * step for one in slices.panels
                  for n, step in zip(one.grey.shape, one.step))
    low, high = slices.window or _window(slices.panels)
    drawn = [_draw(one, longest / _HEIGHT, low, high, colours)
             for one in slices.panels]
    height = max(len(one) for one in drawn)
    width = sum(one.shape[1] + _GAP for one in drawn) - _GAP
    sheet = np.zeros((height, width, 3), np.uint8)
    x = 0
    for one in drawn:
        y = (height - len(one)) // 2
        sheet[y:y + len(one), x:x + one.shape[1]] = one
        x += one.shape[1] + _GAP
    return write_png(sheet)


def write_png(rgb: Array) -> bytes:
    """A PNG file of an array [rows,columns,3], uint8.

    >>> write_png(np.zeros((2, 3, 3), np.uint8))[1:4]
    b'PNG'
    """
    height, width, _ = rgb.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # 0: no filter
    rows[:, 1:] = rgb.reshape(height, 3 * width)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
            + chunk(b"IDAT", zlib.compress(rows.tobytes(), 6))
            + chunk(b"IEND", b""))


def _turned(image: Image, labels: Array
            ) -> Tuple[Array, Array, Tuple[float, ...]]:
    """Views [s,p,l] of both arrays that run to superior, posterior, left, as
    near as an order of axes comes, and mm along them."""
    axes = body_axes(image)
    flips = tuple(slice(None, None, -1 if image.direction[row, 2 - axis] < 0
                        else 1) for row, axis in zip((2, 1, 0), axes))
    return (image.array.transpose(axes)[flips], labels.transpose(axes)[flips],
            tuple(image.spacing[2 - axis] for axis in axes))


def _places(labels: Array) -> List[int]:
    """Along each axis the slice with most labelled voxels, the middle where
    nothing is labelled; big images are looked through with a coarse mesh."""
    steps = [max(1, n // 128) for n in labels.shape]
    mask = labels[::steps[0], ::steps[1], ::steps[2]] != 0
    if not mask.any() and labels.any():  # less than the mesh is wide
        steps, mask = [1, 1, 1], labels != 0
    found = []
    for axis, (step, size) in enumerate(zip(steps, labels.shape)):
        others = tuple(a for a in range(3) if a != axis)
        counts = np.count_nonzero(mask, axis=others)
        best = np.flatnonzero(counts == counts.max())
        found.append(min(int(best[len(best) // 2]) * step, size - 1))
    return found


def _window(panels: Sequence[Slice]) -> Tuple[float, float]:
    grey = np.concatenate([one.grey.ravel() for one in panels]).astype(float)
    grey = grey[np.isfinite(grey)]
    if not grey.size:
        return 0.0, 1.0
    low, high = np.percentile(grey, (1, 99.5))
    return float(low), float(high if high > low else low + 1)


def _draw(one: Slice, mm: float, low: float, high: float,
          colours: Dict[int, Colour]) -> Array:
    """[rows,columns,3] at mm a pixel."""
    index = []
    for count, step in zip(one.grey.shape, one.step):
        pixels = max(1, round(count * step / mm))
        index.append(np.minimum(((np.arange(pixels) + 0.5) * count / pixels
                                 ).astype(int), count - 1))
    mesh = np.ix_(*index)
    grey = np.nan_to_num(one.grey[mesh].astype(float), nan=low)
    grey = np.clip((grey - low) / (high - low), 0, 1) * 255
    drawn = np.repeat(grey[:, :, None], 3, axis=2)
    labels = one.labels[mesh]
    share = np.where(_edges(labels), 1.0, _FILL)[:, :, None]
    for value in np.unique(labels):
        if value:
            where = labels == value
            colour = np.array(colours.get(int(value), (200, 200, 200)))
            drawn[where] = (drawn * (1 - share) + colour * share)[where]
    _write_mark(drawn, one.mark)
    return drawn.astype(np.uint8)


def _edges(labels: Array) -> Array:
    """Pixels beside one of another label."""
    edge = np.zeros(labels.shape, bool)
    across, down = labels[:, 1:] != labels[:, :-1], labels[1:] != labels[:-1]
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    edge[1:] |= down
    edge[:-1] |= down
    return edge


def _write_mark(drawn: Array, mark: str) -> None:
    bits = np.array([[row >> (4 - x) & 1 for x in range(5)]
                     for row in _MARKS[mark]], bool)
    bits = bits.repeat(2, axis=0).repeat(2, axis=1)
    top = len(drawn) // 2 - 7
    if top >= 0 and drawn.shape[1] > 16:
        drawn[top:top + 14, 3:13][bits] = 255
