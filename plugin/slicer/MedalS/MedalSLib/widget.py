"""The panel: glue between the .ui file, the parameter node and the logic.

Nothing here decides anything; what does is in modules that run without Qt.
"""
from typing import Any, Callable, List, Optional

import qt
import slicer
import vtk
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from .failure import Failure, line_of
from .logic import Logic
from .parameter_node import ParameterNode
from .pencil import TOOLS, Pencil, SliceView

#: The Segment Editor's own node, of which masking is read.
EDITOR_TAG = "SegmentEditor"

#: How often answers of the engine are looked for, in milliseconds.
PUMP_MS = 15


class Panel(VTKObservationMixin):
    """Fills the module's frame and connects it."""

    def __init__(self, frame, logic: Logic):
        VTKObservationMixin.__init__(self)
        self.logic = logic
        widget = slicer.util.loadUI(frame.resourcePath("UI/MedalS.ui"))
        frame.layout.addWidget(widget)
        widget.setMRMLScene(slicer.mrmlScene)
        self.root = widget
        self.ui = slicer.util.childWidgetVariables(widget)
        self.parameters: Optional[ParameterNode] = None
        self._gui_tag: Any = None
        self._views: List[SliceView] = []
        self._shortcuts: List[Any] = []
        self.pencil = Pencil(logic, self._selected_segment)
        self._connect_widgets()
        self._connect_scene()
        self._completer = Completer(self.ui.textEdit, logic)
        self._timer = qt.QTimer()
        self._timer.interval = PUMP_MS
        self._timer.timeout.connect(logic.pump)
        self._timer.start()
        self.enter()

    # ---- life --------------------------------------------------------------

    def enter(self) -> None:
        """The module is shown: shortcuts, slice views and what the logic
        says are ours (the Segment Editor's effect may have had them)."""
        self._connect_logic()
        self._bind_parameters()
        self._make_shortcuts()
        self._watch_views()

    def exit(self) -> None:
        """Another module is shown."""
        self._take_tool(None)
        for view in self._views:
            view.detach()
        self._views = []
        for shortcut in self._shortcuts:
            shortcut.setParent(None)
        self._shortcuts = []

    def cleanup(self) -> None:
        """The application ends or the module is reloaded."""
        self.exit()
        self._timer.stop()
        self.removeObservers()
        if self.parameters is not None and self._gui_tag is not None:
            self.parameters.disconnectGui(self._gui_tag)
        self.logic.close()

    def _connect_scene(self) -> None:
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self._scene_closes)
        self.addObserver(scene, scene.EndCloseEvent, self._scene_closed)

    def _scene_closes(self, *_: Any) -> None:
        self._take_tool(None)
        self.logic.release()
        if self.parameters is not None and self._gui_tag is not None:
            self.parameters.disconnectGui(self._gui_tag)
        self.parameters = self._gui_tag = None

    def _scene_closed(self, *_: Any) -> None:
        self._bind_parameters()

    def _bind_parameters(self) -> None:
        if self.parameters is not None or slicer.mrmlScene.IsClosing():
            return
        logic = slicer.util.getModuleLogic("MedalS")
        self.parameters = ParameterNode(logic.getParameterNode())
        self._gui_tag = self.parameters.connectGui(self.root)
        self.addObserver(self.parameters.parameterNode,
                         vtk.vtkCommand.ModifiedEvent, self._apply_parameters)
        self._apply_parameters()

    # ---- from widgets to the logic -----------------------------------------

    def _connect_widgets(self) -> None:
        ui = self.ui
        for button, call in (
                (ui.segmentButton, self._segment),
                (ui.allKnownButton, self._write_all_known),
                (ui.newSegmentButton, self._new_segment),
                (ui.resetSegmentButton, lambda: self.logic.reset("prompts")),
                (ui.maskButton, lambda: self.logic.use_as_mask(
                    self._selected_segment())),
                (ui.refineButton, self._refine),
                (ui.undoButton, self.logic.undo),
                (ui.redoButton, self.logic.redo),
                (ui.cancelButton, self._cancel)):
            button.clicked.connect(lambda *_, call=call: self._try(call))
        ui.positiveButton.clicked.connect(lambda *_: self._set_sign(True))
        ui.negativeButton.clicked.connect(lambda *_: self._set_sign(False))
        for tool in TOOLS:
            self._button(tool).clicked.connect(
                lambda checked, tool=tool: self._take_tool(
                    tool if checked else None))
        ui.modelPath.currentPathChanged.connect(
            lambda path: self._try(lambda: self._open_model(path)))
        ui.show3dCheck.toggled.connect(self._show_surfaces)

    def _button(self, tool: str):
        return {"point": self.ui.pointButton, "box": self.ui.boxButton,
                "scribble": self.ui.scribbleButton,
                "lasso": self.ui.lassoButton}[tool]

    def _try(self, call: Callable[[], Any]) -> None:
        """Calls; what goes wrong becomes one line in a message box."""
        try:
            self._choose()
            call()
        except Exception as error:
            self._show_error(line_of(error))

    def _apply_parameters(self, *_: Any) -> None:
        parameters = self.parameters
        if parameters is None:
            return
        logic = self.logic
        logic.modality = (None if parameters.modality == "auto"
                          else parameters.modality)
        logic.journal = self.ui.journalPath.currentPath
        logic.region = parameters.region
        logic.answer = "both" if parameters.autoPredict else "instant"
        logic.overwrite = False
        logic.editor = (slicer.mrmlScene.GetSingletonNode(
            EDITOR_TAG, "vtkMRMLSegmentEditorNode")
            if parameters.obeyMasking else None)
        self.pencil.radius_mm = parameters.radius
        self.ui.segmentsTable.setSegmentationNode(parameters.segmentation)

    def _choose(self) -> None:
        """Volume and segmentation of the panel, in the logic."""
        self._apply_parameters()
        chosen = self.logic.choose(self.parameters.inputVolume,
                                   self.parameters.segmentation)
        if self.parameters.segmentation is not chosen:
            self.parameters.segmentation = chosen
            self.ui.segmentsTable.setSegmentationNode(chosen)
        if self.logic.model is None:
            self._open_model(self.ui.modelPath.currentPath)

    def _open_model(self, path: str) -> None:
        if self.logic.model is None or path != self.logic.model_path:
            self.ui.modelLabel.text = self.logic.open_model(path)

    def _segment(self) -> None:
        self.logic.segment(self.ui.textEdit.toPlainText())

    def _write_all_known(self) -> None:
        names = self.logic.vocabulary.trained(self.logic.modality or
                                              self.logic.default_modality)
        self.ui.textEdit.setPlainText("\n".join(names))

    def _new_segment(self) -> None:
        name = f"object {len(self.logic.segments.ids()) + 1}"
        self._select(self.logic.add_object(name))

    def _refine(self) -> None:
        chosen = list(self.ui.segmentsTable.selectedSegmentIDs())
        bound = self.logic.binding.bound if self.logic.binding else []
        names = [name for name in chosen if name in bound]
        self.logic.refine(self.parameters.passes, names or None)

    def _cancel(self) -> None:
        self.pencil.cancel()
        self.logic.cancel()

    def _selected_segment(self) -> str:
        """The selected segment; the only one; a new one when none is there."""
        chosen = list(self.ui.segmentsTable.selectedSegmentIDs())
        if not chosen:
            chosen = self.logic.segments.ids()[:2]
        if not chosen:
            chosen = [self.logic.add_object("object 1")]
        if len(chosen) > 1:
            raise Failure(f"segment: {len(chosen)} to choose from; expected "
                          "one selected in the table")
        self._select(chosen[0])
        return chosen[0]

    def _select(self, segment_id: str) -> None:
        self.ui.segmentsTable.setSelectedSegmentIDs([segment_id])

    def _show_surfaces(self, show: bool) -> None:
        node = self.parameters and self.parameters.segmentation
        if node is None:
            return
        if show:
            node.CreateClosedSurfaceRepresentation()
        else:
            node.RemoveClosedSurfaceRepresentation()

    # ---- tools -------------------------------------------------------------

    def _take_tool(self, tool: Optional[str]) -> None:
        self.pencil.cancel()
        self.pencil.tool = tool
        for other in TOOLS:
            self._button(other).checked = other == tool

    def _set_sign(self, positive: bool) -> None:
        self.pencil.positive = positive
        self.ui.positiveButton.checked = positive
        self.ui.negativeButton.checked = not positive

    def _watch_views(self) -> None:
        manager = slicer.app.layoutManager()
        if manager is None or self._views:
            return
        self.pencil.on_begin = self._choose
        for name in manager.sliceViewNames():
            widget = manager.sliceWidget(name)
            view = SliceView(self.pencil, widget.mrmlSliceNode())
            view.attach(widget.sliceView().interactor())
            self._views.append(view)

    def _make_shortcuts(self) -> None:
        if self._shortcuts:
            return
        keys = {TOOLS[tool][0]: self._button(tool).click for tool in TOOLS}
        keys.update({
            "T": lambda: self._set_sign(not self.pencil.positive),
            "E": self.ui.newSegmentButton.click,
            "R": self.ui.resetSegmentButton.click,
            "Shift+R": lambda: self._try(lambda: self.logic.reset("all")),
            "M": self.ui.maskButton.click,
            "F": self.ui.refineButton.click,
            "Ctrl+Z": self.ui.undoButton.click,
            "Ctrl+Y": self.ui.redoButton.click,
            "Ctrl+Return": self.ui.segmentButton.click,
            "Esc": self.ui.cancelButton.click})
        for key, call in keys.items():
            shortcut = qt.QShortcut(slicer.util.mainWindow())
            shortcut.setKey(qt.QKeySequence(key))
            shortcut.activated.connect(call)
            self._shortcuts.append(shortcut)

    # ---- from the logic to widgets -----------------------------------------

    def _connect_logic(self) -> None:
        logic = self.logic
        logic.on_status = lambda line: setattr(self.ui.statusLabel, "text",
                                               line)
        logic.on_error = self._show_error
        logic.on_progress = self._show_progress
        logic.on_busy = self._show_busy
        logic.on_history = self._show_history
        logic.on_before_write = lambda: None

    def _show_error(self, line: str) -> None:
        self.ui.statusLabel.text = line
        if not line.endswith(": cancelled"):
            slicer.util.errorDisplay(line, windowTitle=_("Medal S"))

    def _show_progress(self, fraction: float, phase: str,
                       seconds_left: float) -> None:
        self.ui.progressBar.value = int(1000 * fraction)
        left = f", {seconds_left:.0f} s left" if seconds_left >= 0 else ""
        self.ui.progressBar.format = f"{phase} %p%{left}"

    def _show_busy(self, busy: bool) -> None:
        self.ui.progressBar.visible = busy
        self.ui.progressBar.value = 0
        self.ui.cancelButton.enabled = busy

    def _show_history(self, can_undo: bool, can_redo: bool) -> None:
        self.ui.undoButton.enabled = can_undo
        self.ui.redoButton.enabled = can_redo


