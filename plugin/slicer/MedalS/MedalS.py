"""Module "Medal S": name it, click it, draw it, refine it.

Thin on purpose: Slicer wants the classes Module, Widget, Logic and Test in
this file; what they do is in the package MedalSLib beside it, which is
imported when it is used: Slicer loads this file before it is all there.
"""
import os
from typing import Optional

import slicer
from slicer.i18n import tr as _
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule, ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest, ScriptedLoadableModuleWidget)

#: Slicer's own T1 head; its address holds its SHA-256.
HEAD_SHA256 = ("cc211f0dfd9a05ca3841ce1141b292898b2dd2d3f08286affadf823a7e58df"
               "93")
HEAD_ADDRESS = ("https://github.com/Slicer/SlicerTestingData/releases/download"
                "/SHA256/" + HEAD_SHA256)


class MedalS(ScriptedLoadableModule):
    """What the application shows of the module before it is opened."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        parent.title = "Medal S"
        parent.categories = ["Segmentation"]
        parent.dependencies = ["Segmentations"]
        parent.contributors = ["The Medal S engine's authors"]
        parent.helpText = _(
            "Segments what you name, click or draw, on an ordinary processor. "
            "Type one structure a line and press <b>Segment</b>; correct with "
            "points, scribbles, lassos and boxes; press <b>Refine</b>. "
            "Nothing leaves this computer. For research, not for diagnosis.")
        parent.acknowledgementText = _(
            "Model: Medal S, arXiv 2511.13001. Engine: Apache-2.0.")
        slicer.app.connect("startupCompleted()", register_sample_data)


def register_sample_data() -> None:
    """Adds a head that the compact model knows to the module Sample Data."""
    import SampleData

    icons = os.path.join(os.path.dirname(__file__), "Resources", "Icons")
    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        category="Medal S", sampleName="MedalSHead",
        thumbnailFileName=os.path.join(icons, "MedalSHead.png"),
        uris=HEAD_ADDRESS, fileNames="MR-head.nrrd",
        checksums="SHA256:" + HEAD_SHA256, nodeNames="MedalSHead")


class MedalSWidget(ScriptedLoadableModuleWidget):
    """The panel's frame; MedalSLib.widget.Panel is what is in it."""

    def __init__(self, parent=None):
        #: What slicer.util.getModuleLogic("MedalS") gives.
        self.logic = None
        self.panel = None
        # Without a parent this calls setup() at once.
        ScriptedLoadableModuleWidget.__init__(self, parent)

    def setup(self) -> None:
        """Called once, when the module is first opened or asked for. The
        logic is made here: getModuleLogic() asks for this very widget, which
        Slicer keeps only when setup() has come to its end."""
        ScriptedLoadableModuleWidget.setup(self)
        from MedalSLib.widget import Panel

        self.logic = MedalSLogic()
        self.panel = Panel(self, self.logic)

    def enter(self) -> None:
        """The module is shown."""
        if self.panel:
            self.panel.enter()

    def exit(self) -> None:
        """Another module is shown."""
        if self.panel:
            self.panel.exit()

    def cleanup(self) -> None:
        """The application ends, or the module is reloaded."""
        if self.panel:
            self.panel.cleanup()
            self.panel = None


class MedalSLogic(ScriptedLoadableModuleLogic):
    """The module's logic for scripts: slicer.util.getModuleLogic("MedalS").
    `engine` is the one Logic that panel and effect share."""

    def __init__(self, parent: Optional[object] = None):
        ScriptedLoadableModuleLogic.__init__(self, parent)

    @property
    def engine(self):
        """See MedalSLib.logic.Logic."""
        from MedalSLib.logic import shared_logic

        return shared_logic()


class MedalSTest(ScriptedLoadableModuleTest):
    """Reload and Test, and the tests of the build: a made head, one text."""

    def setUp(self) -> None:
        slicer.mrmlScene.Clear()

    def runTest(self) -> None:
        """Runs every test."""
        self.setUp()
        self.test_click()

    def test_click(self) -> None:
        """A click on a bright ball gives a segment round it, and undo takes
        it back."""
        import numpy as np

        from MedalSLib.logic import Logic

        k, j, i = np.indices((40, 48, 52))
        ball = (k - 20) ** 2 + (j - 24) ** 2 + (i - 26) ** 2 < 100
        volume = slicer.util.addVolumeFromArray(
            (ball * 200 + 20).astype(np.int16), name="ball")
        logic = Logic()
        try:
            segmentation = logic.choose(volume)
            segment = logic.add_object("ball")
            logic.click(segment, (26, 24, 20), positive=True)
            logic.wait()
            marked = logic.voxels(segment)
            self.assertGreater(marked, 0)
            logic.undo()
            logic.wait()
            self.assertLess(logic.voxels(segment), marked)
            self.assertEqual(segmentation.GetClassName(),
                             "vtkMRMLSegmentationNode")
        finally:
            logic.close()
