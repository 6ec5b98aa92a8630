/*
 * test_window_field.c - shares, seeds and scores meet the same voxels
 */
#include "window_field.h"

#include <math.h>
#include <string.h>

#include "lattice_fixture.h"
#include "memory.h"

static const int64_t size[3] = {30, 21, 40};
static const bool ones[256] = {[1] = true};

typedef struct Fixture {
    MedalsLattice lattice;
    size_t window;
    int64_t box[6];
    size_t voxels; /* of the box */
    uint8_t *values;
} Fixture;

static void set_up(Fixture *f, const int64_t at[3])
{
    lattice_fixture(&f->lattice, size);
    f->window = medals_lattice_nearest(&f->lattice, at);
    medals_lattice_extent(&f->lattice, f->window, f->box);
    f->voxels = (size_t) ((f->box[1] - f->box[0]) * (f->box[3] - f->box[2]) *
                          (f->box[5] - f->box[4]));
    f->values = g_malloc0(f->voxels);
}

static void tear_down(Fixture *f)
{
    g_free(f->values);
    medals_lattice_clear(&f->lattice);
}

static size_t place(const Fixture *f, int64_t i, int64_t j, int64_t k)
{
    const int64_t *b = f->box;
    return (size_t) (((k - b[4]) * (b[3] - b[2]) + j - b[2]) * (b[1] - b[0]) +
                     i - b[0]);
}

static void test_full_share_is_one(void)
{
    Fixture f;
    const int64_t at[3] = {15, 10, 20};
    set_up(&f, at);
    memset(f.values, 1, f.voxels);
    float share[512];
    g_assert_true(medals_field_share(&f.lattice, f.window, f.box, f.values,
                                     ones, share, NULL));
    /* Cells at the window's faces lie partly in voxels of the neighbours. */
    for (int h = 1; h < 7; h++)
        for (int w = 1; w < 7; w++)
            for (int d = 1; d < 7; d++)
                g_assert_cmpfloat_with_epsilon(share[(h * 8 + w) * 8 + d], 1,
                                               1e-5);
    tear_down(&f);
}

/* A voxel's share is its volume on the grid, in the cell that holds it. */
static void test_one_voxel(void)
{
    Fixture f;
    const int64_t at[3] = {15, 10, 20};
    set_up(&f, at);
    f.values[place(&f, at[0], at[1], at[2])] = 1;
    float share[512], sum = 0, most = 0;
    int64_t where = medals_lattice_voxel(&f.lattice, f.window, at);
    g_assert_true(medals_field_share(&f.lattice, f.window, f.box, f.values,
                                     ones, share, NULL));
    for (int v = 0; v < 512; v++) {
        sum += share[v];
        most = fmaxf(most, share[v]);
    }
    double volume = 1;
    for (int a = 0; a < 3; a++)
        volume *= (double) f.lattice.grid.shape[a] /
                  (double) f.lattice.canonical.shape[a];
    g_assert_cmpfloat_with_epsilon(sum, volume, 1e-5);
    g_assert_cmpfloat(share[where], >, most - 1e-6f);
    int8_t hit[512] = {0};
    medals_field_touch(&f.lattice, f.window, f.box, f.values, ones, -1, hit);
    g_assert_cmpint(hit[where], ==, -1);
    tear_down(&f);
}

static void test_seeds(void)
{
    Fixture f;
    const int64_t at[3] = {15, 10, 20};
    set_up(&f, at);
    const int64_t box[6] = {0, 30, 10, 11, 20, 21}; /* a row across windows */
    uint8_t row[30];
    memset(row, 1, sizeof row);
    MedalsVoxelSet set;
    g_assert_true(medals_voxel_set_from_mask(&set, box, row, NULL));
    g_autoptr(GArray) seeds = medals_field_seeds(&f.lattice, f.window, &set);
    g_assert_cmpuint(seeds->len, ==, 8); /* the window's whole row of cells */
    for (guint n = 1; n < seeds->len; n++)
        g_assert_cmpint(g_array_index(seeds, int64_t, n), >,
                        g_array_index(seeds, int64_t, n - 1));
    medals_voxel_set_clear(&set);
    tear_down(&f);
}

/* A ramp along each network axis comes back as that ramp. */
static void test_to_image(void)
{
    Fixture f;
    const int64_t at[3] = {15, 10, 20};
    set_up(&f, at);
    MedalsExec exec = {.lane = medals_lane_new(2, NULL)};
    float score[512];
    for (int v = 0; v < 512; v++)
        score[v] = (float) (v / 64) + 100 * (float) (v / 8 % 8) +
                   10000 * (float) (v % 8);
    const int64_t grid_box[6] = {1, 7, 1, 7, 1, 7};
    int64_t box[6];
    float *image = medals_field_to_image(&exec, &f.lattice, f.window, score,
                                         grid_box, box, NULL);
    g_assert_nonnull(image);
    size_t n = 0;
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++)
            for (int64_t i = box[0]; i < box[1]; i++, n++) {
                const int64_t voxel[3] = {i, j, k};
                int64_t cell =
                    medals_lattice_voxel(&f.lattice, f.window, voxel);
                g_assert_cmpint(cell, >=, 0);
                /* within one cell of where it lies, on every axis */
                double s = image[n];
                int64_t d = (int64_t) floor(s / 10000 + 1e-3);
                g_assert_cmpint(ABS(d - cell % 8), <=, 1);
            }
    medals_free(image);
    medals_lane_free(exec.lane);
    tear_down(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/window_field/full", test_full_share_is_one);
    g_test_add_func("/window_field/one_voxel", test_one_voxel);
    g_test_add_func("/window_field/seeds", test_seeds);
    g_test_add_func("/window_field/to_image", test_to_image);
    return g_test_run();
}
