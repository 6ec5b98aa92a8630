/*
 * call_prompt.c - points, boxes, strokes and masks come in
 */
#include <string.h>

#include "box.h"
#include "call.h"
#include "given_prompt.h"
#include "memory.h"
#include "shape.h"
#include "versioned.h"

/* Voxels around a drawn mask that an answer does not add later: its edge. */
#define EDGE 2

static const char *const op_words[] = {"point", "box", "scribble", "lasso"};

static bool box_set(const int64_t box[6], MedalsVoxelSet *set, GError **error)
{
    size_t voxels = medals_box_voxels(box);
    *set = (MedalsVoxelSet){.mask = medals_alloc(voxels, 1, "box", error)};
    if (!set->mask)
        return false;
    memcpy(set->box, box, sizeof set->box);
    memset(set->mask, 1, voxels);
    return true;
}

static bool draw(const MedalsSession *session, const MedalsPrompt *prompt,
                 MedalsGiven *given, GError **error)
{
    const MedalsGeometry *geometry = &session->scene.volume->geometry;
    *given = (MedalsGiven){.index = prompt->class_index,
                           .kind = (uint8_t) prompt->kind,
                           .positive = prompt->positive};
    int kind = (int) prompt->kind;
    if (kind < MEDALS_PROMPT_POINT || kind > MEDALS_PROMPT_LASSO)
        return medals_fail(error, MEDALS_E_USAGE,
                           "prompt: kind %d; expected one of MedalsPromptKind",
                           kind);
    if (!medals_call_class(session->state, prompt->class_index, error))
        return false;
    if (prompt->kind != MEDALS_PROMPT_BOX)
        return medals_shape_voxels(geometry, prompt, &given->set, error);
    int64_t box[6];
    return medals_shape_box(geometry, prompt, box, error) &&
           box_set(box, &given->set, error);
}

bool medals_call_prompt(MedalsSession *session, const MedalsPrompt *prompt,
                        const MedalsCall *call, MedalsAnswer **answer,
                        GError **error)
{
    MedalsRun run;
    MedalsPrompt full = MEDALS_PROMPT_INIT;
    if (!medals_versioned_read(&full, sizeof full, prompt, "prompt", error) ||
        !medals_run_begin(&run, session, call, false, error))
        return false;
    MedalsGiven given = {0};
    bool done = draw(session, &full, &given, error) &&
                medals_given_answer(&run, &given, op_words[full.kind], error);
    medals_voxel_set_clear(&given.set);
    return medals_run_end(&run, done, answer);
}

/* ---- masks -------------------------------------------------------------- */

static bool check_mask(const MedalsSession *session, const int64_t *given,
                       const uint8_t *mask, size_t bytes, int64_t extent[6],
                       GError **error)
{
    const MedalsGeometry *geometry = &session->scene.volume->geometry;
    if (given)
        memcpy(extent, given, 6 * sizeof *extent);
    else
        medals_box_whole(geometry->size, extent);
    if (!medals_shape_check_extent(geometry, extent, error))
        return false;
    if (mask && bytes == medals_box_voxels(extent))
        return true;
    return medals_fail(error, MEDALS_E_SHAPE,
                       "mask: %zu bytes; expected %zu, one a voxel of its "
                       "extent",
                       bytes, medals_box_voxels(extent));
}

/* What answers put there earlier no longer holds. */
static bool forget_kept(MedalsState *next, size_t index,
                        const int64_t extent[6], GError **error)
{
    uint32_t uid = medals_class_list_at(next->classes, index)->uid;
    MedalsLayer *marks = medals_state_peek_marks(next, uid);
    if (!marks)
        return true;
    size_t voxels = medals_box_voxels(extent);
    uint8_t *values = medals_alloc(voxels, 1, "marks", error);
    if (!values)
        return false;
    medals_layer_read(marks, extent, values);
    for (size_t v = 0; v < voxels; v++)
        if (values[v] == MEDALS_MARK_KEPT_IN ||
            values[v] == MEDALS_MARK_KEPT_OUT)
            values[v] = MEDALS_MARK_NONE;
    bool ok = medals_layer_write(marks, extent, values, error);
    medals_free(values);
    return ok;
}

static bool replace(MedalsState *next, size_t index, const int64_t extent[6],
                    const uint8_t *mask, GError **error)
{
    size_t voxels = medals_box_voxels(extent);
    uint8_t *change = medals_alloc(voxels, 1, "mask", error);
    if (!change || !forget_kept(next, index, extent, error)) {
        medals_free(change);
        return false;
    }
    for (size_t v = 0; v < voxels; v++)
        change[v] = mask[v] ? 1 : 2;
    bool ok = medals_state_answer(next, index, extent, change, false, error);
    medals_free(change);
    return ok;
}

