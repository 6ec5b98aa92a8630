"""A session by segments: what the worker thread does with the engine.

Classes of the session are named by the IDs of their segments; the name that
the user sees stays with the segment. Every method runs on the worker and
returns plain data, which the main thread then puts into the scene.

A step is what the user takes back with one undo. Behind it may stand several
revisions of the session: a class that had to be made, what masking kept from
the segment. Steps that only prepare (a segment of somebody else is taken in)
are passed over by undo, so that it never empties what we did not fill.
"""
from typing import (Any, Callable, Dict, FrozenSet, List, NamedTuple,
                    Optional, Sequence, Tuple)

import numpy as np

from . import geometry
from .geometry import Box
from .marks import step_numbers
from .segments import Piece

Show = Callable[[List[Piece]], None]

#: How far back undo of Slicer's is looked for in our history.
LOOK_BACK = 10


class Edit(NamedTuple):
    """All of a segment as it stands in the scene."""

    segment_id: str
    text: Optional[str]  #: what it was asked for by
    box: Optional[Box]  #: None: empty
    mask: Optional[np.ndarray]  #: u8 [k,j,i] over the box
    #: bool, over the box: voxels that another class may have as well
    kept: Optional[np.ndarray] = None


class Scene(NamedTuple):
    """What the session has to know of the scene before a call."""

    #: changed segments, and targets that may not be classes yet
    edits: Sequence[Edit] = ()
    present: Sequence[str] = ()  #: all segments
    texts: Dict[str, Optional[str]] = {}  #: what they are asked for by
    locked: FrozenSet[str] = frozenset()
    #: of edits: whose voxels that another class had are theirs again
    handed: FrozenSet[str] = frozenset()


class Fact(NamedTuple):
    """What a call did to a segment."""

    segment_id: str
    ml: float
    added: int  #: voxels
    removed: int  #: voxels


class Result(NamedTuple):
    """What the main thread has to know after a call."""

    pieces: List[Piece]
    facts: List[Fact]
    seconds: float
    warnings: List[str]
    bound: List[str]  #: segments that are classes of the session
    texts: Dict[str, Optional[str]]  #: what they were asked for by
    locked: FrozenSet[str]
    can_undo: bool
    can_redo: bool
    count: int = 0  #: steps undone, passes run
    steps: Tuple[int, ...] = ()  #: numbers of the steps that are done
    #: steps that made the session forget the prompts of a segment
    forgot: Tuple[Tuple[int, str], ...] = ()


class Step:
    """Revisions that belong together."""

    def __init__(self, count: int, prepares: bool = False,
                 remade: Optional[str] = None):
        self.count = count
        self.prepares = prepares
        self.remade = remade  #: a class that was removed and made anew
        self.number = next(step_numbers)


