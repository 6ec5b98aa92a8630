"""Folders of the panel that stay in the application's settings. Needs Qt."""
import os
from typing import Any, Callable, Dict

import qt

#: A path is looked at when it has not changed for so long, in milliseconds:
#: ctkPathLineEdit tells every letter.
PATH_MS = 600


class Paths:
    """Folders that stay in the application's settings, the empty one too
    (ctkPathLineEdit itself keeps none), and are looked at when the user has
    paused, not at every letter."""

    def __init__(self, edits: Dict[str, Any], settled: Callable[[], None]):
        self._edits = edits  #: name of the setting -> ctkPathLineEdit
        self._settled = settled
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(PATH_MS)
        settings = qt.QSettings()
        for name, edit in edits.items():
            if settings.contains(self._key(name)):
                edit.currentPath = settings.value(self._key(name)) or ""
            edit.currentPathChanged.connect(self._changed)
        self._timer.timeout.connect(self.settle)

    @staticmethod
    def _key(name: str) -> str:
        return "MedalS/" + name

    def _changed(self, _path: str) -> None:
        self._timer.start()

    def remember(self) -> None:
        """Puts folders that are there into the lists to choose from."""
        for edit in self._edits.values():
            if os.path.isdir(edit.currentPath):
                edit.addCurrentPathToHistory()

    def settle(self) -> None:
        """Takes what is typed, if it is new."""
        self._timer.stop()
        settings = qt.QSettings()
        is_new = False
        for name, edit in self._edits.items():
            path = edit.currentPath
            if path != (settings.value(self._key(name)) or ""):
                settings.setValue(self._key(name), path)
                is_new = True
        if is_new:
            self._settled()
