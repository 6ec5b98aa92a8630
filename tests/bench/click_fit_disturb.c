/*
 * click_fit_disturb.c - bumps on logits
 */
#include "click_fit_disturb.h"

#include <math.h>

#include "splitmix.h"

#define BUMPS 5

typedef struct Bump {
    double at[3], height, width; /* window voxels, logits */
} Bump;

static double uniform(uint64_t *state, double low, double high)
{
    double u = (double) (medals_splitmix_next(state) >> 11) * 0x1p-53;
    return low + u * (high - low);
}

/* Truth and labels together: their middle voxel, and one at random. */
static size_t object_voxels(const FitUser *user, uint64_t pick,
                            int64_t middle[3], int64_t picked[3])
{
    const int64_t *n = user->sample->shape;
    double sum[3] = {0};
    size_t count = 0;
    for (int64_t v = 0; v < n[0] * n[1] * n[2]; v++) {
        if (user->sample->truth[v] != user->value &&
            user->labels[v] != user->value)
            continue;
        int64_t at[3] = {v / (n[1] * n[2]), v / n[2] % n[1], v % n[2]};
        for (int a = 0; a < 3; a++) {
            sum[a] += (double) at[a];
            if (count == pick)
                picked[a] = at[a];
        }
        count++;
    }
    for (int a = 0; count && a < 3; a++)
        middle[a] = (int64_t) (sum[a] / (double) count);
    return count;
}

static double bumps_at(const Bump *bump, const double at[3])
{
    double sum = 0;
    for (int k = 0; k < BUMPS; k++) {
        double square = 0;
        for (int a = 0; a < 3; a++)
            square += (at[a] - bump[k].at[a]) * (at[a] - bump[k].at[a]);
        sum +=
            bump[k].height * exp(-square / (2 * bump[k].width * bump[k].width));
    }
    return sum;
}

static float logit_at(const FitUser *user, const FitWindow *window,
                      const int64_t at[3])
{
    const int64_t *crop = user->sample->crop;
    const MedalsTensor *x = &window->x;
    const uint16_t *row =
        (uint16_t *) x->data +
        ((at[0] * crop[1] + at[1]) * crop[2] + at[2]) * x->stride;
    const float *m = window->embeddings + (user->value - 1) * x->c;
    float sum = 0;
    for (int64_t c = 0; c < x->c; c++)
        sum += medals_bf16_to_f32(row[c]) * m[c];
    return sum;
}

static void redraw(FitUser *user, const FitWindow *window, const Bump *bump,
                   double offset)
{
    const int64_t *n = user->sample->shape, *crop = user->sample->crop;
    for (int64_t v = 0; v < n[0] * n[1] * n[2]; v++) {
        double from[3] = {(double) (v / (n[1] * n[2])),
                          (double) (v / n[2] % n[1]), (double) (v % n[2])};
        double at[3];
        int64_t near[3];
        bool inside = true;
        fit_case_to_window(user->sample, window, from, at);
        for (int a = 0; a < 3; a++) {
            near[a] = (int64_t) floor(at[a] + 0.5);
            inside = inside && near[a] >= 0 && near[a] < crop[a];
        }
        if (!inside)
            continue;
        bool in =
            logit_at(user, window, near) + offset + bumps_at(bump, at) > 0;
        if (in && (user->labels[v] == 0 || user->labels[v] == user->value))
            user->labels[v] = user->value;
        else if (user->labels[v] == user->value)
            user->labels[v] = 0;
    }
}

bool fit_user_disturb(FitUser *user, uint64_t *state, GError **error)
{
    int64_t middle[3] = {0}, picked[3] = {0};
    size_t count = object_voxels(user, UINT64_MAX, middle, picked);
    if (!count)
        return true;
    const FitWindow *window = fit_case_window(user->sample, middle, error);
    if (!window)
        return false;
    Bump bump[BUMPS];
    double strength = uniform(state, 2, 12);
    for (int k = 0; k < BUMPS; k++) {
        object_voxels(user, medals_splitmix_below(state, count), middle,
                      picked);
        double from[3] = {(double) picked[0], (double) picked[1],
                          (double) picked[2]};
        fit_case_to_window(user->sample, window, from, bump[k].at);
        for (int a = 0; a < 3; a++)
            bump[k].at[a] += uniform(state, -3, 3);
        bump[k].height = strength * uniform(state, -1, 1);
        bump[k].width = uniform(state, 1.5, 5);
    }
    redraw(user, window, bump, uniform(state, -1.5, 1.5));
    return true;
}
