/*
 * call_stroke.c - a stroke while it is drawn
 *
 *   begin   points --> voxels
 *   append  more; on request an answer is shown that is not yet a revision
 *   end     the whole stroke is one prompt, one revision, one undo step
 */
#include <string.h>

#include "call.h"
#include "given_prompt.h"
#include "memory.h"
#include "shape.h"
#include "versioned.h"

static void drop(MedalsStroke *stroke)
{
    medals_buffer_clear(&stroke->points);
    medals_voxel_set_clear(&stroke->set);
    *stroke = (MedalsStroke){0};
}

/* Points that a buffer holds, three numbers each. */
static size_t count_of(const MedalsBuffer *points)
{
    return points->size / (3 * sizeof(double));
}

static const double *numbers_of(const MedalsBuffer *points)
{
    return (const double *) (const void *) points->data;
}

static bool put_points(MedalsBuffer *points, const double *more, size_t count,
                       GError **error)
{
    medals_buffer_put(points, more, 3 * count * sizeof *more);
    return medals_buffer_check(points, "stroke", error);
}

static bool check_count(const MedalsStroke *stroke, size_t more, GError **error)
{
    size_t have = count_of(&stroke->points);
    if (more <= MEDALS_SESSION_MAX_POINTS &&
        have + more <= MEDALS_SESSION_MAX_POINTS)
        return true;
    return medals_fail(error, MEDALS_E_INPUT,
                       "stroke: %zu points; expected at most %d", have + more,
                       MEDALS_SESSION_MAX_POINTS);
}

/* Voxels of further points: a scribble goes on from its last one. */
static bool draw_more(const MedalsSession *session, const MedalsStroke *stroke,
                      const double *points, size_t count, const uint8_t *mask,
                      size_t mask_bytes, const int64_t *extent,
                      MedalsVoxelSet *set, GError **error)
{
    const MedalsGeometry *geometry = &session->scene.volume->geometry;
    MedalsPrompt part = stroke->prompt;
    /* A lasso has no area until it is closed: its points are checked. */
    part.kind = MEDALS_PROMPT_SCRIBBLE;
    if (stroke->prompt.kind == MEDALS_PROMPT_LASSO)
        part.radius_mm = 0;
    *set = (MedalsVoxelSet){0};
    if (mask) {
        part.mask = mask;
        part.mask_bytes = mask_bytes;
        memcpy(part.extent, extent, sizeof part.extent);
        return medals_shape_voxels(geometry, &part, set, error);
    }
    size_t have = count_of(&stroke->points);
    g_auto(MedalsBuffer) line = {0};
    if ((have > 0 && part.space == MEDALS_SPACE_LPS &&
         !put_points(&line, numbers_of(&stroke->points) + 3 * (have - 1), 1,
                     error)) ||
        !put_points(&line, points, count, error))
        return false;
    part.points = numbers_of(&line);
    part.point_count = count_of(&line);
    return medals_shape_voxels(geometry, &part, set, error);
}

/* All voxels of the stroke: what was drawn, or the area of a lasso. */
static bool whole_set(const MedalsSession *session, const MedalsBuffer *points,
                      const MedalsVoxelSet *drawn, MedalsVoxelSet *set,
                      GError **error)
{
    const MedalsStroke *stroke = &session->stroke;
    *set = (MedalsVoxelSet){0};
    if (stroke->prompt.kind != MEDALS_PROMPT_LASSO || points->size == 0)
        return medals_voxel_set_join(set, drawn, error);
    MedalsPrompt area = stroke->prompt;
    area.points = numbers_of(points);
    area.point_count = count_of(points);
    return medals_shape_voxels(&session->scene.volume->geometry, &area, set,
                               error) &&
           medals_voxel_set_join(set, drawn, error);
}

static bool give(const MedalsSession *session, const MedalsBuffer *points,
                 const MedalsVoxelSet *drawn, MedalsGiven *given,
                 GError **error)
{
    const MedalsStroke *stroke = &session->stroke;
    *given = (MedalsGiven){.index = stroke->prompt.class_index,
                           .kind = (uint8_t) stroke->prompt.kind,
                           .positive = stroke->prompt.positive};
    if (!whole_set(session, points, drawn, &given->set, error)) {
        medals_voxel_set_clear(&given->set);
        return false;
    }
    if (given->set.mask)
        return true;
    return medals_fail(error, MEDALS_E_INPUT,
                       "stroke: no point; expected at least one");
}

bool medals_call_stroke_begin(MedalsSession *session,
                              const MedalsPrompt *prompt, GError **error)
{
    MedalsPrompt full = MEDALS_PROMPT_INIT;
    if (!medals_versioned_read(&full, sizeof full, prompt, "prompt", error))
        return false;
    MedalsStroke stroke = {.open = true, .prompt = full};
    if (session->stroke.open)
        return medals_fail(error, MEDALS_E_USAGE,
                           "session: a stroke is open; expected its end first");
    if (full.kind != MEDALS_PROMPT_SCRIBBLE && full.kind != MEDALS_PROMPT_LASSO)
        return medals_fail(error, MEDALS_E_USAGE,
                           "stroke: kind %d; expected scribble or lasso",
                           (int) full.kind);
    if (full.space != MEDALS_SPACE_INDEX && full.space != MEDALS_SPACE_LPS)
        return medals_fail(error, MEDALS_E_USAGE,
                           "stroke: points in space %d; expected indices or "
                           "LPS",
                           (int) full.space);
    if (!full.points && full.point_count > 0)
        return medals_fail(error, MEDALS_E_USAGE,
                           "stroke: points NULL; expected %zu of them",
                           full.point_count);
    if (!medals_call_class(session->state, full.class_index, error) ||
        !check_count(&stroke, full.point_count, error))
        return false;
    stroke.prompt.points = NULL;
    stroke.prompt.point_count = 0;
    stroke.prompt.mask = NULL;
    bool drawn = full.point_count > 0 || full.mask;
    bool ok = !drawn || draw_more(session, &stroke, full.points,
                                  full.point_count, full.mask, full.mask_bytes,
                                  full.extent, &stroke.set, error);
    if (full.kind == MEDALS_PROMPT_LASSO && !full.mask)
        medals_voxel_set_clear(&stroke.set);
    if (ok && !full.mask)
        ok = put_points(&stroke.points, full.points, full.point_count, error);
    if (ok)
        session->stroke = stroke;
    else
        drop(&stroke);
    return ok;
}

