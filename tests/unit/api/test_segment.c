/*
 * test_segment.c - the public calls, as a program of someone else would make
 * them: nothing but medals/medals.h and the compact model
 */
#include <medals/medals.h>

#include <glib.h>
#include <math.h>
#include <string.h>

static MedalsContext *context;
static MedalsModel *model;

enum { NI = 40, NJ = 36, NK = 30 };

static const MedalsGeometry geometry = {
    .size = {NI, NJ, NK},
    .spacing = {3.0, 3.5, 4.25},
    .origin = {-60.1, 12.25, 7},
    .direction = {-1, 0, 0, 0, -1, 0, 0, 0, 1}};

/* A head-like ball with two darker nuclei; `shift` breaks the symmetry. */
static MedalsVolume *head(bool constant)
{
    MedalsVolume *volume = NULL;
    g_assert_cmpint(medals_volume_new(&volume, &geometry, MEDALS_I16, NULL), ==,
                    MEDALS_OK);
    int16_t *voxel = medals_volume_peek_data(volume);
    for (int k = 0; k < NK; k++)
        for (int j = 0; j < NJ; j++)
            for (int i = 0; i < NI; i++, voxel++) {
                double x = (i - 20) / 18.0, y = (j - 18) / 16.0,
                       z = (k - 15) / 13.0, r = x * x + y * y + z * z;
                double nucleus = exp(-40 * ((x - 0.3) * (x - 0.3) + y * y));
                *voxel = constant ? 5
                         : r < 1  ? (int16_t) (600 - 250 * nucleus +
                                              3 * ((i * 7 + j * 5 + k) % 11))
                                  : 0;
            }
    return volume;
}

static const char *const texts[] = {"left thalamus", "right thalamus",
                                    "left cerebral white matter"};

static MedalsSegmentOptions options_for(size_t count)
{
    MedalsSegmentOptions options = MEDALS_SEGMENT_OPTIONS_INIT;
    options.texts = texts;
    options.text_count = count;
    options.modality = MEDALS_MODALITY_MRI;
    return options;
}

static MedalsSegmentation *segment(const MedalsVolume *volume,
                                   const MedalsSegmentOptions *options)
{
    MedalsSegmentation *out = NULL;
    MedalsError *error = NULL;
    MedalsStatus status = medals_segment(&out, model, volume, options, &error);
    if (status != MEDALS_OK)
        g_error("%s", medals_error_message(error));
    return out;
}

static void assert_fails(const MedalsVolume *volume,
                         const MedalsSegmentOptions *options,
                         MedalsStatus status)
{
    MedalsSegmentation *out = NULL;
    MedalsError *error = NULL;
    g_assert_cmpint(medals_segment(&out, model, volume, options, &error), ==,
                    status);
    g_assert_null(out);
    g_assert_cmpint(medals_error_status(error), ==, status);
    g_assert_cmpuint(strlen(medals_error_message(error)), >, 10);
    g_assert_null(strchr(medals_error_message(error), '\n'));
    medals_error_free(&error);
    g_assert_null(error);
}

static uint64_t count(const MedalsVolume *labelmap, unsigned value)
{
    const uint8_t *label = medals_volume_peek_data(labelmap);
    uint64_t found = 0;
    for (int i = 0; i < NI * NJ * NK; i++)
        found += label[i] == value;
    return found;
}

static void test_result(void)
{
    MedalsVolume *volume = head(false);
    MedalsSegmentOptions options = options_for(3);
    const uint32_t labels[] = {7, 2, 200};
    options.labels = labels;
    MedalsSegmentation *a = segment(volume, &options);
    MedalsSegmentation *b = segment(volume, &options);
    const MedalsVolume *map = medals_segmentation_peek_labelmap(a);
    g_assert_cmpmem(medals_volume_peek_geometry(map), sizeof geometry,
                    &geometry, sizeof geometry);
    g_assert_cmpint(medals_volume_dtype(map), ==, MEDALS_U8);
    g_assert_cmpmem(
        medals_volume_peek_data(map), NI * NJ * NK,
        medals_volume_peek_data(medals_segmentation_peek_labelmap(b)),
        NI * NJ * NK);
    g_assert_cmpuint(medals_segmentation_class_count(a), ==, 3);
    uint64_t all = 0;
    for (size_t i = 0; i < 3; i++) {
        MedalsClassReport report = {.struct_size = sizeof report};
        g_assert_true(medals_segmentation_class(a, i, &report));
        g_assert_cmpstr(report.text, ==, texts[i]);
        g_assert_cmpuint(report.label, ==, labels[i]);
        g_assert_true(report.known);
        g_assert_cmpuint(report.voxels, ==, count(map, labels[i]));
        g_assert_cmpfloat_with_epsilon(
            report.ml, (double) report.voxels * 3 * 3.5 * 4.25 / 1000, 1e-9);
        g_assert_true(report.voxels == 0 ? isnan(report.mean_probability)
                                         : report.mean_probability >= 0.5);
        all += report.voxels;
    }
    g_assert_cmpuint(all, >, 0);
    g_assert_cmpuint(all + count(map, 0), ==, NI * NJ * NK);
    MedalsStageReport stage = {.struct_size = sizeof stage};
    g_assert_true(medals_segmentation_stage(a, 0, &stage));
    g_assert_false(medals_segmentation_stage(a, 1, &stage));
    g_assert_cmpuint(stage.windows, >=, 1);
    medals_segmentation_free(&a);
    medals_segmentation_free(&b);
    g_assert_null(a);
    medals_volume_free(&volume);
}

