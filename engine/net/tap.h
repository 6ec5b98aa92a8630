/*
 * tap.h - a look at the intermediates of a forward pass
 */
#ifndef MEDALS_TAP_H
#define MEDALS_TAP_H

#include "tensor.h"

/** Called with every intermediate of spec 1, for tests and the curious.
 * name: enc0..5, dec0..4 (computation order), image_embedding, pos,
 * query_out, mask_embedding, fused. Row tensors come as h=w=1, d=rows.
 * The tensor is valid during the call only. */
typedef void (*MedalsTapFn)(void *cookie, const char *name,
                            const MedalsTensor *tensor);

typedef struct MedalsTap {
    MedalsTapFn fn; /* NULL: nobody looks */
    void *cookie;
} MedalsTap;

static inline void medals_tap(const MedalsTap *tap, const char *name,
                              const MedalsTensor *tensor)
{
    if (tap->fn)
        tap->fn(tap->cookie, name, tensor);
}

/** The same for dense float32 rows [rows,width]. */
static inline void medals_tap_rows(const MedalsTap *tap, const char *name,
                                   float *values, int64_t rows, int64_t width)
{
    MedalsTensor tensor = {.dtype = MEDALS_F32,
                           .h = 1,
                           .w = 1,
                           .d = rows,
                           .c = width,
                           .stride = width,
                           .data = values};
    medals_tap(tap, name, &tensor);
}

#endif
