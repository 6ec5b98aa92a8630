/*
 * test_dicom.c - DICOM series: order, rescale, and what is refused
 *
 * Real series of the data folder are copied under other names, left out,
 * doubled and patched in place.
 */
#include "bridge_fixture.h"
#include "dicom_writer.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define CT "data/dicom/ct-liver-metastases"
#define MR "data/dicom/mr-prostate-t2"

/* Called for each file before it is copied: the new name, or NULL to leave
 * it out. May change bytes, not their number. */
typedef char *(*CopyFn)(guint index, const char *name, char *bytes,
                        gsize length);

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Copies a series into FOLDER/target. @return that folder, or NULL after a
 * skip. */
static char *copy_series(const char *series, const char *target, CopyFn copy)
{
    char *source = fixture_shared(series);
    if (!source)
        return NULL;
    char *folder = fixture_path(target);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = g_dir_open(source, 0, NULL);
    const char *entry;
    while ((entry = g_dir_read_name(dir)))
        if (g_str_has_suffix(entry, ".dcm"))
            g_ptr_array_add(names, g_strdup(entry));
    g_dir_close(dir);
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++) {
        char *from = g_build_filename(source, names->pdata[i], NULL);
        char *bytes;
        gsize length;
        g_assert_true(g_file_get_contents(from, &bytes, &length, NULL));
        char *name = copy(i, names->pdata[i], bytes, length);
        if (name) {
            char *to = g_build_filename(folder, name, NULL);
            g_assert_true(
                g_file_set_contents(to, bytes, (gssize) length, NULL));
            g_free(to);
        }
        g_free(name);
        g_free(bytes);
        g_free(from);
    }
    g_ptr_array_unref(names);
    g_free(source);
    return folder;
}

/* Replaces the first occurrence of a text by one of the same length. */
static void patch(char *bytes, gsize length, const char *old, const char *new)
{
    gsize n = strlen(old);
    g_assert_cmpuint(n, ==, strlen(new));
    for (gsize i = 0; i + n <= length; i++) {
        if (memcmp(bytes + i, old, n) == 0) {
            memcpy(bytes + i, new, n);
            return;
        }
    }
    g_error("\"%s\" is not in the file", old);
}

static char *same_name(guint index, const char *name, char *bytes, gsize length)
{
    return g_strdup(name);
}

/* Names without an order and without an ending. */
static char *shuffled_name(guint index, const char *name, char *bytes,
                           gsize length)
{
    return g_strdup_printf("%03u", index * 7 % 101);
}

static char *without_fifth(guint index, const char *name, char *bytes,
                           gsize length)
{
    return index == 5 ? NULL : g_strdup(name);
}

/* The value of the first element of an explicit data set with this tag; gives
 * its length. */
static char *value_of(char *bytes, gsize length, guint16 group, guint16 element,
                      guint16 *value_length)
{
    const char tag[4] = {(char) (group & 255), (char) (group >> 8),
                         (char) (element & 255), (char) (element >> 8)};
    for (gsize i = 132; i + 8 <= length; i++) {
        if (memcmp(bytes + i, tag, 4) == 0) {
            *value_length = (guint16) (guint8) bytes[i + 6];
            return bytes + i + 8;
        }
    }
    g_error("no element %04x,%04x", group, element);
}

static void set_text(char *bytes, gsize length, guint16 group, guint16 element,
                     const char *text)
{
    guint16 room;
    char *value = value_of(bytes, length, group, element, &room);
    g_assert_cmpuint(strlen(text), <=, room);
    memset(value, ' ', room);
    memcpy(value, text, strlen(text));
}

/* Each slice lies 2 mm further back than the one below it, 5 mm away. */
static char *tilted(guint index, const char *name, char *bytes, gsize length)
{
    guint16 room;
    char *value = value_of(bytes, length, 0x0020, 0x0032, &room);
    char *old = g_strndup(value, room);
    char **parts = g_strsplit(old, "\\", 3);
    double z = g_ascii_strtod(parts[2], NULL);
    char *text = g_strdup_printf("%s\\%.2f\\%.2f", parts[0], z * 0.4, z);
    set_text(bytes, length, 0x0020, 0x0032, text);
    g_free(text);
    g_strfreev(parts);
    g_free(old);
    return g_strdup(name);
}

