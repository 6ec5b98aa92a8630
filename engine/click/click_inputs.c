/*
 * click_inputs.c - a row for the head
 */
#include "click_inputs.h"

#include <math.h>

bool medals_click_is_open(const MedalsClickScene *scene, size_t i)
{
    float now = scene->field->current[scene->voxel[i]];
    return scene->field->positive ? now < 0.999f : now > 0.001f;
}

static float clip(float x, float limit)
{
    return CLAMP(x, -limit, limit);
}

void medals_click_inputs(const MedalsClickScene *scene,
                         const MedalsClickFeatures *f, size_t i, float *row)
{
    const MedalsClickField *field = scene->field;
    int64_t v = scene->voxel[i];
    float sign = field->positive ? 1 : -1;
    float r = scene->seed[i], s = scene->depth, a = scene->wrong[i];
    float marks = (float) scene->mark_count;
    const float all[MEDALS_CLICK_INPUTS] = {clip(r / (s + 1), 6),
                                            logf(1 + r),
                                            logf(1 + s),
                                            clip(a / (s + 1), 3),
                                            clip(a, 10) / 4,
                                            clip((a - s) / (r + 0.5f), 1.5f),
                                            clip(sign * f->logit[i], 8) / 4,
                                            clip(sign * f->seed_logit, 8) / 4,
                                            clip(sign * f->moved[i], 8) / 4,
                                            clip(sign * f->local[i], 2),
                                            clip(sign * f->seed_local, 2),
                                            MIN(f->unlike[i], 4),
                                            MIN(f->way_unlike[i], 4),
                                            clip(f->way_local[i], 2),
                                            MIN(f->bright[i], 4),
                                            MIN(f->way_bright[i], 4),
                                            clip(f->way_wrong[i] / (s + 1), 3),
                                            field->other[v],
                                            r / (r + scene->same[i] + 0.01f),
                                            r / (r + scene->against[i] + 0.01f),
                                            logf(1 + scene->object),
                                            clip(s / (scene->object + 1), 3),
                                            scene->empty,
                                            field->embedding != NULL,
                                            field->current[v],
                                            logf(1 + marks),
                                            MIN(r, s + 1) *
                                                MIN(f->unlike[i], 4) / (s + 1),
                                            MIN(scene->against[i], 12) / 4,
                                            scene->part,
                                            scene->joined[i]};
    for (int k = 0; k < MEDALS_CLICK_INPUTS; k++)
        row[k] = all[k];
}
