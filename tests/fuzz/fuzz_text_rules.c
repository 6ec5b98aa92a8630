/*
 * fuzz_text_rules.c - sentences of any bytes, and label tables of any bytes
 */
#include "label_table.h"
#include "text_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void match(const MedalsLabelTable *table, const char *text)
{
    int64_t count = (int64_t) medals_label_table_count(table);
    for (int modality = MEDALS_MODALITY_NONE;
         modality <= MEDALS_MODALITY_MICROSCOPY; modality++)
        for (int lesion = 0; lesion < 2; lesion++) {
            MedalsModality m = (MedalsModality) modality;
            int64_t literal = medals_text_class(table, m, lesion, text);
            int64_t friendly =
                medals_text_class_friendly(table, m, lesion, text);
            g_assert_true(literal >= -1 && literal < count);
            g_assert_true(friendly >= -1 && friendly < count);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *) data, size);
    MedalsModality found[2] = {medals_text_modality_literal(text),
                               medals_text_modality(text)};
    medals_text_majority(found, 2);
    match(medals_label_table_builtin(NULL), text);
    MedalsLabelTable *table =
        medals_label_table_parse("fuzz", (const char *) data, size, NULL);
    if (table)
        match(table, text);
    medals_label_table_free(table);
    return 0;
}
