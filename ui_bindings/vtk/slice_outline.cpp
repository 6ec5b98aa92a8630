/*
 * slice_outline.cpp - lines round the labels of a slice
 */
#include "slice_outline.hpp"

#include <cstdint>
#include <vector>

#include <vtkCellArray.h>
#include <vtkCellData.h>
#include <vtkDiscreteFlyingEdges2D.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>
#include <vtkUnsignedShortArray.h>

namespace medals::ui
{

/* The label values that a slice holds. */
template <typename T>
static std::vector<uint16_t> values_in(const T *pixels, size_t count)
{
    std::vector<bool> seen(65536);
    std::vector<uint16_t> values;
    T last = 0;
    for (size_t n = 0; n < count; n++) {
        if (pixels[n] == last || seen[pixels[n]])
            continue;
        last = pixels[n];
        seen[last] = true;
        if (last)
            values.push_back(last);
    }
    return values;
}

/* One run a value: the filter of VTK 9.1 gives all points of a run with
 * several the value of the last. */
void outline_labels(vtkImageData *slice, vtkPolyData *outlines)
{
    size_t count = size_t(slice->GetNumberOfPoints());
    const void *pixels = slice->GetScalarPointer();
    std::vector<uint16_t> values =
        slice->GetScalarSize() == 1
            ? values_in(static_cast<const uint8_t *>(pixels), count)
            : values_in(static_cast<const uint16_t *>(pixels), count);
    vtkNew<vtkDiscreteFlyingEdges2D> edges;
    edges->SetInputData(slice);
    edges->ComputeScalarsOff();
    vtkNew<vtkPoints> points;
    vtkNew<vtkCellArray> lines;
    vtkNew<vtkUnsignedShortArray> labels;
    for (uint16_t value : values) {
        edges->SetValue(0, value);
        edges->Update();
        vtkPolyData *one = edges->GetOutput();
        vtkIdType first = points->GetNumberOfPoints();
        points->InsertPoints(first, one->GetNumberOfPoints(), 0,
                             one->GetPoints());
        lines->Append(one->GetLines(), first);
        for (vtkIdType n = 0; n < one->GetNumberOfLines(); n++)
            labels->InsertNextValue(value);
    }
    outlines->Initialize();
    outlines->SetPoints(points);
    outlines->SetLines(lines);
    outlines->GetCellData()->SetScalars(labels);
}

} // namespace medals::ui
