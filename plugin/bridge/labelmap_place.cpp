/*
 * labelmap_place.cpp - segmentations on another grid, and layers made one map
 *
 *   Slicer writes the smallest box that holds all segments:
 *
 *   image    +--------------+       index in the image = index in the box
 *            |   +----+     |                          + a whole offset
 *            |   |box |     |
 *            |   +----+     |
 *            +--------------+
 */
#include <algorithm>
#include <cmath>
#include <cstring>

#include "failure.hpp"
#include "image_data.hpp"
#include "labelmap_data.hpp"
#include "voxel_stream.hpp"

namespace medals::bridge
{

namespace
{

/* Voxels of two grids are the same if they lie at most this part of a voxel
 * apart: files round their numbers. */
const double tolerance = 0.02;

void point_of(const MedalsGeometry &g, const double index[3], double point[3])
{
    for (int r = 0; r < 3; r++) {
        point[r] = g.origin[r];
        for (int c = 0; c < 3; c++)
            point[r] += g.direction[3 * r + c] * g.spacing[c] * index[c];
    }
}

/* The continuous index of a point. The axes stand at right angles. */
void index_of(const MedalsGeometry &g, const double point[3], double index[3])
{
    for (int c = 0; c < 3; c++) {
        double along = 0;
        for (int r = 0; r < 3; r++)
            along += g.direction[3 * r + c] * (point[r] - g.origin[r]);
        index[c] = along / g.spacing[c];
    }
}

/* Where the first voxel of a box lies on a grid, in whole voxels; false if its
 * voxels are not voxels of the grid. */
bool offset_of(const MedalsGeometry &grid, const MedalsGeometry &box,
               int64_t offset[3])
{
    for (int corner = 0; corner < 8; corner++) {
        double index[3], point[3], found[3];
        for (int c = 0; c < 3; c++)
            index[c] = corner >> c & 1 ? double(box.size[c] - 1) : 0;
        point_of(box, index, point);
        index_of(grid, point, found);
        for (int c = 0; c < 3; c++) {
            if (!(std::fabs(found[c]) < 1e9))
                return false;
            if (corner == 0)
                offset[c] = std::llround(found[c]);
            if (std::fabs(found[c] - index[c] - double(offset[c])) > tolerance)
                return false;
        }
    }
    /* a box of one voxel along an axis says nothing of its spacing there */
    for (int c = 0; c < 3; c++)
        if (std::fabs(grid.spacing[c] - box.spacing[c]) >
            1e-3 * grid.spacing[c])
            return false;
    return true;
}

struct Box {
    int64_t begin[3], end[3];
};

/* The part of a box, in its own voxels, that lies on the grid. */
Box inside_of(const MedalsGeometry &grid, const MedalsGeometry &box,
              const int64_t offset[3])
{
    Box inside;
    for (int c = 0; c < 3; c++) {
        inside.begin[c] = std::clamp<int64_t>(-offset[c], 0, box.size[c]);
        inside.end[c] = std::clamp<int64_t>(grid.size[c] - offset[c],
                                            inside.begin[c], box.size[c]);
    }
    return inside;
}

size_t at(const MedalsGeometry &g, int64_t i, int64_t j, int64_t k)
{
    return size_t((k * g.size[1] + j) * g.size[0] + i);
}

bool is_empty_row(const uint8_t *row, size_t bytes)
{
    return std::all_of(row, row + bytes, [](uint8_t b) { return b == 0; });
}

void check_outside(const std::string &path, const MedalsVolume *layer,
                   const Box &inside)
{
    const MedalsGeometry &g = *medals_volume_peek_geometry(layer);
    const uint8_t *data =
        static_cast<const uint8_t *>(medals_volume_peek_data(layer));
    size_t width = medals_dtype_size(medals_volume_dtype(layer));
    bool empty = true;
    for (int64_t k = 0; k < g.size[2] && empty; k++)
        for (int64_t j = 0; j < g.size[1] && empty; j++) {
            const uint8_t *row = data + at(g, 0, j, k) * width;
            bool in = j >= inside.begin[1] && j < inside.end[1] &&
                      k >= inside.begin[2] && k < inside.end[2];
            size_t begin = in ? size_t(inside.begin[0]) * width : 0;
            size_t end = in ? size_t(inside.end[0]) * width : 0;
            size_t all = size_t(g.size[0]) * width;
            empty =
                is_empty_row(row, begin) && is_empty_row(row + end, all - end);
        }
    if (!empty)
        fail(MEDALS_E_INPUT,
             "%s: voxels of its segments lie outside the image; a "
             "segmentation within the image expected",
             path.c_str());
}

MedalsVolume *placed(const std::string &path, const MedalsVolume *layer,
                     const MedalsGeometry &grid, const int64_t offset[3])
{
    const MedalsGeometry &box = *medals_volume_peek_geometry(layer);
    Box inside = inside_of(grid, box, offset);
    check_outside(path, layer, inside);
    MedalsDtype dtype = medals_volume_dtype(layer);
    size_t width = medals_dtype_size(dtype);
    check_size(path, grid.size, width, 1);
    MedalsVolume *volume = new_volume(path, grid, dtype);
    uint8_t *dst = static_cast<uint8_t *>(medals_volume_peek_data(volume));
    const uint8_t *src =
        static_cast<const uint8_t *>(medals_volume_peek_data(layer));
    memset(dst, 0, voxel_count(grid) * width);
    size_t row = size_t(inside.end[0] - inside.begin[0]) * width;
    for (int64_t k = inside.begin[2]; k < inside.end[2] && row > 0; k++)
        for (int64_t j = inside.begin[1]; j < inside.end[1]; j++)
            memcpy(dst + width * at(grid, inside.begin[0] + offset[0],
                                    j + offset[1], k + offset[2]),
                   src + width * at(box, inside.begin[0], j, k), row);
    return volume;
}

void place(MedalsLabelmap &labelmap, const MedalsGeometry &grid)
{
    for (MedalsVolume *&layer : labelmap.layers) {
        int64_t offset[3];
        const MedalsGeometry &box = *medals_volume_peek_geometry(layer);
        if (!offset_of(grid, box, offset))
            fail(MEDALS_E_INPUT,
                 "%s: on another grid, its voxels of %g x %g x %g mm are no "
                 "voxels of the image's grid of %g x %g x %g mm; the same axes "
                 "and spacing and an offset of whole voxels expected",
                 labelmap.path.c_str(), box.spacing[0], box.spacing[1],
                 box.spacing[2], grid.spacing[0], grid.spacing[1],
                 grid.spacing[2]);
        MedalsVolume *moved = placed(labelmap.path, layer, grid, offset);
        medals_volume_free(&layer);
        layer = moved;
    }
}

/* Value of the segment that a voxel of a layer belongs to. */
uint32_t value_of(const MedalsLabelmap &labelmap, size_t layer, uint32_t label)
{
    if (labelmap.layers.size() == 1)
        return label;
    for (const NamedSegment &segment : labelmap.segments)
        if (segment.layer == layer && segment.label == label)
            return segment.value;
    return 0;
}

MedalsVolume *join(const MedalsLabelmap &labelmap, uint64_t *overlap)
{
    const MedalsVolume *first = labelmap.layers[0];
    const MedalsGeometry &grid = *medals_volume_peek_geometry(first);
    check_size(labelmap.path, grid.size, 4, 1);
    MedalsVolume *volume = new_volume(labelmap.path, grid, MEDALS_U32);
    uint32_t *dst = static_cast<uint32_t *>(medals_volume_peek_data(volume));
    size_t count = voxel_count(grid);
    std::fill(dst, dst + count, 0);
    *overlap = 0;
    for (size_t l = 0; l < labelmap.layers.size(); l++) {
        const void *src = medals_volume_peek_data(labelmap.layers[l]);
        MedalsDtype dtype = medals_volume_dtype(labelmap.layers[l]);
        uint32_t last = 0, value = 0;
        for (size_t n = 0; n < count; n++) {
            uint32_t label = label_at(src, dtype, n);
            if (label == 0)
                continue;
            if (label != last)
                value = value_of(labelmap, l, label);
            last = label;
            *overlap += dst[n] != 0;
            dst[n] = value;
        }
    }
    return volume;
}

} // namespace
} // namespace medals::bridge

using namespace medals::bridge;

bool medals_labelmap_common_grid(const MedalsGeometry *a,
                                 const MedalsGeometry *b, MedalsGeometry *out)
{
    int64_t offset[3];
    if (!offset_of(*a, *b, offset))
        return false;
    MedalsGeometry grid = *a;
    double corner[3], point[3];
    for (int c = 0; c < 3; c++) {
        int64_t begin = std::min<int64_t>(0, offset[c]);
        grid.size[c] = std::max(a->size[c], offset[c] + b->size[c]) - begin;
        corner[c] = double(begin);
    }
    point_of(*a, corner, point);
    std::copy(point, point + 3, grid.origin);
    *out = grid;
    return true;
}

MedalsStatus medals_labelmap_place(MedalsLabelmap *labelmap,
                                   const MedalsGeometry *grid, char **message)
{
    return guard(labelmap->path, message, [&] { place(*labelmap, *grid); });
}

MedalsStatus medals_labelmap_join(const MedalsLabelmap *labelmap,
                                  MedalsVolume **out, uint64_t *overlap,
                                  char **message)
{
    *out = nullptr;
    return guard(labelmap->path, message,
                 [&] { *out = join(*labelmap, overlap); });
}
