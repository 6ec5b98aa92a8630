/*
 * click_fit_lesson.c - users, one after the other
 */
#include "click_fit_lesson.h"

#include <math.h>

#include "click_fit_disturb.h"
#include "click_fit_guess.h"
#include "click_fit_list.h"
#include "clock.h"
#include "memory.h"

/* Objects of fewer voxels are left out. */
#define LEAST_VOXELS 20
/* A click that loses more dice than this did harm. */
#define HARM 0.02

/* What all users of a run share. */
typedef struct Run {
    FitModel *model;
    const FitLesson *lesson;
    const MedalsClickHead *head;
    uint64_t *state;
    FitRows *rows;   /* teach; or NULL */
    FitCurve *curve; /* curve; or NULL */
} Run;

static bool has_text(const FitLesson *lesson)
{
    return !g_str_has_suffix(lesson->kind, "click") &&
           !g_str_equal(lesson->kind, "torso");
}

/* ---- answers ------------------------------------------------------------ */

/* Before there is a head: a ball round the click, as far as the nearest voxel
 * of the right side. */
static void ball(const MedalsClickField *f, float *flip, int64_t box[6])
{
    const int64_t n[3] = {f->h, f->w, f->d};
    int64_t seed = f->seeds[0];
    float depth = 6;
    for (int a = 0; a < 3; a++) {
        box[2 * a] = 0;
        box[2 * a + 1] = n[a];
    }
    for (int pass = 0; pass < 2; pass++)
        for (int64_t v = 0; v < n[0] * n[1] * n[2]; v++) {
            float h = (float) (v / (n[1] * n[2]) - seed / (n[1] * n[2]));
            float w = (float) (v / n[2] % n[1] - seed / n[2] % n[1]);
            float d = (float) (v % n[2] - seed % n[2]);
            float r = sqrtf(h * h + w * w + d * d);
            if (pass == 1)
                flip[v] = 1 - r / (depth + 1);
            else if ((f->current[v] >= 0.5f) == f->positive)
                depth = MIN(depth, r);
        }
}

static bool answer(const Run *run, FitUser *user, const FitQuestion *question,
                   double *seconds, GError **error)
{
    const MedalsExec *exec = &run->model->exec;
    int64_t box[6];
    const MedalsClickField *field = &question->field;
    float *flip = medals_alloc((size_t) (field->h * field->w * field->d),
                               sizeof *flip, "flip", error);
    double begun = medals_now();
    bool ok = flip != NULL;
    medals_lane_enter(exec->lane, NULL, NULL);
    if (ok && run->head)
        ok = medals_click_answer_by(exec, run->head, &question->field, flip,
                                    box, error);
    else if (ok)
        ball(&question->field, flip, box);
    medals_lane_leave(exec->lane);
    *seconds = medals_now() - begun;
    if (ok)
        fit_user_take(user, question, flip, box);
    medals_free(flip);
    return ok;
}

/* ---- users -------------------------------------------------------------- */

static void note(FitCurve *curve, int click, double dice, double before,
                 double first)
{
    curve->dice[click] += dice;
    if (first < 0.5)
        curve->dice_low[click] += dice;
    curve->worse[click] += dice < before - HARM;
}

static bool one_click(const Run *run, FitUser *user, GError **error)
{
    FitQuestion question = {0};
    double seconds = 0;
    bool ok = fit_user_ask(user, &question, error);
    if (ok && run->rows)
        ok = fit_harvest(user, &question, run->lesson->weight, run->state,
                         &run->rows[question.field.positive], error);
    ok = ok && answer(run, user, &question, &seconds, error);
    fit_question_clear(&question);
    if (ok && run->curve) {
        run->curve->answers++;
        run->curve->seconds += seconds;
        run->curve->slowest = MAX(run->curve->slowest, seconds);
    }
    return ok;
}

static bool one_user(const Run *run, FitUser *user, GError **error)
{
    double first = fit_user_dice(user), before = first;
    if (run->curve) {
        run->curve->users++;
        run->curve->low += first < 0.5;
        note(run->curve, 0, first, first, first);
    }
    bool more = true;
    for (int click = 1; click <= run->lesson->clicks; click++) {
        more = more && fit_user_click(user);
        if (more && !one_click(run, user, error))
            return false;
        if (!run->curve)
            continue;
        double dice = fit_user_dice(user);
        note(run->curve, click, dice, before, first);
        before = dice;
    }
    return true;
}

static bool one_class(const Run *run, FitCase *sample, uint8_t value,
                      GError **error)
{
    size_t voxels = 0;
    size_t n =
        (size_t) (sample->shape[0] * sample->shape[1] * sample->shape[2]);
    for (size_t v = 0; v < n; v++)
        voxels += sample->truth[v] == value;
    bool ok = true, text = has_text(run->lesson);
    int masks = text && run->rows ? run->lesson->masks : 0;
    for (int m = 0; ok && voxels >= LEAST_VOXELS && m <= masks; m++) {
        FitUser user;
        ok = fit_user_init(&user, sample, value, text, error) &&
             (m == 0 || fit_user_disturb(&user, run->state, error)) &&
             one_user(run, &user, error);
        fit_user_clear(&user);
    }
    return ok;
}

static bool all_users(const Run *run, const char *shared, bool teach,
                      GError **error)
{
    bool near = g_str_equal(run->lesson->kind, "ct-near"), ok = true;
    g_autoptr(GPtrArray) list =
        fit_list(shared, run->lesson->kind, teach, run->lesson->scans);
    for (guint i = 0; ok && i < list->len; i++) {
        FitCase *sample = fit_case_open(run->model, list->pdata[i],
                                        has_text(run->lesson) && !near, error);
        ok = sample && (!near || fit_case_guess(sample, error));
        for (guint k = 1; ok && k <= sample->source->values->len; k++)
            ok = one_class(run, sample, (uint8_t) k, error);
        if (sample)
            fit_case_free(sample);
    }
    return ok;
}

bool fit_lesson_teach(FitModel *model, const char *shared,
                      const FitLesson *lesson, const MedalsClickHead *head,
                      uint64_t *state, FitRows rows[2], GError **error)
{
    Run run = {.model = model,
               .lesson = lesson,
               .head = head,
               .state = state,
               .rows = rows};
    return all_users(&run, shared, true, error);
}

bool fit_lesson_curve(FitModel *model, const char *shared,
                      const FitLesson *lesson, bool teach,
                      const MedalsClickHead *head, FitCurve *curve,
                      GError **error)
{
    *curve = (FitCurve){.users = 0};
    Run run = {.model = model, .lesson = lesson, .head = head, .curve = curve};
    return all_users(&run, shared, teach, error);
}
