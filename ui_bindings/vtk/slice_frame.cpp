/*
 * slice_frame.cpp - how a slice of an image is turned for a radiologist
 */
#include "slice_frame.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace medals::ui
{

const char *plane_name(Plane plane)
{
    static const char *const names[] = {"axial", "coronal", "sagittal"};
    return names[int(plane)];
}

/* Patient axes of LPS and the way along them: to the right, up, through. */
struct Recipe {
    int axis[3];
    int sense[3];
};

enum { left, posterior, superior };

static const Recipe recipes[3] = {
    {{left, posterior, superior}, {1, -1, 1}}, /* right L, up A */
    {{left, superior, posterior}, {1, 1, 1}},  /* right L, up S */
    {{posterior, superior, left}, {1, 1, 1}},  /* right P, up S */
};

/* index[p]: the index axis that runs along patient axis p; of the six ways to
 * pair them, the one that agrees best. */
static void pair_axes(const MedalsGeometry &geometry, int index[3])
{
    int order[3] = {0, 1, 2};
    double best = -1;
    do {
        double sum = 0;
        for (int p = 0; p < 3; p++)
            sum += std::fabs(geometry.direction[3 * p + order[p]]);
        if (sum > best + 1e-9) {
            best = sum;
            memcpy(index, order, sizeof order);
        }
    } while (std::next_permutation(order, order + 3));
}

/* Where an index axis leads, in letters, the strongest first. */
static std::string letters_of(const MedalsGeometry &geometry, int axis,
                              int sense)
{
    static const char towards[2][4] = {"LPS", "RAI"};
    double part[3];
    int order[3] = {0, 1, 2};
    for (int p = 0; p < 3; p++)
        part[p] = sense * geometry.direction[3 * p + axis];
    std::sort(order, order + 3, [&](int a, int b) {
        return std::fabs(part[a]) > std::fabs(part[b]);
    });
    std::string letters;
    for (int p : order)
        if (letters.empty() || std::fabs(part[p]) > 0.2)
            letters += towards[part[p] < 0][p];
    return letters;
}

SliceFrame slice_frame(const MedalsGeometry &geometry, Plane plane)
{
    const Recipe &recipe = recipes[int(plane)];
    int index[3];
    pair_axes(geometry, index);
    SliceFrame frame;
    for (int n = 0; n < 3; n++) {
        int p = recipe.axis[n], a = index[p];
        frame.axis[n] = a;
        frame.reversed[n] = recipe.sense[n] * geometry.direction[3 * p + a] < 0;
        frame.size[n] = geometry.size[a];
        frame.spacing[n] = geometry.spacing[a];
    }
    for (int side = 0; side < 4; side++) {
        int n = side % 2; /* 0: right and left, 1: top and bottom */
        int sense = (frame.reversed[n] ? -1 : 1) * (side < 2 ? 1 : -1);
        frame.letters[side] = letters_of(geometry, frame.axis[n], sense);
    }
    return frame;
}

void SliceFrame::to_index(double u, double v, double n, double index[3]) const
{
    const double at[2] = {u, v};
    for (int s = 0; s < 2; s++)
        index[axis[s]] = reversed[s] ? double(size[s] - 1) - at[s] : at[s];
    index[axis[2]] = n;
}

void SliceFrame::from_index(const double index[3], double at[3]) const
{
    for (int s = 0; s < 2; s++)
        at[s] =
            reversed[s] ? double(size[s] - 1) - index[axis[s]] : index[axis[s]];
    at[2] = index[axis[2]];
}

} // namespace medals::ui
