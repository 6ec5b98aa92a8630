/*
 * test_shape.c - what is drawn against a look at every voxel
 */
#include "shape_fixture.h"

#include <math.h>
#include <string.h>

#include "memory.h"
#include "splitmix.h"

/* ---- space -------------------------------------------------------------- */

static void test_there_and_back(void)
{
    uint64_t seed = 11;
    for (int n = 0; n < 200; n++) {
        MedalsGeometry g = shape_random_geometry(&seed);
        double index[3], world[3], back[3];
        shape_random_index(&seed, &g, index);
        medals_shape_to_world(&g, index, world);
        medals_shape_to_index(&g, world, back);
        for (int a = 0; a < 3; a++) {
            double expected = g.origin[a];
            for (int c = 0; c < 3; c++)
                expected += g.direction[3 * a + c] * g.spacing[c] * index[c];
            g_assert_cmpfloat_with_epsilon(world[a], expected, 1e-9);
            g_assert_cmpfloat_with_epsilon(back[a], index[a], 1e-9);
        }
    }
}

/* A click 3 mm to the patient's left of voxel 0 of an image whose i runs to
 * the right is outside; 3 mm to the right it is voxel 3. */
static void test_left_is_not_right(void)
{
    MedalsGeometry g = shape_plain_geometry();
    const double right[3] = {2, 40, -60}, left[3] = {8, 40, -60};
    MedalsVoxelSet set;
    shape_draw(&g, MEDALS_PROMPT_POINT, MEDALS_SPACE_LPS, right, 1, 0, &set);
    g_assert_true(shape_holds(&set, 3, 0, 0));
    g_assert_cmpuint(medals_voxel_set_count(&set), ==, 1);
    medals_voxel_set_clear(&set);
    shape_refused_points(&g, MEDALS_PROMPT_POINT, MEDALS_SPACE_LPS, left, 1);
}

/* Rule 7: floor(x + 0.5), valid where -0.5 <= x < n - 0.5. */
static void test_borders(void)
{
    MedalsGeometry g = shape_plain_geometry();
    const struct {
        double at;
        int64_t voxel;
    } cases[] = {{-0.5, 0},   {-0.6, -1}, {0.49, 0},   {0.5, 1},
                 {11.49, 11}, {11.5, -1}, {1e300, -1}, {-INFINITY, -1}};
    for (size_t n = 0; n < G_N_ELEMENTS(cases); n++) {
        const double at[3] = {cases[n].at, 9.49, -0.5};
        if (cases[n].voxel < 0) {
            shape_refused_points(&g, MEDALS_PROMPT_POINT, MEDALS_SPACE_INDEX,
                                 at, 1);
            continue;
        }
        MedalsVoxelSet set;
        shape_draw(&g, MEDALS_PROMPT_POINT, MEDALS_SPACE_INDEX, at, 1, 0, &set);
        g_assert_true(shape_holds(&set, cases[n].voxel, 9, 0));
        medals_voxel_set_clear(&set);
    }
}

/* ---- scribbles ---------------------------------------------------------- */

static double polyline_distance(const double *world, size_t count,
                                const double p[3])
{
    double least = INFINITY;
    for (size_t n = 0; n < count; n++)
        least = MIN(least, shape_squared_distance(
                               p, world + 3 * (n ? n - 1 : 0), world + 3 * n));
    return sqrt(least);
}

static void check_scribble(const MedalsGeometry *g, const double *index,
                           const double *world, size_t count, double radius,
                           const MedalsVoxelSet *set)
{
    for (int64_t k = 0; k < g->size[2]; k++)
        for (int64_t j = 0; j < g->size[1]; j++)
            for (int64_t i = 0; i < g->size[0]; i++) {
                const int64_t v[3] = {i, j, k};
                const double at[3] = {(double) i, (double) j, (double) k};
                double p[3];
                medals_shape_to_world(g, at, p);
                double d = polyline_distance(world, count, p);
                bool nearest = shape_is_nearest(index, count, v);
                if (nearest || d < radius - NEAR)
                    g_assert_true(shape_holds(set, i, j, k));
                else if (d > radius + NEAR)
                    g_assert_false(shape_holds(set, i, j, k));
            }
}

