/*
 * session_api.c - the calls of a session (medals/session.h)
 */
#include <string.h>

#include "call_read.h"
#include "error_api.h"
#include "versioned.h"

/* Nothing is answered yet; who asks has a session. */
static bool start(const MedalsSession *session, MedalsAnswer **answer,
                  GError **error)
{
    if (answer)
        *answer = NULL;
    return medals_check_given(session, "session", error);
}

static MedalsStatus finish(bool done, GError *inner, MedalsError **error)
{
    return done ? MEDALS_OK : medals_error_take(inner, error);
}

MedalsStatus medals_session_open(MedalsSession **out, MedalsModel *model,
                                 MedalsVolume *volume,
                                 const MedalsSessionOptions *options,
                                 MedalsError **error)
{
    MedalsSessionOptions full = MEDALS_SESSION_OPTIONS_INIT;
    GError *inner = NULL;
    if (out)
        *out = NULL;
    if (medals_check_given(out, "out", &inner) &&
        medals_check_given(model, "model", &inner) &&
        medals_check_given(volume, "volume", &inner) &&
        medals_versioned_read(&full, sizeof full, options, "options", &inner))
        *out = medals_call_open(model, volume, &full, &inner);
    return finish(!inner, inner, error);
}

void medals_session_close(MedalsSession **session)
{
    if (!session)
        return;
    medals_call_close(*session);
    *session = NULL;
}

MedalsStatus medals_session_set_classes(MedalsSession *session,
                                        const char *const *texts,
                                        const char *const *names, size_t count,
                                        MedalsAnswer **answer,
                                        MedalsError **error)
{
    GError *inner = NULL;
    bool done =
        start(session, answer, &inner) &&
        medals_call_set_classes(session, texts, names, count, answer, &inner);
    return finish(done, inner, error);
}

MedalsStatus medals_session_add_class(MedalsSession *session, const char *text,
                                      const char *name, size_t *class_index,
                                      MedalsAnswer **answer,
                                      MedalsError **error)
{
    GError *inner = NULL;
    if (class_index)
        *class_index = 0;
    bool done =
        start(session, answer, &inner) &&
        medals_call_add_class(session, text, name, class_index, answer, &inner);
    return finish(done, inner, error);
}

MedalsStatus medals_session_remove_class(MedalsSession *session,
                                         size_t class_index,
                                         MedalsAnswer **answer,
                                         MedalsError **error)
{
    GError *inner = NULL;
    bool done = start(session, answer, &inner) &&
                medals_call_remove_class(session, class_index, answer, &inner);
    return finish(done, inner, error);
}

MedalsStatus medals_session_lock(MedalsSession *session, size_t class_index,
                                 bool locked, MedalsError **error)
{
    GError *inner = NULL;
    bool done = medals_check_given(session, "session", &inner) &&
                medals_call_lock(session, class_index, locked, &inner);
    return finish(done, inner, error);
}

/* Readers lock: the handle is const for the caller, not for the mutex. */
static MedalsSession *shared(const MedalsSession *session)
{
    return (MedalsSession *) session;
}

size_t medals_session_class_count(const MedalsSession *session)
{
    return session ? medals_call_count_classes(shared(session)) : 0;
}

bool medals_session_class(const MedalsSession *session, size_t index,
                          MedalsSessionClass *info)
{
    const MedalsClassEntry *entry =
        session ? medals_class_list_at(session->state->classes, index) : NULL;
    if (!entry)
        return false;
    const MedalsModel *model = session->scene.model;
    const MedalsSettled *settled = &session->state->settled;
    MedalsSessionClass out = {
        .text = entry->text,
        .name = entry->name,
        .value = entry->value,
        .model_class = -1,
        .locked = medals_class_locks_has(session->locks, entry->uid)};
    if (entry->text && settled->done)
        out.model_class =
            medals_model_match(model, settled->modality, false, entry->text);
    out.known = medals_model_class_trained(model, out.model_class);
    return medals_versioned_write(info, &out, sizeof out);
}

