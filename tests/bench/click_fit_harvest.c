/*
 * click_fit_harvest.c - scene, features, rows
 */
#include "click_fit_harvest.h"

#include <math.h>

#include "click_inputs.h"
#include "memory.h"
#include "splitmix.h"

/* Rows of one click: near ones (up to 1.5 depths and 2 voxels), far ones. */
#define NEAR 160
#define FAR 90

/* What one voxel is worth: its share of the object, larger ones a little
 * more than that. */
static float worth(const float *truth, size_t n)
{
    double volume = 0;
    for (size_t v = 0; v < n; v++)
        volume += truth[v];
    return (float) (100 / pow(MAX(volume, 50), 0.75));
}

static void add(const MedalsClickScene *scene,
                const MedalsClickFeatures *features, size_t i, float target,
                float weight, FitRows *rows)
{
    float row[MEDALS_CLICK_INPUTS];
    medals_click_inputs(scene, features, i, row);
    g_array_append_vals(rows->input, row, MEDALS_CLICK_INPUTS);
    g_array_append_val(rows->target, target);
    g_array_append_val(rows->weight, weight);
}

static void draw(const MedalsClickScene *scene,
                 const MedalsClickFeatures *features, const float *truth,
                 float weight, uint64_t *state, FitRows *rows)
{
    size_t number[2] = {0};
    float near = 1.5f * scene->depth + 2;
    for (size_t i = 0; i < scene->count; i++)
        if (medals_click_is_open(scene, i))
            number[scene->seed[i] > near]++;
    float keep[2] = {MIN(1, (float) NEAR / (float) MAX(number[0], 1)),
                     MIN(1, (float) FAR / (float) MAX(number[1], 1))};
    const MedalsClickField *field = scene->field;
    float value =
        weight * worth(truth, (size_t) (field->h * field->w * field->d));
    for (size_t i = 0; i < scene->count; i++) {
        float share = keep[scene->seed[i] > near];
        float chance =
            (float) (medals_splitmix_next(state) >> 40) * (float) 0x1p-24;
        if (!medals_click_is_open(scene, i) || chance >= share)
            continue;
        float in = truth[scene->voxel[i]];
        add(scene, features, i, field->positive ? in : 1 - in, value / share,
            rows);
    }
}

bool fit_harvest(const FitUser *user, const FitQuestion *question, float weight,
                 uint64_t *state, FitRows *rows, GError **error)
{
    const MedalsExec *exec = &user->sample->model->exec;
    const MedalsClickField *field = &question->field;
    MedalsClickScene scene = {0};
    MedalsClickFeatures features = {0};
    float *truth = medals_alloc((size_t) (field->h * field->w * field->d),
                                sizeof *truth, "truth", error);
    fit_case_share(user->sample, question->window, user->sample->truth,
                   user->value, false, truth);
    medals_lane_enter(exec->lane, NULL, NULL);
    bool ok = medals_click_scene_init(&scene, exec, field, error) &&
              medals_click_features_init(&features, exec, &scene, error);
    medals_lane_leave(exec->lane);
    if (ok)
        draw(&scene, &features, truth, weight, state, rows);
    medals_click_features_clear(&features);
    medals_click_scene_clear(&scene);
    medals_free(truth);
    return ok;
}
