/*
 * click_head.c - JSON, packed layers, three products
 */
#include "click_head.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "click_head_data.h"
#include "click_inputs.h"
#include "memory.h"
#include "mutex.h"

#define INPUTS MEDALS_CLICK_INPUTS
#define HIDDEN MEDALS_CLICK_HIDDEN
#define LAYERS 3

/* One net: layer l maps width[l] numbers to width[l+1]. */
typedef struct Net {
    int width[LAYERS + 1];
    float mean[INPUTS], scale[INPUTS];
    float *packed[LAYERS]; /* blocks of [width[l]][16], zeros beyond */
    float bias[LAYERS][HIDDEN];
} Net;

struct MedalsClickHead {
    Net net[2]; /* negative, positive */
};

/* ---- JSON --------------------------------------------------------------- */

static bool numbers(const cJSON *object, const char *name, int count,
                    float *dst, GError **error)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, name);
    const cJSON *item;
    int n = 0;
    if (cJSON_GetArraySize(list) != count)
        return medals_fail(error, MEDALS_E_INPUT,
                           "click head: %s has %d numbers; expected %d", name,
                           cJSON_GetArraySize(list), count);
    cJSON_ArrayForEach(item, list)
    {
        dst[n] = (float) item->valuedouble;
        if (!cJSON_IsNumber(item) || !isfinite(dst[n++]))
            return medals_fail(error, MEDALS_E_INPUT,
                               "click head: %s holds something else; expected "
                               "finite numbers",
                               name);
    }
    return true;
}

/* Row j of the file's weights is unit j; packed column j of block j/16. */
static bool take_layer(Net *net, int l, const cJSON *object, GError **error)
{
    int in = net->width[l], out = net->width[l + 1];
    int blocks = (out + MEDALS_BLOCK - 1) / MEDALS_BLOCK;
    g_autofree char *name = g_strdup_printf("weights%d", l + 1);
    g_autofree char *bias = g_strdup_printf("bias%d", l + 1);
    g_autofree float *flat = g_new(float, (size_t) in *(size_t) out);
    net->packed[l] =
        medals_alloc_zero((size_t) (blocks * in), MEDALS_BLOCK * sizeof(float),
                          "click head", error);
    if (!net->packed[l] || !numbers(object, name, in * out, flat, error) ||
        !numbers(object, bias, out, net->bias[l], error))
        return false;
    for (int j = 0; j < out; j++)
        for (int k = 0; k < in; k++)
            net->packed[l][(j / MEDALS_BLOCK * in + k) * MEDALS_BLOCK +
                           j % MEDALS_BLOCK] = flat[j * in + k];
    return true;
}

static bool take_net(Net *net, const cJSON *object, GError **error)
{
    const cJSON *hidden = cJSON_GetObjectItemCaseSensitive(object, "hidden");
    net->width[0] = INPUTS;
    net->width[LAYERS] = 1;
    for (int l = 1; l < LAYERS; l++) {
        const cJSON *item = cJSON_GetArrayItem(hidden, l - 1);
        net->width[l] = item ? item->valueint : 0;
        if (net->width[l] < 1 || net->width[l] > HIDDEN)
            return medals_fail(error, MEDALS_E_INPUT,
                               "click head: %d units; expected 1 to %d",
                               net->width[l], HIDDEN);
    }
    bool ok = numbers(object, "mean", INPUTS, net->mean, error) &&
              numbers(object, "scale", INPUTS, net->scale, error);
    for (int l = 0; ok && l < LAYERS; l++)
        ok = take_layer(net, l, object, error);
    return ok;
}

MedalsClickHead *medals_click_head_parse(const char *json, size_t length,
                                         GError **error)
{
    cJSON *root = cJSON_ParseWithLength(json, length);
    MedalsClickHead *head = g_new0(MedalsClickHead, 1);
    bool ok =
        root ? take_net(&head->net[0],
                        cJSON_GetObjectItemCaseSensitive(root, "negative"),
                        error) &&
                   take_net(&head->net[1],
                            cJSON_GetObjectItemCaseSensitive(root, "positive"),
                            error)
             : medals_fail(error, MEDALS_E_INPUT,
                           "click head: not JSON; expected an object");
    cJSON_Delete(root);
    if (ok)
        return head;
    medals_click_head_free(head);
    return NULL;
}

void medals_click_head_free(MedalsClickHead *head)
{
    for (int sign = 0; head && sign < 2; sign++)
        for (int l = 0; l < LAYERS; l++)
            medals_free(head->net[sign].packed[l]);
    g_free(head);
}

const MedalsClickHead *medals_click_head_own(GError **error)
{
    static MedalsClickHead *own;
    static MedalsMutex mutex = MEDALS_MUTEX_INIT;
    medals_mutex_lock(&mutex);
    if (!own)
        own = medals_click_head_parse((const char *) medals_click_head_json,
                                      medals_click_head_json_size, error);
    medals_mutex_unlock(&mutex);
    return own;
}

/* ---- running ------------------------------------------------------------ */

/* dst [n][stride] = src times a layer; stride: whole blocks. */
static void run_layer(const Net *net, const MedalsKernels *kernels, int l,
                      const float *src, int64_t src_stride, size_t n,
                      float *dst)
{
    int64_t offset[MEDALS_CLICK_ROWS];
    int in = net->width[l], out = net->width[l + 1];
    int blocks = (out + MEDALS_BLOCK - 1) / MEDALS_BLOCK;
    for (size_t i = 0; i < n; i++)
        offset[i] = (int64_t) i * src_stride;
    for (int b = 0; b < blocks; b++) {
        MedalsMultiply m = {.a = src,
                            .offset = offset,
                            .rows = (int64_t) n,
                            .segments = 1,
                            .segment = medals_one_segment,
                            .k = in,
                            .b = net->packed[l] + b * in * MEDALS_BLOCK,
                            .c = dst + b * MEDALS_BLOCK,
                            .c_stride = HIDDEN};
        kernels->multiply(&m);
    }
    float floor = l + 1 < LAYERS ? 0 : -INFINITY;
    for (size_t i = 0; i < n; i++)
        for (int j = 0; j < out; j++) {
            float *at = &dst[i * HIDDEN + (size_t) j];
            *at = MAX(*at + net->bias[l][j], floor);
        }
}

void medals_click_head_run(const MedalsClickHead *head,
                           const MedalsKernels *kernels, bool positive,
                           float *rows, size_t n, float *flip)
{
    const Net *net = &head->net[positive];
    float a[MEDALS_CLICK_ROWS * HIDDEN], b[MEDALS_CLICK_ROWS * HIDDEN];
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < INPUTS; k++) {
            float *at = &rows[i * INPUTS + (size_t) k];
            *at = (*at - net->mean[k]) * net->scale[k];
        }
    run_layer(net, kernels, 0, rows, INPUTS, n, a);
    run_layer(net, kernels, 1, a, HIDDEN, n, b);
    run_layer(net, kernels, 2, b, HIDDEN, n, a);
    for (size_t i = 0; i < n; i++)
        flip[i] = a[i * HIDDEN];
}