static void test_scribble_everywhere(void)
{
    uint64_t seed = 5;
    for (int n = 0; n < 300; n++) {
        MedalsGeometry g = shape_random_geometry(&seed);
        double index[3 * 9], world[3 * 9];
        size_t count = 1 + (size_t) medals_splitmix_below(&seed, 9);
        for (size_t p = 0; p < count; p++) {
            shape_random_index(&seed, &g, index + 3 * p);
            medals_shape_to_world(&g, index + 3 * p, world + 3 * p);
        }
        double radius = n % 7 ? shape_uniform(&seed, 0, 9) : 1e3;
        MedalsVoxelSet set;
        shape_draw(&g, MEDALS_PROMPT_SCRIBBLE, MEDALS_SPACE_LPS, world, count,
                   radius, &set);
        check_scribble(&g, index, world, count, radius, &set);
        medals_voxel_set_clear(&set);
    }
}

/* A radius in mm: 3 mm reach three voxels of 1 mm and one of 3 mm, borders
 * included. */
static void test_scribble_in_mm(void)
{
    MedalsGeometry g = shape_plain_geometry();
    const double index[3] = {6, 5, 4};
    double world[3];
    medals_shape_to_world(&g, index, world);
    MedalsVoxelSet set;
    shape_draw(&g, MEDALS_PROMPT_SCRIBBLE, MEDALS_SPACE_LPS, world, 1, 3, &set);
    const int64_t box[6] = {3, 10, 2, 9, 3, 6};
    g_assert_cmpmem(set.box, sizeof box, box, sizeof box);
    g_assert_true(shape_holds(&set, 3, 5, 4) && shape_holds(&set, 6, 5, 5));
    g_assert_false(shape_holds(&set, 5, 5, 5));
    medals_voxel_set_clear(&set);
}

static void test_scribble_of_voxels(void)
{
    MedalsGeometry g = shape_plain_geometry();
    const double at[3 * 3] = {0, 0, 0, 11, 9, 7, 11, 9, 7};
    MedalsVoxelSet set;
    shape_draw(&g, MEDALS_PROMPT_SCRIBBLE, MEDALS_SPACE_INDEX, at, 3, 100,
               &set);
    g_assert_cmpuint(medals_voxel_set_count(&set), ==, 2);
    g_assert_true(shape_holds(&set, 0, 0, 0) && shape_holds(&set, 11, 9, 7));
    medals_voxel_set_clear(&set);
}

static void test_scribble_of_a_mask(void)
{
    MedalsGeometry g = shape_plain_geometry();
    uint8_t mask[2 * 2 * 1] = {0, 0, 7, 0};
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.kind = MEDALS_PROMPT_SCRIBBLE;
    prompt.mask = mask;
    prompt.mask_bytes = sizeof mask;
    const int64_t extent[6] = {10, 12, 8, 10, 3, 4};
    memcpy(prompt.extent, extent, sizeof extent);
    MedalsVoxelSet set;
    g_assert_true(medals_shape_voxels(&g, &prompt, &set, NULL));
    g_assert_true(shape_holds(&set, 10, 9, 3));
    g_assert_cmpuint(medals_voxel_set_count(&set), ==, 1);
    medals_voxel_set_clear(&set);
    prompt.extent[1] = 13;
    shape_refused(&g, &prompt);
    prompt.extent[1] = 12;
    mask[2] = 0;
    shape_refused(&g, &prompt);
}

/* ---- many points -------------------------------------------------------- */

static void crowd(uint64_t *seed, const MedalsGeometry *g, const double at[3],
                  double spread, double *world, size_t count)
{
    for (size_t p = 0; p < count; p++) {
        double index[3];
        for (int a = 0; a < 3; a++)
            index[a] = at[a] + shape_uniform(seed, -spread, spread);
        medals_shape_to_world(g, index, world + 3 * p);
    }
}

