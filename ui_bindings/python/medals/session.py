"""A labelmap that is asked for, mended and never lost.

    open (image, model) --> classes --> predict --> prompt, refine, undo ...
                                                      |
                              each accepted call: one revision, one Answer

Classes are named by index, or by their name or text. Boxes are half open,
(i0,i1, j0,j1, k0,k1), arrays have the axes [k,j,i]. Points are voxel indices
(i,j,k) with space="index", LPS millimetres with space="lps".

A call that fails or is cancelled leaves the session as it was. Calls that
change it come one after the other, whatever thread they are made on; read(),
statistics(), changed_since(), labelmap(), classes and revision may be used
beside them, from callbacks too, and see the last whole revision.

Ctrl-C during a call, and an exception in a callback, cancel the call and are
raised when it has stopped. Only where nothing was left to cancel the call
stands; `revision` tells.
engine/include/medals/session.h is the manual of what the calls mean.
"""
import ctypes
import dataclasses
import os
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np

from . import _abi
from ._types import Array, PathLike
from ._handle import Handle
from ._library import (call, decode, encode, load_library, modality_number,
                       modality_text, split_texts, text_array, text_list,
                       whole_number)
from ._watch import InstantCallback, ProgressCallback, Watch
from .answer import Answer, Extent, read_answer
from .errors import InputError, UsageError
from .image import Image, array_of_volume, number_of_dtype
from .label import Label
from .labelmap import (Labelmap, given_labelmap, labelmap_on, looks_of,
                       names_of, number_or_none)
from .model import Model, as_model
from .prompts import (ANSWERS, MASK_USES, RESETS, box_points,
                      byte_pointer, double_pointer, extent_array, index_array,
                      mask_array, point_array, prompt_struct, tight,
                      word_number)
from .readers import as_image

#: A class: its index, or its name or text.
ClassRef = Union[int, str]

_U32, _U64 = (1 << 32) - 1, (1 << 64) - 1


@dataclass(frozen=True)
class SessionClass:
    """A class of a session."""

    index: int
    text: Optional[str]  #: None: known by prompts alone
    name: str
    value: int  #: in the labelmap
    known: bool  #: the model was trained on the text
    model_class: Optional[int]  #: index in Model.classes
    locked: bool = False  #: Session.lock()


@dataclass(frozen=True)
class Statistics:
    """What a class holds now."""

    voxels: int
    ml: float
    mean_probability: Optional[float]  #: of the last predict or refine
    prompts: int