/* As PET has it: another slope for every slice. */
static char *own_slopes(guint index, const char *name, char *bytes,
                        gsize length)
{
    set_text(bytes, length, 0x0028, 0x1053, index % 2 ? "2" : "1");
    return g_strdup(name);
}

static char *turned_one(guint index, const char *name, char *bytes,
                        gsize length)
{
    if (index == 3)
        set_text(bytes, length, 0x0020, 0x0037, "0\\1\\0\\0\\0\\-1");
    return g_strdup(name);
}

static char *monochrome1(guint index, const char *name, char *bytes,
                         gsize length)
{
    patch(bytes, length, "MONOCHROME2", "MONOCHROME1");
    return g_strdup(name);
}

static MedalsVolume *read_folder(char *folder)
{
    MedalsImage *image = fixture_open(folder);
    MedalsVolume *volume = medals_image_ref_volume(image);
    medals_image_free(&image);
    return volume;
}

static double voxel(const MedalsVolume *volume, gsize index)
{
    const void *data = medals_volume_peek_data(volume);
    switch (medals_volume_dtype(volume)) {
    case MEDALS_U16:
        return ((const uint16_t *) data)[index];
    case MEDALS_I16:
        return ((const int16_t *) data)[index];
    case MEDALS_I32:
        return ((const int32_t *) data)[index];
    case MEDALS_F32:
        return ((const float *) data)[index];
    default:
        g_error("unexpected type of voxels");
    }
}

static void test_ct(void)
{
    char *folder = fixture_shared(CT);
    if (!folder)
        return;
    MedalsImage *image = fixture_open(folder);
    MedalsImageInfo info = {.struct_size = sizeof info};
    medals_image_info(image, &info);
    g_assert_cmpstr(info.format, ==, "dicom");
    g_assert_cmpstr(info.modality_tag, ==, "CT");
    g_assert_cmpint(info.modality, ==, MEDALS_MODALITY_CT);
    g_assert_cmpuint(info.files, ==, 24);
    MedalsVolume *volume = medals_image_peek_volume(image);
    const MedalsGeometry *g = medals_volume_peek_geometry(volume);
    g_assert_cmpint(g->size[0], ==, 512);
    g_assert_cmpint(g->size[2], ==, 24);
    /* axial: i to the left, j to the back, k upwards */
    for (int i = 0; i < 9; i++)
        g_assert_cmpfloat_with_epsilon(g->direction[i], i % 4 == 0, 1e-6);
    double least = INFINITY, most = -INFINITY;
    for (gsize i = 0; i < 512 * 512 * 24; i++) {
        least = MIN(least, voxel(volume, i));
        most = MAX(most, voxel(volume, i));
    }
    /* Hounsfield units: air and bone */
    g_assert_cmpfloat(least, <=, -900);
    g_assert_cmpfloat(most, >=, 400);
    medals_image_free(&image);
    g_free(folder);
}

static void test_mr_oblique(void)
{
    char *folder = fixture_shared(MR);
    if (!folder)
        return;
    MedalsVolume *volume = read_folder(folder);
    const MedalsGeometry *g = medals_volume_peek_geometry(volume);
    g_assert_cmpint(g->size[2], ==, 19);
    double normal = g->direction[8];
    g_assert_cmpfloat(fabs(normal), <, 1);
    g_assert_cmpfloat(g->spacing[2], >, 0.5);
    medals_volume_free(&volume);
    g_free(folder);
}

static void check_same(MedalsVolume *a, MedalsVolume *b)
{
    const MedalsGeometry *g = medals_volume_peek_geometry(a);
    fixture_same_geometry(g, medals_volume_peek_geometry(b), 0);
    g_assert_cmpint(medals_volume_dtype(a), ==, medals_volume_dtype(b));
    gsize bytes = (gsize) (g->size[0] * g->size[1] * g->size[2]) *
                  medals_dtype_size(medals_volume_dtype(a));
    g_assert_true(memcmp(medals_volume_peek_data(a), medals_volume_peek_data(b),
                         bytes) == 0);
}

