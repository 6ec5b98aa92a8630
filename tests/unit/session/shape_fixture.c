/*
 * shape_fixture.c - geometries, and shapes that are drawn or refused
 */
#include "shape_fixture.h"

#include <math.h>
#include <string.h>

#include "splitmix.h"

double shape_uniform(uint64_t *seed, double low, double high)
{
    double share =
        (double) (medals_splitmix_next(seed) >> 11) / 9007199254740992.0;
    return low + share * (high - low);
}

/* A rotation by three angles, times a random order of axes and flips. */
void shape_random_direction(uint64_t *seed, double m[9])
{
    double q[4], length = 0;
    for (int n = 0; n < 4; n++) {
        q[n] = shape_uniform(seed, -1, 1);
        length += q[n] * q[n];
    }
    for (int n = 0; n < 4; n++)
        q[n] /= sqrt(length);
    double w = q[0], x = q[1], y = q[2], z = q[3];
    const double turned[9] = {1 - 2 * (y * y + z * z), 2 * (x * y - w * z),
                              2 * (x * z + w * y),     2 * (x * y + w * z),
                              1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
                              2 * (x * z - w * y),     2 * (y * z + w * x),
                              1 - 2 * (x * x + y * y)};
    bool mirrored = medals_splitmix_below(seed, 2) == 1;
    for (int n = 0; n < 9; n++)
        m[n] = n % 3 == 0 && mirrored ? -turned[n] : turned[n];
}

MedalsGeometry shape_random_geometry(uint64_t *seed)
{
    MedalsGeometry g;
    for (int a = 0; a < 3; a++) {
        g.size[a] = 1 + (int64_t) medals_splitmix_below(seed, 24);
        g.spacing[a] = shape_uniform(seed, 0.4, 4);
        g.origin[a] = shape_uniform(seed, -300, 300);
    }
    shape_random_direction(seed, g.direction);
    return g;
}

/* Axial, 1 x 1 x 3 mm, i to the patient's right, j to anterior. */
MedalsGeometry shape_plain_geometry(void)
{
    return (MedalsGeometry){
        {12, 10, 8}, {1, 1, 3}, {5, 40, -60}, {-1, 0, 0, 0, -1, 0, 0, 0, 1}};
}

void shape_random_index(uint64_t *seed, const MedalsGeometry *g,
                        double index[3])
{
    for (int a = 0; a < 3; a++)
        index[a] = shape_uniform(seed, -0.499, (double) g->size[a] - 0.501);
}

bool shape_holds(const MedalsVoxelSet *set, int64_t i, int64_t j, int64_t k)
{
    const int64_t *b = set->box;
    if (!set->mask || i < b[0] || i >= b[1] || j < b[2] || j >= b[3] ||
        k < b[4] || k >= b[5])
        return false;
    return set->mask[((k - b[4]) * (b[3] - b[2]) + j - b[2]) * (b[1] - b[0]) +
                     i - b[0]] != 0;
}

bool shape_is_nearest(const double *index, size_t count, const int64_t v[3])
{
    for (size_t p = 0; p < count; p++) {
        bool same = true;
        for (int a = 0; a < 3; a++)
            same = same && (int64_t) floor(index[3 * p + a] + 0.5) == v[a];
        if (same)
            return true;
    }
    return false;
}

void shape_draw(const MedalsGeometry *g, MedalsPromptKind kind,
                MedalsSpace space, const double *points, size_t count,
                double radius, MedalsVoxelSet *set)
{
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.kind = kind;
    prompt.space = space;
    prompt.points = points;
    prompt.point_count = count;
    prompt.radius_mm = radius;
    GError *error = NULL;
    medals_shape_voxels(g, &prompt, set, &error);
    g_assert_no_error(error);
}

void shape_refused(const MedalsGeometry *g, const MedalsPrompt *prompt)
{
    g_autoptr(GError) error = NULL;
    MedalsVoxelSet set;
    g_assert_false(medals_shape_voxels(g, prompt, &set, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_INPUT);
    g_assert_nonnull(strstr(error->message, "; expected "));
    g_assert_null(set.mask);
}

void shape_refused_points(const MedalsGeometry *g, MedalsPromptKind kind,
                          MedalsSpace space, const double *points, size_t count)
{
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.kind = kind;
    prompt.space = space;
    prompt.points = points;
    prompt.point_count = count;
    shape_refused(g, &prompt);
}

double shape_squared_distance(const double p[3], const double a[3],
                              const double b[3])
{
    double dot = 0, length = 0, sum = 0;
    for (int r = 0; r < 3; r++) {
        dot += (p[r] - a[r]) * (b[r] - a[r]);
        length += (b[r] - a[r]) * (b[r] - a[r]);
    }
    double t = length > 0 ? CLAMP(dot / length, 0, 1) : 0;
    for (int r = 0; r < 3; r++) {
        double d = p[r] - a[r] - t * (b[r] - a[r]);
        sum += d * d;
    }
    return sum;
}
