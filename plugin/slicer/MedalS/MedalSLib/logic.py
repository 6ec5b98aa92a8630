"""What panel, effect and scripts call: one volume, one segmentation.

    logic = Logic()
    logic.choose(volume)                        # a new segmentation, or yours
    logic.segment("left hippocampus; brain stem")
    logic.click(logic.segment_named("brain stem"), (92, 110, 61), True)
    logic.refine(passes=2); logic.undo(); logic.wait()

Calls return at once: the engine works on its one thread, and pump() puts its
answers into the scene (a QTimer calls it in the application; wait() calls it
for scripts and tests). Calls run in order, each after the answer before it is
in the scene. What goes wrong later becomes one line for `on_error`; nothing
is raised out of pump().
"""
import collections
import os
import time
import weakref
from typing import (Any, Callable, Deque, Dict, Hashable, List, Optional,
                    Sequence)

import numpy as np
import slicer

from . import engine, geometry, journals, masking, texts
from .binding import Binding, check_volume, modality_of
from .desk import Desk, Result
from .engine_thread import Cancelled, EngineThread, Job
from .failure import Failure, line_of
from .marks import Mark, Marks
from .segments import Piece, Segments
from .stroke import Stroke
from .texts import Vocabulary


def _nothing(*_: Any) -> None:
    """A listener that nobody set."""


