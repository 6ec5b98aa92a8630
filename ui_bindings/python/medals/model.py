"""A model package: weights, vocabulary, and the classes that it knows."""
import ctypes
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Optional, Sequence, Tuple, Union

from . import _abi
from ._library import (call, decode, encode, library_path, load_library,
                       match_places, modality_number, modality_text,
                       split_texts, text_array, text_list, whole_number)
from ._types import PathLike
from .errors import InputError, IoError, UsageError

_PRECISIONS = ("auto", "f32", "bf16")
_FOLDER = Path(__file__).resolve().parent
_lock = threading.Lock()
#: Lanes of this process, by what they were asked for. One is enough for most;
#: they live as long as the process, because sessions outlive their models.
_contexts: Dict[Tuple[int, int, Optional[str]], ctypes.c_void_p] = {}
_defaults: Dict[int, "Model"] = {}


@dataclass(frozen=True)
class ClassInfo:
    """A class of the model package or of the 243-class table."""

    index: int
    name: str
    modality: str  #: a class is known per modality
    trained: bool  #: the model was trained on it
    lesion: bool
    rgb: Tuple[int, int, int]  #: 0..255
    terminology: Optional[str]  #: 3D Slicer's entry, with SNOMED CT codes
    synonyms: Tuple[str, ...]
    repeated: bool = False  #: an earlier one of the modality has the name


@dataclass(frozen=True)
class ReadClass:
    """A class that texts ask for."""

    text: str  #: as given, the first that asks for it
    text_index: int
    name: str  #: a text that asks for it alone
    info: Optional[ClassInfo]  #: None: free text
    known: bool  #: the model was trained on it


@dataclass(frozen=True)
class Reading:
    """What texts ask for."""

    classes: Tuple[ReadClass, ...]
    places: Tuple[Tuple[int, ...], ...]  #: of each text, in classes
    warnings: Tuple[str, ...]


