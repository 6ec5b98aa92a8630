/*
 * refine_rule.c - probabilities, the threshold, the border
 */
#include "refine_rule.h"

#include <math.h>

#include "box.h"
#include "memory.h"

/* Weight of the masked pair beside the plain run (ANSWERS.md). */
#define SHOWN 0.25f
/* Logit that a voxel gains in the middle of the class, and loses far off. */
#define TRUST 1.5f
/* From this threshold on the network is sure of a class, and only voxels that
 * are this far from the threshold move: where a labelmap is what the network
 * said already, deciding its border again loses as often as it gains. */
#define SURE 0.42f
#define BAND 0.25f
#define MARGIN MEDALS_REFINE_MARGIN
/* Steps of the threshold. */
#define STEPS 1000

/* Mean of three neighbours along an axis; of two at the ends of the box. */
static void mean_along(const float *src, float *dst, int64_t outer, int64_t n,
                       int64_t inner)
{
    for (int64_t o = 0; o < outer; o++)
        for (int64_t i = 0; i < n; i++) {
            const float *row = src + (o * n + i) * inner;
            float *to = dst + (o * n + i) * inner;
            int64_t before = i > 0 ? -inner : 0, after = i + 1 < n ? inner : 0;
            float scale = 1.0f / (float) (1 + (before != 0) + (after != 0));
            for (int64_t k = 0; k < inner; k++) {
                float sum = row[k] + (before ? row[k + before] : 0) +
                            (after ? row[k + after] : 0);
                to[k] = sum * scale;
            }
        }
}

/* Mean over the 27 voxels around each one, as far as the box has them. */
static void blur(const int64_t size[3], const float *src, float *dst,
                 float *scratch)
{
    mean_along(src, dst, 1, size[0], size[1] * size[2]);
    mean_along(dst, scratch, size[0], size[1], size[2]);
    mean_along(scratch, dst, size[0] * size[1], size[2], 1);
}

/* Overwrites p, the share of the class around each voxel, by the probability
 * that the voxel has it. */
static void judge(const MedalsRefineField *field, int64_t voxels, float *p)
{
    for (int64_t v = 0; v < voxels; v++) {
        float logit = field->plain[v];
        if (field->shown)
            logit += SHOWN * (field->shown[v] - logit);
        logit += TRUST * (2 * p[v] - 1);
        p[v] = 1 / (1 + expf(-logit));
        if (field->other)
            p[v] *= 1 - CLAMP(field->other[v], 0, 1);
    }
}

float medals_refine_threshold(const float *p, int64_t count)
{
    uint64_t number[STEPS] = {0};
    double sum[STEPS] = {0}, all = 0;
    for (int64_t v = 0; v < count; v++) {
        if (!(p[v] > 0)) /* NaN comes from a broken model: no evidence */
            continue;
        int step = (int) (MIN(p[v], 1) * STEPS);
        step = MIN(step, STEPS - 1);
        number[step]++;
        sum[step] += (double) p[v];
        all += (double) p[v];
    }
    double taken = 0, best = 0;
    uint64_t size = 0;
    int at = STEPS / 2;
    for (int step = STEPS - 1; step > 0; step--) {
        taken += sum[step];
        size += number[step];
        double dsc = size ? 2 * taken / ((double) size + all) : 0;
        if (dsc > best) {
            best = dsc;
            at = step;
        }
    }
    return (float) MIN(at, STEPS / 2) / STEPS;
}

/* The part of p around the class, to `part`; @return its voxels */
static int64_t around(const MedalsRefineField *field, const float *p,
                      float *part)
{
    const int64_t *n = field->size;
    int64_t low[3] = {n[0], n[1], n[2]}, high[3] = {0}, v = 0, count = 0;
    for (int64_t h = 0; h < n[0]; h++)
        for (int64_t w = 0; w < n[1]; w++)
            for (int64_t d = 0; d < n[2]; d++)
                if (field->current[v++] > 0) {
                    const int64_t at[3] = {h, w, d};
                    for (int a = 0; a < 3; a++) {
                        low[a] = MIN(low[a], MAX(at[a] - MARGIN, 0));
                        high[a] = MAX(high[a], MIN(at[a] + MARGIN + 1, n[a]));
                    }
                }
    for (int64_t h = low[0]; h < high[0]; h++)
        for (int64_t w = low[1]; w < high[1]; w++)
            for (int64_t d = low[2]; d < high[2]; d++)
                part[count++] = p[(h * n[1] + w) * n[2] + d];
    return count;
}

/* Whether the class's border passes within one voxel. */
static bool at_border(const MedalsRefineField *field, int64_t h, int64_t w,
                      int64_t d)
{
    const int64_t *n = field->size;
    bool in = false, out = false;
    for (int64_t i = MAX(h - 1, 0); i <= MIN(h + 1, n[0] - 1); i++)
        for (int64_t j = MAX(w - 1, 0); j <= MIN(w + 1, n[1] - 1); j++)
            for (int64_t l = MAX(d - 1, 0); l <= MIN(d + 1, n[2] - 1); l++) {
                bool has = field->current[(i * n[1] + j) * n[2] + l] >= 0.5f;
                in = in || has;
                out = out || !has;
            }
    return in && out;
}

bool medals_refine_rule(const MedalsRefineField *field, float *score,
                        GError **error)
{
    const int64_t *n = field->size;
    int64_t v = 0;
    float *scratch =
        medals_alloc(medals_box_product(n), sizeof *scratch, "refine", error);
    if (!scratch)
        return false;
    blur(n, field->current, score, scratch);
    judge(field, (int64_t) medals_box_product(n), score);
    float threshold =
        medals_refine_threshold(scratch, around(field, score, scratch));
    medals_free(scratch);
    float band = threshold > SURE ? BAND : 0;
    for (int64_t h = 0; h < n[0]; h++)
        for (int64_t w = 0; w < n[1]; w++)
            for (int64_t d = 0; d < n[2]; d++, v++) {
                float by = score[v] - threshold;
                bool moves = fabsf(by) > band && at_border(field, h, w, d);
                score[v] = moves ? by : 0;
            }
    return true;
}
