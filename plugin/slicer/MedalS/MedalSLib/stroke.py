"""A stroke while it is drawn, streamed to the session."""
from typing import TYPE_CHECKING, Callable, List, Optional

import numpy as np

from .desk import Desk, Result
from .engine_thread import Job
from .marks import Mark

if TYPE_CHECKING:
    from .logic import Logic


class Stroke:
    """A stroke while it is drawn. Points that come while the engine works
    are sent together with the next ones, so that drawing never waits."""

    def __init__(self, logic: "Logic", name: str, points: np.ndarray,
                 positive: bool, kind: str, radius_mm: float):
        self._logic = logic
        self._binding = logic._binding()
        self._binding.segments.get(name)
        self._waiting: List[np.ndarray] = []
        self._is_sending = True
        self._is_over = False
        self._serial = logic.strokes_dropped
        self._mark = Mark(name, kind, points, positive)
        self._rules = logic._rules()
        first = logic._lps(points)
        logic.is_drawing = True
        logic._call(kind, [name], lambda desk, job: desk.begin_stroke(
            name, first, positive, kind=kind, radius_mm=radius_mm,
            space="lps"), done=self._sent, rules=self._rules)

    @property
    def _is_open(self) -> bool:
        """Neither ended nor dropped, by us or with everything else."""
        return not self._is_over and \
            self._serial == self._logic.strokes_dropped

    def append(self, points: np.ndarray) -> None:
        """Further RAS points [n,3] of the world."""
        if self._is_open:
            self._waiting.append(self._logic._lps(points))
            self._mark.points = np.concatenate([self._mark.points, points])
            if not self._is_sending:
                self._send()

    def end(self) -> None:
        """Ends it: one step. Its answer follows."""
        if not self._is_open:
            return
        self._send(last=True)
        self._is_over = True
        logic, binding = self._logic, self._binding
        answer = logic.answer
        self._go_on(lambda desk, job: desk.end_stroke(
            logic._shower(binding, job), answer=answer, progress=job.report),
            self._ended, self._mark)

    def cancel(self) -> None:
        """Drops it and what it showed."""
        if self._is_open:
            self._is_over = True
            self._go_on(lambda desk, job: desk.cancel_stroke(), self._ended)

    def _go_on(self, call: Callable[[Desk, Job], Result],
               done: Callable[[], None], mark: Optional[Mark] = None) -> None:
        self._logic._call("stroke", [self._mark.segment_id], call,
                          goes_on=True, done=done, mark=mark,
                          rules=self._rules)

    def _ended(self) -> None:
        self._logic.is_drawing = False

    def _sent(self) -> None:
        self._is_sending = False
        if self._is_open and self._waiting:
            self._send()

    def _send(self, last: bool = False) -> None:
        if not self._waiting:
            return
        points, self._waiting = np.concatenate(self._waiting), []
        answer = "none" if last or self._logic.answer == "none" else "instant"
        self._is_sending = True
        self._go_on(lambda desk, job: desk.append_stroke(
            points, answer=answer, progress=job.report), self._sent)
