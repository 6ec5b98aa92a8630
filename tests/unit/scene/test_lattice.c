/*
 * test_lattice.c - windows lie where the image says, whatever its axes
 */
#include "lattice_fixture.h"

static const int64_t size[3] = {30, 21, 40};

static void test_voxel_and_extent_agree(void)
{
    MedalsLattice lattice;
    lattice_fixture(&lattice, size);
    for (size_t n = 0; n < medals_lattice_windows(&lattice); n++) {
        int64_t e[6], start[3];
        medals_lattice_extent(&lattice, n, e);
        medals_lattice_start(&lattice, n, start);
        g_assert_cmpuint(medals_lattice_find(&lattice, start), ==, n);
        for (int64_t k = 0; k < size[2]; k++)
            for (int64_t j = 0; j < size[1]; j++)
                for (int64_t i = 0; i < size[0]; i++) {
                    const int64_t at[3] = {i, j, k};
                    bool inside = i >= e[0] && i < e[1] && j >= e[2] &&
                                  j < e[3] && k >= e[4] && k < e[5];
                    bool held = medals_lattice_voxel(&lattice, n, at) >= 0;
                    g_assert_true(inside == held);
                }
    }
    medals_lattice_clear(&lattice);
}

/* i runs to superior: the network's last axis; k to posterior, flipped. */
static void test_axes(void)
{
    MedalsLattice lattice;
    lattice_fixture(&lattice, size);
    const int64_t low[3] = {0, 20, 39}; /* inferior, left... right, anterior */
    size_t window = medals_lattice_nearest(&lattice, low);
    int64_t start[3];
    medals_lattice_start(&lattice, window, start);
    g_assert_cmpint(start[0], ==, 0);
    g_assert_cmpint(start[1], ==, 0);
    g_assert_cmpint(start[2], ==, 0);
    g_assert_cmpint(medals_lattice_voxel(&lattice, window, low), ==, 0);
    medals_lattice_clear(&lattice);
}

static void test_nearest_holds(void)
{
    MedalsLattice lattice;
    lattice_fixture(&lattice, size);
    for (int64_t k = 0; k < size[2]; k += 3)
        for (int64_t j = 0; j < size[1]; j += 2)
            for (int64_t i = 0; i < size[0]; i++) {
                const int64_t at[3] = {i, j, k};
                size_t window = medals_lattice_nearest(&lattice, at);
                g_assert_cmpint(medals_lattice_voxel(&lattice, window, at), >=,
                                0);
            }
    medals_lattice_clear(&lattice);
}

static void test_cover(void)
{
    MedalsLattice lattice;
    lattice_fixture(&lattice, size);
    const int64_t box[6] = {3, 25, 4, 17, 9, 33};
    g_autoptr(GArray) cover = medals_lattice_cover(&lattice, box);
    g_autoptr(GHashTable) listed = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) used = g_hash_table_new(NULL, NULL);
    for (guint n = 0; n < cover->len; n++)
        g_hash_table_add(listed,
                         GSIZE_TO_POINTER(g_array_index(cover, size_t, n)));
    for (int64_t k = box[4]; k < box[5]; k++)
        for (int64_t j = box[2]; j < box[3]; j++)
            for (int64_t i = box[0]; i < box[1]; i++) {
                const int64_t at[3] = {i, j, k};
                gpointer window =
                    GSIZE_TO_POINTER(medals_lattice_nearest(&lattice, at));
                g_assert_true(g_hash_table_contains(listed, window));
                g_hash_table_add(used, window);
            }
    g_assert_cmpuint(g_hash_table_size(used), ==, cover->len);
    medals_lattice_clear(&lattice);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/lattice/extent", test_voxel_and_extent_agree);
    g_test_add_func("/lattice/axes", test_axes);
    g_test_add_func("/lattice/nearest", test_nearest_holds);
    g_test_add_func("/lattice/cover", test_cover);
    return g_test_run();
}
