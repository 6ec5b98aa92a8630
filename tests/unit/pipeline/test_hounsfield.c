/*
 * test_hounsfield.c - what the values of made-up heads look like
 */
#include <math.h>
#include <string.h>

#include "hounsfield.h"
#include "memory.h"
#include "splitmix.h"

#define EDGE 48

/* About normal, mean 0, deviation 1. */
static double noise(uint64_t *state)
{
    double sum = 0;
    for (int i = 0; i < 12; i++)
        sum += (double) (medals_splitmix_next(state) >> 11) / 0x1p53;
    return sum - 6;
}

/* HU of a head: skin of fat, muscle, a shell of bone, brain; air around it. */
static double head_hu(double radius, uint64_t *state)
{
    double mean = radius > 1      ? -1000
                  : radius > 0.93 ? -100
                  : radius > 0.8  ? 55
                  : radius > 0.65 ? 900 + 900 * (0.8 - radius)
                                  : 35;
    return mean + 14 * noise(state);
}

/* One change of the stored numbers, and what should come of it. */
typedef struct Row {
    const char *name;
    double scale, shift;
    double least;   /* stored numbers are clipped there */
    double padding; /* outside of a cylinder; NAN: none */
    double radius;  /* what lies outside is cut away; 0: nothing */
    MedalsHounsfieldLook look;
    double found;
} Row;

static const Row rows[] = {
    {"HU", 1, 0, -1e9, NAN, 0, MEDALS_HU_CERTAIN, 0},
    {"HU, clipped at -1024", 1, 0, -1024, NAN, 0, MEDALS_HU_CERTAIN, 0},
    {"HU, padded with -3024", 1, 0, -1e9, -3024, 0, MEDALS_HU_CERTAIN, 0},
    {"HU, padded with -2000", 1, 0, -1024, -2000, 0, MEDALS_HU_CERTAIN, 0},
    {"+1024, no rescale", 1, 1024, 0, NAN, 0, MEDALS_HU_SHIFTED, 1024},
    {"+1024, padded with 0", 1, 1024, 0, 0, 0, MEDALS_HU_SHIFTED, 1024},
    {"+1024, padded with -2000", 1, 1024, -1e9, -2000, 0, MEDALS_HU_SHIFTED,
     1024},
    {"+1000", 1, 1000, -1e9, NAN, 0, MEDALS_HU_SHIFTED, 1000},
    {"+2048", 1, 2048, -1e9, NAN, 0, MEDALS_HU_SHIFTED, 2048},
    {"+32768", 1, 32768, -1e9, NAN, 0, MEDALS_HU_SHIFTED, 32768},
    {"rescaled twice", 1, -1024, -1e9, NAN, 0, MEDALS_HU_SHIFTED, -1024},
    {"times ten", 10, 0, -1e9, NAN, 0, MEDALS_HU_NONE, 0},
    {"turned about", -1, 0, -1e9, NAN, 0, MEDALS_HU_NONE, 0},
    {"without the air", 1, 0, -1e9, NAN, 0.98, MEDALS_HU_NO_AIR, 0},
    {"without the air, +1024", 1, 1024, -1e9, NAN, 0.98, MEDALS_HU_NONE, 0},
    {"air of 0", 1, 0, -300, NAN, 0, MEDALS_HU_NONE, 0},
};

/* A head of int32 numbers; with a radius the voxels outside are left out of
 * the volume. */
