/*
 * text_request.c - checking and reading texts, settling modality and window
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

static bool check_labels(const uint32_t *labels, size_t count, GError **error)
{
    for (size_t i = 0; i < count; i++) {
        if (labels[i] == 0)
            return medals_fail(error, MEDALS_E_USAGE,
                               "labels: value %zu is 0; expected a positive "
                               "one",
                               i + 1);
        for (size_t j = 0; j < i; j++)
            if (labels[i] == labels[j])
                return medals_fail(error, MEDALS_E_USAGE,
                                   "labels: %u twice; expected different "
                                   "values",
                                   labels[i]);
    }
    return true;
}

/* Names of all classes of a request, as many as a message shows. */
static char *shown_names(const MedalsTextClasses *list)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < list->classes->len && names->len < 200; i++)
        g_string_append_printf(names, "%s%.60s", i ? ", " : "",
                               medals_text_class_at(list, i)->name);
    if (names->len >= 200)
        g_string_append(names, ", ...");
    return g_string_free(names, FALSE);
}

/* Values are one a class, or one a text where each text is one class. */
static bool settle_labels(const MedalsSegmentOptions *options,
                          MedalsTextRequest *request, GError **error)
{
    size_t n = request->count;
    size_t given =
        options->label_count ? options->label_count : options->text_count;
    request->labels = medals_alloc(n, sizeof *request->labels, "labels", error);
    if (!request->labels)
        return false;
    for (size_t i = 0; i < n; i++)
        request->labels[i] = (uint32_t) i + 1;
    if (!options->labels)
        return true;
    if (!check_labels(options->labels, given, error))
        return false;
    bool one_a_text = given == options->text_count &&
                      request->list.matches->len == options->text_count;
    if (given != n && !one_a_text) {
        g_autofree char *names = shown_names(&request->list);
        return medals_fail(error, MEDALS_E_USAGE,
                           "labels: %zu values; expected %zu, one a class: %s",
                           given, n, names);
    }
    for (size_t i = 0; i < n; i++) {
        size_t text = medals_text_class_at(&request->list, i)->text;
        request->labels[i] = options->labels[given == n ? i : text];
    }
    return true;
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
    MedalsModality named = medals_text_majority(of_text, options->text_count);
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

static void read_literal(const MedalsModel *model,
                         const MedalsSegmentOptions *options,
                         const MedalsModality *of_text, MedalsTextClasses *list)
{
    bool lesion = options->flags & MEDALS_SEGMENT_INSTANCES;
    for (size_t i = 0; i < options->text_count; i++) {
        const char *text = options->texts[i];
        MedalsTextClass *class = g_new0(MedalsTextClass, 1);
        MedalsTextMatch match = {i, i};
        class->name = g_strdup(text);
        class->query = g_strdup(text);
        class->text = i;
        class->class_index = match_literal(model, of_text[i], lesion, text);
        class->known = medals_model_class_trained(model, class->class_index);
        g_ptr_array_add(list->classes, class);
        g_array_append_val(list->matches, match);
    }
}

/* Instances are numbered of one class. */
static bool check_instances(const MedalsSegmentOptions *options,
                            const MedalsTextRequest *request, GError **error)
{
    if (!(options->flags & MEDALS_SEGMENT_INSTANCES) ||
        options->text_count > 1 || request->count == 1)
        return true;
    g_autofree char *names = shown_names(&request->list);
    return medals_fail(error, MEDALS_E_USAGE,
                       "instances: of %zu classes; expected a text that names "
                       "one of them: %s",
                       request->count, names);
}

static bool read_texts(const MedalsModel *model,
                       const MedalsSegmentOptions *options,
                       const MedalsModality *of_text,
                       MedalsTextRequest *request, GError **error)
{
    uint32_t flags = options->flags;
    const MedalsTextRules rules = {.modality = request->modality,
                                   .lesion = flags & MEDALS_SEGMENT_INSTANCES,
                                   .whole = flags & MEDALS_SEGMENT_WHOLE_TEXTS,
                                   .apart =
                                       flags & MEDALS_SEGMENT_KEEP_OVERLAP};
    medals_text_classes_init(&request->list);
    if (flags & MEDALS_SEGMENT_REFERENCE)
        read_literal(model, options, of_text, &request->list);
    else if (!medals_text_classes_read(&request->list, model, &rules,
                                       options->texts, options->text_count,
                                       error))
        return false;
    request->count = request->list.classes->len;
    if (request->count > MEDALS_SEGMENT_MAX_TEXTS)
        return medals_fail(error, MEDALS_E_INPUT,
                           "text: %zu classes; expected at most %d",
                           request->count, MEDALS_SEGMENT_MAX_TEXTS);
    return check_instances(options, request, error);
}

static bool settle_classes(const MedalsModel *model, MedalsTextRequest *request,
                           GError **error)
{
    size_t n = request->count;
    int64_t first = medals_text_class_at(&request->list, 0)->class_index;
    request->set.single = true;
    request->flags =
        medals_alloc_zero(n, sizeof *request->flags, "classes", error);
    for (size_t i = 0; request->flags && i < n; i++) {
        int64_t index = medals_text_class_at(&request->list, i)->class_index;
        const MedalsClass *found = medals_model_peek_class(model, index);
        request->flags[i] = found ? found->flags : 0;
        request->set.flags |= request->flags[i];
        request->set.single &= found && index == first;
    }
    return request->flags != NULL;
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
    int64_t first = medals_text_class_at(&request->list, 0)->class_index;
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
    *request = (MedalsTextRequest){0};
    if (!medals_modality_check(options->modality, "modality", error) ||
        !medals_modality_check(options->header_modality, "header modality",
                               error) ||
        !check_texts(options, error) || !check_window(options, error))
        return false;
    bool literal = options->flags & MEDALS_SEGMENT_REFERENCE;
    MedalsModality *of_text = text_modalities(options, literal, error);
    if (!of_text)
        return false;
    settle_modality(model, options, of_text, of_values, request);
    bool ok = read_texts(model, options, of_text, request, error) &&
              settle_labels(options, request, error) &&
              settle_classes(model, request, error);
    if (ok)
        settle_window(model, options, request);
    else
        medals_text_request_clear(request);
    medals_free(of_text);
    return ok;
}

void medals_text_request_clear(MedalsTextRequest *request)
{
    medals_text_classes_clear(&request->list);
    medals_free(request->labels);
    medals_free(request->flags);
    memset(request, 0, sizeof *request);
}
