/*
 * click_fit_case.c - loading, running, keeping
 */
#include "click_fit_case.h"

#include <math.h>
#include <string.h>

#include "image.h"
#include "intensity.h"
#include "medals/segment.h"
#include "memory.h"
#include "resample.h"
#include "stage.h"
#include "windows.h"

static size_t product(const int64_t shape[3])
{
    return (size_t) (shape[0] * shape[1] * shape[2]);
}

bool fit_model_open(FitModel *model, const char *folder, const char *cache,
                    GError **error)
{
    MedalsContextOptions options = MEDALS_CONTEXT_OPTIONS_INIT;
    options.threads = 1;
    if (medals_context_new(&model->context, &options, NULL) != MEDALS_OK)
        return medals_fail(error, MEDALS_E_NOMEM, "context: none");
    model->cache = g_strdup(cache);
    model->exec = (MedalsExec){.lane = model->context->lane,
                               .kernels = model->context->kernels};
    model->model = medals_model_create(model->exec.lane, model->exec.kernels,
                                       folder, MEDALS_F32, error);
    return model->model != NULL;
}

void fit_model_close(FitModel *model)
{
    medals_model_free(&model->model);
    medals_context_free(&model->context);
    g_free(model->cache);
}

/* ---- cache -------------------------------------------------------------- */

static char *cache_path(const FitCase *sample, const char *what)
{
    g_autofree char *name =
        g_strdup_printf("%s.%s", sample->source->name, what);
    return g_build_filename(sample->model->cache, name, NULL);
}

/* Fills parts from one file; false: it is not there, or of another length. */
static bool cache_read(const char *path, void *const *parts,
                       const size_t *bytes, size_t count)
{
    g_autofree char *data = NULL;
    gsize length, want = 0;
    if (!g_file_get_contents(path, &data, &length, NULL))
        return false;
    for (size_t i = 0; i < count; i++)
        want += bytes[i];
    if (want != length)
        return false;
    size_t at = 0;
    for (size_t i = 0; i < count; at += bytes[i++])
        memcpy(parts[i], data + at, bytes[i]);
    return true;
}

static void cache_write(const char *path, void *const *parts,
                        const size_t *bytes, size_t count)
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    for (size_t i = 0; i < count; i++)
        g_byte_array_append(all, parts[i], (guint) bytes[i]);
    g_file_set_contents(path, (const char *) all->data, all->len, NULL);
}

/* ---- scan --------------------------------------------------------------- */

static MedalsVolume *read_volume(const char *path, GError **error)
{
    MedalsImage *image = NULL;
    MedalsVolume *volume = NULL;
    char *message = NULL;
    MedalsStatus status = medals_image_read(&image, path, NULL, &message);
    if (status == MEDALS_OK)
        volume = medals_image_ref_volume(image);
    else
        medals_error_set(error, status, "%s", message);
    medals_image_free(&image);
    medals_bridge_free(message);
    return volume;
}

/* Truth values to class numbers, on network axes. */
static bool take_truth(FitCase *sample, const MedalsCanonical *canonical,
                       GError **error)
{
    const FitSource *source = sample->source;
    MedalsVolume *volume = read_volume(source->truth, error);
    if (!volume)
        return false;
    size_t n = product(sample->shape);
    uint8_t *raw = medals_alloc(n, 1, "truth", error);
    sample->truth = medals_alloc(n, 1, "truth", error);
    if (n != (size_t) medals_geometry_voxels(&volume->geometry))
        return medals_fail(error, MEDALS_E_SHAPE, "%s: another size",
                           source->truth);
    for (size_t v = 0; v < n; v++) {
        double value =
            volume->dtype == MEDALS_U8    ? ((uint8_t *) volume->data)[v]
            : volume->dtype == MEDALS_I16 ? ((int16_t *) volume->data)[v]
                                          : ((float *) volume->data)[v];
        raw[v] = 0;
        for (guint k = 0; k < source->values->len; k++)
            if (value == g_array_index(source->values, uint8_t, k))
                raw[v] = (uint8_t) (k + 1);
    }
    bool ok = medals_canonical_forward(&sample->model->exec, canonical, raw,
                                       sample->truth, 1, error);
    medals_free(raw);
    medals_volume_free(&volume);
    return ok;
}

