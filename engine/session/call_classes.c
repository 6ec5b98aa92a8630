/*
 * call_classes.c - the class list changes
 */
#include "call.h"
#include "text_classes.h"

/* ---- what is asked ------------------------------------------------------ */

/* What a call wants to be there: a text and a name a class. */
typedef struct Wish {
    MedalsTextClasses list;
    GPtrArray *texts; /* char *, borrowed; NULL: without text */
    GPtrArray *names; /* char *, owned; NULL: the text is the name */
} Wish;

static void wish_init(Wish *wish)
{
    medals_text_classes_init(&wish->list);
    wish->texts = g_ptr_array_new();
    wish->names = g_ptr_array_new_with_free_func(g_free);
}

static void wish_clear(Wish *wish)
{
    medals_text_classes_clear(&wish->list);
    g_ptr_array_unref(wish->texts);
    g_ptr_array_unref(wish->names);
}

static bool check_texts(const char *const *texts, const char *const *names,
                        size_t count, GError **error)
{
    if (count == 0 || count > MEDALS_SESSION_MAX_CLASSES)
        return medals_fail(error, MEDALS_E_INPUT,
                           "classes: %zu; expected 1 to %d", count,
                           MEDALS_SESSION_MAX_CLASSES);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < count; i++) {
        const char *name = names ? names[i] : NULL;
        if (!medals_class_words_check("text", texts[i], error) ||
            !medals_class_words_check("name", name, error))
            return false;
        if (texts[i] && !g_hash_table_add(seen, (gpointer) texts[i]))
            return medals_fail(error, MEDALS_E_INPUT,
                               "text \"%.200s\": given twice; expected "
                               "different texts",
                               texts[i]);
    }
    return true;
}

/* The first texts of a session settle its modality. */
static bool settle(MedalsRun *run, const char *const *texts, size_t count,
                   GError **error)
{
    g_autoptr(GPtrArray) given = g_ptr_array_new();
    for (size_t i = 0; i < count; i++)
        if (texts[i])
            g_ptr_array_add(given, (gpointer) texts[i]);
    return !given->len ||
           medals_scene_settle(&run->session->scene, &run->settled,
                               (const char *const *) given->pdata, given->len,
                               error);
}

static size_t count_classes(const MedalsTextClasses *list, size_t text)
{
    size_t count = 0;
    for (guint i = 0; i < list->matches->len; i++)
        count += g_array_index(list->matches, MedalsTextMatch, i).text == text;
    return count;
}

/* The class of the session that is of the model's class, or -1. */
static int64_t there(const MedalsRun *run, int64_t class_index)
{
    const MedalsClassList *list = run->session->state->classes;
    const MedalsModel *model = run->session->scene.model;
    for (size_t i = 0; class_index >= 0 && i < medals_class_list_count(list);
         i++) {
        const char *text = medals_class_list_at(list, i)->text;
        if (text && medals_model_match(model, run->settled.modality, false,
                                       text) == class_index)
            return (int64_t) i;
    }
    return -1;
}

/* One of several classes of a text goes on where it is there already. */
static const char *text_of(const MedalsRun *run, const MedalsTextClass *class,
                           bool several)
{
    int64_t index = several ? there(run, class->class_index) : -1;
    return index < 0 ? class->name
                     : medals_class_list_at(run->session->state->classes,
                                            (size_t) index)
                           ->text;
}

static char *name_of(const MedalsTextClass *class, const char *given,
                     bool several)
{
    if (!given || !several)
        return g_strdup(given);
    return g_strdup_printf("%s (%s)", given, class->name);
}

/* Does the caller name every class? Then a text is one of them, so that a
 * host's segments and the classes stay pairs. */
static bool are_named(const char *const *names, size_t count)
{
    bool named = names != NULL;
    for (size_t i = 0; named && i < count; i++)
        named = names[i] != NULL;
    return named;
}

static bool wish_read(MedalsRun *run, const char *const *texts,
                      const char *const *names, size_t count, Wish *wish,
                      GError **error)
{
    MedalsSession *session = run->session;
    if (!check_texts(texts, names, count, error) ||
        !settle(run, texts, count, error))
        return false;
    const MedalsTextRules rules = {.modality = run->settled.modality,
                                   .whole = are_named(names, count)};
    if (!medals_text_classes_read(&wish->list, session->scene.model, &rules,
                                  texts, count, error))
        return false;
    for (guint i = 0; i < wish->list.classes->len; i++) {
        const MedalsTextClass *class = medals_text_class_at(&wish->list, i);
        bool several = count_classes(&wish->list, class->text) > 1;
        g_ptr_array_add(wish->texts, (gpointer) text_of(run, class, several));
        g_ptr_array_add(
            wish->names,
            name_of(class, names ? names[class->text] : NULL, several));
    }
    for (guint i = 0; i < wish->list.notes->len; i++)
        medals_answer_warn(run->answer, "%s",
                           (const char *) wish->list.notes->pdata[i]);
    return true;
}

/* ---- calls -------------------------------------------------------------- */

