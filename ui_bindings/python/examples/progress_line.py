"""A progress bar of plain text, for the examples of this folder."""
import sys
import time


class ProgressLine:
    """One line on stderr that is redrawn a few times a second. Use it as the
    `progress` of any call of medals."""

    def __init__(self, title: str, width: int = 30):
        self._title, self._width = title, width
        self._last = 0.0
        self._alone = not sys.stderr.isatty()

    def __call__(self, fraction: float, phase: str = "",
                 seconds_left: float = -1.0) -> bool:
        now = time.monotonic()
        if not self._alone and now - self._last > 0.1:
            self._last = now
            full = int(fraction * self._width)
            left = f"{seconds_left:4.0f} s" if seconds_left >= 0 else ""
            print(f"\r{self._title[:30]:30} [{'#' * full:{self._width}}] "
                  f"{fraction:4.0%} {phase:12} {left:8}", end="",
                  file=sys.stderr, flush=True)
        return True

    def done(self, text: str) -> None:
        """Replaces the bar by a result."""
        start = "" if self._alone else "\r"
        print(f"{start}{self._title[:30]:30} {text:{self._width + 28}}",
              file=sys.stderr)
