/*
 * small_model.c - seeded weights in a safetensors file (drawing: its header)
 */
#include "small_model.h"

#include <glib/gstdio.h>
#include <string.h>

#include "memory.h"
#include "parameter_source.h"
#include "splitmix.h"

MedalsWidths small_model_widths(void)
{
    return (MedalsWidths){.level = {4, 4, 8, 8, 16, 16},
                          .token_hidden = 20,
                          .query = 24,
                          .heads = 4,
                          .layers = 2,
                          .feed_forward = 40,
                          .mask_hidden = 12};
}

typedef struct Build {
    const SmallModelChange *change;
    GString *header;
    GByteArray *data;
} Build;

static void add_tensor(Build *build, const char *name, const char *dtype,
                       int ndim, const int64_t *shape, const float *values,
                       size_t count)
{
    const char *prefix = build->change->prefix ? build->change->prefix : "";
    GString *header = build->header;
    g_string_append_printf(header, "%s\"%s%s\":{\"dtype\":\"%s\",\"shape\":[",
                           header->len > 1 ? "," : "", prefix, name, dtype);
    for (int i = 0; i < ndim; i++)
        g_string_append_printf(header, "%s%" G_GINT64_FORMAT, i ? "," : "",
                               shape[i]);
    unsigned begin = build->data->len;
    g_byte_array_append(build->data, (const guint8 *) values,
                        (guint) (count * sizeof *values));
    g_string_append_printf(header, "],\"data_offsets\":[%u,%u]}", begin,
                           build->data->len);
}

static bool add_parameter(void *cookie, const char *name, int ndim,
                          const int64_t *shape, GError **error)
{
    Build *build = cookie;
    const SmallModelChange *change = build->change;
    if (g_strcmp0(name, change->drop) == 0)
        return true;
    int64_t changed[5];
    memcpy(changed, shape, (size_t) ndim * sizeof *shape);
    changed[0] += g_strcmp0(name, change->reshape) == 0;
    size_t count = 1;
    for (int i = 0; i < ndim; i++)
        count *= (size_t) changed[i];
    /* "prefix.name" is put together again by the source */
    const char *dot = strchr(name, '.');
    g_autofree char *first = g_strndup(name, (gsize) (dot - name));
    MedalsParameterSource source = {.seed = 7};
    float *values =
        medals_parameter_take(&source, first, dot + 1, ndim, changed, error);
    g_assert_nonnull(values);
    bool integers = g_strcmp0(name, change->integers) == 0;
    add_tensor(build, name, integers ? "I32" : "F32", ndim, changed, values,
               count);
    medals_free(values);
    return true;
}

static void write_file(const Build *build, const char *path)
{
    while (build->header->len % 8 != 0)
        g_string_append_c(build->header, ' ');
    uint64_t length = GUINT64_TO_LE(build->header->len);
    FILE *file = fopen(path, "wb");
    g_assert_nonnull(file);
    fwrite(&length, sizeof length, 1, file);
    fwrite(build->header->str, 1, build->header->len, file);
    fwrite(build->data->data, 1, build->data->len, file);
    g_assert_cmpint(fclose(file), ==, 0);
}

MedalsWeights *small_model_open(const SmallModelChange *change)
{
    Build build = {.change = change,
                   .header = g_string_new("{"),
                   .data = g_byte_array_new()};
    MedalsWidths widths = small_model_widths();
    g_assert_true(medals_widths_walk(&widths, add_parameter, &build, NULL));
    const float three[3] = {0};
    const int64_t shape = 3;
    if (change->extra)
        add_tensor(&build, change->extra, "F32", 1, &shape, three, 3);
    g_string_append_c(build.header, '}');

    g_autofree char *folder = g_dir_make_tmp("medals-net-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "small.safetensors", NULL);
    write_file(&build, path);
    g_string_free(build.header, TRUE);
    g_byte_array_free(build.data, TRUE);
    GError *error = NULL;
    MedalsWeights *weights = medals_weights_open(path, &error);
    g_assert_no_error(error);
    g_remove(path); /* stays mapped */
    g_rmdir(folder);
    return weights;
}

const MedalsKernels *small_model_kernels(void)
{
    MedalsIsa isa;
    GError *error = NULL;
    medals_isa_choose(NULL, &isa, &error);
    g_assert_no_error(error);
    return medals_kernels_get(isa);
}

MedalsNetwork *small_model_network(MedalsDtype storage)
{
    const SmallModelChange none = {0};
    MedalsWeights *weights = small_model_open(&none);
    MedalsNetworkOptions options = {
        .heads = 4, .mask_mlp_last_gelu = true, .storage = storage};
    GError *error = NULL;
    MedalsNetwork *network =
        medals_network_new(small_model_kernels(), weights, &options, &error);
    g_assert_no_error(error);
    medals_weights_unref(weights);
    return network;
}

MedalsExec small_model_exec(unsigned threads)
{
    MedalsExec exec = {.lane = medals_lane_new(threads, NULL),
                       .kernels = small_model_kernels()};
    g_assert_true(medals_lane_enter(exec.lane, NULL, NULL));
    return exec;
}

void small_model_exec_clear(MedalsExec *exec)
{
    medals_lane_leave(exec->lane);
    medals_lane_free(exec->lane);
}

size_t small_window_voxels(const SmallWindow *small)
{
    const MedalsWindow *window = &small->window;
    return (size_t) (window->h * window->w * window->d);
}

/* Grey values: a tilted ramp, a bright ball off the centre, noise. */
static float grey(int64_t h, int64_t w, int64_t d, uint64_t *state)
{
    int64_t a = h - 10, b = w - 40, c = d - 20;
    float value = (float) (h + 2 * w + d);
    value += a * a + b * b + c * c < 90 ? 60 : 0;
    return value + (float) (medals_splitmix_next(state) % 16);
}

void small_window_init(SmallWindow *small, int64_t n, uint64_t seed)
{
    MedalsWindow *window = &small->window;
    *window = (MedalsWindow){.h = 32, .w = 64, .d = 32, .n = n};
    size_t voxels = small_window_voxels(small);
    small->image = g_new(float, voxels);
    small->queries = g_new(float, n *small_model_widths().query);
    small->union_prompt = g_new0(uint8_t, voxels);
    small->class_prompts = g_new0(uint8_t, (gsize) n * voxels);
    for (size_t v = 0; v < voxels; v++) {
        int64_t h = (int64_t) v / (64 * 32), w = (int64_t) v / 32 % 64,
                d = (int64_t) v % 32;
        small->image[v] = grey(h, w, d, &seed);
        bool inside = h >= 6 && h < 14 && w >= 36 && w < 44 && d < 24;
        small->union_prompt[v] = inside;
        small->class_prompts[(size_t) (h % n) * voxels + v] = inside;
    }
    for (int64_t i = 0; i < n * small_model_widths().query; i++)
        small->queries[i] =
            (float) (medals_splitmix_next(&seed) % 2001) / 1000 - 1;
    window->image = small->image;
    window->queries = small->queries;
    window->union_prompt = small->union_prompt;
    window->class_prompts = small->class_prompts;
}

void small_window_clear(SmallWindow *small)
{
    g_free(small->image);
    g_free(small->queries);
    g_free(small->union_prompt);
    g_free(small->class_prompts);
}
