/*
 * scene.c - image, lattice, features and queries, each made when first used
 */
#include "scene.h"

#include <math.h>
#include <string.h>

#include "intensity.h"
#include "memory.h"
#include "text_request.h"

void medals_scene_init(MedalsScene *scene, MedalsModel *model,
                       MedalsVolume *volume, uint64_t feature_bytes)
{
    *scene = (MedalsScene){.model = medals_model_ref(model),
                           .volume = medals_volume_ref(volume),
                           .modality = MEDALS_MODALITY_NONE,
                           .header_modality = MEDALS_MODALITY_NONE,
                           .feature_bytes = feature_bytes};
    scene->cache = medals_feature_cache_new(feature_bytes);
    scene->queries =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, medals_free);
}

void medals_scene_clear(MedalsScene *scene)
{
    medals_feature_cache_free(scene->cache);
    if (scene->queries)
        g_hash_table_destroy(scene->queries);
    if (scene->ready)
        medals_lattice_clear(&scene->lattice);
    medals_volume_free(&scene->volume);
    medals_model_free(&scene->model);
    *scene = (MedalsScene){0};
}

bool medals_scene_settle(const MedalsScene *scene, MedalsSettled *settled,
                         const char *const *texts, size_t count, GError **error)
{
    if (settled->done)
        return true;
    /* Without a text the rules still name modality and window. */
    static const char *const none[] = {"object"};
    MedalsSegmentOptions options = MEDALS_SEGMENT_OPTIONS_INIT;
    options.texts = count ? texts : none;
    options.text_count = count ? count : 1;
    options.flags = MEDALS_SEGMENT_WHOLE_TEXTS;
    options.modality = scene->modality;
    options.header_modality = scene->header_modality;
    options.has_window = scene->has_window;
    memcpy(options.window, scene->window, sizeof options.window);
    MedalsTextRequest request;
    if (!medals_text_request_settle(
            scene->model, &options,
            medals_hounsfield_modality(&scene->hounsfield), &request, error))
        return false;
    *settled = (MedalsSettled){.done = true,
                               .told = settled->told,
                               .modality = request.modality,
                               .source = request.source,
                               .has_window = request.has_window};
    memcpy(settled->window, request.window, sizeof settled->window);
    medals_text_request_clear(&request);
    return true;
}

/* What was made for one modality and window does not do for another. */
static void forget(MedalsScene *scene)
{
    if (scene->ready)
        medals_lattice_clear(&scene->lattice);
    scene->ready = false;
    medals_feature_cache_free(scene->cache);
    scene->cache = medals_feature_cache_new(scene->feature_bytes);
    g_hash_table_remove_all(scene->queries);
}

bool medals_scene_prepare(MedalsScene *scene, const MedalsExec *exec,
                          MedalsSettled *settled, GError **error)
{
    if (!medals_scene_settle(scene, settled, NULL, 0, error))
        return false;
    if (scene->ready && medals_settled_equal(&scene->prepared, settled))
        return true;
    forget(scene);
    const MedalsVolume *volume = scene->volume;
    MedalsIntensityReport report = {0};
    double window[2];
    medals_hounsfield_window(&scene->hounsfield, settled->window, window);
    uint8_t *image = medals_alloc(medals_geometry_voxels(&volume->geometry), 1,
                                  "image", error);
    scene->ready =
        image &&
        medals_intensity_prepare(exec, volume, settled->modality, window, false,
                                 image, &report, error) &&
        medals_lattice_init(&scene->lattice, exec, scene->model,
                            settled->modality, &volume->geometry, image, error);
    scene->prepared = *settled;
    scene->constant = report.constant;
    medals_free(image);
    return scene->ready;
}

const MedalsFeatures *medals_scene_features(MedalsScene *scene,
                                            const MedalsExec *exec,
                                            size_t window, GError **error)
{
    const MedalsFeatures *kept = medals_feature_cache_get(scene->cache, window);
    if (kept)
        return kept;
    const MedalsLattice *lattice = &scene->lattice;
    const MedalsNetwork *network = lattice->stage.network;
    size_t voxels = (size_t) medals_lattice_crop_voxels(lattice);
    float *patch = medals_alloc(voxels, sizeof *patch, "window", error);
    /* X does not depend on the queries: one of zeros will do. */
    float *query =
        medals_alloc_zero((size_t) medals_network_query_width(network),
                          sizeof *query, "query", error);
    MedalsFeatures *features = NULL;
    if (patch && query) {
        medals_lattice_patch(lattice, window, patch);
        const int64_t *crop = lattice->stage.crop;
        MedalsWindow run = {.h = crop[0],
                            .w = crop[1],
                            .d = crop[2],
                            .image = patch,
                            .class_prompts_zero = true,
                            .queries = query,
                            .n = 1};
        features =
            medals_network_forward(exec, network, &run, NULL, NULL, error);
    }
    medals_free(patch);
    medals_free(query);
    return features ? medals_feature_cache_put(scene->cache, window, features)
                    : NULL;
}

static bool check_query(const float *query, int64_t width, const char *text,
                        GError **error)
{
    for (int64_t q = 0; q < width; q++)
        if (!isfinite(query[q]))
            return medals_fail(error, MEDALS_E_INPUT,
                               "model: its text encoder answers \"%.200s\" "
                               "with NaN or infinity; expected finite numbers",
                               text);
    return true;
}

const float *medals_scene_query(MedalsScene *scene, const MedalsExec *exec,
                                const char *text, GError **error)
{
    float *query = g_hash_table_lookup(scene->queries, text);
    if (query)
        return query;
    int64_t width = medals_query_encoder_width(scene->model->encoder);
    query = medals_alloc((size_t) width, sizeof *query, "query", error);
    MedalsTextClass *class = medals_text_class_of(
        scene->model, scene->prepared.modality, false, text);
    const char *asked = class->query;
    bool done = query &&
                medals_query_encoder_run(exec, scene->model->encoder, &asked, 1,
                                         scene->prepared.modality, query, NULL,
                                         error) &&
                check_query(query, width, text, error);
    medals_text_class_free(class);
    if (!done) {
        medals_free(query);
        return NULL;
    }
    g_hash_table_insert(scene->queries, g_strdup(text), query);
    return query;
}

static const MedalsFeatures *find_features(void *cookie, const int64_t start[3])
{
    MedalsScene *scene = cookie;
    size_t window = medals_lattice_find(&scene->lattice, start);
    return window == SIZE_MAX ? NULL
                              : medals_feature_cache_get(scene->cache, window);
}

static void keep_features(void *cookie, const int64_t start[3],
                          MedalsFeatures *features)
{
    MedalsScene *scene = cookie;
    size_t window = medals_lattice_find(&scene->lattice, start);
    if (window != SIZE_MAX)
        medals_feature_cache_put(scene->cache, window, features);
    else
        medals_features_free(features);
}

void medals_scene_store(MedalsScene *scene, MedalsFeatureStore *store)
{
    *store = (MedalsFeatureStore){.stage = scene->lattice.stage.number,
                                  .find = find_features,
                                  .keep = keep_features,
                                  .cookie = scene};
    memcpy(store->grid, scene->lattice.grid.shape, sizeof store->grid);
}
