/*
 * test_text_rules.c - literal and friendly rules
 */
#include "text_rules.h"

#include <cjson/cJSON.h>
#include <string.h>

static const MedalsLabelTable *table;

static void expect(const MedalsLabelTable *labels, int64_t index,
                   const char *name)
{
    const char *found =
        index < 0 ? NULL : medals_label_table_at(labels, (size_t) index)->name;
    g_assert_cmpstr(found, ==, name);
}

static void literal(MedalsModality modality, bool lesion, const char *text,
                    const char *name)
{
    expect(table, medals_text_class(table, modality, lesion, text), name);
}

static void friendly(MedalsModality modality, bool lesion, const char *text,
                     const char *name)
{
    expect(table, medals_text_class_friendly(table, modality, lesion, text),
           name);
}

static void test_modality_literal(void)
{
    static const struct {
        const char *text;
        MedalsModality modality;
    } cases[] = {{"pelvic CT", MEDALS_MODALITY_MRI},
                 {"PET/CT", MEDALS_MODALITY_PET},
                 {"SYSTEM in CT", MEDALS_MODALITY_MICROSCOPY},
                 {"THROMBUS CT", MEDALS_MODALITY_US},
                 {"liver in ct", MEDALS_MODALITY_NONE},
                 {"", MEDALS_MODALITY_NONE}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(medals_text_modality_literal(cases[i].text), ==,
                        cases[i].modality);
}

static void test_modality_words(void)
{
    static const struct {
        const char *text;
        MedalsModality modality;
    } cases[] = {{"SYSTEM in CT", MEDALS_MODALITY_CT},
                 {"THROMBUS CT", MEDALS_MODALITY_CT},
                 {"PET/CT", MEDALS_MODALITY_PET},
                 {"T1-MRI", MEDALS_MODALITY_MRI},
                 {"liver in ct", MEDALS_MODALITY_CT},
                 {"show us the pet", MEDALS_MODALITY_NONE},
                 {"light sheet", MEDALS_MODALITY_MICROSCOPY},
                 {"MRIs", MEDALS_MODALITY_NONE},
                 {"CT \xff", MEDALS_MODALITY_NONE}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(medals_text_modality(cases[i].text), ==,
                        cases[i].modality);
}

static void test_majority(void)
{
    const MedalsModality none = MEDALS_MODALITY_NONE;
    const MedalsModality a[] = {none, MEDALS_MODALITY_US, MEDALS_MODALITY_CT,
                                MEDALS_MODALITY_CT};
    g_assert_cmpint(medals_text_majority(a, 4), ==, MEDALS_MODALITY_CT);
    g_assert_cmpint(medals_text_majority(a, 3), ==, MEDALS_MODALITY_US);
    g_assert_cmpint(medals_text_majority(a, 1), ==, none);
    g_assert_cmpint(medals_text_majority(a, 0), ==, none);
}

static void test_literal(void)
{
    const MedalsModality ct = MEDALS_MODALITY_CT;
    literal(ct, false, "kidney on the left side", "Left kidney");
    literal(ct, false, "kidneys", NULL);
    literal(ct, false, "kidney left", "Left kidney");
    literal(ct, false, "Hepatic", "Liver");
    literal(ct, true, "Hepatic", NULL);
    literal(MEDALS_MODALITY_NONE, false, "liver", NULL);
    literal(ct, false, "liver \xc3", NULL);
}

static void test_friendly(void)
{
    const MedalsModality ct = MEDALS_MODALITY_CT;
    friendly(ct, false, "left kidneys", "Left kidney");
    friendly(ct, false, "kidney_left", "Left kidney");
    friendly(ct, false, "kidneys", NULL);
    friendly(ct, false, "Oesophagus", "Esophagus");
    friendly(ct, false, "liver", "Liver");
    friendly(ct, false, "liver tumour", "Liver tumors");
    friendly(ct, true, "liver tumour", "Liver tumors");
    friendly(ct, true, "left kidney", "Left kidney");
    friendly(ct, false, "left kidney cyst", "Left kidney cyst");
    friendly(MEDALS_MODALITY_MRI, false, "non-enhancing tumor core",
             "Non-enhancing tumor core");
    friendly(MEDALS_MODALITY_MICROSCOPY, true, "nuclei", "Nuclei");
    friendly(ct, false, "a \xff", NULL);
}

/* The names of other structures inside a longer name do not count. */
static void test_longer_names(void)
{
    const MedalsModality mri = MEDALS_MODALITY_MRI;
    friendly(mri, false, "brain stem", NULL);
    friendly(mri, false, "Brain Stem in the MRI", NULL);
    friendly(mri, false, "brain", "Brain");
    friendly(mri, false, "brain without brain stem", "Brain");
    friendly(mri, false, "right lateral ventricle", NULL);
    friendly(mri, false, "lateral ventricles, right", NULL);
    friendly(mri, false, "right ventricle", "Right Ventricle");
    friendly(mri, false, "ventricle on the right", "Right Ventricle");
}

static void test_package(void)
{
    GError *error = NULL;
    MedalsLabelTable *labels = medals_label_table_read(
        MEDALS_SOURCE_DIR "/resources/models/compact/labels.json", &error);
    g_assert_no_error(error);
    static const struct {
        const char *text, *name;
    } cases[] = {
        {"left hippocampus", "left hippocampus"},
        {"Left hippocampus in T1 MRI", "left hippocampus"},
        {"hippocampus left", "left hippocampus"},
        {"Left caudate nucleus", "left caudate"},
        {"brainstem", "brain stem"},
        {"Truncus cerebri", "brain stem"},
        {"right globus pallidus", "right pallidum"},
        {"lateral ventricle (right)", "right lateral ventricle"},
        {"3rd ventricle", "third ventricle"},
        {"tumours", "tumor"},
        {"hippocampus", NULL},
        {"white matter hyperintensities left", NULL},
        {"spleen", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        expect(labels,
               medals_text_class_friendly(labels, MEDALS_MODALITY_MRI, false,
                                          cases[i].text),
               cases[i].name);
    medals_label_table_free(labels);
}

/* What the literal rule resolves, the friendly one resolves alike, but for
 * names inside longer names. */
static void check_row(const cJSON *row)
{
    const char *text =
        cJSON_GetObjectItemCaseSensitive(row, "sentence")->valuestring;
    bool lesion =
        cJSON_GetObjectItemCaseSensitive(row, "instance_label")->valueint == 1;
    MedalsModality modality = medals_text_modality_literal(text);
    int64_t index = medals_text_class(table, modality, lesion, text);
    bool longer = strstr(text, "brain stem") || strstr(text, "gall bladder");
    if (index >= 0 && !longer)
        g_assert_cmpint(
            medals_text_class_friendly(table, modality, lesion, text), ==,
            index);
}

static void test_golden_sentences(void)
{
    const char *shared = g_getenv("MEDALS_SHARED");
    g_autofree char *path =
        g_build_filename(shared ? shared : MEDALS_SOURCE_DIR "/../shared",
                         "golden", "text_extraction.json", NULL);
    g_autofree char *json = NULL;
    if (!g_file_get_contents(path, &json, NULL, NULL)) {
        g_test_skip("text_extraction.json is not there");
        return;
    }
    cJSON *rows = cJSON_Parse(json);
    g_assert_true(cJSON_IsArray(rows));
    const cJSON *row;
    cJSON_ArrayForEach(row, rows) check_row(row);
    cJSON_Delete(rows);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    table = medals_label_table_builtin(NULL);
    g_assert_nonnull(table);
    g_test_add_func("/text/rules/modality_literal", test_modality_literal);
    g_test_add_func("/text/rules/modality_words", test_modality_words);
    g_test_add_func("/text/rules/majority", test_majority);
    g_test_add_func("/text/rules/literal", test_literal);
    g_test_add_func("/text/rules/friendly", test_friendly);
    g_test_add_func("/text/rules/longer_names", test_longer_names);
    g_test_add_func("/text/rules/package", test_package);
    g_test_add_func("/text/rules/golden_sentences", test_golden_sentences);
    return g_test_run();
}
