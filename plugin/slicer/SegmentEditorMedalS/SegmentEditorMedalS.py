"""Hidden module that gives the Segment Editor the effect "Medal S"."""
import os

import slicer
from slicer.i18n import tr as _
from slicer.ScriptedLoadableModule import ScriptedLoadableModule


class SegmentEditorMedalS(ScriptedLoadableModule):
    """Registers the effect when the application has started."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = "SegmentEditorMedalS"
        parent.categories = ["Segmentation"]
        parent.dependencies = ["Segmentations", "MedalS"]
        parent.contributors = ["The Medal S engine's authors"]
        parent.hidden = True
        parent.helpText = _("The Segment Editor effect of the module Medal S.")
        parent.acknowledgementText = _("Model: Medal S, arXiv 2511.13001.")
        slicer.app.connect("startupCompleted()", self.register_effect)

    def register_effect(self) -> None:
        """Makes the effect known to every Segment Editor."""
        import qSlicerSegmentationsEditorEffectsPythonQt as effects

        effect = effects.qSlicerSegmentEditorScriptedEffect(None)
        source = os.path.join(
            os.path.dirname(__file__), "SegmentEditorMedalSLib",
            "SegmentEditorMedalSEffect.py")
        effect.setPythonSource(source.replace("\\", "/"))
        effect.self().register()
