/*
 * fonts.cpp - the face of all words in a window
 */
#include "fonts.hpp"

#include <unistd.h>

#include <vtkTextProperty.h>

namespace medals::ui
{

namespace
{
struct Face {
    const char *regular, *bold;
};
} // namespace

static const Face *find_face()
{
    static const Face faces[] = {
        {"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
         "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"},
        {"/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
         "/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf"}};
    for (const Face &face : faces)
        if (access(face.regular, R_OK) == 0 && access(face.bold, R_OK) == 0)
            return &face;
    return nullptr;
}

void set_font(vtkTextProperty *look, int size, bool bold)
{
    static const Face *face = find_face();
    look->SetFontSize(size);
    if (face) {
        look->SetFontFamily(VTK_FONT_FILE);
        look->SetFontFile(bold ? face->bold : face->regular);
    } else {
        look->SetFontFamilyToArial();
        look->SetBold(bold);
    }
}

} // namespace medals::ui