static void test_shuffled(void)
{
    static const char *const series[] = {CT, MR};
    for (int i = 0; i < 2; i++) {
        char *original = fixture_shared(series[i]);
        if (!original)
            return;
        char *folder =
            copy_series(series[i], i ? "mr names" : "ct names", shuffled_name);
        MedalsVolume *a = read_folder(original);
        MedalsVolume *b = read_folder(folder);
        check_same(a, b);
        medals_volume_free(&a);
        medals_volume_free(&b);
        g_free(folder);
        g_free(original);
    }
}

static void test_missing_slice(void)
{
    char *folder = copy_series(CT, "missing", without_fifth);
    if (!folder)
        return;
    fixture_refuse(folder, MEDALS_E_INPUT, "slices are missing");
    g_free(folder);
}

static void test_double_slice(void)
{
    char *folder = copy_series(CT, "double", same_name);
    if (!folder)
        return;
    char *from = g_build_filename(folder, "1-04.dcm", NULL);
    char *to = g_build_filename(folder, "copy.dcm", NULL);
    char *bytes;
    gsize length;
    g_assert_true(g_file_get_contents(from, &bytes, &length, NULL));
    g_assert_true(g_file_set_contents(to, bytes, (gssize) length, NULL));
    fixture_refuse(folder, MEDALS_E_INPUT, "same position");
    g_free(bytes);
    g_free(from);
    g_free(to);
    g_free(folder);
}

static void test_several_series(void)
{
    char *folder = copy_series(CT, "both/ct", same_name);
    g_free(folder);
    folder = copy_series(MR, "both/mr", same_name);
    if (!folder)
        return;
    g_free(folder);
    folder = fixture_path("both");
    fixture_refuse(folder, MEDALS_E_INPUT, "choose with --series");
    MedalsSeriesList *list = NULL;
    g_assert_cmpint(medals_series_list_new(&list, folder, NULL), ==, MEDALS_OK);
    g_assert_cmpuint(medals_series_list_count(list), ==, 2);
    for (gsize i = 0; i < 2; i++) {
        MedalsSeriesInfo series = {.struct_size = sizeof series};
        g_assert_true(medals_series_list_get(list, i, &series));
        char *number = g_strdup_printf("%zu", i + 1);
        const char *choices[] = {number, series.uid};
        for (int c = 0; c < 2; c++) {
            MedalsImageReadOptions options = MEDALS_IMAGE_READ_OPTIONS_INIT;
            options.series = choices[c];
            MedalsImage *image = NULL;
            g_assert_cmpint(medals_image_read(&image, folder, &options, NULL),
                            ==, MEDALS_OK);
            MedalsImageInfo info = {.struct_size = sizeof info};
            medals_image_info(image, &info);
            g_assert_cmpstr(info.series_uid, ==, series.uid);
            g_assert_cmpuint(info.files, ==, series.files);
            medals_image_free(&image);
        }
        g_free(number);
    }
    MedalsSeriesInfo none = {.struct_size = sizeof none};
    g_assert_false(medals_series_list_get(list, 2, &none));
    medals_series_list_free(&list);
    static const char *const wrong[] = {"3", "0", "1.", "9.9"};
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        MedalsImageReadOptions options = MEDALS_IMAGE_READ_OPTIONS_INIT;
        options.series = wrong[i];
        MedalsImage *image = NULL;
        char *message = NULL;
        g_assert_cmpint(medals_image_read(&image, folder, &options, &message),
                        ==, MEDALS_E_USAGE);
        medals_bridge_free(message);
    }
    g_free(folder);
}

/* v becomes lowest + highest stored value - v, before the rescale. */
static void test_monochrome1(void)
{
    char *original = fixture_shared(MR);
    char *folder = copy_series(MR, "monochrome1", monochrome1);
    if (!folder)
        return;
    MedalsVolume *a = read_folder(original);
    MedalsVolume *b = read_folder(folder);
    double sum = voxel(a, 0) + voxel(b, 0);
    const int64_t *size = medals_volume_peek_geometry(a)->size;
    for (gsize i = 0; i < (gsize) (size[0] * size[1] * size[2]); i += 1013)
        g_assert_cmpfloat(voxel(a, i) + voxel(b, i), ==, sum);
    medals_volume_free(&a);
    medals_volume_free(&b);
    g_free(folder);
    g_free(original);
}

