"""Points, boxes and masks of the caller as the C API takes them."""
import ctypes
from typing import Any, Dict, Optional, Sequence, Tuple

import numpy as np

from . import _abi
from ._types import Array
from .answer import Extent
from .errors import InputError, ShapeError, UsageError

KINDS = {"point": 0, "box": 1, "scribble": 2, "lasso": 3}
SPACES = {"index": 0, "lps": 1}
ANSWERS = {"both": 0, "instant": 1, "full": 2, "none": 3}
MASK_USES = {"labelmap": 0, "prompt": 1}
RESETS = {"prompts": 0, "all": 1}


def word_number(what: str, word: str, table: Dict[str, int]) -> int:
    """The number of a word, or UsageError with the words that there are."""
    if word not in table:
        raise UsageError(f"{what}: {word!r}; expected "
                         + " or ".join(table))
    return table[word]


def point_array(points: Any) -> Array:
    """Points [n,3] as float64; one point [3] counts as n = 1."""
    try:
        found = np.ascontiguousarray(points, np.float64)
    except (TypeError, ValueError):
        raise InputError("points: not numbers; expected [n,3]") from None
    if found.shape == (3,):
        found = found[None]
    if found.ndim != 2 or found.shape[1] != 3:
        raise ShapeError(f"points: shape {found.shape}; expected [n,3]")
    return found


def box_points(box: Any, space: str) -> Array:
    """Two corners [2,3] of a half-open extent (i0,i1,j0,j1,k0,k1) or of two
    corners [2,3]."""
    try:
        found = np.asarray(box, np.float64)
    except (TypeError, ValueError):
        found = np.zeros(0)
    if found.shape == (6,) and space == "index":
        return np.ascontiguousarray(found.reshape(3, 2).T)
    if found.shape != (2, 3):
        raise ShapeError(f"box: shape {found.shape}; expected two corners "
                         "[2,3], or as indices i0,i1,j0,j1,k0,k1")
    return np.ascontiguousarray(found)


def extent_array(extent: Optional[Sequence[int]]) -> Any:
    """A C extent of i0,i1,j0,j1,k0,k1; None stays None."""
    if extent is None:
        return None
    try:
        whole = [int(value) for value in extent]
        exact = all(a == b for a, b in zip(whole, extent))
    except (TypeError, ValueError, OverflowError):
        whole, exact = [], False
    if len(whole) != 6 or not exact or any(abs(v) >= 1 << 62 for v in whole):
        raise InputError(f"extent: {extent!r}; expected whole numbers "
                         "i0,i1,j0,j1,k0,k1")
    return _abi.Extent(*whole)


def mask_array(mask: Any, extent: Optional[Sequence[int]],
               size: Tuple[int, int, int]) -> Tuple[Array, Extent]:
    """A drawn mask [k,j,i] as uint8 (not 0: drawn) and its extent.

    extent: box of the mask; None: the whole image of `size` i, j, k.
    """
    given = np.asarray(mask)
    if given.dtype.kind not in "biuf":
        raise InputError(f"mask: {given.dtype}; expected bool or numbers")
    box = tuple(extent_array(extent) or
                (0, size[0], 0, size[1], 0, size[2]))
    expected = (box[5] - box[4], box[3] - box[2], box[1] - box[0])
    if given.shape != expected:
        raise ShapeError(f"mask: shape {given.shape}; expected {expected} "
                         "[k,j,i] as its extent has")
    if given.dtype == np.uint8 or given.dtype == bool:
        return np.ascontiguousarray(given).view(np.uint8), box
    return np.ascontiguousarray(given != 0).view(np.uint8), box


def tight(mask: Array, extent: Extent) -> Tuple[Array, Extent]:
    """The same mask on the smallest box that holds it, so that C does not
    look through a whole image for one stroke."""
    spans = []
    for axis in (2, 1, 0):
        others = tuple(a for a in range(3) if a != axis)
        used = np.flatnonzero(mask.any(axis=others))
        if not used.size:
            return mask, extent
        spans.append((int(used[0]), int(used[-1]) + 1))
    (i0, i1), (j0, j1), (k0, k1) = spans
    i, j, k = extent[0], extent[2], extent[4]
    return (np.ascontiguousarray(mask[k0:k1, j0:j1, i0:i1]),
            (i + i0, i + i1, j + j0, j + j1, k + k0, k + k1))


def double_pointer(points: Optional[Array]) -> Any:
    """What C reads points from; the array must outlive its use."""
    return None if points is None else points.ctypes.data_as(_abi.Doubles)


def byte_pointer(mask: Optional[Array]) -> Any:
    """What C reads a mask from; the array must outlive its use."""
    return None if mask is None else mask.ctypes.data_as(_abi.Bytes)


def prompt_struct(kind: str, class_index: int, positive: bool, space: str,
                  points: Optional[Array], radius_mm: float,
                  mask: Optional[Array],
                  extent: Optional[Extent]) -> _abi.Prompt:
    """A MedalsPrompt that borrows both arrays."""
    made = _abi.Prompt(
        kind=word_number("kind", kind, KINDS), class_index=class_index,
        positive=bool(positive), space=word_number("space", space, SPACES),
        points=double_pointer(points), radius_mm=float(radius_mm),
        point_count=0 if points is None else len(points),
        mask=byte_pointer(mask), mask_bytes=0 if mask is None else mask.nbytes,
        extent=_abi.Extent(*(extent or (0,) * 6)))
    made.borrowed = points, mask
    return made


def index_array(indices: Optional[Sequence[int]]) -> Tuple[Any, int]:
    """A C array of class indices and its length; None: NULL and 0."""
    if indices is None:
        return None, 0
    return (ctypes.c_size_t * max(len(indices), 1))(*indices), len(indices)