class Model:
    """An open package. Many sessions may use one; they share its weights.

    Args:
        path: folder of the package; None: the environment variable
            MEDALS_MODEL, else the one that came with this package.
        threads: 0: one per core that this process may use.
        isa: the highest instruction set to use (ref, avx2, avx512,
            avx512_bf16, amx); None: MEDALS_ISA, else the best there is.
        precision: auto, f32 or bf16.
    """

    def __init__(self, path: Optional[PathLike] = None,
                 threads: int = 0, isa: Optional[str] = None,
                 precision: str = "auto"):
        self._pointer = ctypes.c_void_p()
        self._process = os.getpid()
        self._classes: Optional[Tuple[ClassInfo, ...]] = None
        if precision not in _PRECISIONS:
            raise UsageError(f"precision: {precision!r}; expected one of "
                             + ", ".join(_PRECISIONS))
        self.path = str(default_model_path() if path is None
                        else os.fspath(path))
        self._context = _context(threads, isa)
        options = _abi.ModelOptions(precision=_PRECISIONS.index(precision))
        call("medals_model_open", ctypes.byref(self._pointer), self._context,
             encode(self.path), ctypes.byref(options))

    def close(self) -> None:
        """Releases the package; sessions that use it keep it alive."""
        if self._pointer and self._process == os.getpid():
            load_library().medals_model_free(ctypes.byref(self._pointer))
        self._pointer = ctypes.c_void_p()

    def __enter__(self) -> "Model":
        return self

    def __exit__(self, *ignored: Any) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_pointer", None):
            self.close()

    def __repr__(self) -> str:
        return f"Model({self.path!r})"

    @property
    def pointer(self) -> ctypes.c_void_p:
        """The MedalsModel; raises UsageError when closed."""
        if not self._pointer:
            raise UsageError("model: closed; expected it open")
        if self._process != os.getpid():
            raise UsageError("model: opened in another process; expected "
                             "one opened after the fork")
        return self._pointer

    @property
    def name(self) -> str:
        """Name of the package."""
        return decode(load_library().medals_model_name(self.pointer)) or ""

    @property
    def license(self) -> str:
        """Licence of the weights."""
        return decode(load_library().medals_model_license(self.pointer)) or ""

    @property
    def precision(self) -> str:
        """f32 or bf16: what the weights are stored as in memory."""
        return _PRECISIONS[
            load_library().medals_model_precision(self.pointer)]

    @property
    def isa(self) -> str:
        """Instruction set in use."""
        return decode(load_library().medals_context_isa(self._context)) or ""

    @property
    def threads(self) -> int:
        """Threads in use."""
        return int(load_library().medals_context_threads(self._context))

    @property
    def default_modality(self) -> Optional[str]:
        """Modality where neither user, header nor text says one."""
        return modality_text(
            load_library().medals_model_default_modality(self.pointer))

    @property
    def classes(self) -> Tuple[ClassInfo, ...]:
        """Classes of the package first, then the 243-class table."""
        if self._classes is None:
            count = load_library().medals_model_class_count(self.pointer)
            self._classes = tuple(map(self._class, range(count)))
        return self._classes

    def match(self, text: str, modality: Optional[str] = None,
              lesion: bool = False) -> Optional[ClassInfo]:
        """The class that a text names in a modality (None: the default);
        None for a text that names none or several: see read()."""
        number = modality_number(modality or self.default_modality)
        index = load_library().medals_model_match(
            self.pointer, number, lesion, encode(text))
        return None if index < 0 else self.classes[index]

    def read(self, texts: Union[str, Sequence[str]],
             modality: Optional[str] = None, lesion: bool = False) -> Reading:
        """What texts ask for in a modality (None: the default), before
        anything runs; raises InputError for one that says what is not
        wanted. texts: a list, or one string with ";" between."""
        library, reading = load_library(), ctypes.c_void_p()
        wanted = split_texts(texts)
        number = modality_number(modality or self.default_modality)
        call("medals_reading_new", ctypes.byref(reading), self.pointer,
             number, lesion, text_array(wanted), len(wanted))
        try:
            return Reading(
                tuple(self._read_class(reading, index) for index in
                      range(library.medals_reading_class_count(reading))),
                match_places(reading, "medals_reading", len(wanted)),
                tuple(text_list(library.medals_reading_warnings(reading))))
        finally:
            library.medals_reading_free(ctypes.byref(reading))

    def _read_class(self, reading: ctypes.c_void_p, index: int) -> ReadClass:
        info = _abi.ReadClass()
        load_library().medals_reading_class(reading, index,
                                            ctypes.byref(info))
        found = None if info.class_index < 0 else self.classes[
            info.class_index]
        return ReadClass(decode(info.text) or "", info.text_index,
                         decode(info.name) or "", found, info.known)

    def _class(self, index: int) -> ClassInfo:
        info = _abi.ClassInfo()
        load_library().medals_model_class(self.pointer, index,
                                          ctypes.byref(info))
        return ClassInfo(index, decode(info.name) or "",
                         modality_text(info.modality) or "", info.trained,
                         info.lesion, tuple(info.rgb),
                         decode(info.terminology),
                         tuple(text_list(info.synonyms)), info.repeated)


def default_model() -> Model:
    """The default package, opened once a process."""
    with _lock:
        model = _defaults.get(os.getpid())
    if model is None or not model._pointer:
        model = Model()
        with _lock:
            _defaults[os.getpid()] = model
    return model


def default_model_path() -> Path:
    """Folder of the default package: MEDALS_MODEL, this package's own, or
    the one installed beside the library. Raises IoError without one."""
    chosen = os.environ.get("MEDALS_MODEL")
    if chosen:
        return Path(chosen)
    places = [_FOLDER, Path("/usr/local/share/medals"),
              Path("/usr/share/medals")]
    if os.path.isabs(library_path()):
        beside = Path(library_path()).resolve().parent.parent
        places.insert(1, beside / "share" / "medals")
    for folder in places:
        package = folder / "models" / "compact"
        if (package / "model.json").exists():
            return package
    raise IoError("model: none came with this package; expected its folder "
                  "in MEDALS_MODEL or as argument")


def as_model(model: Union[Model, PathLike, None]) -> Model:
    """A Model of a Model, a path, or None: the default one."""
    if model is None:
        return default_model()
    if isinstance(model, Model):
        return model
    if isinstance(model, (str, os.PathLike)):
        return Model(model)
    raise InputError(f"model: {type(model).__name__}; expected a Model or "
                     "the path of a package")


def _context(threads: int, isa: Optional[str]) -> ctypes.c_void_p:
    threads = whole_number("threads", threads, 0, 4096)
    key = os.getpid(), threads, isa
    with _lock:
        if key not in _contexts:
            context = ctypes.c_void_p()
            options = _abi.ContextOptions(threads=threads, isa=encode(isa))
            call("medals_context_new", ctypes.byref(context),
                 ctypes.byref(options))
            _contexts[key] = context
        return _contexts[key]
