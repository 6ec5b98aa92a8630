/*
 * test_shape_lasso.c - polygons in any plane against a look at every voxel
 */
#include "shape_fixture.h"

#include <math.h>
#include <string.h>

#include "memory.h"
#include "splitmix.h"

/* Even-odd in two dimensions; on_edge: within NEAR of the outline. */
static bool inside(const double *uv, size_t count, const double p[2],
                   bool *on_edge)
{
    bool in = false;
    *on_edge = false;
    for (size_t n = 0; n < count; n++) {
        const double *a = uv + 2 * n, *b = uv + 2 * ((n + 1) % count);
        if ((a[1] > p[1]) != (b[1] > p[1]) &&
            p[0] < (b[0] - a[0]) * (p[1] - a[1]) / (b[1] - a[1]) + a[0])
            in = !in;
        const double a3[3] = {a[0], a[1], 0}, b3[3] = {b[0], b[1], 0};
        const double p3[3] = {p[0], p[1], 0};
        if (shape_squared_distance(p3, a3, b3) < NEAR * NEAR)
            *on_edge = true;
    }
    return in;
}

typedef struct Flat {
    double centre[3], normal[3]; /* mm */
    int axis, u, v;
} Flat;

/* A plane through the middle of the image, tilted at random. */
static Flat random_plane(uint64_t *seed, const MedalsGeometry *g)
{
    Flat flat = {.axis = 0};
    double middle[3], length = 0, best = -1;
    for (int a = 0; a < 3; a++) {
        middle[a] =
            0.5 * (double) (g->size[a] - 1) + shape_uniform(seed, -0.3, 0.3);
        flat.normal[a] = shape_uniform(seed, -1, 1);
        length += flat.normal[a] * flat.normal[a];
    }
    medals_shape_to_world(g, middle, flat.centre);
    for (int a = 0; a < 3; a++)
        flat.normal[a] /= sqrt(length);
    for (int a = 0; a < 3; a++) {
        double cosine = 0;
        for (int r = 0; r < 3; r++)
            cosine += g->direction[3 * r + a] * flat.normal[r];
        if (fabs(cosine) > best) {
            best = fabs(cosine);
            flat.axis = a;
        }
    }
    flat.u = flat.axis == 0 ? 1 : 0;
    flat.v = flat.axis == 2 ? 1 : 2;
    return flat;
}

/* A point of the plane above a random place of the image; false: outside. */
static bool point_on(uint64_t *seed, const MedalsGeometry *g, const Flat *flat,
                     double index[3])
{
    double world[3], away = 0;
    shape_random_index(seed, g, index);
    medals_shape_to_world(g, index, world);
    for (int r = 0; r < 3; r++)
        away += (flat->centre[r] - world[r]) * flat->normal[r];
    for (int r = 0; r < 3; r++)
        world[r] += away * flat->normal[r];
    medals_shape_to_index(g, world, index);
    for (int a = 0; a < 3; a++)
        if (!(index[a] > -0.499 && index[a] < (double) g->size[a] - 0.501))
            return false;
    return true;
}

/* Index along the plane's axis over (u,v), by the plane's equation in mm. */
static double plane_height(const MedalsGeometry *g, const Flat *flat, double u,
                           double v)
{
    double ends[2];
    for (int end = 0; end < 2; end++) {
        double index[3], world[3];
        index[flat->axis] = end;
        index[flat->u] = u;
        index[flat->v] = v;
        medals_shape_to_world(g, index, world);
        ends[end] = 0;
        for (int r = 0; r < 3; r++)
            ends[end] += (world[r] - flat->centre[r]) * flat->normal[r];
    }
    return ends[0] / (ends[0] - ends[1]);
}