class Session:
    """Opens a session on an image; a context manager.

    Args:
        image: whatever as_image() takes; its voxels must not change while
            the session is open.
        model: a Model, the path of a package, or None: the default one.
        classes: texts to begin with, as set_classes() takes them; ignored
            when the journal brings classes back.
        journal: folder where every revision is kept; None: in memory only.
        labelmap: what is there already, an Image or array [k,j,i] of whole
            numbers on the image's grid; each value becomes a class.
        labelmap_names: names of its values; None: those of a Labelmap.
        modality: ct, mr, us, pet, microscopy; None: header, texts, model.
        window: lower, upper bound in HU; CT only.
        journal_bytes: size from which the journal is compacted; 0: 1 GiB.
        feature_bytes: memory for instant answers; 0: 768 MiB.
        undo_bytes: memory for what can be undone without a journal; the
            oldest steps go first; 0: 256 MiB.
        progress: called by every long call that is given none of its own, as
            progress(fraction, phase, seconds_left); seconds_left is negative
            while unknown; False cancels with CancelledError.

    >>> scan = np.zeros((8, 9, 10), np.int16)
    >>> with Session(scan, classes=["brain stem"]) as session:
    ...     answer = session.set_mask("brain stem", np.ones(scan.shape))
    ...     print(session.statistics("brain stem").voxels)
    ...     answer = session.undo()
    ...     print(session.statistics("brain stem").voxels, answer.count)
    720
    0 1
    """

    def __init__(self, image: Any, model: Union[Model, PathLike, None] = None,
                 classes: Union[str, Sequence[Optional[str]], None] = None,
                 journal: Optional[PathLike] = None,
                 labelmap: Any = None, modality: Optional[str] = None,
                 progress: Optional[ProgressCallback] = None, *,
                 labelmap_names: Optional[Dict[int, str]] = None,
                 window: Optional[Tuple[float, float]] = None,
                 journal_bytes: int = 0, feature_bytes: int = 0,
                 undo_bytes: int = 0):
        self._handle = Handle(self._free)
        self.image = as_image(image)
        self.model = as_model(model)
        self._known = self.model.classes  # a session outlives its model
        self._owns_model = isinstance(model, (str, os.PathLike))
        self._progress = progress
        self._classes: Tuple[SessionClass, ...] = ()
        self._stroke_space = 0
        options = _abi.SessionOptions(
            modality=modality_number(modality),
            header_modality=modality_number(self.image.modality),
            has_window=window is not None, window=tuple(window or (0, 0)),
            journal=encode(journal),
            journal_bytes=whole_number("journal_bytes", journal_bytes, 0,
                                       _U64),
            feature_bytes=whole_number("feature_bytes", feature_bytes, 0,
                                       _U64),
            undo_bytes=whole_number("undo_bytes", undo_bytes, 0, _U64))
        if labelmap is not None:
            labelmap = given_labelmap(self.image, labelmap)
        self._open(options, labelmap, names_of(labelmap)
                   if labelmap_names is None else labelmap_names)
        try:
            self._read_classes()
            if classes is not None and not (self.resumed and self.classes):
                self.set_classes(classes)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Closes; an open stroke is dropped. Waits for running calls."""
        self._handle.close()
        if self._owns_model:
            self.model.close()

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *ignored: Any) -> None:
        self.close()

    def __del__(self) -> None:
        handle = getattr(self, "_handle", None)
        if handle is not None and handle.pointer:
            self.close()

    # ---- classes -----------------------------------------------------------

    @property
    def classes(self) -> Tuple[SessionClass, ...]:
        """The classes, in order."""
        return self._classes

    def set_classes(self, texts: Union[str, Sequence[Optional[str]]],
                    names: Optional[Sequence[Optional[str]]] = None) -> Answer:
        """Sets the list of classes.

        Args:
            texts: a list, or one string with ";" between. None in the list
                is an object known by prompts alone. A class of the same text
                keeps voxels, prompts and value. A text that names several
                ("both kidneys") becomes several, texts of one class are
                merged: Answer.places and .warnings say so.
            names: as many, or None: the texts are the names.
        """
        wanted = split_texts(texts)
        if names is not None and len(names) != len(wanted):
            raise UsageError(f"names: {len(names)}; expected {len(wanted)}, "
                             "one a text")
        return self._edit("medals_session_set_classes", text_array(wanted),
                          None if names is None else text_array(names),
                          len(wanted), text_count=len(wanted))

    def add_class(self, text: Optional[str] = None,
                  name: Optional[str] = None) -> Answer:
        """Adds a class, or those of a text that names several; text None: by
        prompts alone. Answer.class_index is the place of the first."""
        index = ctypes.c_size_t()
        answer = self._edit("medals_session_add_class", encode(text),
                            encode(name), ctypes.byref(index), text_count=1)
        return dataclasses.replace(answer, class_index=index.value)

    def remove_class(self, which: ClassRef) -> Answer:
        """Its voxels become background; later classes move down by one."""
        return self._edit("medals_session_remove_class",
                          self.class_index(which))

    def lock(self, which: ClassRef, locked: bool = True) -> None:
        """Locks a class, or unlocks it: until then nothing but undo, redo,
        reset and its removal adds voxels to it or takes any from it. No
        revision; a journal brings it back."""
        index = self.class_index(which)
        with self._handle.change() as pointer:
            call("medals_session_lock", pointer, index, bool(locked))
            self._classes = _classes_of(pointer)

    def class_index(self, which: ClassRef) -> int:
        """The index of a class that is named by index, name or text."""
        if isinstance(which, str):
            found = [c.index for c in self._classes
                     if which in (c.name, c.text)]
            if len(found) == 1:
                return found[0]
            names = ", ".join(repr(c.name) for c in self._classes)
            raise InputError(f"class {which!r}: {len(found)} of that name; "
                             f"expected one of: {names or 'none yet'}")
        try:
            index = which.__index__()
        except AttributeError:
            raise InputError(f"class {which!r}: {type(which).__name__}; "
                             "expected an index or a name") from None
        if not 0 <= index < len(self._classes):
            raise InputError(f"class {index}: not there; expected 0 to "
                             f"{len(self._classes) - 1}" if self._classes else
                             f"class {index}: the session has no classes yet")
        return index

    # ---- answers of the network --------------------------------------------

    def predict(self, classes: Optional[Sequence[ClassRef]] = None,
                progress: Optional[ProgressCallback] = None) -> Answer:
        """A full pass over the image with all prompts so far.

        classes: those with a text; None: all of them.
        """
        return self._run("medals_session_predict",
                         *self._indices(classes), progress=progress)

    def refine(self, passes: int = 1,
               classes: Optional[Sequence[ClassRef]] = None,
               progress: Optional[ProgressCallback] = None) -> Answer:
        """Self-refinement of what is there; stops early when a pass changes
        nothing. Answer.count is the passes run, Answer.dice the DSC of each
        class to what it was."""
        return self._run("medals_session_refine",
                         whole_number("passes", passes, 1, _U32),
                         *self._indices(classes), progress=progress,
                         with_dice=True)

    # ---- prompts -----------------------------------------------------------

    def add_point(self, which: ClassRef, point: Sequence[float],
                  positive: bool = True, *, space: str = "index",
                  **how: Any) -> Answer:
        """A click.

        Args:
            which: the class.
            point: (i,j,k), or LPS mm with space="lps".
            positive: the voxel is in the class; else it is out of it.
            how: answer="both" (instant, then the full pass), "instant",
                "full" or "none" (only remember); instant=callback that gets
                the provisional Answer; progress=callback.
        """
        points = point_array(point)
        return self._prompt("point", which, positive, space, points, **how)

    def add_box(self, which: ClassRef, box: Any, positive: bool = True, *,
                space: str = "index", **how: Any) -> Answer:
        """A box that holds the class (positive) or none of it (negative).

        box: i0,i1,j0,j1,k0,k1 half open, or two corners [2,3]; LPS mm: two
            corners. The rest as add_point().
        """
        return self._prompt("box", which, positive, space,
                            box_points(box, space), **how)

    def add_scribble(self, which: ClassRef, points: Any = None,
                     positive: bool = True, *, mask: Any = None,
                     extent: Optional[Sequence[int]] = None,
                     radius_mm: float = 1.0, space: str = "index",
                     **how: Any) -> Answer:
        """A stroke: a polyline [n,3] in LPS mm of radius_mm, voxels [n,3] as
        indices, or a mask [k,j,i] over `extent` (None: the whole image)."""
        return self._drawn("scribble", which, points, positive, space, mask,
                           extent, radius_mm, **how)

    def add_lasso(self, which: ClassRef, points: Any = None,
                  positive: bool = True, *, mask: Any = None,
                  extent: Optional[Sequence[int]] = None,
                  space: str = "index", **how: Any) -> Answer:
        """A closed polygon [n,3] in any plane: its filled area; or a mask."""
        return self._drawn("lasso", which, points, positive, space, mask,
                           extent, 1.0, **how)

    def set_mask(self, which: ClassRef, mask: Any, use: str = "labelmap", *,
                 extent: Optional[Sequence[int]] = None,
                 **how: Any) -> Answer:
        """Gives a class a drawn or imported mask.

        Args:
            mask: [k,j,i] over `extent` (None: the whole image), not 0 where
                the class is; or an image, as as_image() takes it, on the
                session's grid.
            use: "labelmap" replaces what is there and binds nothing;
                "prompt": its voxels are in and stay in.
        """
        voxels, box = self._mask(mask, extent)
        return self._run(
            "medals_session_mask", self.class_index(which),
            word_number("use", use, MASK_USES), _abi.Extent(*box),
            voxels.ctypes.data, voxels.size, **how)

    def begin_stroke(self, which: ClassRef, points: Any = None,
                     positive: bool = True, *, kind: str = "scribble",
                     mask: Any = None,
                     extent: Optional[Sequence[int]] = None,
                     radius_mm: float = 1.0, space: str = "index") -> None:
        """A stroke while it is drawn: begin with its first points or voxels,
        append, end. It becomes one revision and one undo step at its end;
        until then every other changing call raises UsageError."""
        prompt = self._drawn_prompt(kind, which, points, positive, space,
                                    mask, extent, radius_mm)
        with self._handle.change() as pointer:
            call("medals_session_stroke_begin", pointer,
                 ctypes.byref(prompt))
            self._stroke_space = prompt.space

    def append_stroke(self, points: Any = None, *, mask: Any = None,
                      extent: Optional[Sequence[int]] = None,
                      answer: str = "instant", **how: Any) -> Answer:
        """Further points, in the space that the stroke began with, or voxels.
        answer="instant" shows a provisional labelmap (the revision stays);
        "none" only collects."""
        given, voxels, box = self._shape(points, mask, extent)
        return self._run(
            "medals_session_stroke_append", self._stroke_space,
            double_pointer(given), 0 if given is None else len(given),
            byte_pointer(voxels), 0 if voxels is None else voxels.nbytes,
            _abi.Extent(*box) if box else None,
            answer=answer, **how)

    def end_stroke(self, **how: Any) -> Answer:
        """Ends the stroke and answers it, as add_scribble() would."""
        return self._run("medals_session_stroke_end", **how)

    def cancel_stroke(self) -> Answer:
        """Drops an open stroke; answers what was taken back."""
        return self._edit("medals_session_stroke_cancel")

    @property
    def stroke_is_open(self) -> bool:
        """Whether a stroke was begun and not ended."""
        with self._handle.read() as pointer:
            return bool(load_library().medals_session_stroke_is_open(
                pointer))

    # ---- history -----------------------------------------------------------

    def undo(self, steps: int = 1) -> Answer:
        """Takes back up to `steps` steps; Answer.count says how many."""
        return self._edit("medals_session_undo",
                          whole_number("steps", steps, 1, _U64))

    def redo(self, steps: int = 1) -> Answer:
        """Brings back up to `steps` steps; Answer.count says how many."""
        return self._edit("medals_session_redo",
                          whole_number("steps", steps, 1, _U64))

    def reset(self, what: str = "prompts") -> Answer:
        """"prompts": forgets them and what they bind; "all": also every
        voxel. Classes stay."""
        return self._edit("medals_session_reset",
                          word_number("what", what, RESETS))

    # ---- reading, from any thread ------------------------------------------

    @property
    def revision(self) -> int:
        """The last whole revision."""
        with self._handle.read() as pointer:
            return int(load_library().medals_session_revision(pointer))

    @property
    def resumed(self) -> bool:
        """Whether a journal brought something back."""
        with self._handle.read() as pointer:
            return bool(load_library().medals_session_resumed(pointer))

    @property
    def saved(self) -> bool:
        """Whether the journal holds the last revision; True without one."""
        with self._handle.read() as pointer:
            return bool(load_library().medals_session_saved(pointer))

    @property
    def warnings(self) -> Tuple[str, ...]:
        """Warnings of opening."""
        with self._handle.read() as pointer:
            return tuple(text_list(
                load_library().medals_session_warnings(pointer)))

    @property
    def modality(self) -> Optional[str]:
        """What options, header or the first texts came to."""
        with self._handle.read() as pointer:
            return modality_text(
                load_library().medals_session_modality(pointer))

    def read(self, which: Optional[ClassRef] = None,
             extent: Optional[Sequence[int]] = None,
             dtype: Any = None) -> Array:
        """Voxels [k,j,i] of a box (None: the whole image).

        Args:
            which: a class: 0 and 1; None: label values of all.
            dtype: uint8, uint16 or uint32; None: the narrowest that fits.
        """
        return self.read_revision(which, extent, dtype)[0]

    def read_revision(self, which: Optional[ClassRef] = None,
                      extent: Optional[Sequence[int]] = None,
                      dtype: Any = None) -> Tuple[Array, int]:
        """As read(), with the revision that was read."""
        box = extent_array(extent)
        size = self.image.size
        shape = ((box[5] - box[4], box[3] - box[2], box[1] - box[0])
                 if box else size[::-1])
        if any(not 0 <= n <= m for n, m in zip(shape, size[::-1])):
            raise InputError(f"extent: {tuple(box)}; expected a box inside "
                             f"{size}")
        out = np.empty(shape, dtype or self._narrowest(which))
        revision = ctypes.c_uint64()
        index = -1 if which is None else self.class_index(which)
        with self._handle.read() as pointer:
            call("medals_session_read", pointer, index, box,
                 number_of_dtype(out.dtype), out.ctypes.data, out.nbytes,
                 ctypes.byref(revision))
        return out, revision.value

    def changed_since(self, revision: int) -> Optional[Extent]:
        """Box of all voxels that changed after a revision; None: none did."""
        extent = _abi.Extent()
        with self._handle.read() as pointer:
            changed = load_library().medals_session_changed_since(
                pointer, whole_number("revision", revision, 0, _U64), extent)
        return tuple(extent) if changed else None

    def labelmap(self, values: Optional[Sequence[int]] = None) -> Labelmap:
        """The labelmap on the image's grid.

        values: one a class, different, not 0; None: the classes' own.
        """
        volume = ctypes.c_void_p()
        classes = self._classes
        wanted = [c.value for c in classes] if values is None else [
            whole_number("values", value, 1, _U32) for value in values]
        given = None if values is None else (
            ctypes.c_uint32 * max(len(wanted), 1))(*wanted)
        with self._handle.read() as pointer:
            call("medals_session_labelmap", pointer, given,
                 len(wanted) if given else 0, ctypes.byref(volume))
        try:
            array = array_of_volume(volume)
        finally:
            load_library().medals_volume_free(ctypes.byref(volume))
        return labelmap_on(self.image, array, [
            self._label(c, value) for c, value in zip(classes, wanted)])

    def statistics(self, which: ClassRef) -> Statistics:
        """What a class holds now."""
        found = _abi.SessionStatistics()
        index = self.class_index(which)
        with self._handle.read() as pointer:
            call("medals_session_statistics", pointer, index,
                 ctypes.byref(found))
        return Statistics(found.voxels, found.ml,
                          number_or_none(found.mean_probability),
                          found.prompts)

    # ---- how it is done ----------------------------------------------------

    @staticmethod
    def _free(pointer: ctypes.c_void_p) -> None:
        if pointer:
            load_library().medals_session_close(ctypes.byref(pointer))

    def _open(self, options: _abi.SessionOptions,
              labelmap: Optional[Image], names: Dict[int, str]) -> None:
        pointer = self._handle.pointer
        initial = (_abi.InitialClass * max(len(names), 1))(*(
            _abi.InitialClass(
                value=whole_number("labelmap_names", value, 1, _U32),
                name=encode(name)) for value, name in names.items()))
        options.initial, options.initial_count = initial, len(names)
        with self.image._volume() as volume, Watch(self._progress) as watch:
            options.progress = watch.progress_fn
            arguments = (ctypes.byref(pointer), self.model.pointer, volume,
                         ctypes.byref(options))
            if labelmap is None:
                call("medals_session_open", *arguments)
                return
            with labelmap._volume() as given:
                options.labelmap = given
                call("medals_session_open", *arguments)

    def _read_classes(self) -> None:
        """Reads the class list from C, on the thread that changes it."""
        with self._handle.change() as pointer:
            self._classes = _classes_of(pointer)

    def _edit(self, name: str, *arguments: Any,
              text_count: int = 0) -> Answer:
        """A short call that may change the class list."""
        answer = ctypes.c_void_p()
        with self._handle.change() as pointer:
            call(name, pointer, *arguments, ctypes.byref(answer))
            self._classes = _classes_of(pointer)
            return _take(answer, text_count=text_count)

    def _run(self, name: str, *arguments: Any, answer: str = "both",
             progress: Optional[ProgressCallback] = None,
             instant: Optional[InstantCallback] = None,
             with_dice: bool = False) -> Answer:
        """A long call, with progress and cancel."""
        kind = word_number("answer", answer, ANSWERS)
        out = ctypes.c_void_p()
        with self._handle.change() as pointer, Watch(
                progress or self._progress, instant, read_answer) as watch:
            how = watch.call(kind)
            call(name, pointer, *arguments, ctypes.byref(how),
                 ctypes.byref(out))
            return _take(out, len(self._classes) if with_dice else 0)

    def _prompt(self, kind: str, which: ClassRef, positive: bool, space: str,
                points: Optional[Array], radius_mm: float = 1.0,
                mask: Optional[Array] = None,
                extent: Optional[Extent] = None, **how: Any) -> Answer:
        prompt = prompt_struct(kind, self.class_index(which), positive, space,
                               points, radius_mm, mask, extent)
        return self._run("medals_session_prompt", ctypes.byref(prompt), **how)

    def _drawn(self, kind: str, which: ClassRef, points: Any, positive: bool,
               space: str, mask: Any, extent: Optional[Sequence[int]],
               radius_mm: float, **how: Any) -> Answer:
        prompt = self._drawn_prompt(kind, which, points, positive, space,
                                    mask, extent, radius_mm)
        return self._run("medals_session_prompt", ctypes.byref(prompt), **how)

    def _drawn_prompt(self, kind: str, which: ClassRef, points: Any,
                      positive: bool, space: str, mask: Any,
                      extent: Optional[Sequence[int]],
                      radius_mm: float) -> _abi.Prompt:
        given, voxels, box = self._shape(points, mask, extent)
        return prompt_struct(kind, self.class_index(which), positive, space,
                             given, radius_mm, voxels, box)

    def _shape(self, points: Any, mask: Any, extent: Optional[Sequence[int]]
               ) -> Tuple[Optional[Array], Optional[Array], Optional[Extent]]:
        """Points as float64, a mask as uint8 with its box; None where the
        caller gave none."""
        given = None if points is None else point_array(points)
        if mask is None:
            if extent is not None:
                raise UsageError("extent: given without a mask; expected "
                                 "both")
            return given, None, None
        if given is not None:
            raise UsageError("stroke: points and a mask; expected one of "
                             "them")
        return (given, *tight(*self._mask(mask, extent)))

    def _mask(self, mask: Any, extent: Optional[Sequence[int]]
              ) -> Tuple[Array, Extent]:
        """A mask as uint8 and its box. An image of any package has to lie
        where ours does; a bare array is taken by its axes [k,j,i]."""
        if not isinstance(mask, (np.ndarray, list, tuple)):
            image = as_image(mask)
            if extent is None and not self.image.same_grid(image):
                raise InputError(f"mask: {image} on another grid; expected "
                                 f"the image's: {self.image}")
            mask = image.array
        return mask_array(mask, extent, self.image.size)

    def _indices(self, classes: Optional[Sequence[ClassRef]]
                 ) -> Tuple[Any, int]:
        if classes is None:
            return None, 0
        if isinstance(classes, (str, int)):
            classes = [classes]
        return index_array([self.class_index(which) for which in classes])

    def _narrowest(self, which: Optional[ClassRef]) -> "np.dtype[Any]":
        most = 1 if which is not None else max(
            (c.value for c in self._classes), default=0)
        return np.min_scalar_type(most)

    def _label(self, which: SessionClass, value: int) -> Label:
        found = self.statistics(which.index)
        return Label(value, which.name, which.text, which.known,
                     found.voxels, found.ml, found.mean_probability,
                     *looks_of(self._known, which.model_class, value))


def _take(answer: ctypes.c_void_p, class_count: int = 0,
          text_count: int = 0) -> Answer:
    """Reads an answer and frees it; an empty one when C gave none."""
    try:
        return read_answer(answer, class_count, text_count)
    finally:
        load_library().medals_answer_free(ctypes.byref(answer))


def _classes_of(pointer: ctypes.c_void_p) -> Tuple[SessionClass, ...]:
    library, info = load_library(), _abi.SessionClass()
    found: List[SessionClass] = []
    for index in range(library.medals_session_class_count(pointer)):
        library.medals_session_class(pointer, index, ctypes.byref(info))
        found.append(SessionClass(
            index, decode(info.text), decode(info.name) or "", info.value,
            info.known, None if info.model_class < 0 else info.model_class,
            info.locked))
    return tuple(found)
