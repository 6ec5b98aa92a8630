/*
 * slice_view.hpp - one slice of an image with labels, outlines and prompts
 *
 * A renderer of its own, to be put into any window. Its world is the slice:
 * x to the right and y upwards in millimetres, from the centre of the lower
 * left pixel; SliceFrame says which voxels those are. The image's scalars and
 * the labels are shared, not copied; a slice is drawn again when the labels'
 * changed piece crosses it.
 */
#ifndef MEDALS_SLICE_VIEW_HPP
#define MEDALS_SLICE_VIEW_HPP

#include <vector>

#include <vtkNew.h>
#include <vtkSmartPointer.h>

#include "slice_frame.hpp"

class vtkActor;
class vtkImageData;
class vtkImageReslice;
class vtkImageSlice;
class vtkImageSliceMapper;
class vtkLookupTable;
class vtkPolyData;
class vtkPolyDataMapper;
class vtkRenderer;
class vtkTextActor;

namespace medals::ui
{

/** A prompt as it is drawn over slices. */
struct Mark {
    bool positive = true;
    bool closed = false;        /**< lasso, box */
    std::vector<double> points; /**< [n][3] voxel indices; one: a click */
};

class SliceView
{
  public:
    explicit SliceView(Plane plane);
    ~SliceView();

    vtkRenderer *renderer() const;
    Plane plane() const
    {
        return which;
    }
    const SliceFrame &frame() const
    {
        return turned;
    }

    /** Shows an image; its direction is taken from the geometry. */
    void set_image(vtkImageData *image, const MedalsGeometry &geometry);
    /** Labels on the same grid, or NULL; colours by value, 0 transparent. */
    void set_labels(vtkImageData *labels, vtkLookupTable *colors);
    /** The labels changed in this extent (VTK's, of the image's indices).
     * @return whether the shown slice is concerned */
    bool labels_changed(const int extent[6]);
    void set_window(double width, double level);

    int64_t slice() const
    {
        return shown;
    }
    void set_slice(int64_t n);
    /** Steps towards Left, Posterior or Superior; negative: the other way. */
    void step(int steps);

    /** The whole slice, as large as the viewport allows. */
    void fit();
    void zoom(double factor);
    /** @param dx, dy in pixels of the screen */
    void pan(double dx, double dy);
    double mm_per_pixel() const;

    /**
     * @param x, y pixels of the window, from its lower left
     * @param index receives the continuous voxel index
     * @return false: outside of the image
     */
    bool pick(int x, int y, double index[3]) const;

    /** Marks on other slices are hidden. */
    void set_marks(const std::vector<Mark> &marks);
    /** Lines where the other views cut this one; NULL: none. */
    void set_cross(const double *index);

  private:
    void build_layers();
    void build_texts();
    void place_reslice(vtkImageReslice *reslice);
    void refresh();
    void outline();
    void draw_marks();
    void label_slice();

    Plane which;
    SliceFrame turned = {};
    int64_t shown = 0;
    std::vector<Mark> marks;
    vtkNew<vtkRenderer> view;
    vtkNew<vtkImageReslice> image_cut, label_cut;
    vtkNew<vtkImageSliceMapper> image_mapper, label_mapper;
    vtkNew<vtkImageSlice> image_layer, label_layer;
    vtkNew<vtkPolyDataMapper> edge_mapper, mark_mapper, cross_mapper;
    vtkNew<vtkActor> edge_layer, mark_layer, cross_layer;
    vtkNew<vtkPolyData> edge_lines, mark_lines, cross_lines;
    vtkNew<vtkTextActor> letters[4], title;
    bool has_labels = false;
};

} // namespace medals::ui
#endif