/* Adds the 6-neighbours of what is set, within the box. */
static void grow(const int64_t box[6], const uint8_t *from, uint8_t *to)
{
    int64_t ni = box[1] - box[0], nj = box[3] - box[2], nk = box[5] - box[4];
    int64_t n = 0;
    for (int64_t k = 0; k < nk; k++)
        for (int64_t j = 0; j < nj; j++)
            for (int64_t i = 0; i < ni; i++, n++)
                to[n] = from[n] || (i > 0 && from[n - 1]) ||
                        (i + 1 < ni && from[n + 1]) ||
                        (j > 0 && from[n - ni]) ||
                        (j + 1 < nj && from[n + ni]) ||
                        (k > 0 && from[n - ni * nj]) ||
                        (k + 1 < nk && from[n + ni * nj]);
}

/* Voxels just outside a drawn mask that are not of the class stay out. */
static bool keep_edge(MedalsState *next, size_t index,
                      const MedalsVoxelSet *set, GError **error)
{
    const MedalsClassEntry *entry = medals_class_list_at(next->classes, index);
    int64_t box[6];
    for (int x = 0; x < 3; x++) {
        box[2 * x] = MAX(set->box[2 * x] - EDGE, 0);
        box[2 * x + 1] = MIN(set->box[2 * x + 1] + EDGE, next->size[x]);
    }
    size_t voxels = medals_box_voxels(box);
    MedalsLayer *marks = medals_state_marks(next, entry->uid, error);
    uint8_t *labels = medals_alloc(voxels, 1, "mask", error);
    uint8_t *values = medals_alloc(voxels, 1, "mask", error);
    uint8_t *near[2] = {medals_alloc(voxels, 1, "mask", error),
                        medals_alloc(voxels, 1, "mask", error)};
    bool ok = marks && labels && values && near[0] && near[1];
    if (ok) {
        medals_layer_read(next->labels, box, labels);
        medals_layer_read(marks, box, values);
        for (size_t v = 0; v < voxels; v++)
            near[0][v] = values[v] == MEDALS_MARK_IN;
        for (int step = 0; step < EDGE; step++)
            grow(box, near[step % 2], near[1 - step % 2]);
        for (size_t v = 0; v < voxels; v++)
            if (near[EDGE % 2][v] && values[v] != MEDALS_MARK_IN &&
                values[v] != MEDALS_MARK_OUT && labels[v] != entry->slot)
                values[v] = MEDALS_MARK_KEPT_OUT;
        ok = medals_layer_write(marks, box, values, error);
    }
    medals_free(labels);
    medals_free(values);
    medals_free(near[0]);
    medals_free(near[1]);
    return ok;
}

static bool impose(MedalsState *next, size_t index, const int64_t extent[6],
                   const uint8_t *mask, GError **error)
{
    MedalsVoxelSet set;
    if (!medals_voxel_set_from_mask(&set, extent, mask, error))
        return false;
    if (!set.mask)
        return medals_fail(error, MEDALS_E_INPUT,
                           "mask: empty; expected at least one voxel");
    bool ok = medals_state_add_prompt(next, index, MEDALS_PROMPT_MASK, true,
                                      set.box, error) &&
              medals_state_mark(next, index, set.box, set.mask, MEDALS_MARK_IN,
                                error) &&
              keep_edge(next, index, &set, error);
    medals_voxel_set_clear(&set);
    return ok;
}

/* The windows around what a mask changed, or around its extent. */
static bool note_windows(MedalsRun *run, const int64_t extent[6],
                         GError **error)
{
    if (!medals_run_enter(run, error))
        return false;
    bool ok = medals_run_note_windows(run, extent, error);
    medals_run_leave(run);
    return ok;
}

bool medals_call_mask(MedalsSession *session, size_t index, MedalsMaskUse use,
                      const int64_t *given, const uint8_t *mask, size_t bytes,
                      const MedalsCall *call, MedalsAnswer **answer,
                      GError **error)
{
    MedalsRun run;
    int64_t extent[6];
    if (use != MEDALS_MASK_LABELMAP && use != MEDALS_MASK_PROMPT)
        return medals_fail(error, MEDALS_E_USAGE,
                           "mask use: %d; expected one of MedalsMaskUse",
                           (int) use);
    if (!medals_run_begin(&run, session, call, false, error))
        return false;
    bool done = medals_call_class(session->state, index, error) &&
                check_mask(session, given, mask, bytes, extent, error) &&
                note_windows(&run, extent, error);
    MedalsState *next = done ? medals_state_copy(session->state, error) : NULL;
    done = next && (use == MEDALS_MASK_PROMPT
                        ? impose(next, index, extent, mask, error)
                        : replace(next, index, extent, mask, error));
    if (!done)
        medals_state_free(next);
    done = done && medals_run_commit(&run, next, "mask", error);
    return medals_run_end(&run, done, answer);
}