static void test_maps(void)
{
    MedalsVolume *volume = head(false);
    MedalsSegmentOptions options = options_for(2);
    options.flags = MEDALS_SEGMENT_KEEP_OVERLAP | MEDALS_SEGMENT_PROBABILITIES;
    MedalsSegmentation *a = segment(volume, &options);
    const MedalsVolume *map = medals_segmentation_peek_labelmap(a);
    const uint8_t *label = medals_volume_peek_data(map);
    for (size_t n = 0; n < 2; n++) {
        const uint8_t *layer =
            medals_volume_peek_data(medals_segmentation_peek_layer(a, n));
        const float *p =
            medals_volume_peek_data(medals_segmentation_peek_probability(a, n));
        for (int i = 0; i < NI * NJ * NK; i++) {
            g_assert_true(p[i] >= 0 && p[i] <= 1);
            g_assert_cmpint(layer[i], ==, p[i] >= 0.5f);
            g_assert_true(label[i] != n + 1 || p[i] > 0.499f);
        }
    }
    g_assert_null(medals_segmentation_peek_layer(a, 2));
    medals_segmentation_free(&a);
    medals_volume_free(&volume);
}

static void test_region(void)
{
    MedalsVolume *volume = head(false);
    MedalsSegmentOptions options = options_for(1);
    options.texts = texts + 2;
    options.has_roi = true;
    const int64_t roi[6] = {4, 30, 3, 33, 5, 25};
    memcpy(options.roi, roi, sizeof roi);
    MedalsSegmentation *a = segment(volume, &options);
    const uint8_t *label =
        medals_volume_peek_data(medals_segmentation_peek_labelmap(a));
    for (int n = 0; n < NI * NJ * NK; n++) {
        int i = n % NI, j = n / NI % NJ, k = n / NI / NJ;
        bool inside = i >= 4 && i < 30 && j >= 3 && j < 33 && k >= 5 && k < 25;
        g_assert_true(inside || label[n] == 0);
    }
    medals_segmentation_free(&a);
    options.roi[1] = NI + 1;
    assert_fails(volume, &options, MEDALS_E_INPUT);
    medals_volume_free(&volume);
}

static void test_instances(void)
{
    MedalsVolume *volume = head(false);
    MedalsSegmentOptions options = options_for(1);
    options.texts = texts + 2;
    options.flags = MEDALS_SEGMENT_INSTANCES;
    MedalsSegmentation *a = segment(volume, &options);
    MedalsSegmentationInfo info = {.struct_size = sizeof info};
    medals_segmentation_info(a, &info);
    MedalsClassReport report = {.struct_size = sizeof report};
    g_assert_true(medals_segmentation_class(a, 0, &report));
    g_assert_true(isnan(report.mean_probability));
    const uint8_t *label =
        medals_volume_peek_data(medals_segmentation_peek_labelmap(a));
    uint8_t most = 0;
    for (int n = 0; n < NI * NJ * NK; n++)
        most = MAX(most, label[n]);
    g_assert_cmpuint(most, ==, info.instances);
    medals_segmentation_free(&a);
    medals_volume_free(&volume);
}

static void test_constant(void)
{
    MedalsVolume *volume = head(true);
    MedalsSegmentOptions options = options_for(3);
    MedalsSegmentation *a = segment(volume, &options);
    g_assert_cmpuint(count(medals_segmentation_peek_labelmap(a), 0), ==,
                     NI * NJ * NK);
    g_assert_nonnull(medals_segmentation_warnings(a)[0]);
    g_assert_cmpuint(medals_segmentation_stage_count(a), ==, 0);
    medals_segmentation_free(&a);
    medals_volume_free(&volume);
}

