"""What a session answers: a revision, and where each class changed."""
import ctypes
from dataclasses import dataclass
from typing import Any, List, Optional, Tuple

from . import _abi
from ._library import load_library, match_places, text_list

#: Half-open box (i0,i1, j0,j1, k0,k1) in voxels.
Extent = Tuple[int, ...]


@dataclass(frozen=True)
class Change:
    """One class of which voxels changed."""

    class_index: int  #: of a class taken away: the index that it had
    extent: Extent  #: holds every changed voxel
    added: int  #: voxels
    removed: int  #: voxels


@dataclass(frozen=True)
class Answer:
    """What one call came to."""

    revision: int
    saved: bool  #: the journal holds it; True without a journal
    seconds: float
    changes: Tuple[Change, ...]  #: ascending; empty: nothing changed
    windows: Tuple[Extent, ...]  #: of prompts: nothing changed outside
    count: int  #: undo, redo: steps done; refine: passes run; else 0
    dice: Tuple[float, ...]  #: refine: a class's DSC to before, or NaN
    warnings: Tuple[str, ...]
    class_index: Optional[int] = None  #: add_class: the (first) new one
    #: set_classes, add_class: of each text, the indices of its classes
    places: Tuple[Tuple[int, ...], ...] = ()


def read_answer(pointer: Any, class_count: int = 0,
                text_count: int = 0) -> Answer:
    """An Answer of a MedalsAnswer, which stays the caller's.

    class_count: how many entries `dice` gets; text_count: `places`.
    """
    library = load_library()
    return Answer(
        library.medals_answer_revision(pointer),
        library.medals_answer_saved(pointer),
        library.medals_answer_seconds(pointer),
        tuple(_changes(library, pointer)), tuple(_windows(library, pointer)),
        library.medals_answer_count(pointer),
        tuple(library.medals_answer_dice(pointer, index)
              for index in range(class_count)),
        tuple(text_list(library.medals_answer_warnings(pointer))),
        places=match_places(pointer, "medals_answer", text_count))


def _changes(library: ctypes.CDLL, pointer: Any) -> List[Change]:
    found, change = [], _abi.Change()
    for index in range(library.medals_answer_change_count(pointer)):
        library.medals_answer_change(pointer, index, ctypes.byref(change))
        found.append(Change(change.class_index, tuple(change.extent),
                            change.added, change.removed))
    return found


def _windows(library: ctypes.CDLL, pointer: Any) -> List[Extent]:
    found, extent = [], _abi.Extent()
    for index in range(library.medals_answer_window_count(pointer)):
        library.medals_answer_window(pointer, index, extent)
        found.append(tuple(extent))
    return found