static bool take_image(FitCase *sample, const MedalsVolume *volume,
                       const MedalsCanonical *canonical, GError **error)
{
    const MedalsExec *exec = &sample->model->exec;
    const MedalsPackage *package = sample->model->model->package;
    size_t n = product(sample->shape);
    uint8_t *prepared = medals_alloc(n, 1, "image", error);
    uint8_t *turned = medals_alloc(n, 1, "image", error);
    float *raw = medals_alloc(n, sizeof *raw, "image", error);
    MedalsIntensityReport report;
    bool ok =
        medals_intensity_prepare(exec, volume, sample->source->modality,
                                 package->ct_window, false, prepared, &report,
                                 error) &&
        medals_canonical_forward(exec, canonical, prepared, turned, 1, error);
    for (size_t v = 0; ok && v < n; v++)
        raw[v] = turned[v];
    float *grid =
        medals_alloc(product(sample->grid.shape), sizeof *grid, "grid", error);
    sample->image =
        medals_alloc_zero(product(sample->padded), sizeof *grid, "grid", error);
    ok = ok && medals_resample_image(exec, raw, sample->shape, grid,
                                     sample->grid.shape,
                                     sample->grid.separate_axis, error);
    const int64_t *g = sample->grid.shape, *p = sample->padded;
    for (int64_t h = 0; ok && h < g[0]; h++)
        for (int64_t w = 0; w < g[1]; w++)
            memcpy(sample->image + (h * p[1] + w) * p[2],
                   grid + (h * g[1] + w) * g[2], (size_t) g[2] * sizeof *grid);
    medals_free(prepared);
    medals_free(turned);
    medals_free(raw);
    medals_free(grid);
    return ok;
}

/* Labels that the texts alone give, by the public function. */
static bool segment(FitCase *sample, MedalsVolume *volume, uint8_t *labels,
                    GError **error)
{
    const FitSource *source = sample->source;
    MedalsSegmentOptions options = MEDALS_SEGMENT_OPTIONS_INIT;
    options.texts = (const char *const *) source->texts->pdata;
    options.text_count = source->texts->len;
    options.modality = source->modality;
    MedalsSegmentation *result = NULL;
    medals_lane_leave(sample->model->exec.lane);
    MedalsStatus status =
        medals_segment(&result, sample->model->model, volume, &options, NULL);
    medals_lane_enter(sample->model->exec.lane, NULL, NULL);
    if (status != MEDALS_OK)
        return medals_fail(error, status, "%s: not segmented", source->name);
    memcpy(labels, medals_segmentation_peek_labelmap(result)->data,
           product(sample->shape));
    medals_segmentation_free(&result);
    return true;
}

static bool take_base(FitCase *sample, MedalsVolume *volume, bool whole,
                      const MedalsCanonical *canonical, GError **error)
{
    size_t n = product(sample->shape);
    sample->base = medals_alloc_zero(n, 1, "labels", error);
    if (!whole || !sample->source->texts->pdata[0])
        return true;
    g_autofree char *path = cache_path(sample, "labels");
    void *parts[1] = {sample->base};
    if (cache_read(path, parts, &n, 1))
        return true;
    uint8_t *raw = medals_alloc(n, 1, "labels", error);
    bool ok = segment(sample, volume, raw, error) &&
              medals_canonical_forward(&sample->model->exec, canonical, raw,
                                       sample->base, 1, error);
    medals_free(raw);
    if (ok)
        cache_write(path, parts, &n, 1);
    return ok;
}

static bool take_queries(FitCase *sample, GError **error)
{
    MedalsQueryEncoder *encoder = sample->model->model->encoder;
    const FitSource *source = sample->source;
    const char *any[] = {"tumor"};
    bool texts = source->texts->pdata[0] != NULL;
    sample->text_count = texts ? source->texts->len : 1;
    sample->queries = medals_alloc(
        (size_t) (sample->text_count * medals_query_encoder_width(encoder)),
        sizeof(float), "queries", error);
    return medals_query_encoder_run(
        &sample->model->exec, encoder,
        texts ? (const char *const *) source->texts->pdata : any,
        (size_t) sample->text_count, source->modality, sample->queries, NULL,
        error);
}

static void free_window(void *data)
{
    FitWindow *window = data;
    medals_tensor_clear(&window->x);
    medals_free(window->embeddings);
    medals_free(window->image);
    g_free(window);
}

