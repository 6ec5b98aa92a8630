"""Keeps a session's pointer safe between threads.

Calls that change the session come one after the other: a second thread waits.
Calls that read may run beside them. Closing waits for both.
"""
import contextlib
import ctypes
import os
import threading
from typing import Callable, Iterator

from .errors import UsageError


class Handle:
    """A MedalsSession and who is using it.

    Args:
        free: takes the pointer by reference and sets it to NULL.
    """

    def __init__(self, free: Callable[[ctypes.c_void_p], None]):
        self.pointer = ctypes.c_void_p()
        self._free = free
        self._process = os.getpid()
        self._turn = threading.Lock()
        self._holder = 0
        self._readers = 0
        self._quiet = threading.Condition()

    @contextlib.contextmanager
    def change(self) -> Iterator[ctypes.c_void_p]:
        """The pointer, for a call that changes the session."""
        with self._own_turn():
            yield self._open_pointer()

    @contextlib.contextmanager
    def read(self) -> Iterator[ctypes.c_void_p]:
        """The pointer, for a call that only reads; from any thread."""
        with self._quiet:
            pointer = self._open_pointer()
            self._readers += 1
        try:
            yield pointer
        finally:
            with self._quiet:
                self._readers -= 1
                self._quiet.notify_all()

    def close(self) -> None:
        """Frees what is open once nobody uses it; a second time: nothing."""
        if self._process != os.getpid():
            self.pointer = ctypes.c_void_p()
            return
        with self._own_turn(), self._quiet:
            self._quiet.wait_for(lambda: self._readers == 0)
            self._free(self.pointer)

    def _open_pointer(self) -> ctypes.c_void_p:
        if self._process != os.getpid():
            raise UsageError("session: opened in another process; expected "
                             "one opened after the fork")
        if not self.pointer:
            raise UsageError("session: closed; expected it open")
        return self.pointer

    @contextlib.contextmanager
    def _own_turn(self) -> Iterator[None]:
        if self._holder == threading.get_ident():
            raise UsageError("session: called from its own callback; "
                             "expected calls that only read there")
        with self._turn:
            self._holder = threading.get_ident()
            try:
                yield
            finally:
                self._holder = 0
