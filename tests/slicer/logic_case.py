"""A logic on a made scan, as several tests of it begin."""
import engine_paths  # noqa: F401  it says where the engine is
import numpy as np
import slicer
import vtk
from scenes import SceneTest, add_volume

from MedalSLib import geometry
from MedalSLib.logic import Logic

#: i, j, k of a made scan; one window of the compact model.
SIZE = (56, 60, 48)
#: Centres (i, j, k) and radii of two balls in it.
BALLS = (((18, 22, 20), 9), ((40, 38, 30), 8))


def made_scan(seed=0):
    """Noise with two bright balls: int16 [k,j,i]."""
    k, j, i = np.indices(SIZE[::-1])
    scan = np.random.default_rng(seed).normal(60, 8, SIZE[::-1])
    for (ci, cj, ck), radius in BALLS:
        scan[(i - ci) ** 2 + (j - cj) ** 2 + (k - ck) ** 2 <
             radius ** 2] += 120
    return scan.astype(np.int16)


class LogicTest(SceneTest):
    """A logic with listeners that keep what they hear."""

    def setUp(self):
        super().setUp()
        self.logic = Logic()
        self.addCleanup(self.logic.close)
        self.errors, self.lines, self.history = [], [], []
        self.logic.on_error = self.errors.append
        self.logic.on_status = self.lines.append
        self.logic.on_history = lambda *can: self.history.append(can)
        self.logic.modality = "mri"

    def start(self, matrix=None, **settings):
        """Chooses a made scan; makes an object."""
        for name, value in settings.items():
            setattr(self.logic, name, value)
        self.volume = add_volume(made_scan(), matrix)
        self.logic.choose(self.volume)
        self.ball = self.logic.add_object("ball")
        return self.ball

    def wait(self):
        """Until the engine rests, without an error."""
        self.logic.wait(300)
        self.assertEqual(self.errors, [])

    def mask(self, segment_id):
        """A segment's voxels over the volume, by Slicer's own export: bool
        [k,j,i]."""
        return slicer.util.arrayFromSegmentBinaryLabelmap(
            self.logic.segmentation, segment_id, self.logic.volume) != 0

    def session_mask(self, segment_id):
        """The same by the engine's session."""
        return self.logic.binding.desk.session.read(segment_id) != 0

    def assertAgree(self, *segment_ids):
        """Scene and session say the same of segments."""
        for segment_id in segment_ids:
            np.testing.assert_array_equal(self.mask(segment_id),
                                          self.session_mask(segment_id))

    def paint(self, segment_id, box, value=1):
        """What Slicer's paint (1) or erase (0) does to a box of a segment."""
        kind = slicer.vtkSlicerSegmentationsModuleLogic
        image = slicer.vtkOrientedImageData()
        image.SetExtent(geometry.vtk_extent(box))
        image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
        image.GetPointData().GetScalars().Fill(value)
        image.SetImageToWorldMatrix(geometry.vtk_matrix(
            geometry.ijk_to_ras(self.logic.volume)))
        kind.SetBinaryLabelmapToSegment(
            image, self.logic.segmentation, segment_id,
            kind.MODE_MERGE_MASK if value else kind.MODE_MERGE_MIN,
            geometry.vtk_extent(box))
