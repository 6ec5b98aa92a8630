"""Slicer's views in a browser, with the logic of the module Medal S behind.

    pip install "trame-slicer[standalone]"
    python medals_web.py IMAGE [--text "brain stem"] [--port 8080]

An example of the logic in another host than the application: no Qt, only the
scene, the markups that a mouse places in a slice view, and a timer that pumps.
Without a text, the first click makes an object that prompts alone describe.
One JSON line on stdout for each thing that happened, for whoever drives it.
"""
import argparse
import asyncio
import json
import pathlib
import sys
import types

import slicer
from trame_slicer.app.segmentation_app import SegmentationApp

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] /
                       "MedalS"))

from MedalSLib import geometry  # noqa: E402
from MedalSLib.logic import Logic  # noqa: E402
from MedalSLib.pencil import MarkupsClicks, Pencil  # noqa: E402


def say(event: str, **fields) -> None:
    """One JSON line."""
    print(json.dumps({"event": event, **fields}), flush=True)


class Web:
    """The web application of trame-slicer, and our logic on its scene."""

    def __init__(self, options):
        self.options = options
        self.app = SegmentationApp()
        self.core = self.app._slicer_app
        slicer.mrmlScene = self.core.scene
        if not hasattr(slicer, "modules"):
            slicer.modules = types.SimpleNamespace()
        self.logic = Logic()
        self.logic.modality = options.modality
        self.logic.on_status = self.status
        self.logic.on_error = lambda line: say("error", line=line)
        self.segment = ""
        self.last = None  #: RAS of the last click
        self.has_news = False  #: an answer came since the engine rested
        self.pencil = Pencil(self.logic, lambda: self.segment)
        self.app.server.controller.on_server_ready.add(
            lambda **_: asyncio.ensure_future(self.run()))

    def start(self) -> None:
        """Serves until it is stopped."""
        self.app.server.start(port=self.options.port, host="127.0.0.1",
                              open_browser=False)

    async def run(self) -> None:
        """Loads, asks, listens, pumps."""
        await asyncio.sleep(1)  # the views come with the page's layout
        core = self.core
        volume = core.io_manager.load_volumes([self.options.image])[0]
        core.display_manager.show_volume_in_slice_background(volume)
        core.display_manager.reset_views()
        segmentation = self.logic.choose(volume)
        core.segmentation_editor.set_active_segmentation(segmentation, volume)
        if self.options.text:
            self.segment = self.logic.segment(self.options.text)[0]
        else:
            self.segment = self.logic.add_object("object")
        core.segmentation_editor.show_3d(self.options.surfaces)
        self.listen()
        say("ready", volume=volume.GetName())
        while True:
            self.logic.pump()
            if self.has_news and self.logic.is_idle:
                self.has_news = False
                self.say_idle()
            await asyncio.sleep(0.02)

    def status(self, line: str) -> None:
        """The logic's status line."""
        self.has_news = True
        say("status", line=line)

    def say_idle(self) -> None:
        """The engine rests: what the segment holds, and whether the voxel
        that was clicked last is in it."""
        hit = None
        if self.last is not None:
            volume = self.logic.volume
            i, j, k = (int(v) for v in geometry.voxels_of(
                geometry.world_to_ijk(volume, [self.last]))[0])
            hit = bool(self.logic.segments.read(
                self.segment, (i, i + 1, j, j + 1, k, k + 1)).all())
        say("idle", voxels=self.logic.voxels(self.segment), hit=hit)

    def placed(self, node) -> None:
        """A control point was placed; MarkupsClicks makes it a click."""
        self.last = node.GetNthControlPointPositionWorld(
            node.GetNumberOfControlPoints() - 1)
        say("click", ras=list(self.last))

    def listen(self) -> None:
        """A press in a slice view places a control point: a click."""
        node = self.core.scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode",
                                                 "clicks")
        node.CreateDefaultDisplayNodes()
        node.GetDisplayNode().SetPointLabelsVisibility(False)
        node.AddObserver(slicer.vtkMRMLMarkupsNode.PointPositionDefinedEvent,
                         lambda *_: self.placed(node))
        self.clicks = MarkupsClicks(self.pencil, node)
        self.core.markups_logic.place_node(node, True)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("image")
    parser.add_argument("--text", default="")
    parser.add_argument("--modality", default=None)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--surfaces", action="store_true",
                        help="show the segment in 3-D too")
    Web(parser.parse_args()).start()


if __name__ == "__main__":
    main()
