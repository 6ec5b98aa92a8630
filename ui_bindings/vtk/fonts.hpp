/*
 * fonts.hpp - the face of all words in a window
 */
#ifndef MEDALS_FONTS_HPP
#define MEDALS_FONTS_HPP

class vtkTextProperty;

namespace medals::ui
{

/** DejaVu Sans or Liberation Sans where the system has one of them, for their
 * many letters; else the one that VTK brings. @param size in pixels */
void set_font(vtkTextProperty *look, int size, bool bold);

} // namespace medals::ui
#endif
