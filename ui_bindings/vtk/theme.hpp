/*
 * theme.hpp - colours and measures of the windows: dark, for a dark room
 */
#ifndef MEDALS_THEME_HPP
#define MEDALS_THEME_HPP

#include <array>

namespace medals::ui::theme
{

using Color = std::array<double, 3>; /**< red, green, blue, 0..1 */

constexpr Color view_background = {0.02, 0.02, 0.025};
constexpr Color space_background = {0.07, 0.08, 0.10};
constexpr Color panel_background = {0.105, 0.115, 0.135};
constexpr Color field = {0.055, 0.06, 0.075};
constexpr Color field_active = {0.04, 0.05, 0.08};
constexpr Color button = {0.185, 0.20, 0.235};
constexpr Color button_off = {0.135, 0.145, 0.165};
constexpr Color accent = {0.16, 0.46, 0.76};
constexpr Color edge = {0.26, 0.28, 0.33};
constexpr Color text = {0.90, 0.91, 0.93};
constexpr Color faint = {0.56, 0.59, 0.65};
constexpr Color letter = {0.95, 0.85, 0.45};
constexpr Color positive = {0.30, 0.90, 0.45};
constexpr Color negative = {1.00, 0.36, 0.33};
constexpr Color warning = {1.00, 0.70, 0.28};
/** Axial, coronal, sagittal, as 3D Slicer's users know them. */
constexpr std::array<Color, 3> plane_color = {
    {{0.95, 0.36, 0.33}, {0.44, 0.78, 0.36}, {0.93, 0.80, 0.30}}};

constexpr double fill_opacity = 0.28;

} // namespace medals::ui::theme
#endif
