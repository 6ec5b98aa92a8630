"""Finds libmedals, checks that it is ours, and calls it.

The library is loaded when it is first needed, so that `import medals` costs
nothing. Calls release the GIL (ctypes.CDLL), whatever they do inside.
"""
import ctypes
import operator
import os
import sys
import threading
from pathlib import Path
from typing import Any, List, Optional, Sequence, Tuple, Union

from . import _abi
from ._types import PathLike
from .errors import InputError, IoError, error_of

#: Version of this package; the library must agree in all but the last part.
VERSION = "0.1.0"

_FOLDER = Path(__file__).resolve().parent
#: Names of the library on each system, the one of this version first.
_NAMES = {"darwin": ("libmedals.0.dylib", "libmedals.dylib"),
          "win32": ("medals.dll", "libmedals.dll"),
          "linux": ("libmedals.so.0", "libmedals.so")}
_lock = threading.Lock()
_loaded: Optional[ctypes.CDLL] = None
_path = ""


def load_library(path: Optional[PathLike] = None) -> ctypes.CDLL:
    """Loads libmedals, once a process.

    Args:
        path: absolute path of the library; None: the environment variable
            MEDALS_LIBRARY, else this package's own folder, else the system.

    Raises:
        IoError: there is no library, or it cannot be loaded.
        InputError: it is of another version.
        UsageError: another file was loaded before.
    """
    global _loaded, _path
    with _lock:
        if _loaded is None:
            _loaded, _path = _load(_candidates(path))
        elif path is not None and not _is_loaded(path):
            raise error_of(1, f"{path}: {_path} is loaded already; expected "
                              "one libmedals a process")
        return _loaded


def library_path() -> str:
    """Where the library was loaded from: a path, or a bare name when the
    system found it."""
    load_library()
    return _path


def _is_loaded(path: PathLike) -> bool:
    try:
        return os.path.samefile(path, _path)
    except OSError:
        return os.fspath(path) == _path


def _candidates(path: Optional[PathLike]) -> List[str]:
    chosen = path or os.environ.get("MEDALS_LIBRARY")
    if chosen:
        if not os.path.isabs(chosen):
            raise IoError(f"{chosen}: a relative path; expected the absolute "
                          "path of libmedals")
        if not os.path.exists(chosen):
            raise IoError(f"{chosen}: no such file; expected libmedals")
        return [os.fspath(chosen)]
    names = _NAMES.get(sys.platform, _NAMES["linux"])
    own = [str(_FOLDER / name) for name in reversed(names)]
    return [name for name in own if os.path.exists(name)] + list(names)


def _load(candidates: Sequence[str]) -> Tuple[ctypes.CDLL, str]:
    reason = ""
    for name in candidates:
        try:
            library = ctypes.CDLL(name)
        except OSError as error:
            reason = reason or " ".join(str(error).split())
            continue
        _declare(library, name)
        return library, name
    raise IoError(f"libmedals: cannot be loaded ({reason}); expected it in "
                  "the package medals, in the system, or where "
                  "MEDALS_LIBRARY says")


def _declare(library: ctypes.CDLL, name: str) -> None:
    """Gives every function its signature; refuses another version."""
    try:
        library.medals_version.restype = ctypes.c_char_p
        found = library.medals_version().decode()
    except AttributeError:
        raise InputError(f"{name}: no medals_version() in it; expected "
                         f"libmedals {VERSION}") from None
    if found.split(".")[:2] != VERSION.split(".")[:2]:
        raise InputError(f"{name}: library of another version, {found}; "
                         f"expected {VERSION}, as this package is")
    for function, (result, arguments) in _abi.FUNCTIONS.items():
        try:
            entry = getattr(library, function)
        except AttributeError:
            raise InputError(f"{name}: library of another version, without "
                             f"{function}(); expected {VERSION} as this "
                             "package needs it") from None
        entry.restype, entry.argtypes = result, arguments


def call(name: str, *arguments: Any) -> None:
    """Calls a function that returns a status and ends with an error.

    Raises the Error subclass of the status.
    """
    library = load_library()
    error = ctypes.c_void_p()
    status = getattr(library, name)(*arguments, ctypes.byref(error))
    if status == 0:
        return
    line = b""
    if error:
        line = library.medals_error_message(error) or b""
        library.medals_error_free(ctypes.byref(error))
    raise error_of(status, line.decode("utf-8", "replace")
                   or f"{name}: failed with status {status}")


def encode(text: Optional[PathLike]) -> Optional[bytes]:
    """UTF-8 bytes for C. A NUL would cut the text there: refused."""
    if text is None:
        return None
    try:
        data = os.fspath(text).encode("utf-8")
    except UnicodeEncodeError:
        data = os.fsencode(text)  # a path that is not UTF-8
    except TypeError:
        raise error_of(2, f"{text!r}: {type(text).__name__}; expected text"
                       ) from None
    if b"\0" in data:
        raise InputError(f"{text!r}: a NUL character; expected text")
    return data


def whole_number(what: str, value: Any, least: int, most: int) -> int:
    """A whole number within a range: ctypes would cut off what is too much
    without a word."""
    try:
        number = operator.index(value)
    except TypeError:
        raise InputError(f"{what}: {value!r}; expected a whole number"
                         ) from None
    if not least <= number <= most:
        raise InputError(f"{what}: {number}; expected {least} to {most}")
    return number


def decode(text: Optional[bytes]) -> Optional[str]:
    """Text from C, or None."""
    return None if text is None else text.decode("utf-8", "replace")


def split_texts(texts: Union[str, Sequence[Optional[str]]]
                ) -> Tuple[Optional[str], ...]:
    """Texts of a list, or of one string split at ";" and line ends.

    >>> split_texts("liver; spleen")
    ('liver', 'spleen')
    """
    if not isinstance(texts, str):
        return tuple(texts)
    parts = texts.replace("\n", ";").split(";")
    return tuple(part.strip() for part in parts if part.strip())


def text_array(texts: Sequence[Optional[str]]) -> Any:
    """A C array of strings; keep it alive as long as C looks at it."""
    return (ctypes.c_char_p * max(len(texts), 1))(*map(encode, texts))


def text_list(texts: Any) -> List[str]:
    """A NULL-terminated list from C."""
    found: List[str] = []
    while texts and texts[len(found)] is not None:
        found.append(texts[len(found)].decode("utf-8", "replace"))
    return found


def match_places(pointer: Any, kind: str,
                 count: int) -> Tuple[Tuple[int, ...], ...]:
    """Of each of `count` texts, where its classes stand.

    kind: "medals_reading" or "medals_answer", what the pointer is.
    """
    library = load_library()
    text, place = ctypes.c_size_t(), ctypes.c_size_t()
    found: List[List[int]] = [[] for _ in range(count)]
    for index in range(getattr(library, kind + "_match_count")(pointer)):
        getattr(library, kind + "_match")(pointer, index, ctypes.byref(text),
                                          ctypes.byref(place))
        if text.value < count:
            found[text.value].append(place.value)
    return tuple(map(tuple, found))


def modality_number(name: Optional[str]) -> int:
    """ct, mr, mri, us, pet, pt, microscopy -> MedalsModality; None -> -1."""
    if name is None:
        return -1
    number = int(load_library().medals_modality_parse(encode(name)))
    if number < 0:
        raise InputError(f"modality: {name!r}; expected ct, mr, us, pet or "
                         "microscopy")
    return number


def modality_text(number: int) -> Optional[str]:
    """MedalsModality -> "ct", "mri", ...; None for none."""
    return decode(load_library().medals_modality_name(number))
