/*
 * click_answer.c - scene, features, head, and the voxels that stay open
 */
#include "click_answer.h"

#include <math.h>

#include "click_head.h"
#include "click_inputs.h"
#include "memory.h"

typedef struct Answer {
    const MedalsExec *exec;
    const MedalsClickHead *head;
    const MedalsClickField *field;
    MedalsClickScene scene;
    MedalsClickFeatures features;
    float *flip; /* [count] of the scene */
} Answer;

static bool check(const MedalsClickField *field, GError **error)
{
    int64_t voxels = field->h * field->w * field->d;
    if (field->seed_count == 0)
        return medals_fail(error, MEDALS_E_SHAPE,
                           "click: no seed; expected at least one");
    for (size_t i = 0; i < field->seed_count; i++)
        if (field->seeds[i] < 0 || field->seeds[i] >= voxels)
            return medals_fail(error, MEDALS_E_SHAPE,
                               "click: seed %ld; expected 0 to %ld",
                               (long) field->seeds[i], (long) voxels - 1);
    return true;
}

/* ---- voxels ------------------------------------------------------------- */

/* What voxels say that cannot flip or that no one asked. */
#define CLOSED -1e6f

static void answer_rows(void *context, size_t piece, unsigned worker)
{
    Answer *run = context;
    float rows[MEDALS_CLICK_ROWS * MEDALS_CLICK_INPUTS];
    float flip[MEDALS_CLICK_ROWS];
    size_t index[MEDALS_CLICK_ROWS], n = 0;
    size_t first = piece * MEDALS_CLICK_ROWS;
    size_t end = MIN(first + MEDALS_CLICK_ROWS, run->scene.count);
    for (size_t i = first; i < end; i++) {
        run->flip[i] = CLOSED;
        if (!medals_click_is_open(&run->scene, i))
            continue;
        medals_click_inputs(&run->scene, &run->features, i,
                            rows + n * MEDALS_CLICK_INPUTS);
        index[n++] = i;
    }
    medals_click_head_run(run->head, run->exec->kernels, run->field->positive,
                          rows, n, flip);
    for (size_t k = 0; k < n; k++)
        run->flip[index[k]] = flip[k];
}

/* Largest answer among the open voxels that touch voxel i. */
static float beside(const Answer *run, size_t i)
{
    float best = CLOSED;
    for (int a = 0; a < 3; a++)
        for (int step = -1; step <= 1; step += 2) {
            int32_t j = medals_click_neighbour(&run->scene, i, a, step);
            if (j >= 0)
                best = MAX(best, run->flip[j]);
        }
    return best;
}

/* Into the caller's window. A closed voxel says what the open ones beside it
 * say, so that interpolation leaves no gap between old and new. */
static void write_flip(const Answer *run, float *flip)
{
    const MedalsClickScene *scene = &run->scene;
    const int64_t *box = scene->box;
    for (int64_t h = box[0]; h < box[1]; h++)
        for (int64_t w = box[2]; w < box[3]; w++)
            for (int64_t d = box[4]; d < box[5]; d++)
                flip[(h * run->field->w + w) * run->field->d + d] = -1;
    for (size_t i = 0; i < scene->count; i++) {
        float value = run->flip[i] == CLOSED ? beside(run, i) : run->flip[i];
        if (scene->seed[i] == 0)
            value = MAX(value, 1);
        flip[scene->voxel[i]] = CLAMP(value, -1, 1);
    }
}

/* ---- what a first negative prompt leaves -------------------------------- */

/* Share of a class that it may take at most. */
#define MOST_TAKEN 0.5
/* Steps of the bar, up to a flip of which no net is surer. */
#define BAR_STEPS 256
#define BAR_MOST 16.0f

/* Voxels of the class that leave it, in voxels of the grid, by their flip. */
static double leaving(const Answer *run, double count[BAR_STEPS])
{
    const MedalsClickScene *scene = &run->scene;
    double all = 0;
    for (size_t i = 0; i < scene->count; i++) {
        if (!(run->flip[i] > 0))
            continue;
        double share = run->field->current[scene->voxel[i]];
        float flip = MIN(run->flip[i], BAR_MOST);
        int step = (int) (flip / BAR_MOST * (BAR_STEPS - 1));
        count[step] += share;
        all += share;
    }
    return all;
}

/* The flip above which no more than `most` voxels leave. */
static float bar(const Answer *run, double most)
{
    double count[BAR_STEPS] = {0};
    double left = leaving(run, count);
    int step = 0;
    while (left > most && step < BAR_STEPS)
        left -= count[step++];
    return (float) step * BAR_MOST / (BAR_STEPS - 1);
}

/* Whether an earlier mark of the class lies near. */
static bool was_marked(const MedalsClickScene *scene)
{
    float far = 2 * MEDALS_CLICK_REACH;
    for (size_t i = 0; i < scene->count; i++)
        if (scene->same[i] < far || scene->against[i] < far)
            return true;
    return false;
}

/* A first negative prompt mends a class, and does not take it away: who wants
 * that prompts once more. */
static void spare_class(Answer *run)
{
    const MedalsClickScene *scene = &run->scene;
    double volume = pow(scene->object, 3) * 4 * G_PI / 3;
    if (run->field->positive || was_marked(scene))
        return;
    float least = bar(run, MOST_TAKEN * volume);
    for (size_t i = 0; i < scene->count; i++)
        if (run->flip[i] != CLOSED)
            run->flip[i] -= least;
}

bool medals_click_answer_by(const MedalsExec *exec, const MedalsClickHead *head,
                            const MedalsClickField *field, float *flip,
                            int64_t box[6], GError **error)
{
    Answer run = {.exec = exec, .head = head, .field = field};
    if (!check(field, error) ||
        !medals_click_scene_init(&run.scene, exec, field, error))
        return false;
    bool ok =
        medals_click_features_init(&run.features, exec, &run.scene, error) &&
        (run.flip = medals_alloc(run.scene.count, sizeof *run.flip,
                                 "click: answer", error));
    size_t pieces =
        (run.scene.count + MEDALS_CLICK_ROWS - 1) / MEDALS_CLICK_ROWS;
    ok = ok && (medals_lane_run(exec->lane, pieces, answer_rows, &run,
                                exec->task, 0) ||
                medals_task_check(exec->task, error));
    if (ok) {
        spare_class(&run);
        write_flip(&run, flip);
        for (int a = 0; a < 6; a++)
            box[a] = run.scene.box[a];
    }
    medals_free(run.flip);
    medals_click_features_clear(&run.features);
    medals_click_scene_clear(&run.scene);
    return ok;
}

bool medals_click_answer(const MedalsExec *exec, const MedalsClickField *field,
                         float *flip, int64_t box[6], GError **error)
{
    const MedalsClickHead *head = medals_click_head_own(error);
    return head && medals_click_answer_by(exec, head, field, flip, box, error);
}
