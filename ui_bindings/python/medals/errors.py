"""Exceptions: one class per status of the C API, one line of text each.

Each is also what Python calls such a failure, so that code which knows
nothing of medals may catch it:

>>> issubclass(InputError, ValueError), issubclass(IoError, OSError)
(True, True)
>>> issubclass(NoMemoryError, MemoryError)
True
"""
import errno
from typing import Any


class Error(Exception):
    """A call failed; the text says what, found and expected in one line.

    The class attribute `status` is the number of the C API's MedalsStatus.
    """

    status = 0


class UsageError(Error, ValueError):
    """The call contradicts itself, or comes at the wrong time."""

    status = 1


class InputError(Error, ValueError):
    """An image, text, model or prompt is bad."""

    status = 2


class ShapeError(Error, ValueError):
    """An array has the wrong shape."""

    status = 3


class IoError(Error, OSError):
    """A file cannot be read or written; `errno` where the system said why."""

    status = 4


class NoMemoryError(Error, MemoryError):
    """Memory is out, or would not suffice."""

    status = 5


class NoSpaceError(Error, OSError):
    """The disk is full."""

    status = 6

    def __init__(self, *arguments: Any):
        super().__init__(*arguments)
        self.errno = errno.ENOSPC


class CancelledError(Error):
    """A progress callback said stop; nothing was changed."""

    status = 7


class InternalError(Error, RuntimeError):
    """A bug of the library."""

    status = 8


class BusyError(Error, RuntimeError):
    """Too many requests wait for the processor."""

    status = 9


_BY_STATUS = {kind.status: kind for kind in (
    UsageError, InputError, ShapeError, IoError, NoMemoryError, NoSpaceError,
    CancelledError, InternalError, BusyError)}


def error_of(status: int, message: str) -> Error:
    """The exception for a status of the C API and its line of text."""
    return _BY_STATUS.get(status, InternalError)(message)


def io_error(what: str, cause: BaseException) -> Error:
    """"what: cause" in one line, with the cause's errno."""
    number = getattr(cause, "errno", None)
    said = getattr(cause, "strerror", None) or str(cause)
    line = " ".join(said.split()) or type(cause).__name__
    made = (NoSpaceError if number == errno.ENOSPC else IoError)(
        f"{what}: {line}")
    made.errno = number
    return made
