/*
 * test_result_volume.c - result volumes, boxes, and axes stored another way
 */
#include "result_volume.h"

#include <math.h>

#include "grid_fixture.h"
#include "memory.h"
#include "region.h"
#include "reorient.h"

static void test_boxes(void)
{
    MedalsGeometry geometry = fixture_geometry(4, 5, 6);
    const int64_t box[6] = {1, 3, 2, 5, 0, 6}, empty[6] = {1, 1, 0, 5, 0, 6},
                  outside[6] = {0, 5, 0, 5, 0, 6};
    GError *error = NULL;
    g_assert_true(medals_region_check(&geometry, box, NULL));
    fixture_assert_failed(medals_region_check(&geometry, empty, &error), &error,
                          MEDALS_E_INPUT);
    fixture_assert_failed(medals_region_check(&geometry, outside, &error),
                          &error, MEDALS_E_INPUT);
    uint8_t image[120];
    for (int i = 0; i < 120; i++)
        image[i] = (uint8_t) i;
    uint8_t *part = medals_region_cut(&geometry, box, image, NULL);
    for (int64_t n = 0; n < (int64_t) medals_region_voxels(&geometry, box); n++)
        g_assert_cmpint(part[n], ==, medals_region_at(&geometry, box, n));
    g_assert_cmpint(part[0], ==, 1 + 4 * 2);
    medals_free(part);
}

static void test_values_and_types(void)
{
    MedalsGeometry geometry = fixture_geometry(3, 1, 1);
    const uint16_t labels[3] = {0, 2, 1}, values[2] = {1, 2};
    const uint32_t small[2] = {5, 9}, large[2] = {5, 70000};
    MedalsVolume *a = medals_result_of_classes(&geometry, NULL, labels, values,
                                               small, 2, NULL);
    g_assert_cmpint(a->dtype, ==, MEDALS_U8);
    g_assert_cmpint(((uint8_t *) a->data)[1], ==, 9);
    g_assert_cmpuint(medals_result_count(a, 9, false), ==, 1);
    g_assert_cmpuint(medals_result_count(a, 0, true), ==, 2);
    medals_volume_free(&a);
    a = medals_result_of_classes(&geometry, NULL, labels, values, large, 2,
                                 NULL);
    g_assert_cmpint(a->dtype, ==, MEDALS_U32);
    g_assert_cmpint(((uint32_t *) a->data)[1], ==, 70000);
    medals_volume_free(&a);
}

static void test_instances_in_a_box(void)
{
    MedalsGeometry geometry = fixture_geometry(6, 3, 1);
    const int64_t box[6] = {1, 6, 1, 2, 0, 1};
    const uint16_t line[5] = {1, 0, 1, 1, 0};
    uint64_t instances;
    MedalsVolume *a = medals_result_of_instances(&geometry, box, line, false,
                                                 &instances, NULL);
    g_assert_cmpuint(instances, ==, 2);
    const uint8_t *row = (const uint8_t *) a->data + 6;
    g_assert_cmpint(row[1], ==, 1);
    g_assert_cmpint(row[3], ==, 2);
    g_assert_cmpint(row[4], ==, 2);
    g_assert_cmpuint(medals_result_count(a, 0, true), ==, 3);
    medals_volume_free(&a);
}

/* A voxel keeps its place in space, whatever the axes. */
static void test_reorient(void)
{
    MedalsGeometry from = fixture_geometry(3, 4, 5), like = from;
    from.spacing[0] = 0.5;
    from.spacing[1] = 2;
    from.origin[0] = -7;
    /* index axes to P, R, S */
    const double turned[9] = {0, -1, 0, 1, 0, 0, 0, 0, 1};
    for (int i = 0; i < 9; i++)
        like.direction[i] = turned[i];
    MedalsVolume *a = medals_volume_create(&from, MEDALS_I16, NULL);
    for (int i = 0; i < 60; i++)
        ((int16_t *) a->data)[i] = (int16_t) i;
    MedalsVolume *b = medals_volume_reorient(a, &like, NULL);
    const MedalsGeometry *g = &b->geometry;
    g_assert_cmpint(g->size[0], ==, 4);
    for (int i = 0; i < 9; i++)
        g_assert_cmpfloat(g->direction[i], ==, like.direction[i]);
    for (int n = 0; n < 60; n++) {
        int index[3] = {n % 4, n / 4 % 3, n / 12}, source[3];
        for (int r = 0; r < 3; r++) {
            double world = g->origin[r];
            for (int c = 0; c < 3; c++)
                world += g->direction[3 * r + c] * g->spacing[c] * index[c];
            source[r] = (int) lrint((world - from.origin[r]) / from.spacing[r]);
        }
        g_assert_cmpint(((int16_t *) b->data)[n], ==,
                        source[0] + 3 * (source[1] + 4 * source[2]));
    }
    medals_volume_free(&a);
    medals_volume_free(&b);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pipeline/region/boxes", test_boxes);
    g_test_add_func("/pipeline/result_volume/values", test_values_and_types);
    g_test_add_func("/pipeline/result_volume/instances",
                    test_instances_in_a_box);
    g_test_add_func("/pipeline/reorient/places", test_reorient);
    return g_test_run();
}
