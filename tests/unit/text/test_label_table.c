/*
 * test_label_table.c - the 243 classes, a package's own, and broken ones
 */
#include "label_table.h"

#include <string.h>

#include "text_fixture.h"

static const MedalsClass *find(const MedalsLabelTable *table,
                               MedalsModality modality, bool lesion,
                               const char *name)
{
    for (size_t i = 0; i < medals_label_table_count(table); i++) {
        const MedalsClass *info = medals_label_table_at(table, i);
        if (info->modality == modality && info->lesion == lesion &&
            !strcmp(info->name, name))
            return info;
    }
    g_error("no class %s", name);
}

static void test_builtin(void)
{
    GError *error = NULL;
    const MedalsLabelTable *table = medals_label_table_builtin(&error);
    g_assert_no_error(error);
    g_assert_true(table == medals_label_table_builtin(NULL));
    g_assert_cmpuint(medals_label_table_count(table), ==, 243);
    size_t largest = 0;
    for (size_t i = 0; i < 243; i++)
        largest +=
            !!(medals_label_table_at(table, i)->flags & MEDALS_CLASS_LARGEST);
    g_assert_cmpuint(largest, ==, 36);
    const MedalsClass *kidney =
        find(table, MEDALS_MODALITY_CT, false, "Left kidney");
    g_assert_cmpint(kidney->table_index, ==, 5);
    g_assert_cmpstr(kidney->terminology, ==,
                    "Segmentation category and type - 3D Slicer General "
                    "Anatomy list~SCT^123037004^Anatomical Structure~"
                    "SCT^64033007^Kidney~SCT^7771000^Left~Anatomic codes - "
                    "DICOM master list~^^~^^");
    const MedalsClass *right =
        find(table, MEDALS_MODALITY_CT, false, "Right kidney");
    g_assert_nonnull(strstr(right->terminology, "SCT^24028007^Right"));
    g_assert_cmpint(memcmp(kidney->rgb, right->rgb, 3), !=, 0);
}

static void test_flags(void)
{
    const MedalsLabelTable *table = medals_label_table_builtin(NULL);
    const MedalsClass *airway =
        find(table, MEDALS_MODALITY_CT, false, "Airway Tree");
    g_assert_cmphex(airway->flags & ~(unsigned) MEDALS_CLASS_LARGEST, ==,
                    MEDALS_CLASS_EXTENT_CAP_16 |
                        MEDALS_CLASS_ROI_EXTENT_CAP_16 |
                        MEDALS_CLASS_ROI_SCALE_15 | MEDALS_CLASS_NO_REFINE);
    const MedalsClass *pet = find(table, MEDALS_MODALITY_PET, true, "Lesion");
    g_assert_cmphex(pet->flags, ==,
                    MEDALS_CLASS_SPACING_DIV_145_135 | MEDALS_CLASS_NO_REFINE);
    const MedalsClass *cleft =
        find(table, MEDALS_MODALITY_MICROSCOPY, true, "Synaptic clefts");
    g_assert_cmphex(cleft->flags, ==, MEDALS_CLASS_STAGE2_ONLY);
}

/* Classes of one modality that have no colour of their own differ. */
static void test_colours(void)
{
    const MedalsLabelTable *table = medals_label_table_builtin(NULL);
    size_t count = medals_label_table_count(table), same = 0;
    for (size_t i = 0; i < count; i++) {
        const MedalsClass *a = medals_label_table_at(table, i);
        g_assert_true(a->has_rgb);
        g_assert_cmpint(a->rgb[0] + a->rgb[1] + a->rgb[2], >, 60);
        for (size_t j = i + 1; j < count; j++) {
            const MedalsClass *b = medals_label_table_at(table, j);
            same += !a->terminology && !b->terminology &&
                    a->modality == b->modality &&
                    g_ascii_strcasecmp(a->name, b->name) &&
                    !memcmp(a->rgb, b->rgb, 3);
        }
    }
    g_assert_cmpuint(same, ==, 0);
}

static void test_terms(void)
{
    const MedalsLabelTable *table = medals_label_table_builtin(NULL);
    size_t count;
    const MedalsTerm *terms =
        medals_label_table_terms(table, MEDALS_MODALITY_CT, false, &count);
    g_assert_cmpuint(count, >, 126);
    for (size_t i = 1; i < count; i++) {
        g_assert_cmpint(terms[i - 1].chars, >=, terms[i].chars);
        if (terms[i - 1].chars == terms[i].chars)
            g_assert_cmpint(strcmp(terms[i - 1].written, terms[i].written), <=,
                            0);
    }
    g_assert_null(
        medals_label_table_terms(table, MEDALS_MODALITY_NONE, false, &count));
    g_assert_cmpuint(count, ==, 0);
}

static MedalsLabelTable *parse(const char *json, GError **error)
{
    return medals_label_table_parse("labels.json", json, strlen(json), error);
}

