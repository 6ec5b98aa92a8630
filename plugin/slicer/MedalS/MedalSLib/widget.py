"""The panel: glue between the .ui file, the parameter node and the logic.

Nothing here decides anything; what does is in modules that run without Qt.
"""
from typing import Any, Callable, List, Optional

import qt
import slicer
import vtk
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from .binding import modality_of
from .completer import Completer
from .cursors import cursor_of
from .failure import Failure, line_of
from .parameter_node import ParameterNode
from .paths import Paths
from .pencil import TOOLS, Pencil, Views
from .segments import Segments

#: The Segment Editor's own node, of which masking is read.
EDITOR_TAG = "SegmentEditor"

#: How often answers of the engine are looked for, in milliseconds.
PUMP_MS = 15

#: Colour of an error in the status line.
ERROR_STYLE = "QLabel { color: #d23c3c; }"


class Panel(VTKObservationMixin):
    """Fills the module's frame and connects it."""

    def __init__(self, frame, module_logic):
        """frame: the module's widget. module_logic: MedalSLogic, of which
        `engine` is the logic to work with."""
        VTKObservationMixin.__init__(self)
        self._module_logic = module_logic
        self.logic = module_logic.engine
        widget = slicer.util.loadUI(frame.resourcePath("UI/MedalS.ui"))
        frame.layout.addWidget(widget)
        widget.setMRMLScene(slicer.mrmlScene)
        self.root = widget
        self.ui = slicer.util.childWidgetVariables(widget)
        self.parameters: Optional[ParameterNode] = None
        self._gui_tag: Any = None
        self._shortcuts: List[Any] = []
        self._is_entered = False
        self.pencil = Pencil(self.logic, self._selected_segment)
        self.pencil.on_begin = self._choose
        self._views = Views(self.pencil)
        self._paths = Paths({"modelFolder": self.ui.modelPath,
                             "journalFolder": self.ui.journalPath},
                            self._open_model)
        self._connect_widgets()
        self._connect_scene()
        self._completer = Completer(self.ui.textEdit, self.logic)
        self._timer = qt.QTimer()
        self._timer.interval = PUMP_MS
        self._timer.timeout.connect(self._pump)
        self._timer.start()
        self._bind_parameters()

    # ---- life --------------------------------------------------------------

    def enter(self) -> None:
        """The module is shown: shortcuts, slice views and what the logic
        says are ours (the Segment Editor's effect may have had them)."""
        self._is_entered = True
        self._connect_logic()
        self._bind_parameters()
        self._choose_first_volume()
        self._open_model()
        self._make_shortcuts()
        self._follow_layout()
        manager = slicer.app.layoutManager()
        if manager is not None:
            manager.connect("layoutChanged(int)", self._follow_layout)

    def exit(self) -> None:
        """Another module is shown."""
        self._paths.remember()
        self._paths.settle()
        self._take_tool(None)
        if not self._is_entered:
            return
        self._is_entered = False
        manager = slicer.app.layoutManager()
        if manager is not None:
            manager.disconnect("layoutChanged(int)", self._follow_layout)
        self._views.release()
        for shortcut in self._shortcuts:
            shortcut.enabled = False
            shortcut.setParent(None)
            shortcut.deleteLater()
        self._shortcuts = []

    def cleanup(self) -> None:
        """The application ends or the module is reloaded."""
        self.exit()
        self._timer.stop()
        self._unbind_parameters()
        self.removeObservers()
        self.logic.close()

    def _connect_scene(self) -> None:
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self._scene_closes)
        self.addObserver(scene, scene.EndCloseEvent, self._scene_closed)
        for event in (scene.NodeAddedEvent, scene.EndImportEvent,
                      scene.EndBatchProcessEvent):
            self.addObserver(scene, event, self._nodes_came)

    def _scene_closes(self, *_ignored: Any) -> None:
        self._take_tool(None)
        self.logic.forget_scene()
        self._unbind_parameters()

    def _scene_closed(self, *_ignored: Any) -> None:
        self._bind_parameters()

    def _nodes_came(self, *_ignored: Any) -> None:
        if self._is_entered:
            self._choose_first_volume()

    def _choose_first_volume(self) -> None:
        """Without an input volume: the one that the views show, or the first
        of the scene."""
        if self.parameters is None or slicer.mrmlScene.IsBatchProcessing() or \
                self.parameters.inputVolume is not None:
            return
        selection = slicer.app.applicationLogic().GetSelectionNode()
        shown = selection and slicer.mrmlScene.GetNodeByID(
            selection.GetActiveVolumeID() or "")
        nodes = [shown] if shown else []
        nodes += slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
        for node in nodes:
            if node.GetClassName() == "vtkMRMLScalarVolumeNode" and \
                    not node.GetHideFromEditors():
                self.parameters.inputVolume = node
                return

    # ---- parameters --------------------------------------------------------

    def _bind_parameters(self) -> None:
        if self.parameters is not None or slicer.mrmlScene.IsClosing():
            return
        self.parameters = ParameterNode(self._module_logic.getParameterNode())
        # connectGui() hands its tag back since Slicer 5.8 only.
        self._gui_tag = self.parameters.connectParametersToGui({
            widget.property("SlicerParameterName"): widget
            for widget in vars(self.ui).values()
            if widget.property("SlicerParameterName")})
        self.addObserver(self.parameters.parameterNode,
                         vtk.vtkCommand.ModifiedEvent, self._apply_parameters)
        self._apply_parameters()

    def _unbind_parameters(self) -> None:
        if self.parameters is None:
            return
        self.parameters.disconnectGui(self._gui_tag)
        self.removeObserver(self.parameters.parameterNode,
                            vtk.vtkCommand.ModifiedEvent,
                            self._apply_parameters)
        self.parameters = self._gui_tag = None

    def _apply_parameters(self, *_ignored: Any) -> None:
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
        self._show_segmentation()
        self._show_text()

    def _show_segmentation(self) -> None:
        table = self.ui.segmentsTable
        if table.segmentationNode() is not self.parameters.segmentation:
            table.setSegmentationNode(self.parameters.segmentation)

    def _show_text(self) -> None:
        """The text of the scene; by hand, since Slicer's own binding of a
        QTextEdit writes it anew at every key, and the cursor jumps."""
        edit = self.ui.textEdit
        if edit.toPlainText() != self.parameters.texts:
            edit.setPlainText(self.parameters.texts)

    def _keep_text(self) -> None:
        text = self.ui.textEdit.toPlainText()
        if self.parameters is not None and text != self.parameters.texts:
            self.parameters.texts = text

    # ---- from widgets to the logic -----------------------------------------

    def _connect_widgets(self) -> None:
        ui = self.ui
        for button, call in (
                (ui.segmentButton, self._segment),
                (ui.newSegmentButton, self._new_segment),
                (ui.resetSegmentButton, self._reset_segment),
                (ui.lockButton, self._lock_segments),
                (ui.forgetButton, lambda: self.logic.reset("prompts")),
                (ui.maskButton, lambda: self.logic.use_as_mask(
                    self._selected_segment())),
                (ui.refineButton, self._refine),
                (ui.undoButton, self.logic.undo),
                (ui.redoButton, self.logic.redo)):
            button.clicked.connect(lambda *_, call=call: self._try(call))
        ui.cancelButton.clicked.connect(lambda *_: self._cancel())
        ui.allKnownButton.clicked.connect(lambda *_: self._try(
            self._write_all_known, chooses=False))
        ui.positiveButton.clicked.connect(lambda *_: self._set_sign(True))
        ui.negativeButton.clicked.connect(lambda *_: self._set_sign(False))
        for tool in TOOLS:
            self._button(tool).clicked.connect(
                lambda checked, tool=tool: self._take_tool(
                    tool if checked else None))
        ui.segmentsTable.connect("selectionChanged(QItemSelection,"
                                 "QItemSelection)", self._show_lock)
        ui.show3dCheck.toggled.connect(self._show_surfaces)
        ui.textEdit.textChanged.connect(self._keep_text)

    def _button(self, tool: str):
        return {"point": self.ui.pointButton, "box": self.ui.boxButton,
                "scribble": self.ui.scribbleButton,
                "lasso": self.ui.lassoButton}[tool]

    def _try(self, call: Callable[[], Any], chooses: bool = True) -> None:
        """Calls; what goes wrong becomes one line of the status. chooses:
        what is chosen in the panel is the logic's first."""
        try:
            if chooses:
                self._choose()
            call()
        except Exception as error:
            self._show_error(line_of(error))

    def _choose(self) -> None:
        """Volume and segmentation of the panel, in the logic, whose words
        are ours from now on."""
        self._connect_logic()
        self._bind_parameters()
        self._apply_parameters()
        chosen = self.logic.choose(self.parameters.inputVolume,
                                   self.parameters.segmentation)
        if self.parameters.segmentation is not chosen:
            self.parameters.segmentation = chosen
            self._show_segmentation()
        self._require_model()

    def _open_model(self) -> None:
        """Opens the model that is chosen; says what it knows, or what is
        wrong, beside it."""
        try:
            self._require_model()
        except Exception as error:
            self.ui.modelLabel.text = line_of(error)

    def _require_model(self) -> None:
        path = self.ui.modelPath.currentPath
        logic = self.logic
        if logic.model is None or path != logic.model_path:
            logic.open_model(path)
        self.ui.modelLabel.text = \
            f"{logic.model.name}: {logic.vocabulary.summary()}"

    def _segment(self) -> None:
        self._completer.close()
        self.logic.segment(self.ui.textEdit.toPlainText())

    def _write_all_known(self) -> None:
        self._require_model()
        names = self.logic.vocabulary.trained(
            self.logic.modality or modality_of(self.parameters.inputVolume) or
            self.logic.default_modality)
        self.ui.textEdit.setPlainText("\n".join(names))

    def _new_segment(self) -> None:
        name = f"object {len(self.logic.segments.ids()) + 1}"
        self._select(self.logic.add_object(name))

    def _reset_segment(self) -> None:
        self._set_sign(True)
        self.logic.reset_segment(self._selected_segment())

    def _lock_segments(self) -> None:
        """Locks the selected segments, or unlocks them."""
        locked = self.ui.lockButton.checked
        try:
            chosen = list(self.ui.segmentsTable.selectedSegmentIDs())
            for name in chosen or [self._only_selected()]:
                self.logic.set_locked(name, locked)
        finally:
            self._show_lock()

    def _show_lock(self, *_ignored: Any) -> None:
        """The button says whether what is selected is locked."""
        node = self.ui.segmentsTable.segmentationNode()
        chosen = list(self.ui.segmentsTable.selectedSegmentIDs())
        self.ui.lockButton.checked = bool(
            node is not None and chosen and
            all(map(Segments(node, None).is_locked, chosen)))

    def _delete_segment(self) -> None:
        segments = self.logic.segments
        ids, name = segments.ids(), self._only_selected()
        segments.segmentation.RemoveSegment(name)
        self._views.draw()
        rest = segments.ids()
        if rest:
            self._select(rest[max(0, ids.index(name) - 1)])

    def _toggle_visibility(self) -> None:
        name = self._only_selected()
        display = self.logic.segmentation.GetDisplayNode()
        if display is not None:
            display.SetSegmentVisibility(
                name, not display.GetSegmentVisibility(name))

    def _refine(self) -> None:
        chosen = list(self.ui.segmentsTable.selectedSegmentIDs())
        bound = self.logic.binding.bound if self.logic.binding else []
        names = [name for name in chosen if name in bound]
        self.logic.refine(self.parameters.passes, names or None)

    def _cancel(self) -> None:
        self.pencil.cancel()
        self.logic.cancel()

    def _escape(self) -> None:
        """Drops what is being drawn; else stops what runs."""
        if self.pencil.is_drawing:
            self.pencil.cancel()
        else:
            self.logic.cancel()

    def _only_selected(self) -> str:
        """The selected segment; the only one."""
        chosen = list(self.ui.segmentsTable.selectedSegmentIDs())
        chosen = chosen or self.logic.segments.ids()[:2]
        if len(chosen) != 1:
            raise Failure(f"segment: {len(chosen) or 'none'} to choose from; "
                          "expected one selected in the table")
        return chosen[0]

    def _selected_segment(self) -> str:
        """The selected segment; the only one; a new one when none is there."""
        if not self.logic.segments.ids():
            self._new_segment()
        self._select(self._only_selected())
        return self._only_selected()

    def _select(self, segment_id: str) -> None:
        self._show_segmentation()
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
        self._show_cursor()

    def _set_sign(self, positive: bool) -> None:
        self.pencil.positive = positive
        self.ui.positiveButton.checked = positive
        self.ui.negativeButton.checked = not positive
        self._show_cursor()

    def _show_cursor(self) -> None:
        tool = self.pencil.tool
        self._views.set_cursor(
            tool and cursor_of(tool, self.pencil.positive))

    def _follow_layout(self, *_ignored: Any) -> None:
        if not self._is_entered:
            return
        self._views.follow(slicer.app.layoutManager())
        if self.pencil.tool is not None:
            self._show_cursor()

    def _make_shortcuts(self) -> None:
        window = slicer.util.mainWindow()
        if self._shortcuts or window is None:
            return
        keys = {TOOLS[tool][0]: self._button(tool).click for tool in TOOLS}
        keys.update({
            "P": self.ui.pointButton.click,
            "T": lambda: self._set_sign(not self.pencil.positive),
            "E": self.ui.newSegmentButton.click,
            "R": self.ui.resetSegmentButton.click,
            "Shift+R": lambda: self._try(lambda: self.logic.reset("all")),
            "M": self.ui.maskButton.click,
            "F": self.ui.refineButton.click,
            "V": lambda: self._try(self._toggle_visibility),
            "Del": lambda: self._try(self._delete_segment),
            "Ctrl+Z": self.ui.undoButton.click,
            "Ctrl+Y": self.ui.redoButton.click,
            "Ctrl+Return": self.ui.segmentButton.click,
            "Esc": self._escape})
        for key, call in keys.items():
            shortcut = qt.QShortcut(window)
            shortcut.setKey(qt.QKeySequence(key))
            shortcut.activated.connect(call)
            # another extension's shortcut on the same key
            shortcut.activatedAmbiguously.connect(call)
            self._shortcuts.append(shortcut)

    # ---- from the logic to widgets -----------------------------------------

    def _pump(self) -> None:
        self.logic.pump()

    def _connect_logic(self) -> None:
        logic = self.logic
        logic.on_status = self._show_status
        logic.on_error = self._show_error
        logic.on_lost = self._show_lost
        logic.on_progress = self._show_progress
        logic.on_busy = self._show_busy
        logic.on_history = self._show_history
        logic.on_before_write = lambda: None

    def _show_status(self, line: str) -> None:
        self.ui.statusLabel.styleSheet = ""
        self.ui.statusLabel.text = line

    def _show_error(self, line: str) -> None:
        """An error: in the status lines of panel and application, so that
        nothing stands in the user's way."""
        self._show_status(line)
        if not line.endswith(": cancelled"):
            self.ui.statusLabel.styleSheet = ERROR_STYLE
            slicer.util.showStatusMessage(line, 8000)

    def _show_lost(self, line: str) -> None:
        """Work was lost: a message box, too."""
        self._show_error(line)
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
