#include "voxel.h"

#include <math.h>

double voxel_value(MedalsDtype dtype, const void *data, size_t index)
{
    switch (dtype) {
    case MEDALS_F32:
        return ((const float *) data)[index];
    case MEDALS_F64:
        return ((const double *) data)[index];
    case MEDALS_U8:
        return ((const uint8_t *) data)[index];
    case MEDALS_I8:
        return ((const int8_t *) data)[index];
    case MEDALS_U16:
        return ((const uint16_t *) data)[index];
    case MEDALS_I16:
        return ((const int16_t *) data)[index];
    case MEDALS_U32:
        return ((const uint32_t *) data)[index];
    case MEDALS_I32:
        return ((const int32_t *) data)[index];
    case MEDALS_U64:
        return (double) ((const uint64_t *) data)[index];
    case MEDALS_I64:
        return (double) ((const int64_t *) data)[index];
    default:
        return 0;
    }
}

const char *voxel_type_name(MedalsDtype dtype)
{
    static const char *const names[] = {
        [MEDALS_F32] = "float32", [MEDALS_BF16] = "bfloat16",
        [MEDALS_F16] = "float16", [MEDALS_F64] = "float64",
        [MEDALS_U8] = "uint8",    [MEDALS_I8] = "int8",
        [MEDALS_U16] = "uint16",  [MEDALS_I16] = "int16",
        [MEDALS_U32] = "uint32",  [MEDALS_I32] = "int32",
        [MEDALS_U64] = "uint64",  [MEDALS_I64] = "int64"};
    size_t count = sizeof names / sizeof *names;
    return (size_t) dtype < count ? names[dtype] : "?";
}

size_t voxel_count(const MedalsVolume *volume)
{
    const MedalsGeometry *g = medals_volume_peek_geometry(volume);
    return (size_t) g->size[0] * (size_t) g->size[1] * (size_t) g->size[2];
}

void voxel_closest_axes(const MedalsGeometry *geometry, int axis[3],
                        int sign[3])
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    double best = -1;
    for (int p = 0; p < 6; p++) {
        double fit = 0;
        for (int world = 0; world < 3; world++)
            fit += fabs(geometry->direction[3 * world + orders[p][world]]);
        if (fit <= best)
            continue;
        best = fit;
        for (int world = 0; world < 3; world++)
            axis[world] = orders[p][world];
    }
    for (int world = 0; world < 3; world++)
        sign[world] = geometry->direction[3 * world + axis[world]] < 0 ? -1 : 1;
}