static void check_lasso(const MedalsGeometry *g, const Flat *flat,
                        const double *index, size_t count,
                        const MedalsVoxelSet *set)
{
    double uv[2 * 12];
    for (size_t p = 0; p < count; p++) {
        uv[2 * p] = index[3 * p + flat->u];
        uv[2 * p + 1] = index[3 * p + flat->v];
    }
    int64_t v[3];
    for (v[2] = 0; v[2] < g->size[2]; v[2]++)
        for (v[1] = 0; v[1] < g->size[1]; v[1]++)
            for (v[0] = 0; v[0] < g->size[0]; v[0]++) {
                const double p[2] = {(double) v[flat->u], (double) v[flat->v]};
                bool on_edge;
                bool in = inside(uv, count, p, &on_edge);
                double h = plane_height(g, flat, p[0], p[1]);
                double off = fabs((double) v[flat->axis] - h);
                if (on_edge || fabs(off - 0.5) < NEAR)
                    continue;
                bool expected =
                    (in && off < 0.5) || shape_is_nearest(index, count, v);
                g_assert_cmpint(shape_holds(set, v[0], v[1], v[2]), ==,
                                expected);
            }
}

static void test_lasso_everywhere(void)
{
    uint64_t seed = 21;
    int drawn = 0;
    while (drawn < 300) {
        MedalsGeometry g = shape_random_geometry(&seed);
        Flat flat = random_plane(&seed, &g);
        double index[3 * 12], world[3 * 12];
        size_t count = 3 + (size_t) medals_splitmix_below(&seed, 9), p = 0;
        for (int tries = 0; tries < 400 && p < count; tries++)
            if (point_on(&seed, &g, &flat, index + 3 * p)) {
                medals_shape_to_world(&g, index + 3 * p, world + 3 * p);
                p++;
            }
        if (p < count)
            continue;
        MedalsVoxelSet set;
        bool by_index = drawn++ % 3 == 0;
        shape_draw(&g, MEDALS_PROMPT_LASSO,
                   by_index ? MEDALS_SPACE_INDEX : MEDALS_SPACE_LPS,
                   by_index ? index : world, count, 0, &set);
        check_lasso(&g, &flat, index, count, &set);
        medals_voxel_set_clear(&set);
    }
}

/* Corners on voxel centres: their rows and columns belong to the area. In
 * space too, where rounding moves them. */
static void test_lasso_keeps_its_edge(void)
{
    uint64_t seed = 3;
    for (int n = 0; n < 50; n++) {
        MedalsGeometry g = shape_plain_geometry();
        shape_random_direction(&seed, g.direction);
        const double index[3 * 4] = {2, 3, 4, 9, 3, 4, 9, 7, 4, 2, 7, 4};
        double world[3 * 4];
        for (int p = 0; p < 4; p++)
            medals_shape_to_world(&g, index + 3 * p, world + 3 * p);
        MedalsVoxelSet set;
        shape_draw(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_LPS, world, 4, 0,
                   &set);
        const int64_t box[6] = {2, 10, 3, 8, 4, 5};
        g_assert_cmpmem(set.box, sizeof box, box, sizeof box);
        g_assert_cmpuint(medals_voxel_set_count(&set), ==, 40);
        medals_voxel_set_clear(&set);
    }
}

/* An L is not its hull; a bow tie has area though its halves turn against
 * each other; twice round is out by the even-odd rule. */
static void test_lasso_even_odd(void)
{
    MedalsGeometry g = shape_plain_geometry();
    MedalsVoxelSet set;
    const double angle[3 * 6] = {1, 1, 2, 9, 1, 2, 9, 3, 2,
                                 3, 3, 2, 3, 8, 2, 1, 8, 2};
    shape_draw(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, angle, 6, 0, &set);
    g_assert_true(shape_holds(&set, 2, 6, 2) && shape_holds(&set, 8, 2, 2));
    g_assert_false(shape_holds(&set, 6, 5, 2));
    g_assert_cmpuint(medals_voxel_set_count(&set), ==, 9 * 3 + 3 * 5);
    medals_voxel_set_clear(&set);
    const double tie[3 * 4] = {1, 1, 2, 9, 8.9, 2, 9, 1, 2, 1, 8.9, 2};
    shape_draw(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, tie, 4, 0, &set);
    g_assert_true(shape_holds(&set, 2, 5, 2) && shape_holds(&set, 8, 5, 2));
    g_assert_false(shape_holds(&set, 5, 2, 2) || shape_holds(&set, 5, 8, 2));
    medals_voxel_set_clear(&set);
    const double twice[3 * 8] = {1, 1, 2, 9, 1, 2, 9, 8, 2, 1, 8, 2,
                                 3, 3, 2, 7, 3, 2, 7, 6, 2, 3, 6, 2};
    shape_draw(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, twice, 8, 0, &set);
    g_assert_false(shape_holds(&set, 6, 4, 2));
    g_assert_true(shape_holds(&set, 8, 4, 2));
    medals_voxel_set_clear(&set);
}

