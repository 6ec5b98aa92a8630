/*
 * edit_classes.c - the class list changes
 */
#include "edit.h"
#include "text_request.h"

/* The first texts of a session settle its modality. */
static bool settle(MedalsEdit *edit, const MedalsState *next, GError **error)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new();
    for (size_t i = 0; i < medals_class_list_count(next->classes); i++) {
        const char *text = medals_class_list_at(next->classes, i)->text;
        if (text)
            g_ptr_array_add(texts, (gpointer) text);
    }
    return !texts->len ||
           medals_scene_settle(&edit->session->scene, &edit->settled,
                               (const char *const *) texts->pdata, texts->len,
                               error);
}

static bool commit(MedalsEdit *edit, MedalsState *next, const char *op,
                   GError **error)
{
    const MedalsClassList *before = edit->session->state->classes;
    if (medals_state_drop_orphans(next, before, error) &&
        settle(edit, next, error))
        return medals_edit_commit(edit, next, op, error);
    medals_state_free(next);
    return false;
}

bool medals_edit_set_classes(MedalsSession *session, const char *const *texts,
                             const char *const *names, size_t count,
                             MedalsAnswer **answer, GError **error)
{
    MedalsEdit edit;
    if (count == 0)
        return medals_fail(error, MEDALS_E_INPUT,
                           "classes: none; expected at least one");
    if (!texts)
        return medals_fail(error, MEDALS_E_USAGE,
                           "classes: texts NULL; expected %zu of them", count);
    if (!medals_edit_begin(&edit, session, NULL, false, error))
        return false;
    MedalsState *next = medals_state_copy(session->state, error);
    bool done = next != NULL;
    if (done &&
        !medals_class_list_set(next->classes, texts, names, count, error)) {
        medals_state_free(next);
        done = false;
    }
    return medals_edit_end(&edit, done && commit(&edit, next, "classes", error),
                           answer);
}

bool medals_edit_add_class(MedalsSession *session, const char *text,
                           const char *name, size_t *index,
                           MedalsAnswer **answer, GError **error)
{
    MedalsEdit edit;
    if (!medals_edit_begin(&edit, session, NULL, false, error))
        return false;
    MedalsState *next = medals_state_copy(session->state, error);
    bool done = next != NULL;
    if (done && !medals_class_list_add(next->classes, text, name, 0, error)) {
        medals_state_free(next);
        done = false;
    }
    done = done && commit(&edit, next, "add_class", error);
    if (done && index)
        *index = medals_class_list_count(session->state->classes) - 1;
    return medals_edit_end(&edit, done, answer);
}

bool medals_edit_remove_class(MedalsSession *session, size_t index,
                              MedalsAnswer **answer, GError **error)
{
    MedalsEdit edit;
    if (!medals_edit_begin(&edit, session, NULL, false, error))
        return false;
    MedalsState *next = medals_state_copy(session->state, error);
    bool done = next != NULL;
    if (done && !medals_class_list_remove(next->classes, index, error)) {
        medals_state_free(next);
        done = false;
    }
    return medals_edit_end(
        &edit, done && commit(&edit, next, "remove_class", error), answer);
}
