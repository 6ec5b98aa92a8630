/*
 * mirror.c - logits of a window, plain or averaged over 8 flips (spec 8.2)
 */
#include "mirror.h"

#include <string.h>

#include "memory.h"

#define FLIP_H 1
#define FLIP_W 2
#define FLIP_D 4
#define FLIPS 8
#define SLAB 8 /* rows h whose logits are drawn at a time */

typedef struct Size {
    int64_t h, w, d;
} Size;

/* dst(i,j,k) = src(flipped i,j,k) on [h,w,d] */
static void flip_floats(const float *src, Size size, unsigned flip, float *dst)
{
    for (int64_t i = 0; i < size.h; i++)
        for (int64_t j = 0; j < size.w; j++) {
            int64_t from_i = flip & FLIP_H ? size.h - 1 - i : i;
            int64_t from_j = flip & FLIP_W ? size.w - 1 - j : j;
            const float *row = src + (from_i * size.w + from_j) * size.d;
            for (int64_t k = 0; k < size.d; k++)
                *dst++ = row[flip & FLIP_D ? size.d - 1 - k : k];
        }
}

static void flip_bytes(const uint8_t *src, Size size, unsigned flip,
                       uint8_t *dst)
{
    for (int64_t i = 0; i < size.h; i++)
        for (int64_t j = 0; j < size.w; j++) {
            int64_t from_i = flip & FLIP_H ? size.h - 1 - i : i;
            int64_t from_j = flip & FLIP_W ? size.w - 1 - j : j;
            const uint8_t *row = src + (from_i * size.w + from_j) * size.d;
            for (int64_t k = 0; k < size.d; k++)
                *dst++ = row[flip & FLIP_D ? size.d - 1 - k : k];
        }
}

/* Adds share * drawn to logits, flipped back, where keep is set. */
typedef struct Collect {
    Size size;
    unsigned flip;
    float share;
    const uint8_t *keep; /* [h,w,d] or NULL, not flipped */
    float *logits;       /* [N,h,w,d] */
    const float *drawn;  /* [N,rows,w,d], rows h0.. of the flipped window */
    int64_t h0, rows;
} Collect;

/* Piece: one row (h) of one class. */
static void collect_row(void *context, size_t piece, unsigned worker)
{
    const Collect *c = context;
    Size size = c->size;
    int64_t n = (int64_t) piece / c->rows, row = (int64_t) piece % c->rows;
    int64_t h = c->h0 + row;
    int64_t to_h = c->flip & FLIP_H ? size.h - 1 - h : h;
    const float *src = c->drawn + (int64_t) piece * size.w * size.d;
    for (int64_t w = 0; w < size.w; w++, src += size.d) {
        int64_t to_w = c->flip & FLIP_W ? size.w - 1 - w : w;
        int64_t line = (to_h * size.w + to_w) * size.d;
        float *dst = c->logits + n * size.h * size.w * size.d + line;
        const uint8_t *keep = c->keep ? c->keep + line : NULL;
        for (int64_t d = 0; d < size.d; d++) {
            int64_t from = c->flip & FLIP_D ? size.d - 1 - d : d;
            if (!keep || keep[d])
                dst[d] += c->share * src[from];
        }
    }
}

/* Draws logits slab by slab and adds them: never [N,h,w,d] a second time. */
static bool collect(const MedalsExec *exec, const MedalsFeatures *features,
                    Collect *c, GError **error)
{
    int64_t plane = c->size.w * c->size.d;
    int64_t n = medals_features_queries(features);
    const float *embeddings = medals_features_embedding(features, 0);
    float *drawn =
        medals_alloc((size_t) (n * SLAB), (size_t) plane * sizeof *drawn,
                     "logits of a slab", error);
    if (!drawn)
        return false;
    c->drawn = drawn;
    bool good = true;
    for (c->h0 = 0; good && c->h0 < c->size.h; c->h0 += SLAB) {
        c->rows = MIN(SLAB, c->size.h - c->h0);
        good = medals_features_logits(exec, features, embeddings, n, c->h0,
                                      c->h0 + c->rows, drawn, error) &&
               (medals_lane_run(exec->lane, (size_t) (n * c->rows), collect_row,
                                c, exec->task, 0) ||
                medals_task_check(exec->task, error));
    }
    medals_free(drawn);
    return good;
}