static MedalsVolume *head(const Row *row)
{
    MedalsGeometry g = {{EDGE * EDGE * EDGE, 1, 1},
                        {1, 1, 1},
                        {0, 0, 0},
                        {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    int32_t *values = g_new(int32_t, EDGE * EDGE * EDGE);
    uint64_t state = 3;
    int64_t count = 0;
    for (int i = 0; i < EDGE * EDGE * EDGE; i++) {
        double z = i / (EDGE * EDGE) - 23.5, y = i / EDGE % EDGE - 23.5,
               x = i % EDGE - 23.5;
        double r = sqrt(x * x / 324 + y * y / 484 + z * z / 484);
        if (row->radius > 0 && r > row->radius)
            continue;
        double stored =
            fmax(head_hu(r, &state) * row->scale + row->shift, row->least);
        if (!isnan(row->padding) && x * x + y * y > 23.5 * 23.5)
            stored = row->padding;
        values[count++] = (int32_t) stored;
    }
    g.size[0] = count;
    GError *error = NULL;
    MedalsVolume *volume = medals_volume_create(&g, MEDALS_I32, &error);
    g_assert_no_error(error);
    memcpy(volume->data, values, (size_t) count * sizeof *values);
    g_free(values);
    return volume;
}

static void test_rows(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const Row *row = &rows[i];
        GError *error = NULL;
        MedalsVolume *volume = head(row);
        MedalsHounsfield found;
        g_assert_true(medals_hounsfield_look(volume, &found, &error));
        g_test_message("%s: look %d, shift %g, %g to %g", row->name, found.look,
                       found.shift, found.low, found.high);
        g_assert_cmpint(found.look, ==, row->look);
        g_assert_cmpfloat_with_epsilon(found.shift, row->found, 30);
        g_assert_false(found.constant);
        medals_volume_free(&volume);
    }
}

/* Positive numbers, as of an MRI, and one value alone. */
static void test_others(void)
{
    MedalsGeometry g = {
        {40, 40, 40}, {1, 1, 1}, {0, 0, 0}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    GError *error = NULL;
    MedalsVolume *volume = medals_volume_create(&g, MEDALS_F32, &error);
    MedalsHounsfield found;
    float *data = volume->data;
    uint64_t state = 4;
    for (int i = 0; i < 64000; i++)
        data[i] = i % 3 ? (float) fabs(400 + 150 * noise(&state)) : 0;
    g_assert_true(medals_hounsfield_look(volume, &found, &error));
    g_assert_cmpint(found.look, ==, MEDALS_HU_NONE);
    g_assert_null(medals_hounsfield_warning(&found, MEDALS_MODALITY_MRI,
                                            MEDALS_FROM_MODEL));
    /* phases of an MRI: as far down as a CT, but everywhere */
    for (int i = 0; i < 64000; i++)
        data[i] = (float) (i * 7919 % 8192) - 4096;
    g_assert_true(medals_hounsfield_look(volume, &found, &error));
    g_assert_cmpint(found.look, ==, MEDALS_HU_NONE);
    for (int i = 0; i < 64000; i++)
        data[i] = i % 2 ? NAN : -1000;
    g_assert_true(medals_hounsfield_look(volume, &found, &error));
    g_assert_cmpint(found.look, ==, MEDALS_HU_NONE);
    g_assert_true(found.constant);
    for (int i = 0; i < 64000; i++)
        data[i] = INFINITY;
    g_assert_true(medals_hounsfield_look(volume, &found, &error));
    g_assert_true(found.constant);
    medals_volume_free(&volume);
}

static void assert_words(const MedalsHounsfield *found, MedalsModality modality,
                         MedalsModalitySource source, const char *words)
{
    g_autofree char *line = medals_hounsfield_warning(found, modality, source);
    if (!words) {
        g_assert_null(line);
        return;
    }
    g_assert_nonnull(line);
    g_assert_nonnull(strstr(line, words));
}

static void test_words(void)
{
    MedalsHounsfield sure = {.look = MEDALS_HU_CERTAIN, .high = 1};
    MedalsHounsfield moved = {
        .look = MEDALS_HU_SHIFTED, .shift = 1024, .high = 1};
    MedalsHounsfield airless = {.look = MEDALS_HU_NO_AIR, .high = 1};
    MedalsHounsfield other = {.look = MEDALS_HU_NONE, .high = 1};
    assert_words(&sure, MEDALS_MODALITY_CT, MEDALS_FROM_OPTION, NULL);
    assert_words(&sure, MEDALS_MODALITY_CT, MEDALS_FROM_VALUES, "taken as ct");
    assert_words(&sure, MEDALS_MODALITY_MRI, MEDALS_FROM_OPTION, "as asked");
    assert_words(&sure, MEDALS_MODALITY_MRI, MEDALS_FROM_HEADER, "header");
    assert_words(&moved, MEDALS_MODALITY_CT, MEDALS_FROM_HEADER,
                 "+1024; 1024 was taken off");
    assert_words(&moved, MEDALS_MODALITY_MRI, MEDALS_FROM_MODEL, NULL);
    assert_words(&airless, MEDALS_MODALITY_CT, MEDALS_FROM_OPTION, "no air");
    assert_words(&airless, MEDALS_MODALITY_MRI, MEDALS_FROM_MODEL, "a guess");
    assert_words(&airless, MEDALS_MODALITY_MRI, MEDALS_FROM_OPTION, NULL);
    assert_words(&other, MEDALS_MODALITY_CT, MEDALS_FROM_TEXT, "do not look");
    assert_words(&other, MEDALS_MODALITY_PET, MEDALS_FROM_MODEL, NULL);
    double window[2] = {-160, 240}, bounds[2];
    medals_hounsfield_window(&moved, window, bounds);
    g_assert_cmpfloat(bounds[0], ==, 864);
    g_assert_cmpfloat(bounds[1], ==, 1264);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pipeline/hounsfield/rows", test_rows);
    g_test_add_func("/pipeline/hounsfield/others", test_others);
    g_test_add_func("/pipeline/hounsfield/words", test_words);
    return g_test_run();
}
