"""What may happen during one long call into C: progress, cancel, Ctrl-C.

    C, on the calling thread --> progress callback --> user's function
                             <-- go on? ------------

No exception crosses C. One raised by a callback asks C to cancel and is
raised again when C has returned. While C runs on the main thread Python's
own handler of SIGINT would raise inside whatever callback runs next; it is
replaced by one that only remembers, and KeyboardInterrupt is raised after C
has cancelled.
"""
import signal
import threading
from typing import Any, Callable, Optional

from . import _abi
from ._library import decode

ProgressCallback = Callable[[float, str, float], Any]
InstantCallback = Callable[[Any], Any]


class Watch:
    """Guards one call; a context manager round it.

    Args:
        progress: called as progress(fraction, phase, seconds_left), where
            seconds_left is negative while unknown; False cancels.
        instant: called with the provisional Answer.
        read_answer: makes an Answer of the C pointer.
    """

    def __init__(self, progress: Optional[ProgressCallback] = None,
                 instant: Optional[InstantCallback] = None,
                 read_answer: Optional[Callable[[int], Any]] = None):
        self._progress = progress
        self._instant = instant
        self._read_answer = read_answer
        self._error: Optional[BaseException] = None
        self._interrupted = False
        self._replaced = False
        self.progress_fn = _abi.ProgressFn(self._on_progress)
        self.instant_fn = (_abi.InstantFn(self._on_instant) if instant
                           else _abi.InstantFn())

    def call(self, answer: int = 0) -> _abi.Call:
        """The C struct; this object must outlive its use."""
        return _abi.Call(answer=answer, progress=self.progress_fn,
                         instant=self.instant_fn)

    def __enter__(self) -> "Watch":
        main = threading.current_thread() is threading.main_thread()
        if main and signal.getsignal(
                signal.SIGINT) is signal.default_int_handler:
            try:
                signal.signal(signal.SIGINT, self._on_interrupt)
                self._replaced = True
            except ValueError:
                pass  # not the main interpreter: SIGINT is the host's
        return self

    def __exit__(self, kind: Any, value: Any, trace: Any) -> None:
        if self._replaced:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if self._error is not None:
            raise self._error
        if self._interrupted:
            raise KeyboardInterrupt

    def _on_interrupt(self, number: int, frame: Any) -> None:
        self._interrupted = True

    def _on_progress(self, cookie: Any, state: Any) -> bool:
        if self._interrupted or self._error is not None:
            return False
        if self._progress is None:
            return True
        try:
            now = state.contents
            return self._progress(now.fraction, decode(now.phase) or "",
                                  now.seconds_left) is not False
        except BaseException as error:  # raised again by __exit__
            self._error = error
            return False

    def _on_instant(self, cookie: Any, answer: int) -> None:
        if self._error or not self._instant or not self._read_answer:
            return
        try:
            self._instant(self._read_answer(answer))
        except BaseException as error:  # raised again by __exit__
            self._error = error
