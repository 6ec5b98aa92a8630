/*
 * test_canonical.c - every orientation, there and back
 */
#include <math.h>
#include <string.h>

#include "canonical.h"
#include "grid_fixture.h"
#include "memory.h"

static MedalsExec exec;

static const int permutations[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                       {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

/* Orientation 0..47: index axis c runs along world axis p[c], minus where
 * bit c is set. */
static MedalsGeometry oriented(int number, int64_t i, int64_t j, int64_t k)
{
    MedalsGeometry geometry = fixture_geometry(i, j, k);
    const int *p = permutations[number / 8];
    memset(geometry.direction, 0, sizeof geometry.direction);
    for (int c = 0; c < 3; c++) {
        geometry.direction[3 * p[c] + c] = number >> c & 1 ? -1 : 1;
        geometry.spacing[c] = 0.5 + c;
    }
    return geometry;
}

/* Image voxel (i,j,k) of a network voxel must lie at the same place of the
 * patient: compared along each network axis. */
static void check_places(const MedalsGeometry *geometry, const char *axes,
                         const MedalsCanonical *canonical)
{
    for (int a = 0; a < 3; a++) {
        const char *at = strchr("LRPASI", axes[a]);
        int world = (int) (at - "LRPASI") / 2, sign = (at - "LRPASI") % 2;
        double run = geometry->direction[3 * world + canonical->axis[a]] *
                     (canonical->flip[a] ? -1 : 1) * (sign ? -1 : 1);
        g_assert_cmpfloat(run, ==, 1);
    }
}

static void round_trip(int number, const char *axes, size_t size,
                       int64_t const shape[3])
{
    MedalsGeometry geometry = oriented(number, shape[0], shape[1], shape[2]);
    MedalsCanonical canonical;
    size_t bytes = (size_t) (shape[0] * shape[1] * shape[2]) * size;
    uint8_t *src = medals_alloc(bytes, 1, "src", NULL),
            *mid = medals_alloc(bytes, 1, "mid", NULL),
            *back = medals_alloc(bytes, 1, "back", NULL);
    uint64_t state = (uint64_t) number;
    for (size_t i = 0; i < bytes; i++)
        src[i] = (uint8_t) fixture_random(&state);
    g_assert_true(medals_canonical_init(&canonical, &geometry, axes, NULL));
    check_places(&geometry, axes, &canonical);
    g_assert_true(
        medals_canonical_forward(&exec, &canonical, src, mid, size, NULL));
    g_assert_true(
        medals_canonical_backward(&exec, &canonical, mid, back, size, NULL));
    g_assert_cmpmem(src, bytes, back, bytes);
    /* One voxel by hand. */
    int64_t at[3] = {canonical.shape[0] / 2, canonical.shape[1] / 3, 0}, ijk[3];
    for (int a = 0; a < 3; a++)
        ijk[canonical.axis[a]] =
            canonical.flip[a] ? canonical.shape[a] - 1 - at[a] : at[a];
    int64_t from = (ijk[2] * shape[1] + ijk[1]) * shape[0] + ijk[0];
    int64_t to =
        (at[0] * canonical.shape[1] + at[1]) * canonical.shape[2] + at[2];
    g_assert_cmpmem(src + from * (int64_t) size, size,
                    mid + to * (int64_t) size, size);
    medals_free(src);
    medals_free(mid);
    medals_free(back);
}

static void test_all_orientations(void)
{
    static const int64_t shape[3] = {70, 5, 19};
    static const size_t sizes[3] = {1, 2, 4};
    for (int number = 0; number < 48; number++) {
        round_trip(number, "RAS", sizes[number % 3], shape);
        round_trip(number, "PLS", sizes[(number + 1) % 3], shape);
    }
}

static void test_flat_volumes(void)
{
    static const int64_t flat[3][3] = {{1, 9, 80}, {9, 1, 80}, {80, 9, 1}};
    for (int number = 0; number < 48; number += 5)
        for (int i = 0; i < 3; i++)
            round_trip(number, "RAS", 2, flat[i]);
}

static void test_spacing_follows(void)
{
    MedalsGeometry geometry = oriented(4 * 8, 4, 5, 6); /* i->S j->L k->P */
    MedalsCanonical canonical;
    g_assert_true(medals_canonical_init(&canonical, &geometry, "LPS", NULL));
    g_assert_cmpint(canonical.shape[0], ==, 5);
    g_assert_cmpint(canonical.shape[1], ==, 6);
    g_assert_cmpint(canonical.shape[2], ==, 4);
    g_assert_cmpfloat(canonical.spacing[0], ==, 1.5);
    g_assert_cmpfloat(canonical.spacing[1], ==, 2.5);
    g_assert_cmpfloat(canonical.spacing[2], ==, 0.5);
}

/* Rotation about an oblique axis, by Rodrigues. */
static void rotate(MedalsGeometry *geometry, double angle)
{
    double n = 1 / sqrt(3), s = sin(angle), c = cos(angle);
    for (int r = 0; r < 3; r++)
        for (int k = 0; k < 3; k++) {
            double cross = r == k ? 0 : (k - r + 3) % 3 == 1 ? -n : n;
            geometry->direction[3 * r + k] =
                (r == k ? c : 0) + n * n * (1 - c) + cross * s;
        }
}

static void test_oblique_axes_stay_a_permutation(void)
{
    for (int degrees = 0; degrees < 360; degrees += 5) {
        MedalsGeometry geometry = fixture_geometry(3, 4, 5);
        MedalsCanonical canonical, again;
        rotate(&geometry, degrees * G_PI / 180);
        g_assert_true(
            medals_canonical_init(&canonical, &geometry, "RAS", NULL));
        unsigned seen = 0;
        for (int a = 0; a < 3; a++)
            seen |= 1u << canonical.axis[a];
        g_assert_cmpuint(seen, ==, 7);
        if (degrees < 60)
            g_assert_cmpint(canonical.axis[0], ==, 0);
        /* Rounding noise decides nothing. */
        geometry.direction[0] *= 1 + 1e-13;
        g_assert_true(medals_canonical_init(&again, &geometry, "RAS", NULL));
        g_assert_cmpmem(canonical.axis, sizeof canonical.axis, again.axis,
                        sizeof again.axis);
    }
}

static void test_refusals(void)
{
    MedalsGeometry geometry = fixture_geometry(3, 4, 5);
    MedalsCanonical canonical;
    GError *error = NULL;
    static const char *const bad[] = {"", "RA", "RASL", "RAX", "RLS", "ras"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        fixture_assert_failed(
            medals_canonical_init(&canonical, &geometry, bad[i], &error),
            &error, MEDALS_E_INPUT);
    geometry.direction[1] = 0.1; /* axis j leans towards i */
    fixture_assert_failed(
        medals_canonical_init(&canonical, &geometry, "RAS", &error), &error,
        MEDALS_E_INPUT);
    geometry = fixture_geometry(3, 4, 5);
    geometry.direction[8] = 0;
    fixture_assert_failed(
        medals_canonical_init(&canonical, &geometry, "RAS", &error), &error,
        MEDALS_E_INPUT);
}

static void test_box(void)
{
    MedalsGeometry geometry = fixture_geometry(10, 20, 30); /* LPS */
    MedalsCanonical canonical;
    g_assert_true(medals_canonical_init(&canonical, &geometry, "RAS", NULL));
    const int64_t image_box[6] = {1, 4, 5, 20, 7, 8};
    int64_t box[6];
    const int64_t expected[6] = {6, 9, 0, 15, 7, 8};
    medals_canonical_box(&canonical, image_box, box);
    g_assert_cmpmem(box, sizeof box, expected, sizeof expected);
}

static void test_literal(void)
{
    MedalsGeometry geometry = fixture_geometry(2, 3, 4); /* w,h,d */
    MedalsCanonical canonical;
    uint8_t src[24], dst[24];
    for (int i = 0; i < 24; i++)
        src[i] = (uint8_t) i;
    medals_canonical_literal(&canonical, &geometry);
    g_assert_true(
        medals_canonical_forward(&exec, &canonical, src, dst, 1, NULL));
    for (int h = 0; h < 3; h++)
        for (int w = 0; w < 2; w++)
            for (int d = 0; d < 4; d++)
                g_assert_cmpuint(dst[(h * 2 + w) * 4 + d], ==,
                                 (d * 3 + h) * 2 + w);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    exec = fixture_exec(2);
    g_test_add_func("/grid/canonical/orientations", test_all_orientations);
    g_test_add_func("/grid/canonical/flat", test_flat_volumes);
    g_test_add_func("/grid/canonical/spacing", test_spacing_follows);
    g_test_add_func("/grid/canonical/oblique",
                    test_oblique_axes_stay_a_permutation);
    g_test_add_func("/grid/canonical/refusals", test_refusals);
    g_test_add_func("/grid/canonical/box", test_box);
    g_test_add_func("/grid/canonical/literal", test_literal);
    int status = g_test_run();
    fixture_exec_free(&exec);
    return status;
}
