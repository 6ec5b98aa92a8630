/*
 * reading_api.c - texts as classes
 */
#include "medals/reading.h"

#include "error_api.h"
#include "text_classes.h"
#include "unicode_text.h"
#include "versioned.h"

struct MedalsReading {
    char **texts;
    MedalsTextClasses list;
};

static bool check_texts(const MedalsModel *model, MedalsModality modality,
                        const char *const *texts, size_t count, GError **error)
{
    if (!model || !texts || count == 0)
        return medals_fail(error, MEDALS_E_USAGE, "%s: none; expected %s",
                           model ? "text" : "model",
                           model ? "at least one" : "an open one");
    if (!medals_modality_name(modality))
        return medals_fail(error, MEDALS_E_USAGE,
                           "modality: %d; expected one of ct, mri, us, pet, "
                           "microscopy",
                           (int) modality);
    for (size_t i = 0; i < count; i++)
        if (!texts[i] || !*texts[i])
            return medals_fail(error, MEDALS_E_INPUT,
                               "text %zu: empty; expected words", i + 1);
        else if (!medals_utf8_check("text", texts[i], error))
            return false;
    return true;
}

MedalsStatus medals_reading_new(MedalsReading **out, const MedalsModel *model,
                                MedalsModality modality, bool lesion,
                                const char *const *texts, size_t count,
                                MedalsError **error)
{
    GError *inner = NULL;
    const MedalsTextRules rules = {.modality = modality, .lesion = lesion};
    if (out)
        *out = NULL;
    if (!medals_check_given(out, "out", &inner) ||
        !check_texts(model, modality, texts, count, &inner))
        return medals_error_take(inner, error);
    MedalsReading *reading = g_new0(MedalsReading, 1);
    medals_text_classes_init(&reading->list);
    reading->texts = g_new0(char *, count + 1);
    for (size_t i = 0; i < count; i++)
        reading->texts[i] = g_strdup(texts[i]);
    if (!medals_text_classes_read(&reading->list, model, &rules, texts, count,
                                  &inner)) {
        medals_reading_free(&reading);
        return medals_error_take(inner, error);
    }
    g_ptr_array_add(reading->list.notes, NULL);
    *out = reading;
    return MEDALS_OK;
}

void medals_reading_free(MedalsReading **reading)
{
    if (!reading || !*reading)
        return;
    MedalsReading *gone = *reading;
    *reading = NULL;
    medals_text_classes_clear(&gone->list);
    g_strfreev(gone->texts);
    g_free(gone);
}

size_t medals_reading_class_count(const MedalsReading *reading)
{
    return reading ? reading->list.classes->len : 0;
}

bool medals_reading_class(const MedalsReading *reading, size_t index,
                          MedalsReadClass *info)
{
    if (index >= medals_reading_class_count(reading))
        return false;
    const MedalsTextClass *class = medals_text_class_at(&reading->list, index);
    MedalsReadClass out = {.text = reading->texts[class->text],
                           .name = class->name,
                           .text_index = class->text,
                           .class_index = class->class_index,
                           .known = class->known};
    return medals_versioned_write(info, &out, sizeof out);
}

size_t medals_reading_match_count(const MedalsReading *reading)
{
    return reading ? reading->list.matches->len : 0;
}

bool medals_reading_match(const MedalsReading *reading, size_t index,
                          size_t *text_index, size_t *class_index)
{
    return reading && medals_text_match_get(reading->list.matches, index,
                                            text_index, class_index);
}

const char *const *medals_reading_warnings(const MedalsReading *reading)
{
    return reading ? (const char *const *) reading->list.notes->pdata : NULL;
}
