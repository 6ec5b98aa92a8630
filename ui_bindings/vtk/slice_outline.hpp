/*
 * slice_outline.hpp - lines round the labels of a slice
 */
#ifndef MEDALS_SLICE_OUTLINE_HPP
#define MEDALS_SLICE_OUTLINE_HPP

class vtkImageData;
class vtkPolyData;

namespace medals::ui
{

/**
 * Draws a line round every label of a slice, between pixel centres.
 * @param slice one plane, u8 or u16, along x and y
 * @param outlines receives lines; their cell scalars are the label values
 */
void outline_labels(vtkImageData *slice, vtkPolyData *outlines);

} // namespace medals::ui
#endif
