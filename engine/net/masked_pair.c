/*
 * masked_pair.c - complementary block masks (spec 8.1)
 */
#include "masked_pair.h"

#include <string.h>

#include "block_mask.h"
#include "memory.h"
#include "mirror.h"
#include "prompt_fusion.h"

/* Masks and prompts of one pass at voxel resolution. */
typedef struct Pass {
    uint8_t *shown;         /* [h,w,d] 1 where prompts are visible */
    uint8_t *hidden;        /* [h,w,d] 1 - shown */
    uint8_t *union_prompt;  /* [h,w,d], NULL: none */
    uint8_t *class_prompts; /* [N,h,w,d], NULL: none */
} Pass;

static void pass_clear(Pass *pass)
{
    medals_free(pass->shown);
    medals_free(pass->hidden);
    medals_free(pass->union_prompt);
    medals_free(pass->class_prompts);
}

static bool pass_init(Pass *pass, const MedalsWindow *window, GError **error)
{
    size_t voxels = (size_t) (window->h * window->w * window->d);
    const char *what = "prompts of a masked pair";
    *pass = (Pass){0};
    if (!(pass->shown = medals_alloc(voxels, 1, what, error)) ||
        !(pass->hidden = medals_alloc(voxels, 1, what, error)))
        return false;
    if (window->union_prompt &&
        !(pass->union_prompt = medals_alloc(voxels, 1, what, error)))
        return false;
    return !window->class_prompts || window->class_prompts_zero ||
           (pass->class_prompts =
                medals_alloc(voxels, (size_t) window->n, what, error));
}

static void multiply(const uint8_t *prompt, const uint8_t *mask, size_t count,
                     uint8_t *dst)
{
    for (size_t v = 0; v < count; v++)
        dst[v] = prompt[v] & (uint8_t) -mask[v];
}

/* Runs one pass with the prompts of `shown` and adds its logits where they
 * were hidden. */
static bool run_pass(const MedalsExec *exec, const MedalsNetwork *network,
                     const MedalsWindow *window, const Pass *pass, bool mirror,
                     float *logits, GError **error)
{
    size_t voxels = (size_t) (window->h * window->w * window->d);
    MedalsWindow seen = *window;
    if (pass->union_prompt)
        multiply(window->union_prompt, pass->shown, voxels, pass->union_prompt);
    for (int64_t n = 0; pass->class_prompts && n < window->n; n++)
        multiply(window->class_prompts + (size_t) n * voxels, pass->shown,
                 voxels, pass->class_prompts + (size_t) n * voxels);
    seen.union_prompt = pass->union_prompt;
    seen.class_prompts = pass->class_prompts;
    return medals_mirror_add(exec, network, &seen, mirror, pass->hidden, logits,
                             error);
}

static bool run_both(const MedalsExec *exec, const MedalsNetwork *network,
                     const MedalsWindow *window, Pass *pass, bool mirror,
                     float *logits, GError **error)
{
    if (!run_pass(exec, network, window, pass, mirror, logits, error))
        return false;
    uint8_t *shown = pass->shown;
    pass->shown = pass->hidden;
    pass->hidden = shown;
    return run_pass(exec, network, window, pass, mirror, logits, error);
}

static bool has_prompts(const MedalsWindow *window)
{
    size_t voxels = (size_t) (window->h * window->w * window->d);
    return medals_prompt_any(window->union_prompt, voxels) ||
           (!window->class_prompts_zero &&
            medals_prompt_any(window->class_prompts,
                              voxels * (size_t) window->n));
}

bool medals_masked_pair(const MedalsExec *exec, const MedalsNetwork *network,
                        const MedalsWindow *window, const uint8_t *blocks,
                        int64_t edge, bool mirror, float *logits,
                        GError **error)
{
    if (edge < 1)
        return medals_fail(error, MEDALS_E_SHAPE,
                           "masked pair: block edge %" G_GINT64_FORMAT
                           "; expected 1 or more",
                           edge);
    if (!has_prompts(window))
        return medals_mirror_logits(exec, network, window, mirror, logits,
                                    error);
    size_t voxels = (size_t) (window->h * window->w * window->d);
    memset(logits, 0, voxels * (size_t) window->n * sizeof *logits);
    Pass pass;
    bool good = pass_init(&pass, window, error);
    if (good) {
        medals_block_mask_expand(blocks, window->h, window->w, window->d, edge,
                                 pass.shown);
        for (size_t v = 0; v < voxels; v++)
            pass.hidden[v] = !pass.shown[v];
        good = run_both(exec, network, window, &pass, mirror, logits, error);
    }
    pass_clear(&pass);
    return good;
}

uint64_t medals_masked_pair_bytes(int64_t h, int64_t w, int64_t d, int64_t n,
                                  bool mirror)
{
    uint64_t voxels = (uint64_t) h * (uint64_t) w * (uint64_t) d;
    uint64_t prompts = (uint64_t) n + 1;
    return voxels * (2 + prompts + (mirror ? prompts + sizeof(float) : 0));
}
