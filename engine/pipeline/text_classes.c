/*
 * text_classes.c - reading texts, merging what is asked twice
 */
#include "text_classes.h"

#include <string.h>

#include "text_words.h"
#include "unicode_text.h"

void medals_text_class_free(MedalsTextClass *class)
{
    g_free(class->name);
    g_free(class->query);
    g_free(class);
}

static void class_free(gpointer data)
{
    medals_text_class_free(data);
}

static void part_free(gpointer data)
{
    medals_text_part_free(data);
}

/* A term, and whatever the model was trained on, is asked by the name of its
 * class; other words as they are. */
static MedalsTextClass *class_of(const MedalsModel *model,
                                 const MedalsTextPart *part, size_t text)
{
    const MedalsClass *info = medals_model_peek_class(model, part->class_index);
    bool known = medals_model_class_trained(model, part->class_index);
    MedalsTextClass *class = g_new0(MedalsTextClass, 1);
    class->name = g_strdup(part->text);
    class->query =
        g_strdup(info && (known || part->listed) ? info->name : part->plain);
    class->text = text;
    class->class_index = part->class_index;
    class->known = known;
    class->empty = part->empty;
    class->side = part->side;
    return class;
}

void medals_text_classes_init(MedalsTextClasses *classes)
{
    classes->classes = g_ptr_array_new_with_free_func(class_free);
    classes->matches = g_array_new(FALSE, FALSE, sizeof(MedalsTextMatch));
    classes->notes = g_ptr_array_new_with_free_func(g_free);
    classes->places =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

void medals_text_classes_clear(MedalsTextClasses *classes)
{
    g_clear_pointer(&classes->classes, g_ptr_array_unref);
    g_clear_pointer(&classes->matches, g_array_unref);
    g_clear_pointer(&classes->notes, g_ptr_array_unref);
    g_clear_pointer(&classes->places, g_hash_table_unref);
}

/* What a class asks for; NULL: it is like no other. */
static char *key_of(const MedalsTextClass *class)
{
    if (!class->name)
        return NULL;
    if (class->class_index >= 0)
        return g_strdup_printf("%" G_GINT64_FORMAT, class->class_index);
    g_autofree char *words = medals_text_words(class->query);
    return words[1] ? g_steal_pointer(&words) : NULL;
}

static void note_same(MedalsTextClasses *list, const char *text,
                      const char *name, bool merged)
{
    g_ptr_array_add(list->notes,
                    g_strdup_printf("text \"%.200s\": asks for what \"%.200s\" "
                                    "asks for; %s",
                                    text, name,
                                    merged ? "merged with that, which has the "
                                             "voxels"
                                           : "both are answered"));
}

void medals_text_classes_take(MedalsTextClasses *list, MedalsTextClass *class,
                              const char *text, bool merge)
{
    g_autofree char *key = key_of(class);
    size_t there =
        key ? GPOINTER_TO_SIZE(g_hash_table_lookup(list->places, key)) : 0;
    MedalsTextMatch match = {class->text, list->classes->len};
    if (there && merge)
        match.index = there - 1;
    g_array_append_val(list->matches, match);
    if (there)
        note_same(list, text, medals_text_class_at(list, there - 1)->name,
                  merge);
    if (there && merge) {
        medals_text_class_free(class);
        return;
    }
    g_ptr_array_add(list->classes, class);
    if (key && !there)
        g_hash_table_insert(list->places, g_steal_pointer(&key),
                            GSIZE_TO_POINTER(list->classes->len));
}

/* The class of a text that is one as it stands. */
static void take_whole(MedalsTextClasses *list, const MedalsModel *model,
                       const MedalsTextRules *rules, const char *text,
                       size_t place)
{
    MedalsTextClass *class =
        medals_text_class_of(model, rules->modality, rules->lesion, text);
    MedalsTextMatch match = {place, list->classes->len};
    class->text = place;
    g_array_append_val(list->matches, match);
    g_ptr_array_add(list->classes, class);
}

static bool take_text(MedalsTextClasses *list, const MedalsModel *model,
                      const MedalsTextRules *rules, const char *text,
                      size_t place, GError **error)
{
    const MedalsVocabulary vocabulary = {model->own, model->table};
    const MedalsTextReader reader = {&vocabulary, rules->modality,
                                     rules->lesion, false};
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(part_free);
    if (!medals_text_read(&reader, text, parts, list->notes, error))
        return false;
    for (guint i = 0; i < parts->len; i++)
        medals_text_classes_take(list, class_of(model, parts->pdata[i], place),
                                 text, !rules->apart);
    return true;
}

static void take_object(MedalsTextClasses *list, size_t place)
{
    MedalsTextClass *class = g_new0(MedalsTextClass, 1);
    class->class_index = -1;
    class->text = place;
    medals_text_classes_take(list, class, NULL, false);
}

bool medals_text_classes_read(MedalsTextClasses *list, const MedalsModel *model,
                              const MedalsTextRules *rules,
                              const char *const *texts, size_t count,
                              GError **error)
{
    for (size_t i = 0; i < count; i++)
        if (!texts[i])
            take_object(list, i);
        else if (rules->whole)
            take_whole(list, model, rules, texts[i], i);
        else if (!take_text(list, model, rules, texts[i], i, error))
            return false;
    return true;
}

MedalsTextClass *medals_text_class_of(const MedalsModel *model,
                                      MedalsModality modality, bool lesion,
                                      const char *text)
{
    const MedalsVocabulary vocabulary = {model->own, model->table};
    const MedalsTextReader reader = {&vocabulary, modality, lesion, true};
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(part_free);
    g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func(g_free);
    medals_text_read(&reader, text, parts, notes, NULL);
    return class_of(model, parts->pdata[0], 0);
}

int64_t medals_model_match(const MedalsModel *model, MedalsModality modality,
                           bool lesion, const char *text)
{
    if (!model || !text || !medals_modality_name(modality) ||
        !medals_utf8_check("text", text, NULL))
        return -1;
    MedalsTextClass *class =
        medals_text_class_of(model, modality, lesion, text);
    int64_t index = class->class_index;
    medals_text_class_free(class);
    return index;
}

bool medals_text_match_get(const GArray *matches, size_t index, size_t *text,
                           size_t *class_index)
{
    if (index >= matches->len)
        return false;
    const MedalsTextMatch *match =
        &g_array_index(matches, MedalsTextMatch, index);
    if (text)
        *text = match->text;
    if (class_index)
        *class_index = match->index;
    return true;
}
