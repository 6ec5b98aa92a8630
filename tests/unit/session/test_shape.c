/*
 * test_shape.c - what is drawn against a look at every voxel
 */
#include "shape.h"

#include <math.h>
#include <string.h>

#include "memory.h"
#include "splitmix.h"

/* What a reference may not decide, in voxels or shares of a radius. */
#define NEAR 1e-5

static double uniform(uint64_t *seed, double low, double high)
{
    double share =
        (double) (medals_splitmix_next(seed) >> 11) / 9007199254740992.0;
    return low + share * (high - low);
}

/* A rotation by three angles, times a random order of axes and flips. */
static void random_direction(uint64_t *seed, double m[9])
{
    double q[4], length = 0;
    for (int n = 0; n < 4; n++) {
        q[n] = uniform(seed, -1, 1);
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

static MedalsGeometry random_geometry(uint64_t *seed)
{
    MedalsGeometry g;
    for (int a = 0; a < 3; a++) {
        g.size[a] = 1 + (int64_t) medals_splitmix_below(seed, 24);
        g.spacing[a] = uniform(seed, 0.4, 4);
        g.origin[a] = uniform(seed, -300, 300);
    }
    random_direction(seed, g.direction);
    return g;
}

/* Axial, 1 x 1 x 3 mm, i to the patient's right, j to anterior. */
static MedalsGeometry plain_geometry(void)
{
    return (MedalsGeometry){
        {12, 10, 8}, {1, 1, 3}, {5, 40, -60}, {-1, 0, 0, 0, -1, 0, 0, 0, 1}};
}

static void random_index(uint64_t *seed, const MedalsGeometry *g,
                         double index[3])
{
    for (int a = 0; a < 3; a++)
        index[a] = uniform(seed, -0.499, (double) g->size[a] - 0.501);
}

static bool holds(const MedalsVoxelSet *set, int64_t i, int64_t j, int64_t k)
{
    const int64_t *b = set->box;
    if (!set->mask || i < b[0] || i >= b[1] || j < b[2] || j >= b[3] ||
        k < b[4] || k >= b[5])
        return false;
    return set->mask[((k - b[4]) * (b[3] - b[2]) + j - b[2]) * (b[1] - b[0]) +
                     i - b[0]] != 0;
}

static bool is_nearest(const double *index, size_t count, const int64_t v[3])
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

static void draw(const MedalsGeometry *g, MedalsPromptKind kind,
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

static void refused(const MedalsGeometry *g, const MedalsPrompt *prompt)
{
    g_autoptr(GError) error = NULL;
    MedalsVoxelSet set;
    g_assert_false(medals_shape_voxels(g, prompt, &set, &error));
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_INPUT);
    g_assert_nonnull(strstr(error->message, "; expected "));
    g_assert_null(set.mask);
}

static void refused_points(const MedalsGeometry *g, MedalsPromptKind kind,
                           MedalsSpace space, const double *points,
                           size_t count)
{
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.kind = kind;
    prompt.space = space;
    prompt.points = points;
    prompt.point_count = count;
    refused(g, &prompt);
}

/* ---- space -------------------------------------------------------------- */

static void test_there_and_back(void)
{
    uint64_t seed = 11;
    for (int n = 0; n < 200; n++) {
        MedalsGeometry g = random_geometry(&seed);
        double index[3], world[3], back[3];
        random_index(&seed, &g, index);
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
    MedalsGeometry g = plain_geometry();
    const double right[3] = {2, 40, -60}, left[3] = {8, 40, -60};
    MedalsVoxelSet set;
    draw(&g, MEDALS_PROMPT_POINT, MEDALS_SPACE_LPS, right, 1, 0, &set);
    g_assert_true(holds(&set, 3, 0, 0));
    g_assert_cmpuint(medals_voxel_set_count(&set), ==, 1);
    medals_voxel_set_clear(&set);
    refused_points(&g, MEDALS_PROMPT_POINT, MEDALS_SPACE_LPS, left, 1);
}

/* Rule 7: floor(x + 0.5), valid where -0.5 <= x < n - 0.5. */
static void test_borders(void)
{
    MedalsGeometry g = plain_geometry();
    const struct {
        double at;
        int64_t voxel;
    } cases[] = {{-0.5, 0},   {-0.6, -1}, {0.49, 0},   {0.5, 1},
                 {11.49, 11}, {11.5, -1}, {1e300, -1}, {-INFINITY, -1}};
    for (size_t n = 0; n < G_N_ELEMENTS(cases); n++) {
        const double at[3] = {cases[n].at, 9.49, -0.5};
        if (cases[n].voxel < 0) {
            refused_points(&g, MEDALS_PROMPT_POINT, MEDALS_SPACE_INDEX, at, 1);
            continue;
        }
        MedalsVoxelSet set;
        draw(&g, MEDALS_PROMPT_POINT, MEDALS_SPACE_INDEX, at, 1, 0, &set);
        g_assert_true(holds(&set, cases[n].voxel, 9, 0));
        medals_voxel_set_clear(&set);
    }
}

/* ---- scribbles ---------------------------------------------------------- */

static double squared_distance(const double p[3], const double a[3],
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

static double polyline_distance(const double *world, size_t count,
                                const double p[3])
{
    double least = INFINITY;
    for (size_t n = 0; n < count; n++)
        least = MIN(least, squared_distance(p, world + 3 * (n ? n - 1 : 0),
                                            world + 3 * n));
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
                bool nearest = is_nearest(index, count, v);
                if (nearest || d < radius - NEAR)
                    g_assert_true(holds(set, i, j, k));
                else if (d > radius + NEAR)
                    g_assert_false(holds(set, i, j, k));
            }
}

static void test_scribble_everywhere(void)
{
    uint64_t seed = 5;
    for (int n = 0; n < 300; n++) {
        MedalsGeometry g = random_geometry(&seed);
        double index[3 * 9], world[3 * 9];
        size_t count = 1 + (size_t) medals_splitmix_below(&seed, 9);
        for (size_t p = 0; p < count; p++) {
            random_index(&seed, &g, index + 3 * p);
            medals_shape_to_world(&g, index + 3 * p, world + 3 * p);
        }
        double radius = n % 7 ? uniform(&seed, 0, 9) : 1e3;
        MedalsVoxelSet set;
        draw(&g, MEDALS_PROMPT_SCRIBBLE, MEDALS_SPACE_LPS, world, count, radius,
             &set);
        check_scribble(&g, index, world, count, radius, &set);
        medals_voxel_set_clear(&set);
    }
}

/* A radius in mm: 3 mm reach three voxels of 1 mm and one of 3 mm, borders
 * included. */
static void test_scribble_in_mm(void)
{
    MedalsGeometry g = plain_geometry();
    const double index[3] = {6, 5, 4};
    double world[3];
    medals_shape_to_world(&g, index, world);
    MedalsVoxelSet set;
    draw(&g, MEDALS_PROMPT_SCRIBBLE, MEDALS_SPACE_LPS, world, 1, 3, &set);
    const int64_t box[6] = {3, 10, 2, 9, 3, 6};
    g_assert_cmpmem(set.box, sizeof box, box, sizeof box);
    g_assert_true(holds(&set, 3, 5, 4) && holds(&set, 6, 5, 5));
    g_assert_false(holds(&set, 5, 5, 5));
    medals_voxel_set_clear(&set);
}

static void test_scribble_of_voxels(void)
{
    MedalsGeometry g = plain_geometry();
    const double at[3 * 3] = {0, 0, 0, 11, 9, 7, 11, 9, 7};
    MedalsVoxelSet set;
    draw(&g, MEDALS_PROMPT_SCRIBBLE, MEDALS_SPACE_INDEX, at, 3, 100, &set);
    g_assert_cmpuint(medals_voxel_set_count(&set), ==, 2);
    g_assert_true(holds(&set, 0, 0, 0) && holds(&set, 11, 9, 7));
    medals_voxel_set_clear(&set);
}

static void test_scribble_of_a_mask(void)
{
    MedalsGeometry g = plain_geometry();
    uint8_t mask[2 * 2 * 1] = {0, 0, 7, 0};
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.kind = MEDALS_PROMPT_SCRIBBLE;
    prompt.mask = mask;
    const int64_t extent[6] = {10, 12, 8, 10, 3, 4};
    memcpy(prompt.extent, extent, sizeof extent);
    MedalsVoxelSet set;
    g_assert_true(medals_shape_voxels(&g, &prompt, &set, NULL));
    g_assert_true(holds(&set, 10, 9, 3));
    g_assert_cmpuint(medals_voxel_set_count(&set), ==, 1);
    medals_voxel_set_clear(&set);
    prompt.extent[1] = 13;
    refused(&g, &prompt);
    prompt.extent[1] = 12;
    mask[2] = 0;
    refused(&g, &prompt);
}

/* ---- many points -------------------------------------------------------- */

static void crowd(uint64_t *seed, const MedalsGeometry *g, const double at[3],
                  double spread, double *world, size_t count)
{
    for (size_t p = 0; p < count; p++) {
        double index[3];
        for (int a = 0; a < 3; a++)
            index[a] = at[a] + uniform(seed, -spread, spread);
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
                if (d < low && !holds(set, i, j, k))
                    g_error("a hole at %g", d);
                if (d > high && holds(set, i, j, k))
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
        draw(&g, MEDALS_PROMPT_SCRIBBLE, MEDALS_SPACE_LPS, world, count,
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

/* ---- lassos ------------------------------------------------------------- */

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
        if (squared_distance(p3, a3, b3) < NEAR * NEAR)
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
        middle[a] = 0.5 * (double) (g->size[a] - 1) + uniform(seed, -0.3, 0.3);
        flat.normal[a] = uniform(seed, -1, 1);
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
    random_index(seed, g, index);
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
                    (in && off < 0.5) || is_nearest(index, count, v);
                g_assert_cmpint(holds(set, v[0], v[1], v[2]), ==, expected);
            }
}

static void test_lasso_everywhere(void)
{
    uint64_t seed = 21;
    int drawn = 0;
    while (drawn < 300) {
        MedalsGeometry g = random_geometry(&seed);
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
        draw(&g, MEDALS_PROMPT_LASSO,
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
        MedalsGeometry g = plain_geometry();
        random_direction(&seed, g.direction);
        const double index[3 * 4] = {2, 3, 4, 9, 3, 4, 9, 7, 4, 2, 7, 4};
        double world[3 * 4];
        for (int p = 0; p < 4; p++)
            medals_shape_to_world(&g, index + 3 * p, world + 3 * p);
        MedalsVoxelSet set;
        draw(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_LPS, world, 4, 0, &set);
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
    MedalsGeometry g = plain_geometry();
    MedalsVoxelSet set;
    const double angle[3 * 6] = {1, 1, 2, 9, 1, 2, 9, 3, 2,
                                 3, 3, 2, 3, 8, 2, 1, 8, 2};
    draw(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, angle, 6, 0, &set);
    g_assert_true(holds(&set, 2, 6, 2) && holds(&set, 8, 2, 2));
    g_assert_false(holds(&set, 6, 5, 2));
    g_assert_cmpuint(medals_voxel_set_count(&set), ==, 9 * 3 + 3 * 5);
    medals_voxel_set_clear(&set);
    const double tie[3 * 4] = {1, 1, 2, 9, 8.9, 2, 9, 1, 2, 1, 8.9, 2};
    draw(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, tie, 4, 0, &set);
    g_assert_true(holds(&set, 2, 5, 2) && holds(&set, 8, 5, 2));
    g_assert_false(holds(&set, 5, 2, 2) || holds(&set, 5, 8, 2));
    medals_voxel_set_clear(&set);
    const double twice[3 * 8] = {1, 1, 2, 9, 1, 2, 9, 8, 2, 1, 8, 2,
                                 3, 3, 2, 7, 3, 2, 7, 6, 2, 3, 6, 2};
    draw(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, twice, 8, 0, &set);
    g_assert_false(holds(&set, 6, 4, 2));
    g_assert_true(holds(&set, 8, 4, 2));
    medals_voxel_set_clear(&set);
}

/* Points beside their plane: one layer over the mean height, and each point's
 * own voxel. */
static void test_lasso_that_is_not_flat(void)
{
    MedalsGeometry g = plain_geometry();
    const double points[3 * 4] = {1, 1, 4.4, 9, 1, 3.4, 9, 8, 4.4, 1, 8, 3.4};
    MedalsVoxelSet set;
    draw(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, points, 4, 0, &set);
    for (int64_t j = 1; j <= 8; j++)
        for (int64_t i = 1; i <= 9; i++)
            g_assert_true(holds(&set, i, j, 4));
    g_assert_true(holds(&set, 9, 1, 3) && holds(&set, 1, 8, 3));
    g_assert_cmpuint(medals_voxel_set_count(&set), ==, 9 * 8 + 2);
    medals_voxel_set_clear(&set);
}

static void test_lasso_without_area(void)
{
    MedalsGeometry g = plain_geometry();
    const double line[3 * 4] = {1, 1, 1, 3, 3, 3, 5, 5, 5, 2, 2, 2};
    const double place[3 * 3] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    const double two[3 * 2] = {1, 1, 1, 4, 4, 1};
    refused_points(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, line, 4);
    refused_points(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, place, 3);
    refused_points(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, two, 2);
    uint64_t seed = 8;
    for (int n = 0; n < 100; n++) {
        MedalsGeometry turned = random_geometry(&seed);
        double a[3], b[3], world[3 * 5];
        random_index(&seed, &turned, a);
        random_index(&seed, &turned, b);
        for (int p = 0; p < 5; p++) {
            double t = uniform(&seed, 0, 1), at[3];
            for (int x = 0; x < 3; x++)
                at[x] = a[x] + t * (b[x] - a[x]);
            medals_shape_to_world(&turned, at, world + 3 * p);
        }
        refused_points(&turned, MEDALS_PROMPT_LASSO, MEDALS_SPACE_LPS, world,
                       5);
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
        points[p] = p % 3 == 2 ? 4 : uniform(&seed, 0, 511);
    MedalsVoxelSet set;
    int64_t start = g_get_monotonic_time();
    draw(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, points, count, 0, &set);
    g_test_message("lasso: %.2f s",
                   (double) (g_get_monotonic_time() - start) / 1e6);
    const int64_t box[6] = {0, 512, 0, 512, 4, 5};
    g_assert_cmpmem(set.box, sizeof box, box, sizeof box);
    medals_voxel_set_clear(&set);
    g_free(points);
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
    MedalsGeometry g = plain_geometry();
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
        MedalsGeometry g = random_geometry(&seed);
        double index[2][3], corners[6];
        for (int end = 0; end < 2; end++) {
            random_index(&seed, &g, index[end]);
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
    MedalsGeometry g = plain_geometry();
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
    MedalsGeometry g = plain_geometry();
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
                refused_points(&g, kinds[kind], (MedalsSpace) space, points,
                               count);
            }
}

static void test_bad_counts(void)
{
    MedalsGeometry g = plain_geometry();
    size_t many = MEDALS_SESSION_MAX_POINTS + 1;
    double *zeros = g_new0(double, 3 * many);
    refused_points(&g, MEDALS_PROMPT_POINT, MEDALS_SPACE_INDEX, zeros, 2);
    refused_points(&g, MEDALS_PROMPT_POINT, MEDALS_SPACE_INDEX, zeros, 0);
    refused_points(&g, MEDALS_PROMPT_SCRIBBLE, MEDALS_SPACE_LPS, zeros, 0);
    refused_points(&g, MEDALS_PROMPT_SCRIBBLE, MEDALS_SPACE_INDEX, NULL, 3);
    refused_points(&g, MEDALS_PROMPT_SCRIBBLE, MEDALS_SPACE_INDEX, zeros, many);
    refused_points(&g, MEDALS_PROMPT_LASSO, MEDALS_SPACE_INDEX, zeros, many);
    g_free(zeros);
}

static void test_bad_radius(void)
{
    MedalsGeometry g = plain_geometry();
    const double bad[] = {-1, NAN, INFINITY};
    const double at[3] = {5, 40, -60};
    MedalsPrompt prompt = MEDALS_PROMPT_INIT;
    prompt.kind = MEDALS_PROMPT_SCRIBBLE;
    prompt.space = MEDALS_SPACE_LPS;
    prompt.points = at;
    prompt.point_count = 1;
    for (size_t n = 0; n < G_N_ELEMENTS(bad); n++) {
        prompt.radius_mm = bad[n];
        refused(&g, &prompt);
    }
    MedalsVoxelSet set;
    draw(&g, MEDALS_PROMPT_SCRIBBLE, MEDALS_SPACE_LPS, at, 1, 1e300, &set);
    g_assert_cmpuint(medals_voxel_set_count(&set), ==, 12 * 10 * 8);
    medals_voxel_set_clear(&set);
}

/* The number in a message is the point's, counted from 1. */
static void test_the_point_is_named(void)
{
    MedalsGeometry g = plain_geometry();
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
    MedalsGeometry g = plain_geometry();
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
    g_test_add_func("/shape/lasso/everywhere", test_lasso_everywhere);
    g_test_add_func("/shape/lasso/edge", test_lasso_keeps_its_edge);
    g_test_add_func("/shape/lasso/even_odd", test_lasso_even_odd);
    g_test_add_func("/shape/lasso/not_flat", test_lasso_that_is_not_flat);
    g_test_add_func("/shape/lasso/no_area", test_lasso_without_area);
    g_test_add_func("/shape/lasso/million", test_lasso_of_a_million_points);
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
