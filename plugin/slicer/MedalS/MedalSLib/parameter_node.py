"""What the panel keeps in the scene: each field is bound to the widget of
the .ui file whose property SlicerParameterName has its name, but for `texts`,
which the panel binds by hand."""
from typing import Annotated

from slicer import (vtkMRMLMarkupsROINode, vtkMRMLScalarVolumeNode,
                    vtkMRMLSegmentationNode)
from slicer.parameterNodeWrapper import (Choice, WithinRange,
                                         parameterNodeWrapper)


@parameterNodeWrapper
class ParameterNode:
    """The panel's settings. Folders of model and journal are no part of a
    scene: they stay in the application's settings."""

    inputVolume: vtkMRMLScalarVolumeNode
    segmentation: vtkMRMLSegmentationNode
    region: vtkMRMLMarkupsROINode
    modality: Annotated[str, Choice(["auto", "ct", "mri", "pet", "us",
                                     "microscopy"])] = "auto"
    texts: str
    passes: Annotated[int, WithinRange(1, 10)] = 1
    radius: Annotated[float, WithinRange(0.1, 20.0)] = 1.5
    autoPredict: bool = True
    obeyMasking: bool = True
