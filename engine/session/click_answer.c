/*
 * click_answer.c - which voxels follow a prompt
 */
#include "click_answer.h"

#include <math.h>

/* Voxels round the seeds that an answer may reach. */
#define REACH 24

static bool check(const MedalsClickField *field, GError **error)
{
    const MedalsTensor *x = field->x;
    int64_t voxels = field->h * field->w * field->d;
    if (x->h != field->h || x->w != field->w || x->d != field->d)
        return medals_fail(error, MEDALS_E_SHAPE,
                           "click: features %ldx%ldx%ld; expected the window's "
                           "%ldx%ldx%ld",
                           (long) x->h, (long) x->w, (long) x->d,
                           (long) field->h, (long) field->w, (long) field->d);
    if (field->seed_count == 0)
        return medals_fail(error, MEDALS_E_SHAPE,
                           "click: no seed; expected at least one");
    for (size_t i = 0; i < field->seed_count; i++)
        if (field->seeds[i] < 0 || field->seeds[i] >= voxels)
            return medals_fail(error, MEDALS_E_SHAPE,
                               "click: seed %ld; expected 0..%ld",
                               (long) field->seeds[i], (long) voxels - 1);
    return true;
}

static void place(const MedalsClickField *field, int64_t voxel, int64_t at[3])
{
    at[0] = voxel / (field->w * field->d);
    at[1] = voxel / field->d % field->w;
    at[2] = voxel % field->d;
}

/* The seeds' bounds, grown by REACH and cut to the window. */
static void reach_box(const MedalsClickField *field, int64_t box[6])
{
    int64_t size[3] = {field->h, field->w, field->d};
    for (size_t i = 0; i < field->seed_count; i++) {
        int64_t at[3];
        place(field, field->seeds[i], at);
        for (int a = 0; a < 3; a++) {
            int64_t low = MAX(at[a] - REACH, 0);
            int64_t high = MIN(at[a] + REACH + 1, size[a]);
            box[2 * a] = i ? MIN(box[2 * a], low) : low;
            box[2 * a + 1] = i ? MAX(box[2 * a + 1], high) : high;
        }
    }
}

/* Distance in mm of a voxel to the nearest seed. */
static float seed_distance(const MedalsClickField *field, const int64_t at[3])
{
    float best = INFINITY;
    for (size_t i = 0; i < field->seed_count; i++) {
        int64_t seed[3];
        float sum = 0;
        place(field, field->seeds[i], seed);
        for (int a = 0; a < 3; a++) {
            float away = (float) (at[a] - seed[a]) * field->spacing[a];
            sum += away * away;
        }
        best = MIN(best, sum);
    }
    return sqrtf(best);
}

/* Calls for every voxel of a box, in order. */
#define FOR_BOX(box, at)                                                       \
    for (at[0] = (box)[0]; at[0] < (box)[1]; at[0]++)                          \
        for (at[1] = (box)[2]; at[1] < (box)[3]; at[1]++)                      \
            for (at[2] = (box)[4]; at[2] < (box)[5]; at[2]++)

/* How far in mm the seeds lie from where the class is as they say. */
static float depth_of_seeds(const MedalsClickField *field, const int64_t box[6])
{
    float depth = REACH / 4 * field->spacing[0];
    int64_t at[3];
    FOR_BOX(box, at)
    {
        int64_t v = (at[0] * field->w + at[1]) * field->d + at[2];
        if ((field->current[v] >= 0.5f) == field->positive)
            depth = MIN(depth, seed_distance(field, at));
    }
    return depth;
}

bool medals_click_answer(const MedalsExec *exec, const MedalsClickField *field,
                         float *flip, int64_t box[6], GError **error)
{
    if (!check(field, error))
        return false;
    reach_box(field, box);
    float depth = depth_of_seeds(field, box);
    int64_t at[3];
    FOR_BOX(box, at)
    {
        int64_t v = (at[0] * field->w + at[1]) * field->d + at[2];
        flip[v] = 1 - seed_distance(field, at) / (depth + field->spacing[0]);
    }
    return true;
}