static void test_refusals(void)
{
    MedalsVolume *volume = head(false);
    MedalsSegmentOptions options = options_for(0);
    assert_fails(volume, &options, MEDALS_E_USAGE);
    const char *const twice[] = {"liver", "liver"};
    options.texts = twice;
    options.text_count = 2;
    assert_fails(volume, &options, MEDALS_E_INPUT);
    const char *const broken[] = {"liver \xff"};
    options.texts = broken;
    options.text_count = 1;
    assert_fails(volume, &options, MEDALS_E_INPUT);
    options = options_for(2);
    const uint32_t same[] = {3, 3}, zero[] = {0, 1};
    options.labels = same;
    assert_fails(volume, &options, MEDALS_E_USAGE);
    options.labels = zero;
    assert_fails(volume, &options, MEDALS_E_USAGE);
    options = options_for(1);
    options.has_window = true;
    options.window[0] = 5;
    options.window[1] = 5;
    assert_fails(volume, &options, MEDALS_E_USAGE);
    medals_volume_free(&volume);
}

static bool stop_at_network(void *cookie, const MedalsProgress *progress)
{
    double *last = cookie;
    g_assert_cmpfloat(progress->fraction, >=, *last);
    *last = progress->fraction;
    return strcmp(progress->phase, "network") != 0;
}

static void test_cancel(void)
{
    MedalsVolume *volume = head(false);
    MedalsSegmentOptions options = options_for(1);
    double last = 0;
    options.progress = stop_at_network;
    options.progress_cookie = &last;
    assert_fails(volume, &options, MEDALS_E_CANCELLED);
    options.progress = NULL;
    MedalsSegmentation *a = segment(volume, &options);
    medals_segmentation_free(&a);
    medals_volume_free(&volume);
}

static gpointer request(gpointer volume)
{
    MedalsSegmentOptions options = options_for(2);
    return segment(volume, &options);
}

static void test_threads_queue(void)
{
    MedalsVolume *volume = head(false);
    GThread *threads[3];
    for (int i = 0; i < 3; i++)
        threads[i] = g_thread_new("request", request, volume);
    MedalsSegmentation *first = NULL;
    for (int i = 0; i < 3; i++) {
        MedalsSegmentation *a = g_thread_join(threads[i]);
        if (first)
            g_assert_cmpmem(
                medals_volume_peek_data(medals_segmentation_peek_labelmap(a)),
                NI * NJ * NK,
                medals_volume_peek_data(
                    medals_segmentation_peek_labelmap(first)),
                NI * NJ * NK);
        if (first)
            medals_segmentation_free(&a);
        else
            first = a;
    }
    medals_segmentation_free(&first);
    medals_volume_free(&volume);
}

/* The same head as a CT: air at -1000, a shell of bone; all plus `shift`. */
static MedalsVolume *ct_head(int shift)
{
    MedalsVolume *volume = head(false);
    int16_t *voxel = medals_volume_peek_data(volume);
    for (int i = 0; i < NI * NJ * NK; i++)
        voxel[i] = (int16_t) ((voxel[i] == 0    ? -1000
                               : voxel[i] > 625 ? voxel[i]
                                                : voxel[i] / 8 - 35) +
                              i % 13 + shift);
    return volume;
}

/* Hounsfield units tell a CT before the texts do; an offset changes the words
 * only. */
static void test_modality_of_values(void)
{
    if (!g_file_test(MEDALS_COMPACT "/text_tower.safetensors",
                     G_FILE_TEST_EXISTS)) {
        g_test_skip("the compact model was built without sentence encoder");
        return;
    }
    static const char *const word[] = {"brainstem on MRI"};
    MedalsSegmentOptions options = options_for(1);
    options.texts = word;
    options.modality = MEDALS_MODALITY_NONE;
    MedalsVolume *volume = ct_head(0), *shifted = ct_head(1024);
    MedalsSegmentation *plain = segment(volume, &options);
    MedalsSegmentationInfo info = {.struct_size = sizeof info};
    medals_segmentation_info(plain, &info);
    g_assert_cmpint(info.modality, ==, MEDALS_MODALITY_CT);
    g_assert_cmpint(info.modality_source, ==, MEDALS_FROM_VALUES);
    g_assert_nonnull(
        strstr(medals_segmentation_warnings(plain)[0], "taken as ct"));
    options.header_modality = MEDALS_MODALITY_CT;
    MedalsSegmentation *moved = segment(shifted, &options);
    g_assert_nonnull(
        strstr(medals_segmentation_warnings(moved)[0], "1024 was taken off"));
    g_assert_cmpmem(
        medals_volume_peek_data(medals_segmentation_peek_labelmap(plain)),
        NI * NJ * NK,
        medals_volume_peek_data(medals_segmentation_peek_labelmap(moved)),
        NI * NJ * NK);
    medals_segmentation_free(&plain);
    medals_segmentation_free(&moved);
    medals_volume_free(&volume);
    medals_volume_free(&shifted);
}