/* Points beside their plane: one layer over the mean height, and each point's
 * own voxel. */
static void test_lasso_that_is_not_flat(void)
{
    MedalsGeometry g = shape_plain_geometry();
    const double points[3 * 4] = {1, 1, 4.4, 9, 1, 3.4, 9, 8, 4.4, 1, 8, 3.4};
    MedalsVoxelSet set;
    shape_draw(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, points, 4, 0, &set);
    for (int64_t j = 1; j <= 8; j++)
        for (int64_t i = 1; i <= 9; i++)
            g_assert_true(shape_holds(&set, i, j, 4));
    g_assert_true(shape_holds(&set, 9, 1, 3) && shape_holds(&set, 1, 8, 3));
    g_assert_cmpuint(medals_voxel_set_count(&set), ==, 9 * 8 + 2);
    medals_voxel_set_clear(&set);
}

static void test_lasso_without_area(void)
{
    MedalsGeometry g = shape_plain_geometry();
    const double line[3 * 4] = {1, 1, 1, 3, 3, 3, 5, 5, 5, 2, 2, 2};
    const double place[3 * 3] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    const double two[3 * 2] = {1, 1, 1, 4, 4, 1};
    shape_refused_points(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, line, 4);
    shape_refused_points(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, place, 3);
    shape_refused_points(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, two, 2);
    uint64_t seed = 8;
    for (int n = 0; n < 100; n++) {
        MedalsGeometry turned = shape_random_geometry(&seed);
        double a[3], b[3], world[3 * 5];
        shape_random_index(&seed, &turned, a);
        shape_random_index(&seed, &turned, b);
        for (int p = 0; p < 5; p++) {
            double t = shape_uniform(&seed, 0, 1), at[3];
            for (int x = 0; x < 3; x++)
                at[x] = a[x] + t * (b[x] - a[x]);
            medals_shape_to_world(&turned, at, world + 3 * p);
        }
        shape_refused_points(&turned, MEDALS_PROMPT_LASSO, MEDALS_SPACE_LPS,
                             world, 5);
    }
}

static void test_lasso_of_a_million_points(void)
{
    size_t count = MEDALS_SESSION_MAX_POINTS;
    MedalsGeometry g = {
        {512, 512, 9}, {0.7, 0.7, 3}, {0, 0, 0}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    double *points = g_new(double, 3 * count);
    uint64_t seed = 77;
    for (size_t p = 0; p < 3 * count; p++)
        points[p] = p % 3 == 2 ? 4 : shape_uniform(&seed, 0, 511);
    MedalsVoxelSet set;
    int64_t start = g_get_monotonic_time();
    shape_draw(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, points, count, 0,
               &set);
    g_test_message("lasso: %.2f s",
                   (double) (g_get_monotonic_time() - start) / 1e6);
    const int64_t box[6] = {0, 512, 0, 512, 4, 5};
    g_assert_cmpmem(set.box, sizeof box, box, sizeof box);
    medals_voxel_set_clear(&set);
    g_free(points);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/shape/lasso/everywhere", test_lasso_everywhere);
    g_test_add_func("/shape/lasso/edge", test_lasso_keeps_its_edge);
    g_test_add_func("/shape/lasso/even_odd", test_lasso_even_odd);
    g_test_add_func("/shape/lasso/not_flat", test_lasso_that_is_not_flat);
    g_test_add_func("/shape/lasso/no_area", test_lasso_without_area);
    g_test_add_func("/shape/lasso/million", test_lasso_of_a_million_points);
    return g_test_run();
}