static void test_package(void)
{
    GError *error = NULL;
    MedalsLabelTable *table = parse(
        "[{\"name\":\"tumor\",\"modality\":[\"CT\",\"pet\"],"
        "\"kind\":\"lesion\",\"rgb\":[1,2,255],\"postprocess\":\"largest\","
        "\"terminology\":{\"category\":[\"SCT\",\"1\",\"A\"],"
        "\"type\":[\"SCT\",\"2\",\"B\"],\"modifier\":null}},"
        "{\"name\":\"x\",\"modality\":\"MRI\",\"terminology\":\"a~b\"}]",
        &error);
    g_assert_no_error(error);
    g_assert_cmpuint(medals_label_table_count(table), ==, 3);
    const MedalsClass *pet = medals_label_table_at(table, 1);
    g_assert_cmpint(pet->modality, ==, MEDALS_MODALITY_PET);
    g_assert_true(pet->lesion);
    g_assert_cmphex(pet->flags, ==, MEDALS_CLASS_LARGEST);
    g_assert_cmpint(pet->rgb[2], ==, 255);
    g_assert_cmpstr(pet->terminology, ==,
                    "Segmentation category and type - 3D Slicer General "
                    "Anatomy list~SCT^1^A~SCT^2^B~^^~Anatomic codes - DICOM "
                    "master list~^^~^^");
    g_assert_cmpstr(medals_label_table_at(table, 2)->terminology, ==, "a~b");
    medals_label_table_free(table);
}

static void refuse(const char *json, const char *part)
{
    GError *error = NULL;
    g_assert_null(parse(json, &error));
    g_assert_cmpint(medals_error_code(error), ==, MEDALS_E_INPUT);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, part));
    g_clear_error(&error);
}

static void test_broken(void)
{
    refuse("", "not a JSON list");
    refuse("{}", "not a JSON list");
    refuse("[1]", "entry 0: not an object");
    refuse("[{\"modality\":\"CT\"}]", "\"name\"");
    refuse("[{\"name\":\"a\\nb\",\"modality\":\"CT\"}]", "\"name\"");
    refuse("[{\"name\":\"a\"}]", "\"modality\"");
    refuse("[{\"name\":\"a\",\"modality\":\"XR\"}]", "\"modality\"");
    refuse("[{\"name\":\"a\",\"modality\":[]}]", "\"modality\"");
    refuse("[{\"name\":\"a\",\"modality\":[[\"CT\"]]}]", "\"modality\"");
    refuse("[{\"name\":\"a\",\"modality\":\"CT\",\"kind\":\"organ\"}]",
           "expected \"anatomy\" or \"lesion\"");
    refuse("[{\"name\":\"a\",\"modality\":\"CT\",\"special\":[\"fast\"]}]",
           "holds \"fast\"");
    refuse("[{\"name\":\"a\",\"modality\":\"CT\",\"synonyms\":\"b\"}]",
           "\"synonyms\"");
    refuse("[{\"name\":\"a\",\"modality\":\"CT\",\"rgb\":[1,2,256]}]",
           "\"rgb\"");
    refuse("[{\"name\":\"a\",\"modality\":\"CT\",\"rgb\":[1,2,1e999]}]",
           "\"rgb\"");
    refuse("[{\"name\":\"a\",\"modality\":\"CT\",\"terminology\":{"
           "\"category\":[\"SCT\",\"1\",\"A~B\"],"
           "\"type\":[\"SCT\",\"2\",\"B\"]}}]",
           "\"terminology\"");
    refuse("[{\"name\":\"ok\",\"modality\":\"CT\"},{}]", "entry 1");
}

static void test_missing_file(void)
{
    GError *error = NULL;
    g_assert_null(medals_label_table_read("/nonexistent/l.json", &error));
    g_assert_cmpint(medals_error_code(error), ==, MEDALS_E_IO);
    g_clear_error(&error);
}

/* The compact model's own table: colours and codes are all there. */
static void test_compact(void)
{
    GError *error = NULL;
    MedalsLabelTable *table = medals_label_table_read(
        MEDALS_SOURCE_DIR "/resources/models/compact/labels.json", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(medals_label_table_count(table), ==, 8 + 28 + 1);
    for (size_t i = 0; i < medals_label_table_count(table); i++) {
        const MedalsClass *info = medals_label_table_at(table, i);
        g_assert_nonnull(info->terminology);
        g_assert_true(info->has_rgb);
        g_assert_cmpuint(g_strv_length(info->synonyms), >, 0);
        bool left = g_str_has_prefix(info->name, "left ");
        g_assert_true(left == !!strstr(info->terminology, "SCT^7771000^Left"));
    }
    medals_label_table_free(table);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/label_table/builtin", test_builtin);
    g_test_add_func("/text/label_table/flags", test_flags);
    g_test_add_func("/text/label_table/colours", test_colours);
    g_test_add_func("/text/label_table/terms", test_terms);
    g_test_add_func("/text/label_table/package", test_package);
    g_test_add_func("/text/label_table/broken", test_broken);
    g_test_add_func("/text/label_table/missing_file", test_missing_file);
    g_test_add_func("/text/label_table/compact", test_compact);
    return g_test_run();
}