/* Far inside the ball about the crowd: in; far outside: out. */
static void check_ball(const MedalsVoxelSet *set, double low, double high)
{
    for (int64_t k = 0; k < 160; k++)
        for (int64_t j = 0; j < 160; j++)
            for (int64_t i = 0; i < 160; i++) {
                double x = (double) i - 79.5, y = (double) j - 79.5,
                       z = (double) k - 79.5;
                double d = sqrt(x * x + y * y + z * z);
                if (d < low && !shape_holds(set, i, j, k))
                    g_error("a hole at %g", d);
                if (d > high && shape_holds(set, i, j, k))
                    g_error("a voxel at %g", d);
            }
}

/* A million points: a scrawl on one spot, the same with a brush so large that
 * its border is crowded, a brush larger than the image, and lines all over. */
static void test_a_million_points(void)
{
    size_t count = MEDALS_SESSION_MAX_POINTS;
    MedalsGeometry g = {{160, 160, 160},
                        {1, 1, 1},
                        {-80, -80, -80},
                        {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    const double middle[3] = {79.5, 79.5, 79.5};
    const struct {
        double spread, radius, low, high;
    } cases[] = {{0.3, 1, 0.9, 1.6},
                 {0.4, 60, 58.5, 62},
                 {60, 500, 1e3, 1e3},
                 {60, 2, 50, 106}};
    double *world = g_new(double, 3 * count);
    for (size_t n = 0; n < (g_test_perf() ? 4 : 3); n++) {
        uint64_t seed = n;
        crowd(&seed, &g, middle, cases[n].spread, world, count);
        MedalsVoxelSet set;
        int64_t start = g_get_monotonic_time();
        shape_draw(&g, MEDALS_PROMPT_SCRIBBLE, MEDALS_SPACE_LPS, world, count,
                   cases[n].radius, &set);
        double seconds = (double) (g_get_monotonic_time() - start) / 1e6;
        g_test_message("spread %g radius %g: %.2f s", cases[n].spread,
                       cases[n].radius, seconds);
        g_assert_cmpfloat(seconds, <, 120);
        check_ball(&set, cases[n].low, cases[n].high);
        medals_voxel_set_clear(&set);
    }
    g_free(world);
}

/* ---- boxes -------------------------------------------------------------- */

static bool box_of(const MedalsGeometry *g, MedalsSpace space,
                   const double corners[6], int64_t extent[6])
{
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.kind = MEDALS_PROMPT_BOX;
    prompt.space = space;
    prompt.points = corners;
    prompt.point_count = 2;
    g_autoptr(GError) error = NULL;
    bool ok = medals_shape_box(g, &prompt, extent, &error);
    if (!ok)
        g_assert_error(error, MEDALS_ERROR, MEDALS_E_INPUT);
    return ok;
}

static void test_box_of_indices(void)
{
    MedalsGeometry g = shape_plain_geometry();
    int64_t extent[6];
    const double whole[6] = {0, 0, 0, 12, 10, 8};
    const double flat[6] = {2, 3, 4, 5, 4, 8};
    g_assert_true(box_of(&g, MEDALS_SPACE_INDEX, whole, extent));
    g_assert_true(box_of(&g, MEDALS_SPACE_INDEX, flat, extent));
    const int64_t expected[6] = {2, 5, 3, 4, 4, 8};
    g_assert_cmpmem(extent, sizeof extent, expected, sizeof expected);
    const double bad[][6] = {{2, 3, 4, 2, 4, 8},        {5, 3, 4, 2, 4, 8},
                             {-1, 0, 0, 2, 2, 2},       {0, 0, 0, 13, 1, 1},
                             {0, 0, 0, 1.5, 1, 1},      {NAN, 0, 0, 1, 1, 1},
                             {0, 0, 0, INFINITY, 1, 1}, {0, 0, 0, 1e300, 1, 1},
                             {0, 0, 0, -1e300, 1, 1}};
    for (size_t n = 0; n < G_N_ELEMENTS(bad); n++)
        g_assert_false(box_of(&g, MEDALS_SPACE_INDEX, bad[n], extent));
}

/* Two corners, in any order, of a turned image: the voxels whose centre lies
 * between them. */
static void test_box_in_space(void)
{
    uint64_t seed = 31;
    for (int n = 0; n < 300; n++) {
        MedalsGeometry g = shape_random_geometry(&seed);
        double index[2][3], corners[6];
        for (int end = 0; end < 2; end++) {
            shape_random_index(&seed, &g, index[end]);
            medals_shape_to_world(&g, index[end], corners + 3 * end);
        }
        int64_t extent[6];
        g_assert_true(box_of(&g, MEDALS_SPACE_LPS, corners, extent));
        for (int a = 0; a < 3; a++) {
            double low = MIN(index[0][a], index[1][a]);
            double high = MAX(index[0][a], index[1][a]);
            int64_t first = -1, last = -1;
            for (int64_t v = 0; v < g.size[a]; v++)
                if ((double) v >= low && (double) v <= high) {
                    first = first < 0 ? v : first;
                    last = v;
                }
            if (first < 0)
                first = last = (int64_t) floor((low + high) / 2 + 0.5);
            g_assert_cmpint(extent[2 * a], ==, first);
            g_assert_cmpint(extent[2 * a + 1], ==, last + 1);
        }
    }
}

static void test_box_is_cut(void)
{
    MedalsGeometry g = shape_plain_geometry();
    int64_t extent[6];
    const double large[6] = {-1e6, -1e300, -1e6, 1e6, 1e300, 1e6};
    g_assert_true(box_of(&g, MEDALS_SPACE_LPS, large, extent));
    const int64_t whole[6] = {0, 12, 0, 10, 0, 8};
    g_assert_cmpmem(extent, sizeof extent, whole, sizeof whole);
    /* i 12 to 20; then a strip of the outer half of voxel 11 */
    const double beside[6] = {-7, 40, -60, -15, 33, -50};
    g_assert_false(box_of(&g, MEDALS_SPACE_LPS, beside, extent));
    const double strip[6] = {-6.2, 40, -60, -15, 33, -50};
    g_assert_true(box_of(&g, MEDALS_SPACE_LPS, strip, extent));
    g_assert_cmpint(extent[0], ==, 11);
    g_assert_cmpint(extent[1], ==, 12);
    const double place[6] = {0, 35, -50, 0, 35, -50};
    g_assert_false(box_of(&g, MEDALS_SPACE_LPS, place, extent));
    const double nan[6] = {0, 35, NAN, 0, 36, -50};
    g_assert_false(box_of(&g, MEDALS_SPACE_LPS, nan, extent));
}

/* ---- what is refused ---------------------------------------------------- */

static void test_bad_points(void)
{
    MedalsGeometry g = shape_plain_geometry();
    const MedalsPromptKind kinds[] = {
        MEDALS_PROMPT_POINT, MEDALS_PROMPT_SCRIBBLE, MEDALS_PROMPT_LASSO};
    const double bad[] = {NAN, INFINITY, -INFINITY, 1e9, -1e9, 1e308, -1e308};
    for (size_t kind = 0; kind < G_N_ELEMENTS(kinds); kind++)
        for (size_t n = 0; n < G_N_ELEMENTS(bad); n++)
            for (int space = 0; space < 2; space++) {
                double points[3 * 3] = {5, 40, -60, 4, 39, -57, 3, 38, -57};
                if (space == MEDALS_SPACE_INDEX)
                    memset(points, 0, sizeof points);
                size_t count = kinds[kind] == MEDALS_PROMPT_POINT ? 1 : 3;
                points[3 * (count - 1) + n % 3] = bad[n];
                shape_refused_points(&g, kinds[kind], (MedalsSpace) space,
                                     points, count);
            }
}

static void test_bad_counts(void)
{
    MedalsGeometry g = shape_plain_geometry();
    size_t many = MEDALS_SESSION_MAX_POINTS + 1;
    double *zeros = g_new0(double, 3 * many);
    shape_refused_points(&g, MEDALS_PROMPT_POINT, MEDALS_SPACE_INDEX, zeros, 2);
    shape_refused_points(&g, MEDALS_PROMPT_POINT, MEDALS_SPACE_INDEX, zeros, 0);
    shape_refused_points(&g, MEDALS_PROMPT_SCRIBBLE, MEDALS_SPACE_LPS, zeros,
                         0);
    shape_refused_points(&g, MEDALS_PROMPT_SCRIBBLE, MEDALS_SPACE_INDEX, NULL,
                         3);
    shape_refused_points(&g, MEDALS_PROMPT_SCRIBBLE, MEDALS_SPACE_INDEX, zeros,
                         many);
    shape_refused_points(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, zeros,
                         many);
    g_free(zeros);
}

static void test_bad_radius(void)
{
    MedalsGeometry g = shape_plain_geometry();
    const double bad[] = {-1, NAN, INFINITY};
    const double at[3] = {5, 40, -60};
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.kind = MEDALS_PROMPT_SCRIBBLE;
    prompt.space = MEDALS_SPACE_LPS;
    prompt.points = at;
    prompt.point_count = 1;
    for (size_t n = 0; n < G_N_ELEMENTS(bad); n++) {
        prompt.radius_mm = bad[n];
        shape_refused(&g, &prompt);
    }
    MedalsVoxelSet set;
    shape_draw(&g, MEDALS_PROMPT_SCRIBBLE, MEDALS_SPACE_LPS, at, 1, 1e300,
               &set);
    g_assert_cmpuint(medals_voxel_set_count(&set), ==, 12 * 10 * 8);
    medals_voxel_set_clear(&set);
}

/* The number in a message is the point's, counted from 1. */
static void test_the_point_is_named(void)
{
    MedalsGeometry g = shape_plain_geometry();
    const double points[3 * 3] = {0, 0, 0, 1, 1, 1, 2, 10, 2};
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.kind = MEDALS_PROMPT_SCRIBBLE;
    prompt.points = points;
    prompt.point_count = 3;
    g_autoptr(GError) error = NULL;
    MedalsVoxelSet set;
    g_assert_false(medals_shape_voxels(&g, &prompt, &set, &error));
    g_assert_nonnull(strstr(error->message, "point 3 "));
}

/* Memory that runs out at each place is an error, and nothing leaks. */
static void test_no_memory(void)
{
    MedalsGeometry g = shape_plain_geometry();
    const double points[3 * 3] = {5, 40, -60, 0, 38, -57, 3, 33, -48};
    for (int kind = 0; kind < 2; kind++)
        for (int64_t n = 0;; n++) {
            MedalsPrompt prompt = MEDALS_PROMPT_INIT;
            prompt.kind = kind ? MEDALS_PROMPT_LASSO : MEDALS_PROMPT_SCRIBBLE;
            prompt.space = MEDALS_SPACE_LPS;
            prompt.points = points;
            prompt.point_count = 3;
            g_autoptr(GError) error = NULL;
            MedalsVoxelSet set;
            medals_alloc_fail_after(n);
            bool ok = medals_shape_voxels(&g, &prompt, &set, &error);
            medals_alloc_fail_after(-1);
            if (ok) {
                g_assert_cmpint(n, >=, 3);
                medals_voxel_set_clear(&set);
                break;
            }
            g_assert_error(error, MEDALS_ERROR, MEDALS_E_NOMEM);
        }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shape/there_and_back", test_there_and_back);
    g_test_add_func("/shape/left_is_not_right", test_left_is_not_right);
    g_test_add_func("/shape/borders", test_borders);
    g_test_add_func("/shape/scribble/everywhere", test_scribble_everywhere);
    g_test_add_func("/shape/scribble/in_mm", test_scribble_in_mm);
    g_test_add_func("/shape/scribble/voxels", test_scribble_of_voxels);
    g_test_add_func("/shape/scribble/mask", test_scribble_of_a_mask);
    g_test_add_func("/shape/scribble/million", test_a_million_points);
    g_test_add_func("/shape/box/indices", test_box_of_indices);
    g_test_add_func("/shape/box/space", test_box_in_space);
    g_test_add_func("/shape/box/cut", test_box_is_cut);
    g_test_add_func("/shape/bad/points", test_bad_points);
    g_test_add_func("/shape/bad/counts", test_bad_counts);
    g_test_add_func("/shape/bad/radius", test_bad_radius);
    g_test_add_func("/shape/bad/named", test_the_point_is_named);
    g_test_add_func("/shape/no_memory", test_no_memory);
    return g_test_run();
}
