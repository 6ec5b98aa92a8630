/*
 * weights.c - one look at named tensors, whatever the file's format
 */
#include "weights_data.h"

#include <string.h>

#include "memory.h"
#include "tensor.h"

static void drop_name(void *tensor)
{
    g_free((char *) ((MedalsStoredTensor *) tensor)->name);
}

static bool check_name(const MedalsWeights *weights, const char *name,
                       GError **error)
{
    size_t length = strlen(name);
    if (length < 1 || length > MEDALS_WEIGHTS_MAX_NAME)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: a tensor name of %zu bytes; expected 1..%d",
                           weights->path, length, MEDALS_WEIGHTS_MAX_NAME);
    if (!g_utf8_validate(name, -1, NULL))
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: tensor %u has a name that is not UTF-8",
                           weights->path, weights->tensors->len);
    if (g_hash_table_contains(weights->by_name, name))
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: tensor %s: there twice; expected once",
                           weights->path, name);
    if (weights->tensors->len >= MEDALS_WEIGHTS_MAX_TENSORS)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: more tensors than the %d expected at most",
                           weights->path, MEDALS_WEIGHTS_MAX_TENSORS);
    return true;
}

static bool check_shape(const MedalsWeights *weights, const char *name,
                        MedalsDtype dtype, int ndim, const int64_t *shape,
                        size_t bytes, GError **error)
{
    size_t expected = medals_dtype_size(dtype);
    if (ndim < 0 || ndim > MEDALS_STORED_MAX_DIMS)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: tensor %s: %d dimensions; expected at most %d",
                           weights->path, name, ndim, MEDALS_STORED_MAX_DIMS);
    for (int i = 0; i < ndim; i++)
        if (shape[i] < 0 || !medals_size_multiply(&expected, (size_t) shape[i]))
            return medals_fail(error, MEDALS_E_INPUT,
                               "%s: tensor %s: shape overflows", weights->path,
                               name);
    if (expected != bytes)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: tensor %s: %zu bytes; expected %zu by its "
                           "shape",
                           weights->path, name, bytes, expected);
    return true;
}

/* The first tensor at that address, if it is the same in type and shape. */
static const char *find_alias(const MedalsWeights *weights,
                              const MedalsStoredTensor *tensor)
{
    size_t found =
        GPOINTER_TO_UINT(g_hash_table_lookup(weights->by_data, tensor->data));
    if (!found || tensor->bytes == 0)
        return NULL;
    const MedalsStoredTensor *first = medals_weights_at(weights, found - 1);
    bool same = first->dtype == tensor->dtype && first->ndim == tensor->ndim &&
                !memcmp(first->shape, tensor->shape, sizeof first->shape);
    return same ? first->name : NULL;
}

bool medals_weights_add(MedalsWeights *weights, const char *name,
                        MedalsDtype dtype, int ndim, const int64_t *shape,
                        const void *data, size_t bytes, GError **error)
{
    if (!check_name(weights, name, error) ||
        !check_shape(weights, name, dtype, ndim, shape, bytes, error))
        return false;
    MedalsStoredTensor tensor = {.name = g_strdup(name),
                                 .dtype = dtype,
                                 .ndim = ndim,
                                 .data = data,
                                 .bytes = bytes};
    for (int i = 0; i < ndim; i++)
        tensor.shape[i] = shape[i];
    tensor.alias_of = find_alias(weights, &tensor);
    g_array_append_val(weights->tensors, tensor);
    gpointer index = GUINT_TO_POINTER(weights->tensors->len);
    g_hash_table_insert(weights->by_name, (gpointer) tensor.name, index);
    if (!tensor.alias_of && bytes > 0)
        g_hash_table_insert(weights->by_data, (gpointer) data, index);
    return true;
}