static void test_tilt(void)
{
    char *folder = copy_series(CT, "tilted", tilted);
    if (!folder)
        return;
    fixture_refuse(folder, MEDALS_E_INPUT, "gantry tilt");
    g_free(folder);
    folder = copy_series(CT, "turned", turned_one);
    fixture_refuse(folder, MEDALS_E_INPUT, "different orientation");
    g_free(folder);
}

static void test_own_slopes(void)
{
    char *original = fixture_shared(CT);
    char *folder = copy_series(CT, "slopes", own_slopes);
    if (!folder)
        return;
    MedalsVolume *a = read_folder(original);
    MedalsVolume *b = read_folder(folder);
    gsize doubled = 0;
    for (gsize k = 0; k < 24; k++) {
        gsize i = (k * 512 + 256) * 512 + 256;
        double stored = voxel(a, i) + 1024;
        double found = voxel(b, i) + 1024;
        g_assert_true(found == stored || found == 2 * stored);
        doubled += found == 2 * stored && stored != 0 ? 1 : 0;
    }
    g_assert_cmpuint(doubled, ==, 12);
    medals_volume_free(&a);
    medals_volume_free(&b);
    g_free(folder);
    g_free(original);
}

static void test_one_file(void)
{
    char *path = fixture_shared(CT "/1-04.dcm");
    if (!path)
        return;
    MedalsVolume *volume = read_folder(path);
    const MedalsGeometry *g = medals_volume_peek_geometry(volume);
    g_assert_cmpint(g->size[2], ==, 1);
    g_assert_cmpfloat(g->spacing[2], >, 0);
    medals_volume_free(&volume);
    char *bytes;
    gsize length;
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    char *cut = fixture_write("cut.dcm", bytes, length / 2);
    fixture_refuse(cut, MEDALS_E_INPUT, "cut off");
    g_free(fixture_write("cut.dcm", bytes, length - 20));
    fixture_refuse(cut, MEDALS_E_INPUT, "cut off");
    char *stub = fixture_write("stub.dcm", bytes, 300);
    fixture_refuse(stub, MEDALS_E_INPUT, "expected");
    g_free(cut);
    g_free(stub);
    g_free(bytes);
    g_free(path);
}

static char *write_enhanced(const char *name, const EnhancedMr *mr)
{
    GByteArray *bytes = enhanced_mr_bytes(mr);
    char *path = fixture_write(name, bytes->data, bytes->len);
    g_byte_array_unref(bytes);
    return path;
}

/* Frames lie in no order in the file; the normal of rows x and columns -z is
 * +y. */
static void test_enhanced(void)
{
    static const double positions[4][3] = {
        {5, 8, 3}, {5, 2, 3}, {5, 6, 3}, {5, 4, 3}};
    static const double slopes[4] = {1, 3, 1, 1};
    EnhancedMr mr = {.frames = 4, .position = positions};
    char *path = write_enhanced("enhanced.dcm", &mr);
    MedalsImage *image = fixture_open(path);
    MedalsVolume *volume = medals_image_peek_volume(image);
    const MedalsGeometry expected = {.size = {3, 2, 4},
                                     .spacing = {0.75, 0.5, 2},
                                     .origin = {5, 2, 3},
                                     .direction = {1, 0, 0, 0, 0, 1, 0, -1, 0}};
    fixture_same_geometry(&expected, medals_volume_peek_geometry(volume), 0);
    static const double order[4] = {2, 4, 3, 1};
    for (gsize k = 0; k < 4; k++)
        g_assert_cmpfloat(voxel(volume, 6 * k + 5), ==, order[k]);
    MedalsImageInfo info = {.struct_size = sizeof info};
    medals_image_info(image, &info);
    g_assert_cmpint(info.modality, ==, MEDALS_MODALITY_MRI);
    medals_image_free(&image);

    mr.slope = slopes;
    g_free(write_enhanced("enhanced.dcm", &mr));
    image = fixture_open(path);
    volume = medals_image_peek_volume(image);
    g_assert_cmpfloat(voxel(volume, 0), ==, 3 * 2 - 10);
    g_assert_cmpfloat(voxel(volume, 6), ==, 4 - 10);
    medals_image_free(&image);
    g_free(path);
}

