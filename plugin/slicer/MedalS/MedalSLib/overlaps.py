"""Voxels that a segment keeps in the scene although the session has given
them to another class.

Classes of a session exclude one another; the Segment Editor may allow
segments to overlap. Then

    segment in the scene = class in the session + what is kept here

No VTK, no scene. What is kept belongs to a step of history, so that undo and
redo find it again.
"""
from typing import Dict, Optional, Sequence, Tuple

import numpy as np

from . import geometry
from .geometry import Box

#: By segment: places k * J * I + j * I + i, ascending; never changed.
_Kept = Dict[str, np.ndarray]


class Overlaps:
    """Those of one session. size: voxels along i, j, k."""

    def __init__(self, size: Sequence[int]):
        self._size = tuple(size)
        self._kept: _Kept = {}
        self._prepared: _Kept = {}
        self._at: Dict[int, _Kept] = {}  #: by step

    def names(self):
        """Segments that keep something."""
        return list(self._kept)

    def mask(self, name: str, box: Box) -> Optional[np.ndarray]:
        """What a segment keeps in a box: bool [k,j,i]; None: nothing."""
        if name not in self._kept:
            return None
        return self._mask(self._kept[name], box)

    def keep(self, name: str, box: Box, mask: np.ndarray) -> None:
        """A segment keeps voxels."""
        self._set(name, np.union1d(self._places(name),
                                   self._places_of(box, mask)))

    def drop(self, name: str, box: Box, mask: np.ndarray) -> None:
        """A segment has voxels in the session, too, or not at all."""
        if name in self._kept:
            self._set(name, np.setdiff1d(self._places(name),
                                         self._places_of(box, mask)))

    def prepared(self) -> None:
        """What is kept now belongs to steps that prepare the next call."""
        self._prepared = dict(self._kept)

    def note(self, steps: Sequence[int]) -> None:
        """What is kept now belongs to the last of the steps done."""
        for step in steps[:-1]:
            self._at.setdefault(step, self._prepared)
        if steps:
            self._at[steps[-1]] = dict(self._kept)

    def go_to(self, steps: Sequence[int]) -> Dict[
            str, Tuple[Box, np.ndarray, np.ndarray]]:
        """Undo or redo: keeps what belongs to the last of the steps done.
        Returns for segments that keep something else then: a box, and what
        goes and what comes in it, bool [k,j,i]."""
        before = self._kept
        self._kept = dict(self._at.get(steps[-1], {}) if steps else {})
        changes = {}
        for name in {*before, *self._kept}:
            was = before.get(name, np.empty(0, np.int64))
            now = self._places(name)
            other = np.setxor1d(was, now)
            if len(other):
                box = self._box(other)
                changes[name] = (box, self._mask(np.setdiff1d(was, now), box),
                                 self._mask(np.setdiff1d(now, was), box))
        return changes

    def _set(self, name: str, places: np.ndarray) -> None:
        if len(places):
            self._kept[name] = places
        else:
            self._kept.pop(name, None)

    def _places(self, name: str) -> np.ndarray:
        return self._kept.get(name, np.empty(0, np.int64))

    def _places_of(self, box: Box, mask: np.ndarray) -> np.ndarray:
        k, j, i = np.nonzero(mask)
        return np.ravel_multi_index((k + box[4], j + box[2], i + box[0]),
                                    self._size[::-1]).astype(np.int64)

    def _mask(self, places: np.ndarray, box: Box) -> np.ndarray:
        k, j, i = np.unravel_index(places, self._size[::-1])
        inside = ((i >= box[0]) & (i < box[1]) & (j >= box[2]) &
                  (j < box[3]) & (k >= box[4]) & (k < box[5]))
        mask = np.zeros(geometry.box_shape(box), bool)
        mask[k[inside] - box[4], j[inside] - box[2], i[inside] - box[0]] = True
        return mask

    def _box(self, places: np.ndarray) -> Box:
        k, j, i = np.unravel_index(places, self._size[::-1])
        return tuple(int(end) for axis in (i, j, k)
                     for end in (axis.min(), axis.max() + 1))
