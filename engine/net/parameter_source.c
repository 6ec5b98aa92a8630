/*
 * parameter_source.c - parameters out of a file, or out of a seed
 */
#include "parameter_source.h"

#include <math.h>
#include <string.h>

#include "memory.h"
#include "splitmix.h"

#define MODULE_PREFIX "module."
#define NAME_SIZE 160 /* the longest name of spec 2.1 has 61 characters */

const char *medals_parameter_name(const MedalsWeights *weights,
                                  const char *stored)
{
    if (!medals_weights_is_torch(weights) &&
        g_str_has_prefix(stored, MODULE_PREFIX))
        return stored + strlen(MODULE_PREFIX);
    return stored;
}

const MedalsStoredTensor *medals_parameter_find(const MedalsWeights *weights,
                                                const char *name)
{
    const MedalsStoredTensor *found = medals_weights_find(weights, name);
    if (found || medals_weights_is_torch(weights))
        return found;
    char prefixed[NAME_SIZE];
    g_snprintf(prefixed, sizeof prefixed, MODULE_PREFIX "%s", name);
    return medals_weights_find(weights, prefixed);
}

/* About normal with variance 1: the sum of four uniform 16-bit numbers. */
static float bell(uint64_t *state)
{
    uint64_t bits = medals_splitmix_next(state);
    uint64_t sum = (bits & 0xffff) + (bits >> 16 & 0xffff) +
                   (bits >> 32 & 0xffff) + (bits >> 48);
    return ((float) sum / 65536.0f - 2) * sqrtf(3);
}

/* Inputs that one output of a weight sums over. */
static double fan_in(const char *name, int ndim, const int64_t *shape)
{
    if (strstr(name, "transpconvs"))
        return (double) shape[0]; /* [in,out,2,2,2], no overlap */
    double product = 1;
    for (int i = 1; i < ndim; i++)
        product *= (double) shape[i];
    return product;
}

static void fill_random(float *values, size_t count, const char *name, int ndim,
                        const int64_t *shape, uint64_t seed)
{
    uint64_t state = seed ^ ((uint64_t) g_str_hash(name) << 16);
    float middle = 0, scale = 0.02f;
    if (ndim > 1)
        scale = (float) sqrt(2 / fan_in(name, ndim, shape));
    else if (strstr(name, "norm") && g_str_has_suffix(name, ".weight"))
        middle = 1;
    for (size_t i = 0; i < count; i++)
        values[i] = middle + scale * bell(&state);
}

static float *take_random(const MedalsParameterSource *source, const char *name,
                          int ndim, const int64_t *shape, GError **error)
{
    size_t count = 1;
    for (int i = 0; i < ndim; i++)
        if (!medals_size_multiply(&count, (size_t) shape[i])) {
            medals_fail(error, MEDALS_E_SHAPE, "tensor %s: too large", name);
            return NULL;
        }
    float *values = medals_alloc(count, sizeof(float), name, error);
    if (values)
        fill_random(values, count, name, ndim, shape, source->seed);
    return values;
}

float *medals_parameter_take(const MedalsParameterSource *source,
                             const char *prefix, const char *name, int ndim,
                             const int64_t *shape, GError **error)
{
    char full[NAME_SIZE];
    g_snprintf(full, sizeof full, "%s.%s", prefix, name);
    if (!source->weights)
        return take_random(source, full, ndim, shape, error);
    const MedalsStoredTensor *stored =
        medals_parameter_find(source->weights, full);
    return medals_weights_need_f32(
        source->weights, stored ? stored->name : full, ndim, shape, error);
}
