/*
 * window_features.c - X as a tensor
 */
#include "memory.h"
#include "pixel_dot.h"
#include "window_features_data.h"

MedalsFeatures *medals_features_new(void)
{
    return g_new0(MedalsFeatures, 1);
}

void medals_features_free(MedalsFeatures *features)
{
    if (!features)
        return;
    medals_tensor_clear(&features->x);
    medals_free(features->embeddings);
    medals_free(features->tokens);
    g_free(features);
}

void medals_features_size(const MedalsFeatures *features, int64_t hwd[3])
{
    hwd[0] = features->x.h;
    hwd[1] = features->x.w;
    hwd[2] = features->x.d;
}

int64_t medals_features_channels(const MedalsFeatures *features)
{
    return features->x.c;
}

int64_t medals_features_queries(const MedalsFeatures *features)
{
    return features->n;
}

uint64_t medals_features_bytes(const MedalsFeatures *features)
{
    const MedalsTensor *x = &features->x;
    return (uint64_t) (x->h * x->w * x->d * x->stride) *
           medals_dtype_size(x->dtype);
}

const float *medals_features_embedding(const MedalsFeatures *features,
                                       int64_t query)
{
    return features->embeddings + query * features->x.c;
}

bool medals_features_logits(const MedalsExec *exec,
                            const MedalsFeatures *features,
                            const float *embeddings, int64_t n, int64_t h0,
                            int64_t h1, float *dst, GError **error)
{
    if (h0 < 0 || h1 < h0 || h1 > features->x.h)
        return medals_fail(error, MEDALS_E_SHAPE,
                           "logits: rows %" G_GINT64_FORMAT
                           " to %" G_GINT64_FORMAT
                           "; expected a range within 0 to %" G_GINT64_FORMAT,
                           h0, h1, features->x.h);
    if (h0 == h1)
        return true;
    MedalsTensor slab = medals_tensor_rows(&features->x, h0, h1 - h0);
    return medals_pixel_dot(exec, &slab, embeddings, n, dst,
                            medals_tensor_voxels(&slab), error);
}

void medals_features_rows(const MedalsFeatures *features,
                          const MedalsKernels *kernels, const int64_t *voxel,
                          size_t count, float *dst)
{
    const MedalsTensor *x = &features->x;
    size_t bytes = medals_dtype_size(x->dtype) * (size_t) x->stride;
    for (size_t i = 0; i < count; i++)
        kernels->load(dst + i * (size_t) x->c, x->c,
                      (const char *) x->data + (size_t) voxel[i] * bytes,
                      x->stride, x->dtype, 1, x->c);
}
