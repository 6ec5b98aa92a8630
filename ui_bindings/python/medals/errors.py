"""Exceptions: one class per status of the C API, one line of text each."""


class Error(Exception):
    """A call failed; the text says what, found and expected in one line.

    The class attribute `status` is the number of the C API's MedalsStatus.
    """

    status = 0


class UsageError(Error):
    """The call contradicts itself, or comes at the wrong time."""

    status = 1


class InputError(Error):
    """An image, text, model or prompt is bad."""

    status = 2


class ShapeError(Error):
    """An array has the wrong shape."""

    status = 3


class IoError(Error):
    """A file cannot be read or written."""

    status = 4


class NoMemoryError(Error, MemoryError):
    """Memory is out, or would not suffice."""

    status = 5


class NoSpaceError(Error):
    """The disk is full."""

    status = 6


class CancelledError(Error):
    """A progress callback said stop; nothing was changed."""

    status = 7


class InternalError(Error):
    """A bug of the library."""

    status = 8


class BusyError(Error):
    """Too many requests wait for the processor."""

    status = 9


_BY_STATUS = {kind.status: kind for kind in (
    UsageError, InputError, ShapeError, IoError, NoMemoryError, NoSpaceError,
    CancelledError, InternalError, BusyError)}


def error_of(status: int, message: str) -> Error:
    """The exception for a status of the C API and its line of text."""
    return _BY_STATUS.get(status, InternalError)(message)