static bool commit(MedalsRun *run, MedalsState *next, const char *op,
                   GError **error)
{
    const MedalsClassList *before = run->session->state->classes;
    if (medals_state_drop_orphans(next, before, error))
        return medals_run_commit(run, next, op, error);
    medals_state_free(next);
    return false;
}

typedef bool ChangeFn(MedalsRun *run, MedalsState *next, const Wish *wish,
                      GError **error);

/* A call that reads texts. */
static bool change(MedalsRun *run, const char *op, const char *const *texts,
                   const char *const *names, size_t count, ChangeFn *apply,
                   GError **error)
{
    Wish wish;
    wish_init(&wish);
    MedalsState *next = NULL;
    bool done = wish_read(run, texts, names, count, &wish, error) &&
                (next = medals_state_copy(run->session->state, error));
    if (done && !apply(run, next, &wish, error)) {
        medals_state_free(next);
        done = false;
    }
    done = done && commit(run, next, op, error);
    wish_clear(&wish);
    return done;
}

static bool set_list(MedalsRun *run, MedalsState *next, const Wish *wish,
                     GError **error)
{
    const GArray *matches = wish->list.matches;
    g_array_append_vals(run->answer->matches, matches->data, matches->len);
    return medals_class_list_set(
        next->classes, (const char *const *) wish->texts->pdata,
        (const char *const *) wish->names->pdata, wish->texts->len, error);
}

bool medals_call_set_classes(MedalsSession *session, const char *const *texts,
                             const char *const *names, size_t count,
                             MedalsAnswer **answer, GError **error)
{
    MedalsRun run;
    if (count == 0)
        return medals_fail(error, MEDALS_E_INPUT,
                           "classes: none; expected at least one");
    if (!texts)
        return medals_fail(error, MEDALS_E_USAGE,
                           "classes: texts NULL; expected %zu of them", count);
    return medals_run_begin(&run, session, NULL, false, error) &&
           medals_run_end(
               &run,
               change(&run, "classes", texts, names, count, set_list, error),
               answer);
}

static bool refuse_double(const MedalsRun *run, const Wish *wish,
                          GError **error)
{
    const MedalsTextClass *class = medals_text_class_at(&wish->list, 0);
    int64_t index = there(run, class->class_index);
    return medals_fail(
        error, MEDALS_E_INPUT,
        "text \"%.200s\": class %" G_GINT64_FORMAT
        ", \"%.200s\", asks for it; expected another structure",
        class->name, index,
        medals_class_list_at(run->session->state->classes, (size_t) index)
            ->text);
}

static bool add_to_list(MedalsRun *run, MedalsState *next, const Wish *wish,
                        GError **error)
{
    size_t added = 0;
    for (guint i = 0; i < wish->texts->len; i++) {
        const MedalsTextClass *class = medals_text_class_at(&wish->list, i);
        int64_t index = there(run, class->class_index);
        MedalsTextMatch match = {0, (size_t) index};
        if (index >= 0) {
            g_array_append_val(run->answer->matches, match);
            continue;
        }
        match.index = medals_class_list_count(next->classes);
        if (!medals_class_list_add(next->classes, wish->texts->pdata[i],
                                   wish->names->pdata[i], 0, error))
            return false;
        g_array_append_val(run->answer->matches, match);
        added++;
    }
    return added > 0 || refuse_double(run, wish, error);
}

bool medals_call_add_class(MedalsSession *session, const char *text,
                           const char *name, size_t *index,
                           MedalsAnswer **answer, GError **error)
{
    MedalsRun run;
    if (!medals_run_begin(&run, session, NULL, false, error))
        return false;
    bool done = change(&run, "add_class", &text, &name, 1, add_to_list, error);
    if (done && index)
        *index = g_array_index(run.answer->matches, MedalsTextMatch, 0).index;
    return medals_run_end(&run, done, answer);
}

bool medals_call_remove_class(MedalsSession *session, size_t index,
                              MedalsAnswer **answer, GError **error)
{
    MedalsRun run;
    if (!medals_run_begin(&run, session, NULL, false, error))
        return false;
    run.unheld = true;
    MedalsState *next = medals_state_copy(session->state, error);
    bool done = next != NULL;
    if (done && !medals_class_list_remove(next->classes, index, error)) {
        medals_state_free(next);
        done = false;
    }
    return medals_run_end(
        &run, done && commit(&run, next, "remove_class", error), answer);
}

/* No revision: labels stay as they are, and undo walks over it. */
bool medals_call_lock(MedalsSession *session, size_t index, bool locked,
                      GError **error)
{
    const MedalsClassEntry *entry =
        medals_class_list_at(session->state->classes, index);
    if (!entry)
        return medals_fail(error, MEDALS_E_INPUT,
                           "class %zu: there is none; expected one of %zu",
                           index,
                           medals_class_list_count(session->state->classes));
    medals_class_locks_set(session->locks, entry->uid, locked);
    g_autofree char *word = medals_class_locks_word(session->locks);
    if (session->journal)
        medals_journal_file_locks(session->journal, word);
    return true;
}