MedalsWeights *medals_weights_new(const char *path, MedalsMap *map)
{
    MedalsWeights *weights = g_new0(MedalsWeights, 1);
    atomic_init(&weights->references, 1);
    weights->path = g_strdup(path);
    weights->map = map;
    weights->tensors = g_array_new(FALSE, FALSE, sizeof(MedalsStoredTensor));
    g_array_set_clear_func(weights->tensors, drop_name);
    weights->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    weights->by_data = g_hash_table_new(NULL, NULL);
    weights->gathered = g_ptr_array_new_with_free_func(medals_free);
    weights->step = -1;
    return weights;
}

MedalsWeights *medals_weights_ref(MedalsWeights *weights)
{
    atomic_fetch_add(&weights->references, 1);
    return weights;
}

void medals_weights_unref(MedalsWeights *weights)
{
    if (!weights || atomic_fetch_sub(&weights->references, 1) != 1)
        return;
    g_hash_table_destroy(weights->by_name);
    g_hash_table_destroy(weights->by_data);
    g_ptr_array_unref(weights->gathered);
    g_array_unref(weights->tensors);
    medals_map_unref(weights->map);
    g_free(weights->path);
    g_free(weights);
}

size_t medals_weights_count(const MedalsWeights *weights)
{
    return weights->tensors->len;
}

const MedalsStoredTensor *medals_weights_at(const MedalsWeights *weights,
                                            size_t index)
{
    return index < weights->tensors->len
               ? &g_array_index(weights->tensors, MedalsStoredTensor, index)
               : NULL;
}

const MedalsStoredTensor *medals_weights_find(const MedalsWeights *weights,
                                              const char *name)
{
    size_t found =
        GPOINTER_TO_UINT(g_hash_table_lookup(weights->by_name, name));
    return found ? medals_weights_at(weights, found - 1) : NULL;
}

char *medals_shape_text(int ndim, const int64_t *shape)
{
    GString *text = g_string_new("[");
    for (int i = 0; i < ndim; i++) {
        const char *comma = i ? "," : "";
        if (shape[i] < 0)
            g_string_append_printf(text, "%s*", comma);
        else
            g_string_append_printf(text, "%s%" G_GINT64_FORMAT, comma,
                                   shape[i]);
    }
    g_string_append_c(text, ']');
    return g_string_free(text, FALSE);
}

const MedalsStoredTensor *medals_weights_need(const MedalsWeights *weights,
                                              const char *name, int ndim,
                                              const int64_t *shape,
                                              GError **error)
{
    const MedalsStoredTensor *tensor = medals_weights_find(weights, name);
    g_autofree char *expected = medals_shape_text(ndim, shape);
    if (!tensor) {
        medals_fail(error, MEDALS_E_SHAPE,
                    "%s: tensor %s: missing; expected %s", weights->path, name,
                    expected);
        return NULL;
    }
    bool same = tensor->ndim == ndim;
    for (int i = 0; same && i < ndim; i++)
        same = shape[i] < 0 || shape[i] == tensor->shape[i];
    if (same)
        return tensor;
    g_autofree char *found = medals_shape_text(tensor->ndim, tensor->shape);
    medals_fail(error, MEDALS_E_SHAPE, "%s: tensor %s: found %s; expected %s",
                weights->path, name, found, expected);
    return NULL;
}

float *medals_weights_need_f32(const MedalsWeights *weights, const char *name,
                               int ndim, const int64_t *shape, GError **error)
{
    const MedalsStoredTensor *tensor =
        medals_weights_need(weights, name, ndim, shape, error);
    if (!tensor)
        return NULL;
    size_t count = tensor->bytes / medals_dtype_size(tensor->dtype);
    float *values = medals_alloc(count, sizeof *values, name, error);
    if (values)
        medals_convert_to_f32(values, tensor->data, tensor->dtype, count);
    return values;
}

void medals_weights_forget(const MedalsWeights *weights)
{
    size_t size;
    medals_map_peek(weights->map, &size);
    medals_map_forget(weights->map, 0, size);
}

const char *medals_weights_path(const MedalsWeights *weights)
{
    return weights->path;
}

bool medals_weights_is_torch(const MedalsWeights *weights)
{
    return weights->is_torch;
}

int64_t medals_weights_step(const MedalsWeights *weights)
{
    return weights->step;
}
