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

from MedalSLib.failure import Failure, line_of
from MedalSLib.logic import shared_logic
from MedalSLib.pencil import TOOLS, Pencil, SliceView

EVENTS = {vtk.vtkCommand.LeftButtonPressEvent: "LeftButtonPressEvent",
          vtk.vtkCommand.MouseMoveEvent: "MouseMoveEvent",
          vtk.vtkCommand.LeftButtonReleaseEvent: "LeftButtonReleaseEvent"}


class SegmentEditorMedalSEffect(AbstractScriptedSegmentEditorEffect):
    """Names and methods are those that the Segment Editor asks for."""

    def __init__(self, scriptedEffect):
        scriptedEffect.name = "Medal S"
        scriptedEffect.perSegment = True
        scriptedEffect.requireSegments = True
        AbstractScriptedSegmentEditorEffect.__init__(self, scriptedEffect)
        self.pencil = Pencil(shared_logic(), self._selected_segment)
        self.pencil.on_begin = self._begin
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
                    self.pencil.radius_mm))):
            blocked = widget.blockSignals(True)
            call()
            widget.blockSignals(blocked)

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
        self.timer.start()

    def deactivate(self) -> None:
        """Another effect is taken in hand."""
        self.pencil.cancel()
        self.timer.stop()
        logic = self.pencil.logic
        logic.editor, logic.overwrite = None, False

    def createCursor(self, widget):
        """The window's own cursor."""
        return slicer.util.mainWindow().cursor

    def processInteractionEvents(self, callerInteractor, eventId,
                                 viewWidget) -> bool:
        """Mouse events of a view; True: nobody else gets them."""
        if viewWidget.className() != "qMRMLSliceWidget" or \
                eventId not in EVENTS:
            return False
        view = SliceView(self.pencil, viewWidget.sliceLogic().GetSliceNode())
        return view.handle(EVENTS[eventId],
                           callerInteractor.GetEventPosition())

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
        self.pencil.logic.pump()

    def _try(self, call) -> None:
        try:
            call()
        except Exception as error:
            self._show(line_of(error))

    def _show(self, line: str) -> None:
        self.statusLabel.text = line
