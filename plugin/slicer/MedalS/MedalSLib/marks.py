"""Prompts that stay visible: which marks stand, as history goes back and
forth. No VTK, no scene.

A mark belongs to the step of history that its prompt made. It stands while
that step is done and no step after it made the session forget prompts. Until
the engine has answered it stands already.
"""
import itertools
from typing import Callable, Dict, List, Optional, Sequence, Set

import numpy as np


class Mark:
    """A prompt as it was drawn."""

    def __init__(self, segment_id: str, kind: str, points: np.ndarray,
                 positive: bool):
        self.segment_id = segment_id
        self.kind = kind  #: "point", "box", "scribble", "lasso"
        self.points = np.asarray(points, float)  #: RAS of the world [n,3]
        self.positive = positive
        self.step: Optional[int] = None  #: None: no answer yet


class Marks:
    """The marks of one session."""

    def __init__(self) -> None:
        self._marks: List[Mark] = []
        self._erased: Dict[int, Optional[str]] = {}
        self._steps: Set[int] = set()
        #: Called when what stands has changed.
        self.on_change: Callable[[], None] = lambda: None

    def standing(self) -> List[Mark]:
        """The marks to be seen, oldest first."""
        erasers = [(step, which) for step, which in self._erased.items()
                   if step in self._steps]
        return [mark for mark in self._marks if mark.step is None or (
            mark.step in self._steps and not any(
                step > mark.step and which in (None, mark.segment_id)
                for step, which in erasers))]

    def add(self, mark: Mark) -> None:
        """A prompt was made; its answer is to come."""
        self._marks.append(mark)
        self.on_change()

    def drop(self, mark: Mark) -> None:
        """It waits no more."""
        self._keep(lambda other: other is not mark)

    def settle(self, mark: Mark, steps: Sequence[int]) -> None:
        """Its answer is there: the last of the steps that are done."""
        self._keep(lambda other: other is not mark)
        if steps:
            mark.step = steps[-1]
            self._marks.append(mark)
            self.on_change()

    def erase(self, step: int, segment_id: Optional[str] = None) -> None:
        """A step made the session forget the prompts of a segment; None: of
        all."""
        self._erased[step] = segment_id

    def at(self, steps: Sequence[int]) -> None:
        """These steps are done now, in this order."""
        if set(steps) != self._steps:
            self._steps = set(steps)
            self.on_change()

    def drop_pending(self) -> None:
        """What waited for an answer gets none."""
        self._keep(lambda mark: mark.step is not None)

    def clear(self) -> None:
        """The session is gone."""
        self._erased.clear()
        self._keep(lambda mark: False)

    def _keep(self, wanted: Callable[[Mark], bool]) -> None:
        kept = [mark for mark in self._marks if wanted(mark)]
        if len(kept) != len(self._marks):
            self._marks = kept
            self.on_change()


#: Numbers of steps: each once in an application, growing.
step_numbers = itertools.count(1)