static bool open_case(FitCase *sample, MedalsVolume *volume, bool whole,
                      GError **error)
{
    const MedalsPackage *package = sample->model->model->package;
    const MedalsPackageStage *stage =
        &package->stages[package->stage_count - 1];
    MedalsCanonical canonical;
    if (!medals_canonical_init(&canonical, &volume->geometry, package->axes,
                               error))
        return false;
    float spacing[3];
    for (int a = 0; a < 3; a++) {
        sample->shape[a] = canonical.shape[a];
        sample->spacing[a] = canonical.spacing[a];
        spacing[a] = (float) canonical.spacing[a];
        sample->crop[a] = stage->crop[a];
    }
    MedalsStage plan = {.number = (int) package->stage_count,
                        .package = package};
    MedalsStageMode mode = {.n = 1};
    memcpy(plan.crop, stage->crop, sizeof plan.crop);
    memcpy(plan.target, stage->spacing[sample->source->modality],
           sizeof plan.target);
    medals_stage_plan(&plan, &mode, sample->shape, spacing, &sample->grid,
                      sample->padded);
    return take_truth(sample, &canonical, error) &&
           take_image(sample, volume, &canonical, error) &&
           take_base(sample, volume, whole, &canonical, error) &&
           take_queries(sample, error);
}

FitCase *fit_case_open(FitModel *model, const FitSource *source, bool whole,
                       GError **error)
{
    MedalsVolume *volume = read_volume(source->image, error);
    if (!volume)
        return NULL;
    FitCase *sample = g_new0(FitCase, 1);
    sample->source = source;
    sample->model = model;
    sample->windows =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_window);
    medals_lane_enter(model->exec.lane, NULL, NULL);
    bool ok = open_case(sample, volume, whole, error);
    medals_lane_leave(model->exec.lane);
    medals_volume_free(&volume);
    if (ok)
        return sample;
    fit_case_free(sample);
    return NULL;
}

void fit_case_free(FitCase *sample)
{
    medals_free(sample->truth);
    medals_free(sample->base);
    medals_free(sample->image);
    medals_free(sample->queries);
    g_hash_table_destroy(sample->windows);
    g_free(sample);
}

/* ---- windows ------------------------------------------------------------ */

static void choose_window(const FitCase *sample, const int64_t voxel[3],
                          int64_t start[3])
{
    for (int a = 0; a < 3; a++) {
        int64_t *starts;
        size_t n = medals_windows_axis(sample->padded[a], sample->crop[a],
                                       &starts, NULL);
        double at = ((double) voxel[a] + 0.5) * (double) sample->grid.shape[a] /
                    (double) sample->shape[a];
        double best = INFINITY;
        for (size_t i = 0; i < n; i++) {
            double away =
                fabs((double) starts[i] + (double) sample->crop[a] / 2 - at);
            if (away < best) {
                best = away;
                start[a] = starts[i];
            }
        }
        medals_free(starts);
    }
}

static void cut_image(const FitCase *sample, FitWindow *window)
{
    const int64_t *c = sample->crop, *p = sample->padded, *s = window->start;
    for (int64_t h = 0; h < c[0]; h++)
        for (int64_t w = 0; w < c[1]; w++)
            memcpy(window->image + (h * c[1] + w) * c[2],
                   sample->image + ((s[0] + h) * p[1] + s[1] + w) * p[2] + s[2],
                   (size_t) c[2] * sizeof(float));
}

static bool run_window(FitCase *sample, FitWindow *window, GError **error)
{
    MedalsModel *model = sample->model->model;
    const MedalsNetwork *network =
        medals_model_network(model, model->package->stage_count - 1, error);
    MedalsWindow run = {.h = sample->crop[0],
                        .w = sample->crop[1],
                        .d = sample->crop[2],
                        .image = window->image,
                        .class_prompts_zero = true,
                        .queries = sample->queries,
                        .n = sample->text_count};
    if (!network)
        return false;
    const MedalsExec *exec = &sample->model->exec;
    int64_t c = medals_network_feature_width(network), line = sample->crop[2];
    g_autofree int64_t *voxel = g_new(int64_t, (size_t) line);
    g_autofree float *row = g_new(float, (size_t) (line * c));
    MedalsFeatures *features =
        medals_network_forward(exec, network, &run, NULL, NULL, error);
    if (!features)
        return false;
    int64_t voxels = (int64_t) product(sample->crop);
    for (int64_t v = 0; v < voxels; v += line) {
        for (int64_t i = 0; i < line; i++)
            voxel[i] = v + i;
        medals_features_rows(features, exec->kernels, voxel, (size_t) line,
                             row);
        for (int64_t i = 0; i < line * c; i++)
            ((uint16_t *) window->x.data)[v * c + i] =
                medals_bf16_from_f32(row[i]);
    }
    memcpy(window->embeddings, medals_features_embedding(features, 0),
           (size_t) (sample->text_count * c) * sizeof(float));
    medals_features_free(features);
    return true;
}

