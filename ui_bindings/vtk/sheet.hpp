/*
 * sheet.hpp - rectangles, words and places to press, over a part of a window
 *
 * Immediate mode: begin(), draw everything again, end(). Coordinates are
 * pixels of the window, y upwards. Items are kept between drawings, so that an
 * unchanged word costs nothing.
 */
#ifndef MEDALS_SHEET_HPP
#define MEDALS_SHEET_HPP

#include <functional>
#include <string>
#include <vector>

#include <vtkNew.h>
#include <vtkSmartPointer.h>

#include "theme.hpp"

class vtkActor2D;
class vtkCellArray;
class vtkPoints;
class vtkPolyData;
class vtkPolyDataMapper2D;
class vtkRenderer;
class vtkTextActor;
class vtkUnsignedCharArray;

namespace medals::ui
{

struct Box {
    double x, y, w, h;
};

enum class Align { left, center, right };

class Sheet
{
  public:
    /** Draws into a renderer, which keeps its other props. */
    explicit Sheet(vtkRenderer *renderer);
    ~Sheet();

    void begin();
    void end();
    /** A filled rectangle with rounded corners. */
    void fill(const Box &box, const theme::Color &color, double radius = 0,
              double opacity = 1);
    /** One line of words; y is its middle. It is cut, with "...", to width
     * pixels; 0: as long as it is. @return its width in pixels */
    double words(double x, double y, const std::string &text, int size,
                 const theme::Color &color, Align align = Align::left,
                 bool bold = false, double width = 0);
    /** The text in lines of at most width pixels, broken between words; the
     * last of `most` lines is cut. */
    std::vector<std::string> wrap(const std::string &text, int size,
                                  double width, size_t most);
    /** Something happens when this is pressed. */
    void press(const Box &box, std::function<void()> action);
    /** Does what stands at a place. @return false: nothing */
    bool pressed(double x, double y) const;
    /** Width of a line in pixels. */
    double measure(const std::string &text, int size, bool bold);

  private:
    struct Place {
        Box box;
        std::function<void()> action;
    };
    std::string cut(const std::string &text, int size, bool bold, double width);
    vtkTextActor *next_word();

    vtkRenderer *renderer;
    vtkNew<vtkActor2D> shapes;
    vtkNew<vtkPolyDataMapper2D> mapper;
    vtkNew<vtkPolyData> data;
    vtkSmartPointer<vtkPoints> points;
    vtkSmartPointer<vtkCellArray> cells;
    vtkSmartPointer<vtkUnsignedCharArray> colors;
    std::vector<vtkSmartPointer<vtkTextActor>> word_list;
    size_t used = 0;
    std::vector<Place> places;
};

} // namespace medals::ui
#endif
