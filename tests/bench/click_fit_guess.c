/*
 * click_fit_guess.c - logits of a window at the voxels of the scan
 */
#include "click_fit_guess.h"

#include <math.h>

#include "memory.h"

static bool middle_of(const FitCase *sample, uint8_t value, int64_t middle[3])
{
    const int64_t *n = sample->shape;
    double sum[3] = {0};
    int64_t count = 0, v = 0;
    for (int64_t h = 0; h < n[0]; h++)
        for (int64_t w = 0; w < n[1]; w++)
            for (int64_t d = 0; d < n[2]; d++, v++) {
                if (sample->truth[v] != value)
                    continue;
                sum[0] += (double) h;
                sum[1] += (double) w;
                sum[2] += (double) d;
                count++;
            }
    for (int a = 0; count && a < 3; a++)
        middle[a] = (int64_t) (sum[a] / (double) count);
    return count > 0;
}

/* Logits of one class at all voxels of the window. */
static void fill_logits(const FitCase *sample, const FitWindow *window,
                        uint8_t value, float *logit)
{
    const MedalsTensor *x = &window->x;
    const float *m = window->embeddings + (value - 1) * x->c;
    for (int64_t v = 0; v < medals_tensor_voxels(x); v++) {
        const uint16_t *row = (uint16_t *) x->data + v * x->stride;
        logit[v] = 0;
        for (int64_t c = 0; c < x->c; c++)
            logit[v] += medals_bf16_to_f32(row[c]) * m[c];
    }
}

/* A trilinear look; -INFINITY outside the window. */
static float look(const int64_t crop[3], const float *logit, const double at[3])
{
    int64_t low[3];
    float weight[3], sum = 0;
    for (int a = 0; a < 3; a++) {
        if (at[a] < -0.5 || at[a] > (double) crop[a] - 0.5)
            return -INFINITY;
        low[a] = (int64_t) floor(at[a]);
        weight[a] = (float) (at[a] - (double) low[a]);
    }
    for (int corner = 0; corner < 8; corner++) {
        float part = 1;
        int64_t v = 0;
        for (int a = 0; a < 3; a++) {
            int bit = corner >> a & 1;
            part *= bit ? weight[a] : 1 - weight[a];
            v = v * crop[a] + CLAMP(low[a] + bit, 0, crop[a] - 1);
        }
        sum += part * logit[v];
    }
    return sum;
}

static void draw_class(FitCase *sample, const FitWindow *window, uint8_t value,
                       const float *logit, float *best)
{
    const int64_t *n = sample->shape;
    int64_t v = 0;
    for (int64_t h = 0; h < n[0]; h++)
        for (int64_t w = 0; w < n[1]; w++)
            for (int64_t d = 0; d < n[2]; d++, v++) {
                const double voxel[3] = {(double) h, (double) w, (double) d};
                double at[3];
                fit_case_to_window(sample, window, voxel, at);
                float now = look(sample->crop, logit, at);
                if (now <= best[v])
                    continue;
                best[v] = now;
                sample->base[v] = value;
            }
}

bool fit_case_guess(FitCase *sample, GError **error)
{
    size_t n =
        (size_t) (sample->shape[0] * sample->shape[1] * sample->shape[2]);
    size_t crop =
        (size_t) (sample->crop[0] * sample->crop[1] * sample->crop[2]);
    float *best = medals_alloc_zero(n, sizeof *best, "logits", error);
    float *logit = medals_alloc(crop, sizeof *logit, "logits", error);
    bool ok = best && logit;
    for (guint k = 0; ok && k < sample->source->texts->len; k++) {
        int64_t middle[3];
        uint8_t value = (uint8_t) (k + 1);
        if (!sample->source->texts->pdata[k] ||
            !middle_of(sample, value, middle))
            continue;
        const FitWindow *window = fit_case_window(sample, middle, error);
        ok = window != NULL;
        if (ok) {
            fill_logits(sample, window, value, logit);
            draw_class(sample, window, value, logit, best);
        }
    }
    medals_free(best);
    medals_free(logit);
    return ok;
}