/* An append before it is accepted. */
typedef struct Longer {
    MedalsBuffer points;
    MedalsVoxelSet drawn;
} Longer;

static bool lengthen(const MedalsSession *session, const double *points,
                     size_t count, const uint8_t *mask, size_t mask_bytes,
                     const int64_t *extent, Longer *longer, GError **error)
{
    const MedalsStroke *stroke = &session->stroke;
    MedalsVoxelSet more = {0};
    if (count == 0 && !mask)
        return medals_fail(error, MEDALS_E_INPUT,
                           "stroke: no point; expected at least one");
    if ((count > 0 && !mask && !points) || (mask && !extent))
        return medals_fail(error, MEDALS_E_USAGE,
                           "stroke: %s NULL; expected one",
                           mask ? "extent" : "points");
    if (!check_count(stroke, count, error))
        return false;
    bool ok = medals_voxel_set_join(&longer->drawn, &stroke->set, error) &&
              draw_more(session, stroke, points, count, mask, mask_bytes,
                        extent, &more, error);
    bool area = stroke->prompt.kind == MEDALS_PROMPT_LASSO && !mask;
    if (ok && !area)
        ok = medals_voxel_set_join(&longer->drawn, &more, error);
    medals_voxel_set_clear(&more);
    return ok &&
           put_points(&longer->points, numbers_of(&stroke->points),
                      count_of(&stroke->points), error) &&
           (mask || put_points(&longer->points, points, count, error));
}

static bool preview(MedalsRun *run, const Longer *longer, GError **error)
{
    MedalsGiven given;
    if (!give(run->session, &longer->points, &longer->drawn, &given, error))
        return false;
    MedalsState *next = medals_given_preview(run, &given, error);
    medals_voxel_set_clear(&given.set);
    if (!next)
        return false;
    medals_answer_compare(run->answer, run->session->shown, next);
    run->call.instant = NULL;
    medals_run_show(run, next);
    return true;
}

/* A lasso of one or two points has no area to answer for yet. */
static bool has_shape(const MedalsSession *session, const Longer *longer)
{
    return session->stroke.prompt.kind != MEDALS_PROMPT_LASSO ||
           count_of(&longer->points) >= 3 || longer->drawn.mask;
}

bool medals_call_stroke_append(MedalsSession *session, MedalsSpace space,
                               const double *points, size_t count,
                               const uint8_t *mask, size_t mask_bytes,
                               const int64_t *extent, const MedalsCall *call,
                               MedalsAnswer **answer, GError **error)
{
    MedalsRun run;
    if (!medals_run_begin(&run, session, call, true, error))
        return false;
    Longer longer = {0};
    bool done = true;
    if (!mask && space != session->stroke.prompt.space)
        done = medals_fail(error, MEDALS_E_USAGE,
                           "stroke: points in another space than it began "
                           "with; expected the same");
    done = done && lengthen(session, points, count, mask, mask_bytes, extent,
                            &longer, error);
    if (done && run.call.answer == MEDALS_ANSWER_INSTANT &&
        has_shape(session, &longer))
        done = preview(&run, &longer, error);
    if (done) {
        MedalsStroke *stroke = &session->stroke;
        medals_buffer_clear(&stroke->points);
        medals_voxel_set_clear(&stroke->set);
        stroke->points = longer.points;
        stroke->set = longer.drawn;
    } else {
        medals_buffer_clear(&longer.points);
        medals_voxel_set_clear(&longer.drawn);
    }
    return medals_run_end(&run, done, answer);
}

bool medals_call_stroke_end(MedalsSession *session, const MedalsCall *call,
                            MedalsAnswer **answer, GError **error)
{
    MedalsRun run;
    if (!medals_run_begin(&run, session, call, true, error))
        return false;
    MedalsStroke *stroke = &session->stroke;
    MedalsGiven given;
    const char *op =
        stroke->prompt.kind == MEDALS_PROMPT_LASSO ? "lasso" : "scribble";
    MedalsState *kept = NULL;
    bool done = medals_run_keep_shown(session, &kept, error) &&
                give(session, &stroke->points, &stroke->set, &given, error);
    if (done) {
        done = medals_given_answer(&run, &given, op, error);
        medals_voxel_set_clear(&given.set);
        if (!done)
            medals_run_show_again(session, g_steal_pointer(&kept));
    }
    medals_state_free(kept);
    if (done)
        drop(stroke);
    return medals_run_end(&run, done, answer);
}

bool medals_call_stroke_cancel(MedalsSession *session, MedalsAnswer **answer,
                               GError **error)
{
    MedalsRun run;
    if (!medals_run_begin(&run, session, NULL, true, error))
        return false;
    medals_answer_compare(run.answer, session->shown, session->state);
    medals_run_hide(session);
    drop(&session->stroke);
    return medals_run_end(&run, true, answer);
}