class Desk:
    """One open session."""

    def __init__(self, session):
        self.session = session
        self._done: List[Step] = []
        self._undone: List[List[Step]] = []
        self._moved: List[Step] = []  #: by the last undo or redo
        self._kept_back: List[Piece] = []
        self._texts: Dict[str, Optional[str]] = {}  #: in the scene
        self._forgot: List[Tuple[int, str]] = []
        self._locked: FrozenSet[str] = frozenset()  #: in the scene

    def close(self) -> None:
        """Closes the session."""
        self.session.close()

    def bound(self) -> List[str]:
        """Segments that are classes, in their order."""
        return [known.name for known in self.session.classes]

    # ---- what is in the scene ----------------------------------------------

    def take_in(self, scene: Scene,
                targets: Sequence[str] = ()) -> List[Piece]:
        """Makes the session agree with segments that others changed, made
        or took away, before the next call works on it.

        Returns what the scene has to take back: classes exclude one another,
        and a voxel that the user marked stays marked.
        """
        # Locked ones first: what the user's own hand took from them is free.
        edits = sorted(scene.edits, key=lambda edit: edit.segment_id
                       not in scene.locked)
        present = scene.present
        back: List[Piece] = []
        self._texts, self._locked = scene.texts, scene.locked
        self._flush()
        self._lock_all()
        known = [edit for edit in edits if edit.segment_id in self.bound()
                 and edit.segment_id not in scene.handed]
        gone = [name for name in self.bound() if name not in present]
        if (gone or any(map(self._differs, known))) and \
                not self._is_undo_of_another(known, present):
            for name in gone:
                self.session.remove_class(name)
                self._push(1)
            for edit in filter(self._differs, list(known)):
                back += self._set(edit)
                self._push(1)
        for edit in edits:
            if edit.segment_id in scene.handed and self._differs(edit):
                back += self._set(edit)
                self._push(1, prepares=True)
            elif edit.segment_id in targets:
                back += self._ensure(edit)
        self._lock_all()
        return back

    def _lock_all(self) -> None:
        """Locks those classes whose segments are locked, and no others."""
        for known in self.session.classes:
            if known.locked != (known.name in self._locked):
                self.session.lock(known.index, not known.locked)

    def lock(self, name: str, locked: bool) -> None:
        """Locks a segment's class, if it is one. While a stroke is open the
        next call does it."""
        self._locked = (self._locked | {name}) - (
            frozenset() if locked else {name})
        if not self.session.stroke_is_open:
            self._lock_all()

    def _ensure(self, edit: Edit) -> List[Piece]:
        """Makes a class of a segment that is none yet, with its voxels."""
        if edit.segment_id in self.bound():
            return []
        self._add(edit.text, edit.segment_id)
        self._push(1, prepares=True)
        if edit.box is None or not edit.mask.any():
            return []
        back = self._set(edit)
        self._push(1, prepares=True)
        return back

    def _add(self, text: Optional[str], name: str) -> None:
        """Adds a class; without its text where another class asks for the
        same, in these words or in others."""
        session = self.session
        if text is not None:
            info = session.model.match(text, session.modality)
            if any(text == known.text or
                   info and info.index == known.model_class
                   for known in session.classes):
                text = None
        session.add_class(text, name)

    def _differs(self, edit: Edit) -> bool:
        """Whether a segment's voxels are not those of its class."""
        if edit.segment_id not in self.bound():
            return edit.mask is not None and bool(edit.mask.any())
        there = self.session.statistics(edit.segment_id).voxels
        if edit.box is None:
            return there != 0
        if edit.kept is not None:
            edit = edit._replace(kept=None, mask=np.where(
                edit.kept, self.session.read(edit.segment_id, edit.box,
                                             np.uint8), edit.mask))
        if there != np.count_nonzero(edit.mask):
            return True
        return not np.array_equal(
            self.session.read(edit.segment_id, edit.box, np.uint8), edit.mask)

    def _set(self, edit: Edit) -> List[Piece]:
        """Gives a class a segment's voxels, a locked one, too: it was the
        user's own hand. Returns what it did to others, and the class itself
        where it is not what was given."""
        name, box, mask = edit.segment_id, edit.box, edit.mask
        if edit.kept is not None:
            mask = np.where(edit.kept, self.session.read(name, box, np.uint8),
                            mask)
        self.session.lock(name, False)
        there = self.session.statistics(name).voxels
        if box is None or there != np.count_nonzero(
                self.session.read(name, box, np.uint8)):
            whole = np.zeros(self.session.image.array.shape, np.uint8)
            if box is not None:
                whole[geometry.box_slices(box)] = mask
            box, mask = None, whole
        answer = self.session.set_mask(name, mask, "labelmap", extent=box,
                                       answer="none")
        self.session.lock(name, name in self._locked)
        back = [piece for piece in self._pieces(answer)
                if piece.segment_id != name]
        if self._differs(edit):
            k, j, i = self.session.image.array.shape
            back += self._now({name: (0, i, 0, j, 0, k)})
        return back

    def _is_undo_of_another(self, edits: Sequence[Edit],
                            present: Sequence[str]) -> bool:
        """Whether the scene is one of our own states, near in history: then
        Slicer's undo or redo was pressed, and we go there too, so that the
        prompts of what was taken back are taken back as well."""
        for go, back in ((self._back, self._forth), (self._forth, self._back)):
            steps = 0
            while steps < LOOK_BACK and go():
                steps += 1
                if all(name in present for name in self.bound()) and \
                        not any(map(self._differs, edits)):
                    return True
            for _ in range(steps):
                back()
        return False

    # ---- history -----------------------------------------------------------

    def _push(self, count: int, prepares: bool = False,
              remade: Optional[str] = None) -> None:
        self._done.append(Step(count, prepares, remade))
        self._undone.clear()

    def _back(self):
        """One step back; the engine's answer, or None when there is none."""
        if all(step.prepares for step in self._done):
            return None
        group = [self._done.pop()]
        while group[-1].prepares:
            group.append(self._done.pop())
        self._undone.append(group)
        self._moved = group
        return self.session.undo(sum(step.count for step in group))

    def _forth(self):
        """One step forth; the engine's answer, or None."""
        if not self._undone:
            return None
        group = self._undone.pop()
        self._done.extend(reversed(group))
        self._moved = group
        return self.session.redo(sum(step.count for step in group))

    def undo(self) -> Result:
        """Takes back the last step; count is 0 when there is none."""
        return self._move(self._back)

    def redo(self) -> Result:
        """Brings back what was taken back last."""
        return self._move(self._forth)

    def _move(self, go: Callable[[], Any]) -> Result:
        before = self.bound()
        answer = go()
        if answer is None:
            return self._result([], None)
        self._lock_all()
        # A class that is gone stood for a segment of somebody else.
        pieces = [piece for piece in self._pieces(answer, before)
                  if piece.segment_id in self.bound()]
        # The answer does not follow a class through its making anew.
        k, j, i = self.session.image.array.shape
        remade = {step.remade for step in self._moved} & set(self.bound())
        pieces = [piece for piece in pieces if piece.segment_id not in remade]
        pieces += self._now({name: (0, i, 0, j, 0, k) for name in remade})
        return self._result(pieces, answer)._replace(count=1)

    def reset(self, what: str) -> Result:
        """Forgets prompts, or also all voxels ("all")."""
        return self._finish(self.session.reset(what))

    def reset_class(self, name: str) -> Result:
        """Forgets a segment's prompts and empties it."""
        known = self.session.classes[self.session.class_index(name)]
        before = self._all_of(name)
        self.session.remove_class(name)
        self._add(self._texts.get(name) or known.text, name)
        self._lock_all()
        self._push(2, remade=name)
        pieces = [before._replace(mask=np.zeros_like(before.mask))
                  ] if before else []
        return self._result(pieces, None)._replace(facts=[
            Fact(name, 0.0, 0, int(before.mask.sum()) if before else 0)])

    def _all_of(self, name: str) -> Optional[Piece]:
        """All voxels of a class; None: it has none."""
        mask = self.session.read(name, None, np.uint8)
        if not mask.any():
            return None
        box = geometry.box_of(mask)
        return Piece(name, box, mask[geometry.box_slices(box)].copy())

    def _call_anew(self, names: Sequence[str],
                   wanted: Sequence[Optional[str]]) -> None:
        """Classes whose segments the user has called otherwise get the new
        text: those of names, and those whose old text is wanted for another.
        A class has one text for life, so it is made anew with its voxels;
        its prompts were for what it is no more."""
        session = self.session
        match = session.model.match
        asked = {info.index for info in (
            match(text, session.modality) for text in wanted if text) if info}
        for known in session.classes:
            text = self._texts.get(known.name, known.text)
            if known.text is None or text is None or text == known.text:
                continue
            if known.name not in names and known.text not in wanted and \
                    known.model_class not in asked:
                continue
            before = self._all_of(known.name)
            session.remove_class(known.name)
            self._add(text, known.name)
            if before:
                session.set_mask(known.name, before.mask, "labelmap",
                                 extent=before.box, answer="none")
            self._lock_all()
            self._push(3 if before else 2, prepares=True, remade=known.name)
            self._forgot.append((self._done[-1].number, known.name))

    # ---- calls -------------------------------------------------------------

    def predict(self, wanted: Dict[str, str], **how: Any) -> Result:
        """A text pass for segments, by the texts that they are asked for by;
        one that was known by prompts alone gets its text."""
        names = list(wanted)
        self._call_anew(names, list(wanted.values()))
        classes = self.session.classes
        texts = [known.text or wanted.get(known.name) for known in classes]
        if texts != [known.text for known in classes]:
            self.session.set_classes(texts, self.bound())
            self._push(1, prepares=True)
        return self._finish(self.session.predict(list(map(
            self.session.class_index, names)), **how))

    def refine(self, names: Optional[Sequence[str]], passes: int,
               **how: Any) -> Result:
        """Self-refinement; None: all classes."""
        self._call_anew(self.bound() if names is None else names, [])
        indices = None if names is None else list(map(
            self.session.class_index, names))
        answer = self.session.refine(passes, indices, **how)
        return self._finish(answer)._replace(count=answer.count)

    def prompt(self, method: str, name: str, *arguments: Any,
               show: Optional[Show] = None, **how: Any) -> Result:
        """A prompt by one of the session's methods: add_point, add_box,
        add_scribble, add_lasso, set_mask. show: gets the instant answer, and
        what was there before when the call fails after it."""
        shown: Dict[str, Box] = {}
        at_once = []

        def instant(answer) -> None:
            at_once.append(answer)
            pieces = self._pieces(answer)
            self._remember(shown, pieces)
            show(pieces)

        try:
            answer = getattr(self.session, method)(
                name, *arguments, instant=instant if show else None, **how)
        except BaseException:
            if shown:
                show(self._now(shown))
            raise
        return self._finish(answer, *at_once)

    def begin_stroke(self, name: str, points: np.ndarray, positive: bool,
                     **how: Any) -> Result:
        """Begins a stroke with its first points."""
        self.session.begin_stroke(name, points, positive, **how)
        return self._result([], None)

    def append_stroke(self, points: np.ndarray, **how: Any) -> Result:
        """Goes on with a stroke; what it answers is provisional."""
        answer = self.session.append_stroke(points, **how)
        return self._result(self._pieces(answer), answer)

    def end_stroke(self, show: Show, **how: Any) -> Result:
        """Ends a stroke: one step. A failure drops it."""
        try:
            answer = self.session.end_stroke(
                instant=lambda answer: show(self._pieces(answer)), **how)
        except BaseException:
            show(self.cancel_stroke().pieces)
            raise
        return self._finish(answer)

    def cancel_stroke(self) -> Result:
        """Drops an open stroke and what it showed."""
        if not self.session.stroke_is_open:
            return self._result([], None)
        answer = self.session.cancel_stroke()
        return self._result(self._pieces(answer), answer)

    def keep_back(self, pieces: Sequence[Piece]) -> Result:
        """Tells the session what masking kept from segments: part of the
        last step. Waits for the end of an open stroke."""
        self._kept_back.extend(pieces)
        self._flush()
        return self._result([], None)

    def _flush(self) -> None:
        if not self._kept_back or self.session.stroke_is_open:
            return
        for name, box, mask in self._kept_back:
            if name in self.bound():
                self.session.set_mask(name, mask, "labelmap", extent=box,
                                      answer="none")
                if self._done:
                    self._done[-1].count += 1
        self._kept_back.clear()

    def everything(self) -> Result:
        """All classes with all their voxels: after a journal was opened."""
        if not self.session.classes:
            return self._result([], None)
        shape = self.session.image.array.shape
        box = (0, shape[2], 0, shape[1], 0, shape[0])
        labels = self.session.read()
        return self._result([
            Piece(known.name, box, (labels == known.value).view(np.uint8))
            for known in self.session.classes], None)

    # ---- answers -----------------------------------------------------------

    def _finish(self, answer, *at_once) -> Result:
        """at_once: provisional answers that the last one goes on from."""
        self._push(1)
        return self._result(self._pieces(answer), answer, *at_once)

    def _pieces(self, answer, before: Sequence[str] = ()) -> List[Piece]:
        """Voxels of the boxes that changed, copied out of the session."""
        names = self.bound()
        pieces = []
        for change in answer.changes:
            if change.class_index < len(names):
                pieces.append(Piece(
                    names[change.class_index], tuple(change.extent),
                    self.session.read(change.class_index, change.extent,
                                      np.uint8)))
        return pieces

    @staticmethod
    def _remember(shown: Dict[str, Box], pieces: Sequence[Piece]) -> None:
        for piece in pieces:
            boxes = [piece.box]
            if piece.segment_id in shown:
                boxes.append(shown[piece.segment_id])
            shown[piece.segment_id] = geometry.union(boxes)

    def _now(self, shown: Dict[str, Box]) -> List[Piece]:
        """What the session holds where something was shown."""
        return [Piece(name, box, self.session.read(name, box, np.uint8))
                for name, box in shown.items()]

    def _result(self, pieces: List[Piece], answer, *at_once) -> Result:
        return Result(
            pieces, self._facts(filter(None, (answer, *at_once))),
            answer.seconds if answer else 0.0,
            list(answer.warnings) if answer else [], self.bound(),
            {known.name: known.text for known in self.session.classes},
            frozenset(known.name for known in self.session.classes
                      if known.locked),
            not all(step.prepares for step in self._done),
            bool(self._undone),
            steps=tuple(step.number for step in self._done),
            forgot=tuple(self._forgot))

    def _facts(self, answers) -> List[Fact]:
        sums: Dict[int, List[int]] = {}
        for answer in answers:
            for change in answer.changes:
                counts = sums.setdefault(change.class_index, [0, 0])
                counts[0] += change.added
                counts[1] += change.removed
        names = self.bound()
        return [Fact(names[index], self.session.statistics(index).ml, *counts)
                for index, counts in sorted(sums.items())
                if index < len(names)]
