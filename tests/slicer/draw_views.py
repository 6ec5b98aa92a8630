"""Draws what Slicer's own views show of a result, without a display:

    VTK_DEFAULT_OPENGL_WINDOW=vtkEGLRenderWindow python draw_views.py OUT.png

Segments a head by text, clicks once, and draws an axial, a coronal and a
sagittal slice with the segments, and their surfaces, side by side.
"""
import sys

import engine_paths
import numpy as np
import slicer
import slicer_stand_in
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from MedalSLib import geometry
from MedalSLib.logic import Logic

SIDE = 420  # pixels of each view
TEXTS = """left hippocampus
right hippocampus
brain stem
left thalamus
right thalamus
left caudate
right caudate
left putamen
right putamen"""


class View:
    """A render window with some of Slicer's displayable managers."""

    def __init__(self, application, factory, managers, node):
        self.window = vtk.vtkRenderWindow()
        self.renderer = vtk.vtkRenderer()
        self.interactor = vtk.vtkGenericRenderWindowInteractor()
        self.window.SetOffScreenRendering(1)
        self.window.SetSize(SIDE, SIDE)
        self.window.AddRenderer(self.renderer)
        self.interactor.SetRenderWindow(self.window)
        factory.SetMRMLApplicationLogic(application.logic)
        for name in managers:
            if not factory.IsDisplayableManagerRegistered(name):
                factory.RegisterDisplayableManager(name)
        self.group = factory.InstantiateDisplayableManagers(self.renderer)
        self.group.SetMRMLDisplayableNode(node)

    def picture(self):
        """RGB u8 [h,w,3]."""
        grab = vtk.vtkWindowToImageFilter()
        self.window.Render()
        grab.SetInput(self.window)
        grab.ReadFrontBufferOff()
        grab.Update()
        image = grab.GetOutput()
        rgb = vtk_to_numpy(image.GetPointData().GetScalars())
        return rgb.reshape(SIDE, SIDE, -1)[::-1, :, :3]


def slice_picture(application, name, orientation, volume, ras):
    """A slice view through a RAS point."""
    logic = slicer.vtkMRMLSliceLogic()
    logic.SetMRMLApplicationLogic(application.logic)
    logic.SetMRMLScene(application.scene)
    node = logic.AddSliceNode(name)
    node.SetOrientation(orientation)
    logic.GetSliceCompositeNode().SetBackgroundVolumeID(volume.GetID())
    logic.ResizeSliceNode(SIDE, SIDE)
    logic.FitSliceToBackground()
    node.JumpSliceByCentering(*ras)
    logic.FitSliceToBackground()
    node.JumpSlice(*ras)
    view = View(application,
                slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance(),
                ["vtkMRMLSegmentationsDisplayableManager2D"], node)
    mapper, actor = vtk.vtkImageMapper(), vtk.vtkActor2D()
    mapper.SetColorWindow(255)
    mapper.SetColorLevel(127.5)
    mapper.SetInputConnection(logic.GetImageDataConnection())
    actor.SetMapper(mapper)
    actor.GetProperty().SetDisplayLocationToBackground()
    view.renderer.AddViewProp(actor)
    return view.picture()


def surface_picture(application):
    """The 3-D view from the front and above."""
    node = application.scene.AddNewNodeByClass("vtkMRMLViewNode", "View1")
    node.SetBoxVisible(False)
    node.SetAxisLabelsVisible(False)
    view = View(application,
                slicer.vtkMRMLThreeDViewDisplayableManagerFactory
                .GetInstance(),
                ["vtkMRMLCameraDisplayableManager",
                 "vtkMRMLViewDisplayableManager",
                 "vtkMRMLModelDisplayableManager",
                 "vtkMRMLSegmentationsDisplayableManager3D"], node)
    camera = view.renderer.GetActiveCamera()
    camera.SetPosition(0.5, 2, 0.7)
    camera.SetFocalPoint(0, 0, 0)
    camera.SetViewUp(0, 0, 1)
    view.renderer.SetBackground(0.07, 0.1, 0.15)
    view.renderer.ResetCamera()
    camera.Zoom(1.2)
    return view.picture()


def draw(path):
    """Writes the picture; returns the logic for whoever looks further."""
    application = slicer_stand_in.Application()
    application.scene.AddNewNodeByClass("vtkMRMLInteractionNode")
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(
        application.scene, True)
    volume = application.volumes.AddArchetypeVolume(
        str(engine_paths.CH2), "head")
    logic = Logic()
    logic.modality = "mri"
    segmentation = logic.choose(volume)
    names = logic.segment(TEXTS)
    logic.wait()
    segments = logic.segments
    box = segments.box(names[3])
    at = np.argwhere(segments.read(names[3], box))[:, ::-1] + box[::2]
    ras = geometry.ijk_to_world(volume, at.mean(axis=0))[0]
    segmentation.CreateClosedSurfaceRepresentation()
    pictures = [slice_picture(application, name, orientation, volume, ras)
                for name, orientation in (("Red", "Axial"),
                                          ("Green", "Coronal"),
                                          ("Yellow", "Sagittal"))]
    pictures.append(surface_picture(application))
    rows = np.concatenate([np.concatenate(pictures[:2], axis=1),
                           np.concatenate(pictures[2:], axis=1)])
    write_png(rows, path)
    logic.close()


def write_png(rgb, path):
    """Writes RGB u8 [h,w,3]."""
    sys.path.insert(0, str(slicer_stand_in.EXTENSION))
    from draw_icons import png

    alpha = np.full((*rgb.shape[:2], 1), 255, np.uint8)
    with open(path, "wb") as file:
        file.write(png(np.concatenate([rgb, alpha], axis=2)))


if __name__ == "__main__":
    draw(sys.argv[1])