class Completer:
    """Completion of the line under the cursor from what the model knows."""

    def __init__(self, edit, logic: Logic):
        self._edit = edit
        self._logic = logic
        self._popup = qt.QCompleter()
        self._model = qt.QStringListModel()
        self._popup.setModel(self._model)
        self._popup.setCompletionMode(
            qt.QCompleter.UnfilteredPopupCompletion)
        self._popup.setWidget(edit)
        self._popup.connect("activated(QString)", self._insert)
        edit.textChanged.connect(self._complete)
        self._is_inserting = False

    def _line(self) -> str:
        return self._edit.textCursor().block().text()

    def _complete(self) -> None:
        if self._is_inserting or not self._edit.hasFocus():
            return
        names = self._logic.vocabulary.complete(
            self._line(), modality=self._logic.modality)
        if not names or names == [self._line()]:
            self._popup.popup().hide()
            return
        self._model.setStringList(names)
        box = self._edit.cursorRect()
        box.setWidth(240)
        self._popup.complete(box)

    def _insert(self, name: str) -> None:
        self._is_inserting = True
        cursor = self._edit.textCursor()
        cursor.select(qt.QTextCursor.BlockUnderCursor)
        first = cursor.block().blockNumber() == 0
        cursor.insertText(name if first else "\n" + name)
        self._is_inserting = False
