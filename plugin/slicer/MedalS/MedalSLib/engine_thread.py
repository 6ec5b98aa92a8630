"""The one thread that calls the engine, and the pump of its results.

    main thread                      worker
    submit(call) ---- queue ------>  call(job)
    pump()       <--- results -----  value, error, progress, messages

Slicer's Python objects of Qt and MRML belong to the main thread: the worker
never touches them, and callbacks run inside pump() only, which a QTimer calls
in the application and a test calls by itself.
"""
import queue
import threading
import time
from typing import Any, Callable, Optional

from .failure import Failure


class Cancelled(Failure):
    """The job was cancelled before it came to an end."""


class Job:
    """One call on the worker. Its callbacks run on the main thread."""

    def __init__(self, call: Callable[["Job"], Any], name: str,
                 done: Optional[Callable[[Any], None]] = None,
                 failed: Optional[Callable[[BaseException], None]] = None,
                 progress: Optional[Callable[..., None]] = None,
                 post: Optional[Callable[[Callable], None]] = None):
        self.name = name
        self.rules: Any = None  #: masking that what it shows obeys
        self.own: Any = ()  #: segments that it is for
        self._call = call
        self._done = done
        self._failed = failed
        self._progress = progress
        self._post = post
        self._stop = threading.Event()
        self._last = 0.0

    def cancel(self) -> None:
        """Asks the job to stop; it ends as failed with Cancelled."""
        self._stop.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether someone asked it to stop."""
        return self._stop.is_set()

    def report(self, fraction: float, phase: str = "",
               seconds_left: float = -1.0) -> bool:
        """The engine's progress callback: True to go on. Shows at most ten
        reports a second; called on the worker."""
        now = time.monotonic()
        if self._progress and now - self._last > 0.1:
            self._last = now
            self.tell(lambda: self._progress(fraction, phase, seconds_left))
        return not self._stop.is_set()

    def tell(self, message: Callable[[], None]) -> None:
        """Has a callable run on the main thread; called on the worker."""
        self._post(message)

    def run(self) -> None:
        """Runs the call and posts its end; called on the worker."""
        try:
            if self._stop.is_set():
                raise Cancelled(f"{self.name}: cancelled")
            value = self._call(self)
        except BaseException as error:  # the pump shows it
            if self._stop.is_set() and not isinstance(error, Cancelled):
                error = Cancelled(f"{self.name}: cancelled")
            self.tell(lambda error=error: self._failed and
                      self._failed(error))
        else:
            self.tell(lambda: self._done and self._done(value))


class EngineThread:
    """A worker that runs jobs in order. Close it when done."""

    def __init__(self, name: str = "medals"):
        self._jobs: "queue.SimpleQueue" = queue.SimpleQueue()
        self._results: "queue.SimpleQueue" = queue.SimpleQueue()
        self._pending = []
        self._closed = False
        self._name = name
        #: Begun by the first job: who never asks has no thread.
        self._thread: Optional[threading.Thread] = None

    def submit(self, call: Callable[[Job], Any], name: str = "engine",
               done: Optional[Callable[[Any], None]] = None,
               failed: Optional[Callable[[BaseException], None]] = None,
               progress: Optional[Callable[..., None]] = None) -> Job:
        """Queues a call. `done(value)` or `failed(error)` runs in a later
        pump(), exactly one of them, unless the thread is closed first."""
        if self._closed:
            raise Failure(f"{name}: the engine is closed; expected it open")
        job = Job(call, name, done, failed, progress, self._results.put)
        self._pending.append(job)
        self._jobs.put(job)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work,
                                            name=self._name, daemon=True)
            self._thread.start()
        return job

    def pump(self, limit: int = 1000) -> int:
        """Runs what the worker posted, at most `limit` pieces; returns how
        many. Main thread only."""
        count = 0
        while count < limit and not self._closed:
            try:
                message = self._results.get_nowait()
            except queue.Empty:
                break
            count += 1
            message()
        return count

    @property
    def is_idle(self) -> bool:
        """Whether no job runs, waits, or has an end that is not pumped."""
        return not self._pending and self._results.empty()

    @property
    def is_closed(self) -> bool:
        """Whether close() was called."""
        return self._closed

    @property
    def running(self) -> Optional[Job]:
        """The job that runs or waits first."""
        return self._pending[0] if self._pending else None

    def cancel_all(self) -> None:
        """Asks every job that runs or waits to stop."""
        for job in list(self._pending):
            job.cancel()

    def wait(self, seconds: float = 600.0) -> None:
        """Pumps until nothing is left to do; for tests and scripts."""
        end = time.monotonic() + seconds
        while not self.is_idle:
            if time.monotonic() > end:
                raise TimeoutError(f"{self.running.name}: not done after "
                                   f"{seconds:g} s")
            if not self.pump():
                time.sleep(0.002)

    def close(self, seconds: float = 30.0) -> bool:
        """Cancels everything, drops all callbacks, ends the thread; waits up
        to `seconds` for a call that does not look at its cancellation.
        Returns whether the thread has ended."""
        self._closed = True
        self.cancel_all()
        self._jobs.put(None)
        if self._thread is None:
            return True
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            if job is None:
                return
            job.run()
            self._results.put(lambda job=job: self._pending.remove(job))
            del job  # what it works on may go while the thread waits