static bool run_once(const MedalsExec *exec, const MedalsNetwork *network,
                     const MedalsWindow *window, Collect *c, GError **error)
{
    MedalsFeatures *features =
        medals_network_forward(exec, network, window, NULL, NULL, error);
    bool good = features && collect(exec, features, c, error);
    medals_features_free(features);
    return good;
}

/* Flipped copies of a window's arrays. */
typedef struct Mirror {
    float *image;
    uint8_t *union_prompt, *class_prompts; /* NULL where the window has none */
} Mirror;

static bool mirror_init(Mirror *mirror, const MedalsWindow *window,
                        GError **error)
{
    size_t voxels = (size_t) (window->h * window->w * window->d);
    *mirror = (Mirror){0};
    mirror->image =
        medals_alloc(voxels, sizeof(float), "mirrored image", error);
    if (!mirror->image)
        return false;
    if (window->union_prompt && !(mirror->union_prompt = medals_alloc(
                                      voxels, 1, "mirrored prompt", error)))
        return false;
    return !window->class_prompts ||
           (mirror->class_prompts = medals_alloc(voxels, (size_t) window->n,
                                                 "mirrored prompts", error));
}

static void mirror_clear(Mirror *mirror)
{
    medals_free(mirror->image);
    medals_free(mirror->union_prompt);
    medals_free(mirror->class_prompts);
}

static MedalsWindow mirror_window(const Mirror *mirror,
                                  const MedalsWindow *window, unsigned flip)
{
    Size size = {window->h, window->w, window->d};
    size_t voxels = (size_t) (window->h * window->w * window->d);
    flip_floats(window->image, size, flip, mirror->image);
    if (mirror->union_prompt)
        flip_bytes(window->union_prompt, size, flip, mirror->union_prompt);
    for (int64_t n = 0; mirror->class_prompts && n < window->n; n++)
        flip_bytes(window->class_prompts + (size_t) n * voxels, size, flip,
                   mirror->class_prompts + (size_t) n * voxels);
    MedalsWindow flipped = *window;
    flipped.image = mirror->image;
    flipped.union_prompt = mirror->union_prompt;
    flipped.class_prompts = mirror->class_prompts;
    return flipped;
}

bool medals_mirror_add(const MedalsExec *exec, const MedalsNetwork *network,
                       const MedalsWindow *window, bool mirror,
                       const uint8_t *keep, float *logits, GError **error)
{
    Collect c = {.size = {window->h, window->w, window->d},
                 .share = mirror ? 1.0f / FLIPS : 1,
                 .keep = keep,
                 .logits = logits};
    if (!mirror)
        return run_once(exec, network, window, &c, error);
    Mirror copies;
    bool good = mirror_init(&copies, window, error);
    for (c.flip = 0; good && c.flip < FLIPS; c.flip++) {
        MedalsWindow flipped = mirror_window(&copies, window, c.flip);
        good = run_once(exec, network, &flipped, &c, error);
    }
    mirror_clear(&copies);
    return good;
}

bool medals_mirror_logits(const MedalsExec *exec, const MedalsNetwork *network,
                          const MedalsWindow *window, bool mirror,
                          float *logits, GError **error)
{
    if (!mirror) {
        MedalsFeatures *features =
            medals_network_forward(exec, network, window, NULL, NULL, error);
        bool good = features &&
                    medals_features_logits(
                        exec, features, medals_features_embedding(features, 0),
                        window->n, 0, window->h, logits, error);
        medals_features_free(features);
        return good;
    }
    memset(logits, 0,
           (size_t) (window->n * window->h * window->w * window->d) *
               sizeof *logits);
    return medals_mirror_add(exec, network, window, true, NULL, logits, error);
}