MedalsStatus medals_session_predict(MedalsSession *session,
                                    const size_t *classes, size_t class_count,
                                    const MedalsCall *call,
                                    MedalsAnswer **answer, MedalsError **error)
{
    GError *inner = NULL;
    bool done = start(session, answer, &inner) &&
                medals_call_predict(session, classes, class_count, call, answer,
                                    &inner);
    return finish(done, inner, error);
}

MedalsStatus medals_session_refine(MedalsSession *session, uint32_t passes,
                                   const size_t *classes, size_t class_count,
                                   const MedalsCall *call,
                                   MedalsAnswer **answer, MedalsError **error)
{
    GError *inner = NULL;
    bool done = start(session, answer, &inner) &&
                medals_call_refine(session, passes, classes, class_count, call,
                                   answer, &inner);
    return finish(done, inner, error);
}

MedalsStatus medals_session_prompt(MedalsSession *session,
                                   const MedalsPrompt *prompt,
                                   const MedalsCall *call,
                                   MedalsAnswer **answer, MedalsError **error)
{
    GError *inner = NULL;
    bool done = start(session, answer, &inner) &&
                medals_check_given(prompt, "prompt", &inner) &&
                medals_call_prompt(session, prompt, call, answer, &inner);
    return finish(done, inner, error);
}

MedalsStatus medals_session_mask(MedalsSession *session, size_t class_index,
                                 MedalsMaskUse use, const int64_t extent[6],
                                 const uint8_t *mask, size_t mask_bytes,
                                 const MedalsCall *call, MedalsAnswer **answer,
                                 MedalsError **error)
{
    GError *inner = NULL;
    bool done = start(session, answer, &inner) &&
                medals_call_mask(session, class_index, use, extent, mask,
                                 mask_bytes, call, answer, &inner);
    return finish(done, inner, error);
}

MedalsStatus medals_session_stroke_begin(MedalsSession *session,
                                         const MedalsPrompt *prompt,
                                         MedalsError **error)
{
    GError *inner = NULL;
    bool done = start(session, NULL, &inner) &&
                medals_check_given(prompt, "prompt", &inner) &&
                medals_call_stroke_begin(session, prompt, &inner);
    return finish(done, inner, error);
}

MedalsStatus
medals_session_stroke_append(MedalsSession *session, MedalsSpace space,
                             const double *points, size_t point_count,
                             const uint8_t *mask, size_t mask_bytes,
                             const int64_t extent[6], const MedalsCall *call,
                             MedalsAnswer **answer, MedalsError **error)
{
    GError *inner = NULL;
    bool done =
        start(session, answer, &inner) &&
        medals_call_stroke_append(session, space, points, point_count, mask,
                                  mask_bytes, extent, call, answer, &inner);
    return finish(done, inner, error);
}

MedalsStatus medals_session_stroke_end(MedalsSession *session,
                                       const MedalsCall *call,
                                       MedalsAnswer **answer,
                                       MedalsError **error)
{
    GError *inner = NULL;
    bool done = start(session, answer, &inner) &&
                medals_call_stroke_end(session, call, answer, &inner);
    return finish(done, inner, error);
}

MedalsStatus medals_session_stroke_cancel(MedalsSession *session,
                                          MedalsAnswer **answer,
                                          MedalsError **error)
{
    GError *inner = NULL;
    bool done = start(session, answer, &inner) &&
                medals_call_stroke_cancel(session, answer, &inner);
    return finish(done, inner, error);
}

bool medals_session_stroke_is_open(const MedalsSession *session)
{
    return session && session->stroke.open;
}

MedalsStatus medals_session_undo(MedalsSession *session, uint64_t steps,
                                 MedalsAnswer **answer, MedalsError **error)
{
    GError *inner = NULL;
    bool done = start(session, answer, &inner) &&
                medals_call_undo(session, steps, answer, &inner);
    return finish(done, inner, error);
}

MedalsStatus medals_session_redo(MedalsSession *session, uint64_t steps,
                                 MedalsAnswer **answer, MedalsError **error)
{
    GError *inner = NULL;
    bool done = start(session, answer, &inner) &&
                medals_call_redo(session, steps, answer, &inner);
    return finish(done, inner, error);
}