static void test_bad_enhanced(void)
{
    static const double gap[4][3] = {
        {5, 2, 3}, {5, 4, 3}, {5, 8, 3}, {5, 10, 3}};
    static const double twice[4][3] = {
        {5, 2, 3}, {5, 4, 3}, {5, 2, 3}, {5, 4, 3}};
    EnhancedMr mr = {.frames = 4, .position = gap};
    char *path = write_enhanced("bad.dcm", &mr);
    fixture_refuse(path, MEDALS_E_INPUT, "missing");
    mr.position = twice;
    g_free(write_enhanced("bad.dcm", &mr));
    fixture_refuse(path, MEDALS_E_INPUT, "same position");
    mr.without_groups = TRUE;
    g_free(write_enhanced("bad.dcm", &mr));
    fixture_refuse(path, MEDALS_E_INPUT, "without a position");
    g_free(path);
}

/* Cut after every byte, in a child, since GDCM may end the process. */
static void test_cut_anywhere(void)
{
    static const double positions[2][3] = {{5, 8, 3}, {5, 2, 3}};
    EnhancedMr mr = {.frames = 2, .position = positions};
    GByteArray *bytes = enhanced_mr_bytes(&mr);
    if (!g_test_subprocess()) {
        g_byte_array_unref(bytes);
        g_test_trap_subprocess(NULL, 0, 0);
        g_test_trap_assert_passed();
        return;
    }
    for (guint cut = 1; cut < bytes->len; cut++) {
        char *path = fixture_write("cut.dcm", bytes->data, cut);
        MedalsImage *image = NULL;
        g_assert_cmpint(medals_image_read(&image, path, NULL, NULL), !=,
                        MEDALS_OK);
        g_free(path);
    }
    g_byte_array_unref(bytes);
    fixture_end();
}

static bool stop_at(void *cookie)
{
    int *left = cookie;
    return (*left)-- > 0;
}

/* At the first question and at a later one. */
static void test_cancelled(void)
{
    char *folder = fixture_shared(CT);
    if (!folder)
        return;
    for (int asked = 0; asked < 3; asked++) {
        int left = asked;
        MedalsImageReadOptions options = MEDALS_IMAGE_READ_OPTIONS_INIT;
        options.progress = stop_at;
        options.progress_cookie = &left;
        MedalsImage *image = NULL;
        char *message = NULL;
        g_assert_cmpint(medals_image_read(&image, folder, &options, &message),
                        ==, MEDALS_E_CANCELLED);
        g_assert_null(image);
        g_assert_nonnull(strstr(message, "stopped; expected"));
        g_assert_cmpint(left, ==, -1);
        medals_bridge_free(message);
    }
    g_free(folder);
}

static void test_no_images(void)
{
    char *folder = fixture_path("letters");
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    fixture_refuse(folder, MEDALS_E_INPUT, "no DICOM image in it");
    g_free(fixture_write("letters/a.txt", "hello", 5));
    fixture_refuse(folder, MEDALS_E_INPUT, "no DICOM image in it");
    g_free(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bridge/dicom/ct", test_ct);
    g_test_add_func("/bridge/dicom/mr_oblique", test_mr_oblique);
    g_test_add_func("/bridge/dicom/shuffled", test_shuffled);
    g_test_add_func("/bridge/dicom/missing_slice", test_missing_slice);
    g_test_add_func("/bridge/dicom/double_slice", test_double_slice);
    g_test_add_func("/bridge/dicom/several_series", test_several_series);
    g_test_add_func("/bridge/dicom/monochrome1", test_monochrome1);
    g_test_add_func("/bridge/dicom/tilt", test_tilt);
    g_test_add_func("/bridge/dicom/own_slopes", test_own_slopes);
    g_test_add_func("/bridge/dicom/one_file", test_one_file);
    g_test_add_func("/bridge/dicom/enhanced", test_enhanced);
    g_test_add_func("/bridge/dicom/bad_enhanced", test_bad_enhanced);
    g_test_add_func("/bridge/dicom/cut_anywhere", test_cut_anywhere);
    g_test_add_func("/bridge/dicom/cancelled", test_cancelled);
    g_test_add_func("/bridge/dicom/no_images", test_no_images);
    int result = g_test_run();
    fixture_end();
    return result;
}