static bool fill_window(FitCase *sample, FitWindow *window, const char *key,
                        GError **error)
{
    MedalsModel *model = sample->model->model;
    medals_lane_enter(sample->model->exec.lane, NULL, NULL);
    const MedalsNetwork *network =
        medals_model_network(model, model->package->stage_count - 1, error);
    medals_lane_leave(sample->model->exec.lane);
    if (!network)
        return false;
    const int64_t *crop = sample->crop;
    int64_t c = medals_network_feature_width(network);
    size_t n = product(crop), m = (size_t) (sample->text_count * c);
    window->image = medals_alloc(n, sizeof(float), "window", error);
    window->embeddings = medals_alloc(m, sizeof(float), "window", error);
    if (!medals_tensor_init(&window->x, MEDALS_BF16, crop[0], crop[1], crop[2],
                            c, error))
        return false;
    cut_image(sample, window);
    g_autofree char *path = cache_path(sample, key);
    void *parts[2] = {window->x.data, window->embeddings};
    size_t bytes[2] = {n * (size_t) c * sizeof(uint16_t), m * sizeof(float)};
    if (cache_read(path, parts, bytes, 2))
        return true;
    medals_lane_enter(sample->model->exec.lane, NULL, NULL);
    bool ok = run_window(sample, window, error);
    medals_lane_leave(sample->model->exec.lane);
    if (ok)
        cache_write(path, parts, bytes, 2);
    return ok;
}

const FitWindow *fit_case_window(FitCase *sample, const int64_t voxel[3],
                                 GError **error)
{
    int64_t s[3];
    choose_window(sample, voxel, s);
    g_autofree char *key =
        g_strdup_printf("%ld_%ld_%ld", (long) s[0], (long) s[1], (long) s[2]);
    FitWindow *window = g_hash_table_lookup(sample->windows, key);
    if (window)
        return window;
    window = g_new0(FitWindow, 1);
    memcpy(window->start, s, sizeof s);
    if (!fill_window(sample, window, key, error)) {
        free_window(window);
        return NULL;
    }
    g_hash_table_insert(sample->windows, g_steal_pointer(&key), window);
    return window;
}

void fit_case_to_window(const FitCase *sample, const FitWindow *window,
                        const double voxel[3], double at[3])
{
    for (int a = 0; a < 3; a++)
        at[a] = (voxel[a] + 0.5) * (double) sample->grid.shape[a] /
                    (double) sample->shape[a] -
                0.5 - (double) window->start[a];
}

/* Scan voxels that a window voxel overlaps along one axis. */
typedef struct Cover {
    int64_t first;
    int count;
    float weight[8];
} Cover;

static void cover_axis(int64_t to, int64_t from, int64_t start, int64_t length,
                       Cover *cover)
{
    double ratio = (double) from / (double) to;
    for (int64_t i = 0; i < length; i++) {
        double low = (double) (i + start) * ratio, high = low + ratio;
        Cover *c = &cover[i];
        c->first = (int64_t) low;
        c->count = 0;
        for (int64_t v = c->first; (double) v < high && c->count < 8; v++) {
            double part = MIN(high, (double) v + 1) - MAX(low, (double) v);
            c->weight[c->count++] = (float) (part / ratio);
        }
        if (i + start >= to)
            c->count = 0; /* padding */
    }
}

void fit_case_share(const FitCase *sample, const FitWindow *window,
                    const uint8_t *mask, uint8_t value, bool not_value,
                    float *share)
{
    const int64_t *n = sample->shape, *crop = sample->crop;
    Cover *cover[3];
    for (int a = 0; a < 3; a++) {
        cover[a] = g_new(Cover, crop[a]);
        cover_axis(sample->grid.shape[a], n[a], window->start[a], crop[a],
                   cover[a]);
    }
    for (int64_t h = 0; h < crop[0]; h++)
        for (int64_t w = 0; w < crop[1]; w++)
            for (int64_t d = 0; d < crop[2]; d++) {
                const Cover *a = &cover[0][h], *b = &cover[1][w],
                            *c = &cover[2][d];
                float sum = 0;
                for (int i = 0; i < a->count; i++)
                    for (int j = 0; j < b->count; j++)
                        for (int k = 0; k < c->count; k++) {
                            int64_t x = CLAMP(a->first + i, 0, n[0] - 1);
                            int64_t y = CLAMP(b->first + j, 0, n[1] - 1);
                            int64_t z = CLAMP(c->first + k, 0, n[2] - 1);
                            uint8_t m = mask[(x * n[1] + y) * n[2] + z];
                            bool in = not_value ? m && m != value : m == value;
                            if (in)
                                sum +=
                                    a->weight[i] * b->weight[j] * c->weight[k];
                        }
                *share++ = sum;
            }
    for (int a = 0; a < 3; a++)
        g_free(cover[a]);
}