MedalsStatus medals_session_reset(MedalsSession *session, MedalsResetWhat what,
                                  MedalsAnswer **answer, MedalsError **error)
{
    GError *inner = NULL;
    bool done = start(session, answer, &inner) &&
                medals_call_reset(session, what, answer, &inner);
    return finish(done, inner, error);
}

/* ---- reading ------------------------------------------------------------ */

uint64_t medals_session_revision(const MedalsSession *session)
{
    if (!session)
        return 0;
    medals_mutex_lock(&shared(session)->lock);
    uint64_t revision = session->revision;
    medals_mutex_unlock(&shared(session)->lock);
    return revision;
}

bool medals_session_resumed(const MedalsSession *session)
{
    return session && session->resumed;
}

bool medals_session_saved(const MedalsSession *session)
{
    if (!session)
        return false;
    medals_mutex_lock(&shared(session)->lock);
    bool saved = session->saved;
    medals_mutex_unlock(&shared(session)->lock);
    return saved;
}

const char *const *medals_session_warnings(const MedalsSession *session)
{
    return session ? (const char *const *) session->warnings->pdata : NULL;
}

MedalsModality medals_session_modality(const MedalsSession *session)
{
    return session ? medals_call_modality(shared(session))
                   : MEDALS_MODALITY_NONE;
}

const MedalsGeometry *medals_session_peek_geometry(const MedalsSession *session)
{
    return session ? medals_volume_peek_geometry(session->scene.volume) : NULL;
}

MedalsStatus medals_session_read(const MedalsSession *session,
                                 int64_t class_index, const int64_t extent[6],
                                 MedalsDtype dtype, void *data, size_t bytes,
                                 uint64_t *revision, MedalsError **error)
{
    GError *inner = NULL;
    if (revision)
        *revision = 0;
    bool done = start(session, NULL, &inner) &&
                medals_check_given(data, "data", &inner) &&
                medals_call_read(shared(session), class_index, extent, dtype,
                                 data, bytes, revision, &inner);
    return finish(done, inner, error);
}

bool medals_session_changed_since(const MedalsSession *session,
                                  uint64_t revision, int64_t extent[6])
{
    int64_t box[6] = {0};
    bool changed =
        session && medals_call_changed_since(shared(session), revision, box);
    if (extent)
        memcpy(extent, box, sizeof box);
    return changed;
}

MedalsStatus medals_session_labelmap(const MedalsSession *session,
                                     const uint32_t *values, size_t value_count,
                                     MedalsVolume **out, MedalsError **error)
{
    GError *inner = NULL;
    if (out)
        *out = NULL;
    if (start(session, NULL, &inner) && medals_check_given(out, "out", &inner))
        *out =
            medals_call_labelmap(shared(session), values, value_count, &inner);
    return finish(!inner, inner, error);
}

MedalsStatus medals_session_statistics(const MedalsSession *session,
                                       size_t class_index,
                                       MedalsSessionStatistics *statistics,
                                       MedalsError **error)
{
    GError *inner = NULL;
    medals_versioned_clear(statistics, sizeof *statistics);
    bool done = start(session, NULL, &inner) &&
                medals_check_given(statistics, "statistics", &inner) &&
                medals_call_statistics(shared(session), class_index, statistics,
                                       &inner);
    return finish(done, inner, error);
}

void medals_session_history(const MedalsSession *session, uint64_t *undo,
                            uint64_t *redo)
{
    uint64_t back = 0, on = 0;
    if (session)
        medals_call_depth(shared(session), &back, &on);
    if (undo)
        *undo = back;
    if (redo)
        *redo = on;
}

MedalsStatus medals_session_prompts(const MedalsSession *session, size_t first,
                                    MedalsSessionPrompt *list, size_t count,
                                    size_t *total, uint64_t *revision,
                                    MedalsError **error)
{
    GError *inner = NULL;
    size_t all = 0;
    uint64_t of = 0;
    bool done = start(session, NULL, &inner) &&
                medals_call_prompts(shared(session), first, list, count, &all,
                                    &of, &inner);
    if (total)
        *total = all;
    if (revision)
        *revision = of;
    return finish(done, inner, error);
}