class Logic:
    """See the top of the file. Main thread only."""

    def __init__(self):
        self.thread = EngineThread()
        self.model = None
        self.vocabulary = Vocabulary()
        self.model_path = ""
        self.modality: Optional[str] = None  #: the user's choice, or None
        self.journal = ""  #: folder, each image has its own in it; "": none
        #: How prompts are answered: "both" (at once, then better),
        #: "instant", or "none" (only remembered, for the next call)
        self.answer = "both"
        self.editor = None  #: vtkMRMLSegmentEditorNode whose masking holds
        self.overwrite = False  #: obey its "modify other segments" too
        self.region = None  #: vtkMRMLMarkupsROINode, or None
        self.volume = None
        self.segmentation = None
        self.binding: Optional[Binding] = None
        self.on_status: Callable[[str], None] = _nothing
        self.on_error: Callable[[str], None] = _nothing
        #: An answer that was worked for is dropped
        self.on_lost: Callable[[str], None] = self._not_lost_silently
        self.on_progress: Callable[[float, str, float], None] = _nothing
        self.on_busy: Callable[[bool], None] = _nothing
        self.on_history: Callable[[bool, bool], None] = _nothing
        self.on_before_write: Callable[[], None] = _nothing
        self._queue: Deque[Callable[[], None]] = collections.deque()
        self._scene: Any = None  #: vtkMRMLScene of what is chosen
        self._scene_tag = 0
        self._was_busy = False
        self.is_drawing = False  #: a stroke is open
        self.strokes_dropped = 0  #: grows when open strokes are dropped
        self.marks = Marks()  #: prompts of the session that are to be seen

    def _not_lost_silently(self, line: str) -> None:
        """Without a listener of its own a loss is an error as others."""
        self.on_error(line)

    # ---- what to work on ---------------------------------------------------

    def open_model(self, path: str = "") -> str:
        """Opens a model package ("": the one that came along) and returns
        what it knows, in one line. Raises Failure or medals.Error, and keeps
        the model that was open."""
        model = engine.open_model(path)
        self.vocabulary = engine.vocabulary_of(model)
        self.release()
        self.model, self.model_path = model, path
        return f"{model.name}: {self.vocabulary.summary()}"

    def choose(self, volume, segmentation=None):
        """Sets volume and segmentation node (None: a new one); returns the
        segmentation. The session is opened by the first call."""
        check_volume(volume)
        if segmentation is None:
            if self.volume is volume and self.segmentation is not None:
                return self.segmentation
            segmentation = slicer.mrmlScene.AddNewNodeByClass(
                "vtkMRMLSegmentationNode", volume.GetName() + " segmentation")
            segmentation.CreateDefaultDisplayNodes()
        if volume is not self.volume or segmentation is not self.segmentation:
            self.release()
        self._watch(volume.GetScene())
        Segments(segmentation, volume).prepare()
        self.volume, self.segmentation = volume, segmentation
        return segmentation

    def _watch(self, scene) -> None:
        """Lets everything of a scene go when it is closed."""
        if scene is self._scene:
            return
        self._unwatch()
        if scene is None:
            return
        own = weakref.ref(self)  # the scene is not to keep us

        def closes(*_ignored: Any) -> None:
            logic = own()
            if logic is not None:
                logic.forget_scene()

        self._scene = scene
        self._scene_tag = scene.AddObserver(scene.StartCloseEvent, closes)

    def _unwatch(self) -> None:
        if self._scene is not None:
            self._scene.RemoveObserver(self._scene_tag)
        self._scene = None

    def forget_scene(self) -> None:
        """Lets the session and every node go; what runs is cancelled, its
        result dropped. Called when the scene closes."""
        self.release()
        self.volume = self.segmentation = None
        self.editor = self.region = None

    @property
    def default_modality(self) -> Optional[str]:
        """What "auto" comes to when nothing says more: the model's."""
        return self.model.default_modality if self.model else None

    @property
    def segments(self) -> Segments:
        """Segments of the chosen segmentation."""
        self._check_chosen()
        return Segments(self.segmentation, self.volume)

    def segment_named(self, name: str) -> str:
        """ID of the segment of a name; Failure when there is none."""
        found = self.segments.segmentation.GetSegmentIdBySegmentName(name)
        if not found:
            raise Failure(f"segment {name}: not in segmentation "
                          f"{self.segmentation.GetName()}; expected one of it")
        return found

    def add_object(self, name: str = "object") -> str:
        """Makes an empty segment that is known by prompts, or, when the
        model knows its name, by that too; returns its ID."""
        known = self.vocabulary.find(name, self._known_modality())
        return self._binding().segments.make(
            name, name if known and known.trained else None, known)

    def set_locked(self, name: str, locked: bool = True) -> None:
        """Locks a segment, or unlocks it: no answer adds voxels to it or
        takes any from it, but undo, redo and reset. Kept with the scene."""
        self.segments.set_locked(name, locked)
        binding = self.binding
        if binding is not None:
            self._queue.append(lambda: self._submit(
                lambda job: self._desk(binding).lock(name, locked), "lock",
                _nothing, lambda error: self.on_error(line_of(error))))
            self._next()
        self.on_status(f"{self.segments.name(name)}: "
                       f"{'locked' if locked else 'unlocked'}")

    def voxels(self, segment_id: str) -> int:
        """Voxels of a segment in the scene."""
        return self.segments.count(segment_id)

    def _check_chosen(self) -> None:
        check_volume(self.volume)
        if self.volume.GetScene() is None:
            raise Failure(f"volume {self.volume.GetName()}: no longer in the "
                          "scene; expected a volume")
        if self.segmentation is None or self.segmentation.GetScene() is None:
            raise Failure("segmentation: no longer in the scene; expected "
                          "one: choose it again")

    def _binding(self) -> Binding:
        """The open session's side of the scene; opens one when there is
        none, or when the volume was replaced."""
        self._check_chosen()
        if self.binding is not None and self.binding.is_stale:
            self.on_status(f"volume {self.volume.GetName()} was replaced: "
                           "a new session; segments stay as they are")
            self._let_go()
        if self.binding is None:
            if self.model is None:
                self.open_model(self.model_path)
            self.binding = Binding(self.volume, self.segmentation)
            self._open(self.binding)
        return self.binding

    def _open(self, binding: Binding) -> None:
        """Opens a session, after its journal's folder was found by hashing
        the image, which takes a while."""
        root = self.journal
        if not root:
            self._open_session(binding, [])
            return

        def found(image: str) -> None:
            if self.binding is binding and not binding.is_stale:
                name = journals.claim(binding.segments.node, image)
                folders = [os.path.join(root, name)]
                if name == image and journals.is_kept_in(root):
                    folders.insert(0, root)
                self._open_session(binding, folders)

        array, grid = binding.array, binding.grid
        self._submit(lambda job: journals.name_of(array, grid), "open", found,
                     lambda error: self._open_failed(binding, error))

    def _open_session(self, binding: Binding, folders: List[str]) -> None:
        """folders: those that may keep the journal; none: no journal."""
        medals, grid = engine.load(), binding.grid
        image = medals.Image(binding.array, grid.spacing, grid.origin,
                             grid.direction, modality_of(binding.volume))
        model, modality = self.model, self.modality

        def session(job: Job) -> Any:
            for folder in folders or [None]:
                try:
                    return medals.Session(image, model, modality=modality,
                                          journal=folder, progress=job.report)
                except medals.InputError as error:
                    # One that is busy or damaged is not to be passed over.
                    if folder == folders[-1] or \
                            not journals.is_of_another(error):
                        raise

        def call(job: Job) -> Result:
            binding.desk = Desk(session(job))
            return binding.desk.everything()

        def done(result: Result) -> None:
            if self.binding is binding:
                self._take(binding, result, masking.Rules(), result.bound)

        self._submit(call, "open", done,
                     lambda error: self._open_failed(binding, error))

    def _open_failed(self, binding: Binding, error: BaseException) -> None:
        if self.binding is binding:
            self.release()
        if not isinstance(error, Cancelled):
            self.on_error(line_of(error))

    # ---- by text -----------------------------------------------------------

    def segment(self, panel: str) -> List[str]:
        """Finds what the lines of a text name; returns the segments' IDs,
        made empty at once. Raises Failure for texts that cannot be asked."""
        lines = texts.parse(panel)
        segments = self._binding().segments
        reading = self._read(lines)
        there = self._segments_by_class()
        total = len(segments.ids()) + len(
            [asked for asked in reading.classes if asked.key not in there])
        if total > texts.MAX_CLASSES:
            raise Failure(f"text: {total} classes together with the segments "
                          f"that are there; expected at most "
                          f"{texts.MAX_CLASSES}: choose a new segmentation")
        names = [there.get(asked.key) or segments.make(
            asked.text, asked.text, asked.known) for asked in reading.classes]
        self._predict(names, reading)
        return names

    def segment_by_name(self, name: str) -> List[str]:
        """Finds what a segment is called; returns the segments' IDs. A name
        of several ("hippocampus") is found in a segment each: an empty one
        becomes the first of them, one with voxels stays as it is."""
        segments = self._binding().segments
        text = segments.text(name) or segments.get(name).GetName()
        reading = self._read(texts.parse(text))
        if len(reading.classes) > 1:
            if segments.count(name) == 0:
                self._become_first(name, reading)
            return self.segment(text)
        segments.set_text(name, text)
        self._predict([name], reading)
        return [name]

    def _become_first(self, name: str, reading: texts.Reading) -> None:
        """An empty segment is called as the first class of a reading that
        has no segment yet."""
        there = self._segments_by_class()
        for asked in reading.classes:
            if there.get(asked.key, name) == name:
                self.segments.rename(name, asked.text, asked.known)
                return

    def _read(self, lines: Sequence[str]) -> texts.Reading:
        """What lines ask for; medals.InputError for one that says what is
        not wanted."""
        return texts.read(self.model, self.vocabulary, lines,
                          self._known_modality())

    def _known_modality(self) -> Optional[str]:
        """The session's, or what it will be opened with; None: the first
        texts will tell."""
        desk = self.binding.desk if self.binding is not None else None
        return (desk.session.modality if desk is not None else None) or \
            self.modality or modality_of(self.volume)

    def _segments_by_class(self) -> Dict[Hashable, str]:
        """Segments that were asked for by text, by the class of it."""
        segments, modality = self.segments, self._known_modality()
        there: Dict[Hashable, str] = {}
        for name in segments.ids():
            text = segments.text(name)
            if text:
                info = self.model.match(text, modality)
                there.setdefault(texts.key_of(info, text), name)
        return there

    def _predict(self, names: Sequence[str], reading: texts.Reading) -> None:
        """A text pass for segments, by their texts; what the user is to know
        of the reading is said now, and with the answer again."""
        wanted = {name: self.segments.text(name) for name in names}
        notes = list(reading.notes)
        if notes:
            self.on_status(" | ".join(notes))

        def call(desk: Desk, job: Job) -> Result:
            result = desk.predict(wanted, progress=job.report)
            return result._replace(warnings=notes + result.warnings)

        self._call("segment", names, call)

    def refine(self, passes: int = 1,
               names: Optional[Sequence[str]] = None) -> None:
        """Self-refinement of segments; None: all that are classes."""
        self._call("refine", names or [], lambda desk, job: desk.refine(
            names, passes, progress=job.report))

    # ---- prompts -----------------------------------------------------------

    def click(self, name: str, ijk: Sequence[float],
              positive: bool = True) -> None:
        """A click on a voxel, or on the one that holds a continuous index."""
        voxel = geometry.voxels_of([ijk])[0]
        self._check_chosen()
        self._prompt("add_point", name, voxel, positive, mark=Mark(
            name, "point", geometry.ijk_to_world(self.volume, [ijk]),
            positive))

    def click_world(self, name: str, ras: Sequence[float],
                    positive: bool = True) -> None:
        """A click at a RAS point of the world."""
        self.click(name, self._ijk([ras])[0], positive)

    def box_world(self, name: str, corners: np.ndarray,
                  positive: bool = True) -> None:
        """A box around RAS points [n,3] of the world: the voxels that hold
        them and all between, cut to the volume."""
        voxels = geometry.voxels_of(self._ijk(corners))
        size = np.array(geometry.size_of(self.volume))
        low = np.clip(voxels.min(axis=0), 0, size)
        high = np.clip(voxels.max(axis=0) + 1, 0, size)
        box = tuple(int(v) for v in np.stack([low, high], axis=1).ravel())
        if geometry.is_empty(box):
            raise Failure(f"box: outside volume {self.volume.GetName()}; "
                          "expected one that meets it")
        self._prompt("add_box", name, box, positive,
                     mark=Mark(name, "box", corners, positive))

    def scribble_world(self, name: str, points: np.ndarray,
                       positive: bool = True, radius_mm: float = 1.0) -> None:
        """A stroke along RAS points [n,3] of the world."""
        self._prompt("add_scribble", name, self._lps(points), positive,
                     radius_mm=radius_mm, space="lps",
                     mark=Mark(name, "scribble", points, positive))

    def lasso_world(self, name: str, points: np.ndarray,
                    positive: bool = True) -> None:
        """The area inside a polygon of RAS points [n,3] of the world."""
        self._prompt("add_lasso", name, self._lps(points), positive,
                     space="lps", mark=Mark(name, "lasso", points, positive))

    def use_as_mask(self, name: str) -> None:
        """What a segment holds becomes a prompt: it is in, and its edge is
        kept."""
        binding = self._binding()
        box = binding.segments.box(name)
        if box is None:
            raise Failure(f"segment {binding.segments.name(name)}: empty; "
                          "expected voxels to use as mask")
        mask = binding.segments.read(name, box)
        self._prompt("set_mask", name, mask, "prompt", extent=box)

    def _prompt(self, method: str, name: str, *arguments: Any,
                mark: Optional[Mark] = None, **how: Any) -> None:
        binding = self._binding()
        binding.segments.get(name)
        answer = self.answer
        self._call(method.split("_")[-1], [name], lambda desk, job:
                   desk.prompt(method, name, *arguments, answer=answer,
                               progress=job.report,
                               show=self._shower(binding, job), **how),
                   mark=mark)

    def begin_stroke(self, name: str, points: np.ndarray,
                     positive: bool = True, kind: str = "scribble",
                     radius_mm: float = 1.0) -> Stroke:
        """Begins a stroke ("scribble" or "lasso") at RAS points [n,3]."""
        return Stroke(self, name, points, positive, kind, radius_mm)

    def _ijk(self, points: np.ndarray) -> np.ndarray:
        self._check_chosen()
        return geometry.world_to_ijk(self.volume, points)

    def _lps(self, points: np.ndarray) -> np.ndarray:
        """RAS world points where the engine sees them."""
        return geometry.grid_points(self._binding().grid, self._ijk(points))

    # ---- history -----------------------------------------------------------

    def undo(self) -> None:
        """Takes back the last step."""
        self._call("undo", [], lambda desk, job: desk.undo())

    def redo(self) -> None:
        """Brings back what was taken back last."""
        self._call("redo", [], lambda desk, job: desk.redo())

    def reset(self, what: str = "prompts") -> None:
        """Forgets "prompts", or empties "all" segments of the session."""
        self._call("reset", [], lambda desk, job: desk.reset(what),
                   taken=self._erased)

    def reset_segment(self, name: str) -> None:
        """Empties a segment and forgets its prompts: as good as new."""
        self._binding().segments.get(name)
        self._call("reset", [name], lambda desk, job: desk.reset_class(name),
                   taken=lambda result: self._erased(result, name))

    def visible_marks(self) -> List[Mark]:
        """Prompts that hold, of segments that are there."""
        node = self.segmentation
        if node is None or node.GetScene() is None:
            return []
        return [mark for mark in self.marks.standing()
                if node.GetSegmentation().GetSegment(mark.segment_id)]

    def _erased(self, result: Result, name: Optional[str] = None) -> None:
        """Marks that the last step of a result made the session forget."""
        if result.steps:
            self.marks.erase(result.steps[-1], name)

    # ---- running -----------------------------------------------------------

    def pump(self) -> int:
        """Puts what the engine has answered into the scene. Call it often,
        on the main thread."""
        try:
            return self.thread.pump()
        except Exception as error:  # a listener's or the scene's
            self.on_error(line_of(error))
            return 1
        finally:
            self._next()
            busy = not self.is_idle
            if busy != self._was_busy:
                self._was_busy = busy
                self.on_busy(busy)

    def wait(self, seconds: float = 600.0) -> None:
        """Pumps until all calls are done; for scripts and tests."""
        end = time.monotonic() + seconds
        while not self.is_idle:
            if time.monotonic() > end:
                raise TimeoutError(f"engine: not done after {seconds:g} s")
            if not self.pump():
                time.sleep(0.001)
        self.pump()

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs or waits."""
        return self.thread.is_idle and not self._queue

    def cancel(self) -> None:
        """Cancels what runs and what waits; an open stroke is dropped."""
        was_drawing = self.is_drawing
        self._drop_all()
        if was_drawing and self.binding is not None:
            self._call("stroke", [], lambda desk, job: desk.cancel_stroke(),
                       goes_on=True, rules=masking.Rules())

    def _drop_all(self) -> None:
        self.is_drawing = False
        self.strokes_dropped += 1
        self._queue.clear()
        self.thread.cancel_all()
        self.marks.drop_pending()

    def release(self) -> None:
        """Lets the session go: what runs is cancelled, its result dropped;
        segments stay as they are. Safe at any time."""
        self._drop_all()
        self._let_go()

    def _let_go(self) -> None:
        binding, self.binding = self.binding, None
        self.marks.clear()
        if binding is None:
            return
        self.is_drawing = False
        self.strokes_dropped += 1
        binding.release()

        def close(job: Job) -> None:
            if binding.desk is not None:
                binding.desk.close()

        self.thread.submit(close, "close")
        self.on_history(False, False)

    def close(self) -> None:
        """Ends the engine's thread; this object is of no more use."""
        self._unwatch()
        binding, self.binding = self.binding, None
        if binding is not None:
            binding.release()
        if self.thread.close() and binding is not None and binding.desk:
            binding.desk.close()

    def _submit(self, call: Callable[[Job], Any], name: str,
                done: Callable[[Any], None],
                failed: Callable[[BaseException], None]) -> Job:
        return self.thread.submit(call, name, done, failed, self.on_progress)

    def _next(self) -> None:
        """Starts the call that waits first, when nothing runs."""
        while self._queue and self.thread.is_idle:
            start = self._queue.popleft()
            try:
                start()
            except Exception as error:
                self.on_error(line_of(error))

    def _call(self, name: str, targets: Sequence[str],
              call: Callable[[Desk, Job], Result], goes_on: bool = False,
              done: Callable[[], None] = _nothing,
              taken: Callable[[Result], None] = _nothing,
              mark: Optional[Mark] = None,
              rules: Optional[masking.Rules] = None) -> None:
        """Queues a call on the session, after what others changed in the
        scene was taken in. goes_on: with an open stroke, when nothing can be
        taken in. done: it has ended; taken: its result belongs to the scene.
        mark: to be seen for its prompt.

        Masking is that of this moment, whatever is set when the answer
        comes; rules: another moment's."""
        if rules is None:
            rules = self._rules()

        def ended() -> None:
            done()
            if mark is not None:
                self.marks.drop(mark)

        def took(result: Result) -> None:
            taken(result)
            if mark is not None:
                self.marks.settle(mark, result.steps)

        def start() -> None:
            self._start(name, targets, call, goes_on, ended, took, rules)

        self._binding()
        if mark is not None:
            self.marks.add(mark)
        self._queue.append(start)
        self._next()

    def _start(self, name: str, targets: Sequence[str],
               call: Callable[[Desk, Job], Result], goes_on: bool,
               done: Callable[[], None], taken: Callable[[Result], None],
               rules: masking.Rules) -> None:
        binding = self._binding()
        if not self.thread.is_idle:  # it had to be opened again
            self._queue.appendleft(lambda: self._start(
                name, targets, call, goes_on, done, taken, rules))
            return
        try:
            for target in () if goes_on else targets:
                binding.segments.get(target)  # deleted while it waited
        except Failure:
            done()
            raise
        scene = None
        if not goes_on:
            scene = binding.collect(targets)
            binding.begin_count()

        def run(job: Job) -> Result:
            job.rules, job.own = rules, targets or binding.bound
            desk = self._desk(binding)
            back = desk.take_in(scene, targets) if scene else []
            if back:
                self._shower(binding, job, gives_back=True)(back)
            return call(desk, job)

        def finish(result: Result) -> None:
            done()
            if self._is_current(binding, name):
                for step, segment_id in result.forgot:
                    self.marks.erase(step, segment_id)
                taken(result)
                moves = name in ("undo", "redo")
                own = targets or binding.bound
                self._take(binding, result, rules, () if moves else own)
                self._report(name, result, own)

        def failed(error: BaseException) -> None:
            done()
            self._restore_surfaces(binding)
            if not (isinstance(error, Cancelled) and
                    self.binding is not binding):
                self.on_error(line_of(error))

        self._submit(run, name, finish, failed)

    @staticmethod
    def _desk(binding: Binding) -> Desk:
        if binding.desk is None:
            raise Failure("session: could not be opened; expected it open")
        return binding.desk

    def _is_current(self, binding: Binding, name: str) -> bool:
        """Whether an answer still belongs to what is in the scene."""
        if self.binding is binding and not binding.is_stale:
            return True
        self.on_lost(f"{name}: volume {binding.volume.GetName()} or its "
                     "segmentation was replaced or closed while the engine "
                     "worked; expected them to stay: nothing was changed")
        if self.binding is binding:
            self.release()
        return False

    def _shower(self, binding: Binding, job: Job,
                gives_back: bool = False) -> Callable:
        """For the worker: shows pieces in the scene, later, on the main
        thread."""
        def show(pieces: List[Piece]) -> None:
            job.tell(lambda: self._show(binding, pieces, job.rules, job.own,
                                        gives_back))

        return show

    def _show(self, binding: Binding, pieces: List[Piece],
              rules: masking.Rules, own: Sequence[str],
              gives_back: bool = False) -> None:
        if self.binding is binding and not binding.is_stale and pieces:
            self.on_before_write()
            binding.apply(pieces, rules, own, gives_back)

    def _rules(self) -> masking.Rules:
        """Masking as it is now; Failure when it cannot be followed."""
        editor = self.editor
        if editor is not None and \
                editor.GetSegmentationNode() is not self.segmentation:
            editor = None
        region = self.region
        if region is not None and region.GetScene() is None:
            region = None
        return masking.rules_of(self.segments, editor, region,
                                self.overwrite)

    def _take(self, binding: Binding, result: Result, rules: masking.Rules,
              own: Sequence[str]) -> None:
        """Puts a result into the scene. own: the segments that the call was
        for; none: it is of undo or redo, after which a new edit of the
        session would end the redoing."""
        binding.settle(result, lambda name: self._restore(
            binding, name, result))
        if not own:
            binding.go_to(result.steps)
        self._show(binding, result.pieces, rules, own)
        if not self.is_drawing:
            binding.overlaps.note(result.steps)
        self._restore_surfaces(binding)
        kept_back = binding.kept_back()
        if kept_back and own:
            self._queue.appendleft(lambda: self._submit(
                lambda job: self._desk(binding).keep_back(kept_back),
                "masking", _nothing,
                lambda error: self.on_error(line_of(error))))
        self.marks.at(result.steps)
        self.on_history(result.can_undo, result.can_redo)

    def _restore(self, binding: Binding, name: str, result: Result) -> None:
        """Makes the segment of a class that the scene does not have."""
        text = result.texts.get(name)
        known = self.vocabulary.find(text, self._known_modality()) \
            if text else None
        made = binding.segments.make(text or "object", text, known, name)
        binding.segments.set_locked(made, name in result.locked)

    def _restore_surfaces(self, binding: Binding) -> None:
        """An answer has ended; a stroke that is drawn has more to come."""
        if not self.is_drawing and \
                binding.segments.node.GetScene() is not None:
            binding.make_surfaces()

    def _report(self, name: str, result: Result,
                own: Sequence[str]) -> None:
        """The status line: what changed, what was taken from segments that
        the call was not for, and warnings. own: those that it was for."""
        shown = self.segments.name
        taken = self.binding.taken(own)
        facts = [fact for fact in result.facts
                 if fact.segment_id in own or fact.segment_id not in taken]
        parts = [f"{shown(fact.segment_id)}: {fact.ml:.2f} ml, "
                 f"+{fact.added} -{fact.removed} voxels"
                 for fact in facts[:4]]
        if len(facts) > 4:
            parts.append(f"and {len(facts) - 4} more")
        parts += [f"took {count} voxels from {shown(segment_id)}"
                  for segment_id, count in taken.items()]
        if not parts:
            nothing = name in ("undo", "redo") and result.count == 0
            parts = [f"nothing to {name}" if nothing else
                     f"{name}: nothing changed"]
        line = "; ".join(parts) + f"; {result.seconds:.2f} s"
        self.on_status(" | ".join([line, *result.warnings]))


_shared: Optional[Logic] = None


def shared_logic() -> Logic:
    """The one Logic of the application, for panel, effect and scripts."""
    global _shared
    if _shared is None or _shared.thread.is_closed:
        _shared = Logic()
    return _shared