/* Modality: option, header, texts, model; then the class table of it. */
static void test_modality(void)
{
    if (!g_file_test(MEDALS_COMPACT "/text_tower.safetensors",
                     G_FILE_TEST_EXISTS)) {
        g_test_skip("the compact model was built without sentence encoder");
        return;
    }
    MedalsVolume *volume = head(true);
    static const char *const words[] = {"brainstem in CT", "mandible, CT",
                                        "spinal cord"};
    MedalsSegmentOptions options = options_for(3);
    options.texts = words;
    options.modality = MEDALS_MODALITY_NONE;
    const struct {
        MedalsModality option, header, expected;
        size_t texts;
        MedalsModalitySource source;
    } rows[] = {
        {MEDALS_MODALITY_PET, MEDALS_MODALITY_MRI, MEDALS_MODALITY_PET, 3,
         MEDALS_FROM_OPTION},
        {MEDALS_MODALITY_NONE, MEDALS_MODALITY_MRI, MEDALS_MODALITY_MRI, 3,
         MEDALS_FROM_HEADER},
        {MEDALS_MODALITY_NONE, MEDALS_MODALITY_NONE, MEDALS_MODALITY_CT, 3,
         MEDALS_FROM_TEXT},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        options.modality = rows[i].option;
        options.header_modality = rows[i].header;
        MedalsSegmentation *a = segment(volume, &options);
        MedalsSegmentationInfo info = {.struct_size = sizeof info};
        medals_segmentation_info(a, &info);
        g_assert_cmpint(info.modality, ==, rows[i].expected);
        g_assert_cmpint(info.modality_source, ==, rows[i].source);
        g_assert_true(info.has_window ==
                      (rows[i].expected == MEDALS_MODALITY_CT));
        if (info.has_window) {
            g_assert_cmpfloat(info.window[0], ==, -160);
            g_assert_cmpfloat(info.window[1], ==, 240);
        }
        medals_segmentation_free(&a);
    }
    options.text_count = 1;
    options.texts = words + 2;
    options.header_modality = MEDALS_MODALITY_NONE;
    MedalsSegmentation *a = segment(volume, &options);
    MedalsSegmentationInfo info = {.struct_size = sizeof info};
    medals_segmentation_info(a, &info);
    g_assert_cmpint(info.modality_source, ==, MEDALS_FROM_MODEL);
    g_assert_cmpint(info.modality, ==, medals_model_default_modality(model));
    medals_segmentation_free(&a);
    medals_volume_free(&volume);
}

static void test_wrapped_memory(void)
{
    static int16_t voxels[8];
    int released = 0;
    MedalsGeometry small = geometry;
    small.size[0] = small.size[1] = small.size[2] = 2;
    MedalsVolume *volume = NULL;
    g_assert_cmpint(medals_volume_wrap(&volume, &small, MEDALS_I16, voxels,
                                       (void (*)(void *)) g_atomic_int_inc,
                                       &released, NULL),
                    ==, MEDALS_OK);
    MedalsVolume *other = medals_volume_ref(volume);
    medals_volume_free(&volume);
    g_assert_cmpint(released, ==, 0);
    medals_volume_free(&other);
    g_assert_cmpint(released, ==, 1);
    small.spacing[1] = NAN;
    MedalsError *error = NULL;
    g_assert_cmpint(medals_volume_new(&volume, &small, MEDALS_U8, &error), ==,
                    MEDALS_E_INPUT);
    medals_error_free(&error);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    MedalsError *error = NULL;
    if (medals_context_new(&context, NULL, &error) != MEDALS_OK ||
        medals_model_open(&model, context, MEDALS_COMPACT, NULL, &error) !=
            MEDALS_OK)
        g_error("%s", medals_error_message(error));
    g_test_add_func("/api/segment/result", test_result);
    g_test_add_func("/api/segment/maps", test_maps);
    g_test_add_func("/api/segment/region", test_region);
    g_test_add_func("/api/segment/instances", test_instances);
    g_test_add_func("/api/segment/constant", test_constant);
    g_test_add_func("/api/segment/refusals", test_refusals);
    g_test_add_func("/api/segment/cancel", test_cancel);
    g_test_add_func("/api/segment/threads", test_threads_queue);
    g_test_add_func("/api/segment/modality", test_modality);
    g_test_add_func("/api/segment/modality_of_values", test_modality_of_values);
    g_test_add_func("/api/volume/wrapped", test_wrapped_memory);
    int result = g_test_run();
    medals_model_free(&model);
    medals_context_free(&context);
    return result;
}
