/*
 * tensor.c - storage and views of channels-last feature maps
 */
#include "tensor.h"

#include <string.h>

#include "memory.h"

static size_t element_size(const MedalsTensor *tensor)
{
    return tensor->dtype == MEDALS_BF16 ? 2 : 4;
}

bool medals_tensor_init(MedalsTensor *tensor, MedalsDtype dtype, int64_t h,
                        int64_t w, int64_t d, int64_t c, GError **error)
{
    *tensor = (MedalsTensor){
        .dtype = dtype, .h = h, .w = w, .d = d, .c = c, .stride = c};
    size_t count = (size_t) h;
    if (h < 0 || w < 0 || d < 0 || c < 0 ||
        !medals_size_multiply(&count, (size_t) w) ||
        !medals_size_multiply(&count, (size_t) d) ||
        !medals_size_multiply(&count, (size_t) c))
        return medals_fail(error, MEDALS_E_NOMEM,
                           "feature map [%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT
                           ",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT
                           "]: too large to address",
                           h, w, d, c);
    tensor->owned =
        medals_alloc(count, element_size(tensor), "feature map", error);
    tensor->data = tensor->owned;
    return tensor->data != NULL;
}

void medals_tensor_clear(MedalsTensor *tensor)
{
    medals_free(tensor->owned);
    memset(tensor, 0, sizeof *tensor);
}

MedalsTensor medals_tensor_channels(const MedalsTensor *tensor, int64_t first,
                                    int64_t count)
{
    MedalsTensor view = *tensor;
    view.owned = NULL;
    view.c = count;
    view.data =
        (uint8_t *) tensor->data + (size_t) first * element_size(tensor);
    return view;
}

MedalsTensor medals_tensor_rows(const MedalsTensor *tensor, int64_t first,
                                int64_t count)
{
    MedalsTensor view = *tensor;
    view.owned = NULL;
    view.h = count;
    view.data = medals_tensor_at(tensor, first, 0, 0);
    return view;
}

int64_t medals_tensor_voxels(const MedalsTensor *tensor)
{
    return tensor->h * tensor->w * tensor->d;
}

void *medals_tensor_at(const MedalsTensor *tensor, int64_t h, int64_t w,
                       int64_t d)
{
    size_t voxel = (size_t) ((h * tensor->w + w) * tensor->d + d);
    return (uint8_t *) tensor->data +
           voxel * (size_t) tensor->stride * element_size(tensor);
}
