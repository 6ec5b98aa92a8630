#include "head_image.h"

#include <glib.h>
#include <math.h>

#include "splitmix.h"

static MedalsVolume *volume_new(const MedalsGeometry *geometry)
{
    MedalsVolume *volume = NULL;
    MedalsError *error = NULL;
    if (medals_volume_new(&volume, geometry, MEDALS_I16, &error) != MEDALS_OK)
        g_error("head: %s", medals_error_message(error));
    return volume;
}

/* x, y, z from -1 to 1 over the image. */
static double tissue(double x, double y, double z)
{
    double r = sqrt(x * x + 0.9 * y * y + z * z);
    double fold = 0.03 * sin(23 * x) * sin(19 * y + 5 * z) * sin(21 * z);
    double side = fabs(x) - 0.12, chamber = side * side * 90 + y * y * 9;
    double nucleus = (fabs(x) - 0.22) * (fabs(x) - 0.22) * 60 +
                     (y - 0.1) * (y - 0.1) * 40 + z * z * 40;
    if (r > 0.9)
        return 0;
    if (r > 0.84)
        return 900;
    if (r > 0.78)
        return 80;
    if (chamber + z * z * 20 < 1)
        return 180;
    if (nucleus < 1)
        return 560;
    return r + fold > 0.68 ? 480 : 700;
}

MedalsVolume *head_image_new(const int64_t size[3], double spacing,
                             uint64_t seed)
{
    MedalsGeometry geometry = {.direction = {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    for (int a = 0; a < 3; a++) {
        geometry.size[a] = size[a];
        geometry.spacing[a] = spacing;
    }
    MedalsVolume *volume = volume_new(&geometry);
    int16_t *voxel = medals_volume_peek_data(volume);
    for (int64_t k = 0; k < size[2]; k++)
        for (int64_t j = 0; j < size[1]; j++)
            for (int64_t i = 0; i < size[0]; i++, voxel++) {
                double x = (2.0 * (double) i + 1) / (double) size[0] - 1;
                double y = (2.0 * (double) j + 1) / (double) size[1] - 1;
                double z = (2.0 * (double) k + 1) / (double) size[2] - 1;
                double noise = (double) medals_splitmix_below(&seed, 41);
                *voxel = (int16_t) (tissue(x, y, z) + noise);
            }
    return volume;
}

static double number_at(const MedalsVolume *image, int64_t n)
{
    const void *data = medals_volume_peek_data(image);
    switch (medals_volume_dtype(image)) {
    case MEDALS_U8:
        return ((const uint8_t *) data)[n];
    case MEDALS_I16:
        return ((const int16_t *) data)[n];
    case MEDALS_U16:
        return ((const uint16_t *) data)[n];
    case MEDALS_F32:
        return (double) ((const float *) data)[n];
    default:
        g_error("head: type of the voxels; expected u8, i16, u16 or f32");
    }
}

/* Linear between the eight neighbours; at: continuous index, clamped. */
static double sample(const MedalsVolume *image, const double at[3])
{
    const int64_t *size = medals_volume_peek_geometry(image)->size;
    int64_t low[3], step[3] = {1, size[0], size[0] * size[1]};
    double part[3], sum = 0;
    for (int a = 0; a < 3; a++) {
        double x = CLAMP(at[a], 0, (double) (size[a] - 1));
        low[a] = MIN((int64_t) x, MAX(size[a] - 2, 0));
        part[a] = x - (double) low[a];
    }
    for (int corner = 0; corner < 8; corner++) {
        double weight = 1;
        int64_t n = 0;
        for (int a = 0; a < 3; a++) {
            int up = corner >> a & 1;
            weight *= up ? part[a] : 1 - part[a];
            n += step[a] * MIN(low[a] + up, size[a] - 1);
        }
        if (weight > 0)
            sum += weight * number_at(image, n);
    }
    return sum;
}

/* The same box of the world, cut into other voxels. */
static MedalsGeometry resized(const MedalsGeometry *from, const int64_t size[3])
{
    MedalsGeometry to = *from;
    for (int a = 0; a < 3; a++) {
        double scale = (double) from->size[a] / (double) size[a];
        to.size[a] = size[a];
        to.spacing[a] = from->spacing[a] * scale;
        for (int r = 0; r < 3; r++)
            to.origin[r] += from->direction[3 * r + a] *
                            (to.spacing[a] - from->spacing[a]) / 2;
    }
    return to;
}

MedalsVolume *head_image_resized(const MedalsVolume *image,
                                 const int64_t size[3])
{
    const MedalsGeometry *from = medals_volume_peek_geometry(image);
    MedalsGeometry to = resized(from, size);
    MedalsVolume *volume = volume_new(&to);
    int16_t *voxel = medals_volume_peek_data(volume);
    for (int64_t k = 0; k < size[2]; k++)
        for (int64_t j = 0; j < size[1]; j++)
            for (int64_t i = 0; i < size[0]; i++) {
                const int64_t index[3] = {i, j, k};
                double at[3];
                for (int a = 0; a < 3; a++)
                    at[a] = ((double) index[a] + 0.5) * to.spacing[a] /
                                from->spacing[a] -
                            0.5;
                *voxel++ = (int16_t) lround(sample(image, at));
            }
    return volume;
}
