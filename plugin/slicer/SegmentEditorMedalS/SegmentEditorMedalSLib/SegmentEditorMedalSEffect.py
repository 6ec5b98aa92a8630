"""Segment Editor effect "Medal S": the same tools, in the Segment Editor.

Masking and "modify other segments" hold as for Slicer's own effects. Slicer's
undo takes our changes back like any other's; the session notices and takes
back its prompts too (MedalSLib.desk).
"""
import os
from typing import Any

import qt
import slicer
import vtk
from SegmentEditorEffects import AbstractScriptedSegmentEditorEffect
from slicer.i18n import tr as _

from MedalSLib.cursors import cursor_of
from MedalSLib.failure import Failure, line_of
from MedalSLib.logic import shared_logic
from MedalSLib.pencil import TOOLS, Pencil, SliceView, Views, has_modifier
from MedalSLib.segments import Segments

EVENTS = {getattr(vtk.vtkCommand, name): name for name in SliceView.EVENTS}


class SegmentEditorMedalSEffect(AbstractScriptedSegmentEditorEffect):
    """Names and methods are those that the Segment Editor asks for."""

    def __init__(self, scriptedEffect):
        scriptedEffect.name = "Medal S"
        scriptedEffect.perSegment = True
        scriptedEffect.requireSegments = True
        AbstractScriptedSegmentEditorEffect.__init__(self, scriptedEffect)
        # Slicer makes one of these when it starts: the logic waits until the
        # effect is taken in hand.
        self.pencil = Pencil(None, self._selected_segment)
        self.pencil.on_begin = self._begin
        self.views = Views(self.pencil, listens=False)
        self.is_active = False
        self.timer = qt.QTimer()
        self.timer.interval = 15
        self.timer.timeout.connect(self._pump)

    def clone(self):
        """Another one, for another Segment Editor."""
        import qSlicerSegmentationsEditorEffectsPythonQt as effects

        copy = effects.qSlicerSegmentEditorScriptedEffect(None)
        copy.setPythonSource(__file__.replace("\\", "/"))
        return copy

    def icon(self):
        """The button's picture."""
        path = os.path.splitext(__file__)[0] + ".png"
        return qt.QIcon(path) if os.path.exists(path) else qt.QIcon()

    def helpText(self) -> str:
        """Shown under the effect's name."""
        return _("Click, draw or drag in a slice view: the engine completes "
                 "the selected segment. <b>Segment by name</b> looks for what "
                 "the segment is called. For research, not for diagnosis.")

    def setupOptionsFrame(self) -> None:
        """Tool, sign, brush and buttons."""
        self.toolCombo = qt.QComboBox()
        for tool, (_key, title) in TOOLS.items():
            self.toolCombo.addItem(title, tool)
        self.toolCombo.setToolTip(_("What a press in a slice view does"))
        self.scriptedEffect.addLabeledOptionsWidget(_("Tool:"),
                                                    self.toolCombo)
        self.positiveCheck = qt.QCheckBox(_("Positive"))
        self.positiveCheck.setToolTip(
            _("On: marks belong to the segment; off: they are out of it"))
        self.scriptedEffect.addOptionsWidget(self.positiveCheck)
        self.radiusSpin = qt.QDoubleSpinBox()
        self.radiusSpin.setRange(0.1, 20.0)
        self.radiusSpin.setSuffix(" mm")
        self.radiusSpin.setToolTip(_("Radius of a scribble"))
        self.scriptedEffect.addLabeledOptionsWidget(_("Radius:"),
                                                    self.radiusSpin)
        self.lockCheck = qt.QCheckBox(_("Locked"))
        self.lockCheck.setToolTip(
            _("No answer changes the selected segment; undo and redo do"))
        self.lockCheck.toggled.connect(
            lambda *_ignored: self._try(self._lock))
        self.scriptedEffect.addOptionsWidget(self.lockCheck)
        self.nameButton = self._button(_("Segment by name"), self._by_name)
        self.refineButton = self._button(_("Refine"), self._refine)
        self.cancelButton = self._button(_("Cancel"), self._cancel)
        self.toolCombo.currentIndexChanged.connect(self._gui_changed)
        self.positiveCheck.toggled.connect(self._gui_changed)
        self.radiusSpin.valueChanged.connect(self._gui_changed)
        self.statusLabel = qt.QLabel()
        self.statusLabel.setWordWrap(True)
        self.scriptedEffect.addOptionsWidget(self.statusLabel)

    def _button(self, title: str, call):
        button = qt.QPushButton(title)
        button.clicked.connect(lambda *_ignored: self._try(call))
        self.scriptedEffect.addOptionsWidget(button)
        return button

    def setMRMLDefaults(self) -> None:
        """Parameters of a new Segment Editor node."""
        self.scriptedEffect.setParameterDefault("Tool", "point")
        self.scriptedEffect.setParameterDefault("Positive", 1)
        self.scriptedEffect.setParameterDefault("RadiusMm", 1.5)

    def updateGUIFromMRML(self) -> None:
        """Parameters to widgets and pencil."""
        effect = self.scriptedEffect
        self.pencil.tool = effect.parameter("Tool") or "point"
        self.pencil.positive = bool(effect.integerParameter("Positive"))
        self.pencil.radius_mm = effect.doubleParameter("RadiusMm") or 1.5
        for widget, call in (
                (self.toolCombo, lambda: self.toolCombo.setCurrentIndex(
                    list(TOOLS).index(self.pencil.tool))),
                (self.positiveCheck, lambda: self.positiveCheck.setChecked(
                    self.pencil.positive)),
                (self.radiusSpin, lambda: self.radiusSpin.setValue(
                    self.pencil.radius_mm)),
                (self.lockCheck, lambda: self.lockCheck.setChecked(
                    self._is_locked()))):
            blocked = widget.blockSignals(True)
            call()
            widget.blockSignals(blocked)
        if self.is_active:
            self._show_cursor()

    def updateMRMLFromGUI(self) -> None:
        """Widgets to parameters."""
        effect = self.scriptedEffect
        effect.setParameter("Tool", list(TOOLS)[self.toolCombo.currentIndex])
        effect.setParameter("Positive", int(self.positiveCheck.checked))
        effect.setParameter("RadiusMm", self.radiusSpin.value)

    def _gui_changed(self, *_ignored: Any) -> None:
        self.updateMRMLFromGUI()
        self.updateGUIFromMRML()

    def activate(self) -> None:
        """The effect is taken in hand."""
        logic = shared_logic()
        self.pencil.logic = logic
        logic.on_status = self._show
        logic.on_error = self._show
        logic.on_lost = self._show_lost
        logic.on_progress = logic.on_busy = logic.on_history = _nothing
        self.is_active = True
        self.views.follow(slicer.app.layoutManager())
        self.timer.start()

    def deactivate(self) -> None:
        """Another effect is taken in hand. An answer that is under way is
        waited for, with the rules of its call."""
        self.pencil.cancel()
        self.is_active = False
        self.views.release()
        logic = self.pencil.logic
        if logic is not None:
            logic.editor, logic.overwrite = None, False

    def layoutChanged(self) -> None:
        """Other views are shown."""
        if self.is_active:
            self.views.follow(slicer.app.layoutManager())
            self._show_cursor()

    def cleanup(self) -> None:
        """The editor goes."""
        self.views.release()
        self.timer.stop()

    def createCursor(self, widget):
        """Over a view: tool and sign."""
        if widget is None or widget.className() != "qMRMLSliceWidget":
            return qt.QCursor(qt.Qt.ArrowCursor)
        return cursor_of(self.pencil.tool or "point", self.pencil.positive)

    def _show_cursor(self) -> None:
        """The Segment Editor asks for the cursor once only."""
        self.views.set_cursor(cursor_of(self.pencil.tool or "point",
                                        self.pencil.positive))

    def processInteractionEvents(self, callerInteractor, eventId,
                                 viewWidget) -> bool:
        """Mouse and Esc of a view; True: nobody else gets them."""
        if viewWidget.className() != "qMRMLSliceWidget":
            return False
        if eventId == vtk.vtkCommand.KeyPressEvent:
            return self._escaped(callerInteractor)
        if eventId not in EVENTS:
            return False
        view = SliceView(self.pencil, viewWidget.sliceLogic().GetSliceNode())
        return view.handle(EVENTS[eventId],
                           callerInteractor.GetEventPosition(),
                           has_modifier(callerInteractor))

    def _escaped(self, interactor) -> bool:
        """Esc drops what is being drawn."""
        if interactor.GetKeySym() != "Escape" or not self.pencil.is_drawing:
            return False
        self.pencil.cancel()
        return True

    # ---- calls -------------------------------------------------------------

    def _begin(self) -> None:
        """Before anything changes: what to work on, and a state that
        Slicer's undo can come back to."""
        node = self.scriptedEffect.parameterSetNode()
        logic = self.pencil.logic
        logic.choose(node.GetSourceVolumeNode(), node.GetSegmentationNode())
        logic.editor, logic.overwrite = node, True
        self.scriptedEffect.saveStateForUndo()

    def _selected_segment(self) -> str:
        chosen = self.scriptedEffect.parameterSetNode().GetSelectedSegmentID()
        if not chosen:
            raise Failure("segment: none selected; expected one")
        return chosen

    def _is_locked(self) -> bool:
        """Whether the selected segment is locked."""
        node = self.scriptedEffect.parameterSetNode()
        segmentation = node.GetSegmentationNode() if node else None
        chosen = node.GetSelectedSegmentID() if segmentation else None
        return bool(chosen) and Segments(segmentation, None).is_locked(chosen)

    def _lock(self) -> None:
        node = self.scriptedEffect.parameterSetNode()
        logic = self.pencil.logic or shared_logic()
        try:
            logic.choose(node.GetSourceVolumeNode(),
                         node.GetSegmentationNode())
            logic.set_locked(self._selected_segment(), self.lockCheck.checked)
        finally:
            self.updateGUIFromMRML()

    def _by_name(self) -> None:
        self._begin()
        self.pencil.logic.segment_by_name(self._selected_segment())

    def _refine(self) -> None:
        self._begin()
        self.pencil.logic.refine(1, [self._selected_segment()])

    def _cancel(self) -> None:
        self.pencil.cancel()
        self.pencil.logic.cancel()

    def _pump(self) -> None:
        logic = self.pencil.logic
        logic.pump()
        if not self.is_active and logic.is_idle:
            self.timer.stop()

    def _try(self, call) -> None:
        try:
            call()
        except Exception as error:
            self._show(line_of(error))

    def _show(self, line: str) -> None:
        self.statusLabel.text = line

    def _show_lost(self, line: str) -> None:
        """Work was lost: a message box, too."""
        self._show(line)
        slicer.util.errorDisplay(line, windowTitle=_("Medal S"))


def _nothing(*_ignored: Any) -> None:
    """For what an effect does not show."""
