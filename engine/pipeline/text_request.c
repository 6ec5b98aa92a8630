/*
 * text_request.c - checking texts, settling modality, classes and window
 */
#include "text_request.h"

#include <math.h>
#include <string.h>

#include "ct_window.h"
#include "memory.h"
#include "modality.h"
#include "text_rules.h"
#include "unicode_text.h"

static bool check_texts(const MedalsSegmentOptions *options, GError **error)
{
    if (options->text_count == 0 || !options->texts)
        return medals_fail(error, MEDALS_E_USAGE,
                           "text: none; expected at least one");
    if (options->text_count > MEDALS_SEGMENT_MAX_TEXTS)
        return medals_fail(error, MEDALS_E_INPUT,
                           "text: %zu of them; expected at most %d",
                           options->text_count, MEDALS_SEGMENT_MAX_TEXTS);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < options->text_count; i++) {
        const char *text = options->texts[i];
        if (!text || !*text)
            return medals_fail(error, MEDALS_E_INPUT,
                               "text %zu: empty; expected words", i + 1);
        if (!medals_utf8_check("text", text, error))
            return false;
        if (!g_hash_table_add(seen, (gpointer) text))
            return medals_fail(error, MEDALS_E_INPUT,
                               "text \"%s\": given twice; expected different "
                               "texts",
                               text);
    }
    return true;
}

static bool check_labels(const MedalsSegmentOptions *options, GError **error)
{
    if (!options->labels)
        return true;
    for (size_t i = 0; i < options->text_count; i++) {
        if (options->labels[i] == 0)
            return medals_fail(error, MEDALS_E_USAGE,
                               "labels: 0 for text %zu; expected a positive "
                               "value",
                               i + 1);
        for (size_t j = 0; j < i; j++)
            if (options->labels[i] == options->labels[j])
                return medals_fail(error, MEDALS_E_USAGE,
                                   "labels: %u twice; expected different "
                                   "values",
                                   options->labels[i]);
    }
    return true;
}

static bool reserve(MedalsTextRequest *request, GError **error)
{
    size_t n = request->count;
    request->class_index =
        medals_alloc(n, sizeof *request->class_index, "classes", error);
    if (request->class_index)
        request->known =
            medals_alloc_zero(n, sizeof *request->known, "classes", error);
    if (request->known)
        request->flags =
            medals_alloc_zero(n, sizeof *request->flags, "classes", error);
    return request->flags != NULL;
}

/* The modality that each text names, by the product's or the literal rule. */
static MedalsModality *text_modalities(const MedalsSegmentOptions *options,
                                       bool literal, GError **error)
{
    MedalsModality *list =
        medals_alloc(options->text_count, sizeof *list, "modalities", error);
    for (size_t i = 0; list && i < options->text_count; i++)
        list[i] = literal ? medals_text_modality_literal(options->texts[i])
                          : medals_text_modality(options->texts[i]);
    return list;
}

static void settle_modality(const MedalsModel *model,
                            const MedalsSegmentOptions *options,
                            const MedalsModality *of_text,
                            MedalsModality of_values,
                            MedalsTextRequest *request)
{
    MedalsModality named = medals_text_majority(of_text, request->count);
    if (options->modality != MEDALS_MODALITY_NONE) {
        request->modality = options->modality;
        request->source = MEDALS_FROM_OPTION;
    } else if (options->header_modality != MEDALS_MODALITY_NONE) {
        request->modality = options->header_modality;
        request->source = MEDALS_FROM_HEADER;
    } else if (of_values != MEDALS_MODALITY_NONE) {
        request->modality = of_values;
        request->source = MEDALS_FROM_VALUES;
    } else if (named != MEDALS_MODALITY_NONE) {
        request->modality = named;
        request->source = MEDALS_FROM_TEXT;
    } else {
        request->modality = model->package->default_modality;
        request->source = MEDALS_FROM_MODEL;
    }
}

/* Literal rule of 4.2: the sentence's own modality, the 243 classes only. */
static int64_t match_literal(const MedalsModel *model, MedalsModality modality,
                             bool lesion, const char *text)
{
    if (modality == MEDALS_MODALITY_NONE)
        return -1;
    int64_t index = medals_text_class(model->table, modality, lesion, text);
    size_t own = medals_model_class_count(model) -
                 medals_label_table_count(model->table);
    return index < 0 ? -1 : index + (int64_t) own;
}

static void settle_classes(const MedalsModel *model,
                           const MedalsSegmentOptions *options,
                           const MedalsModality *of_text,
                           MedalsTextRequest *request)
{
    bool lesion = options->flags & MEDALS_SEGMENT_INSTANCES;
    bool literal = options->flags & MEDALS_SEGMENT_REFERENCE;
    bool all_same = true;
    for (size_t i = 0; i < request->count; i++) {
        const char *text = options->texts[i];
        int64_t index = literal ? match_literal(model, of_text[i], lesion, text)
                                : medals_model_match(model, request->modality,
                                                     lesion, text);
        const MedalsClass *found = medals_model_peek_class(model, index);
        request->class_index[i] = index;
        request->known[i] = medals_model_class_trained(model, index);
        request->flags[i] = found ? found->flags : 0;
        request->set.flags |= request->flags[i];
        all_same = all_same && found && index == request->class_index[0];
    }
    request->set.single = all_same;
}

/* CT window: the option, else the first text's class, else soft tissue. A
 * package's own class was trained with the package's window. */
static void settle_window(const MedalsModel *model,
                          const MedalsSegmentOptions *options,
                          MedalsTextRequest *request)
{
    request->has_window = request->modality == MEDALS_MODALITY_CT &&
                          !(options->flags & MEDALS_SEGMENT_PREPARED);
    if (!request->has_window)
        return;
    int64_t first = request->class_index[0];
    const MedalsClass *info = medals_model_peek_class(model, first);
    memcpy(request->window, model->package->ct_window, sizeof request->window);
    if (options->has_window)
        memcpy(request->window, options->window, sizeof request->window);
    else if (info && !medals_model_class_is_own(model, first))
        medals_ct_window_of_class(info, request->window);
}

static bool check_window(const MedalsSegmentOptions *options, GError **error)
{
    const double *window = options->window;
    if (!options->has_window ||
        (isfinite(window[0]) && isfinite(window[1]) && window[0] < window[1]))
        return true;
    return medals_fail(error, MEDALS_E_USAGE,
                       "window: bounds %g and %g; expected lower < upper",
                       window[0], window[1]);
}

bool medals_text_request_settle(const MedalsModel *model,
                                const MedalsSegmentOptions *options,
                                MedalsModality of_values,
                                MedalsTextRequest *request, GError **error)
{
    *request = (MedalsTextRequest){.count = options->text_count};
    if (!medals_modality_check(options->modality, "modality", error) ||
        !medals_modality_check(options->header_modality, "header modality",
                               error) ||
        !check_texts(options, error) || !check_labels(options, error) ||
        !check_window(options, error))
        return false;
    bool literal = options->flags & MEDALS_SEGMENT_REFERENCE;
    MedalsModality *of_text = NULL;
    bool ok = reserve(request, error) &&
              (of_text = text_modalities(options, literal, error));
    if (ok) {
        settle_modality(model, options, of_text, of_values, request);
        settle_classes(model, options, of_text, request);
        settle_window(model, options, request);
    } else {
        medals_text_request_clear(request);
    }
    medals_free(of_text);
    return ok;
}

void medals_text_request_clear(MedalsTextRequest *request)
{
    medals_free(request->class_index);
    medals_free(request->known);
    medals_free(request->flags);
    memset(request, 0, sizeof *request);
}
