/*
 * model_data.c - opening a package, preparing networks, looking up classes
 */
#include "model_data.h"

#include <string.h>

#include "memory.h"
#include "versioned.h"

static bool open_parts(MedalsModel *model, const char *folder, GError **error)
{
    model->package = medals_package_open(folder, error);
    if (!model->package)
        return false;
    const MedalsPackage *package = model->package;
    for (size_t i = 0; i < package->stage_count; i++) {
        const char *path = package->stages[i].weights;
        if (i > 0 && !strcmp(path, package->stages[0].weights))
            model->weights[i] = medals_weights_ref(model->weights[0]);
        else if (!(model->weights[i] = medals_weights_open(path, error)))
            return false;
    }
    if (package->labels &&
        !(model->own = medals_label_table_read(package->labels, error)))
        return false;
    model->encoder = medals_query_encoder_new(package, error);
    return model->encoder &&
           (model->table = medals_label_table_builtin(error)) != NULL;
}

MedalsModel *medals_model_create(MedalsLane *lane, const MedalsKernels *kernels,
                                 const char *folder, MedalsDtype storage,
                                 GError **error)
{
    MedalsModel *model = medals_alloc_zero(1, sizeof *model, folder, error);
    if (!model)
        return NULL;
    atomic_init(&model->references, 1);
    model->lane = lane;
    model->kernels = kernels;
    model->storage = storage;
    if (!open_parts(model, folder, error))
        medals_model_free(&model);
    return model;
}

MedalsModel *medals_model_ref(MedalsModel *model)
{
    if (model)
        atomic_fetch_add(&model->references, 1);
    return model;
}

void medals_model_free(MedalsModel **model)
{
    if (!model || !*model)
        return;
    MedalsModel *gone = *model;
    *model = NULL;
    if (atomic_fetch_sub(&gone->references, 1) != 1)
        return;
    if (gone->networks[1] != gone->networks[0])
        medals_network_free(gone->networks[1]);
    medals_network_free(gone->networks[0]);
    for (int i = 0; i < 2; i++)
        medals_weights_unref(gone->weights[i]);
    medals_query_encoder_free(gone->encoder);
    medals_label_table_free(gone->own);
    medals_package_free(gone->package);
    medals_free(gone);
}

/* Is an exponent of all ones (infinite or NaN) among `count` numbers? */
#define DEFINE_HAS_SPECIAL(name, type, mask)                                   \
    static bool name##_has_special(const uint8_t *data, size_t count)          \
    {                                                                          \
        int found = 0;                                                         \
        for (size_t i = 0; i < count; i++) {                                   \
            type bits;                                                         \
            memcpy(&bits, data + i * sizeof bits, sizeof bits);                \
            found |= (bits & (mask)) == (mask);                                \
        }                                                                      \
        return found;                                                          \
    }
DEFINE_HAS_SPECIAL(f64, uint64_t, UINT64_C(0x7ff) << 52)
DEFINE_HAS_SPECIAL(f32, uint32_t, UINT32_C(0xff) << 23)
DEFINE_HAS_SPECIAL(bf16, uint16_t, 0x7f80)
DEFINE_HAS_SPECIAL(f16, uint16_t, 0x7c00)

static bool is_finite(const MedalsStoredTensor *tensor)
{
    switch (tensor->dtype) {
    case MEDALS_F64:
        return !f64_has_special(tensor->data, tensor->bytes / 8);
    case MEDALS_F32:
        return !f32_has_special(tensor->data, tensor->bytes / 4);
    case MEDALS_BF16:
        return !bf16_has_special(tensor->data, tensor->bytes / 2);
    case MEDALS_F16:
        return !f16_has_special(tensor->data, tensor->bytes / 2);
    default:
        return true;
    }
}

/* One such weight makes every answer of the network none. */
static bool check_finite(const MedalsWeights *weights, GError **error)
{
    for (size_t i = 0; i < medals_weights_count(weights); i++) {
        const MedalsStoredTensor *tensor = medals_weights_at(weights, i);
        if (!is_finite(tensor))
            return medals_fail(error, MEDALS_E_INPUT,
                               "%s: tensor %s: holds a NaN or infinity; "
                               "expected finite weights",
                               medals_weights_path(weights), tensor->name);
    }
    return true;
}

static bool check_width(const MedalsModel *model, const MedalsNetwork *network,
                        size_t stage, GError **error)
{
    int64_t found = medals_network_query_width(network);
    int64_t expected = medals_query_encoder_width(model->encoder);
    if (found == expected)
        return true;
    return medals_fail(error, MEDALS_E_SHAPE,
                       "%s: queries of width %" G_GINT64_FORMAT
                       "; expected %" G_GINT64_FORMAT
                       ", the width of the text projection",
                       model->package->stages[stage].weights, found, expected);
}

const MedalsNetwork *medals_model_network(MedalsModel *model, size_t stage,
                                          GError **error)
{
    if (model->networks[stage])
        return model->networks[stage];
    size_t other = 1 - stage;
    if (model->networks[other] &&
        model->weights[stage] == model->weights[other])
        return model->networks[stage] = model->networks[other];
    const MedalsPackage *package = model->package;
    MedalsNetworkOptions options = {.heads = package->heads,
                                    .mask_mlp_last_gelu =
                                        package->mask_mlp_last_gelu,
                                    .storage = model->storage};
    if (!check_finite(model->weights[stage], error))
        return NULL;
    MedalsNetwork *network = medals_network_new(
        model->kernels, model->weights[stage], &options, error);
    if (!network)
        return NULL;
    medals_weights_forget(model->weights[stage]);
    if (!check_width(model, network, stage, error)) {
        medals_network_free(network);
        return NULL;
    }
    return model->networks[stage] = network;
}

static size_t own_count(const MedalsModel *model)
{
    return model->own ? medals_label_table_count(model->own) : 0;
}

const MedalsClass *medals_model_peek_class(const MedalsModel *model,
                                           int64_t index)
{
    if (index < 0)
        return NULL;
    size_t own = own_count(model), at = (size_t) index;
    if (at < own)
        return medals_label_table_at(model->own, at);
    if (at - own < medals_label_table_count(model->table))
        return medals_label_table_at(model->table, at - own);
    return NULL;
}

bool medals_model_class_is_own(const MedalsModel *model, int64_t index)
{
    return index >= 0 && (size_t) index < own_count(model);
}

bool medals_model_class_trained(const MedalsModel *model, int64_t index)
{
    const MedalsClass *info = medals_model_peek_class(model, index);
    if (!info || info->modality == MEDALS_MODALITY_NONE)
        return false;
    if (model->package->trained_on_table &&
        !medals_model_class_is_own(model, index))
        return true;
    char *const *name = model->package->trained[info->modality];
    for (; name && *name; name++)
        if (!g_ascii_strcasecmp(*name, info->name))
            return true;
    return false;
}

char *medals_model_class_label(const MedalsModel *model, int64_t index)
{
    static const char *const prefix[] = {"CT", "MRI", "US", "PET",
                                         "Microscopy"};
    const MedalsClass *info = medals_model_peek_class(model, index);
    if (!info || info->modality == MEDALS_MODALITY_NONE)
        return g_strdup("");
    return g_strdup_printf("%s_%s", prefix[info->modality], info->name);
}

size_t medals_model_class_count(const MedalsModel *model)
{
    return model ? own_count(model) + medals_label_table_count(model->table)
                 : 0;
}

/* Has an earlier class of the modality the name? */
static bool is_repeated(const MedalsModel *model, size_t index)
{
    const MedalsClass *info = medals_model_peek_class(model, (int64_t) index);
    for (size_t i = 0; i < index; i++) {
        const MedalsClass *other = medals_model_peek_class(model, (int64_t) i);
        if (other->modality == info->modality &&
            !g_ascii_strcasecmp(other->name, info->name))
            return true;
    }
    return false;
}

bool medals_model_class(const MedalsModel *model, size_t index,
                        MedalsClassInfo *info)
{
    const MedalsClass *from =
        model && index <= INT64_MAX
            ? medals_model_peek_class(model, (int64_t) index)
            : NULL;
    if (!from)
        return false;
    MedalsClassInfo out = {
        .name = from->name,
        .modality = from->modality,
        .trained = medals_model_class_trained(model, (int64_t) index),
        .lesion = from->lesion,
        .rgb = {from->rgb[0], from->rgb[1], from->rgb[2]},
        .terminology = from->terminology,
        .synonyms = (const char *const *) from->synonyms,
        .repeated = is_repeated(model, index)};
    return medals_versioned_write(info, &out, sizeof out);
}

const char *medals_model_name(const MedalsModel *model)
{
    return model ? model->package->name : NULL;
}

const char *medals_model_license(const MedalsModel *model)
{
    return model ? model->package->license : NULL;
}

MedalsPrecision medals_model_precision(const MedalsModel *model)
{
    if (!model)
        return MEDALS_PRECISION_AUTO;
    return model->storage == MEDALS_BF16 ? MEDALS_PRECISION_BF16
                                         : MEDALS_PRECISION_F32;
}

MedalsModality medals_model_default_modality(const MedalsModel *model)
{
    return model ? model->package->default_modality : MEDALS_MODALITY_NONE;
}

size_t medals_model_stage_count(const MedalsModel *model)
{
    return model ? model->package->stage_count : 0;
}

static uint64_t count_parameters(const MedalsWeights *weights)
{
    uint64_t count = 0;
    for (size_t i = 0; i < medals_weights_count(weights); i++) {
        const MedalsStoredTensor *tensor = medals_weights_at(weights, i);
        count += tensor->bytes / medals_dtype_size(tensor->dtype);
    }
    return count;
}

bool medals_model_stage(const MedalsModel *model, size_t index,
                        MedalsStageInfo *info)
{
    if (index >= medals_model_stage_count(model))
        return false;
    const MedalsPackageStage *stage = &model->package->stages[index];
    const double *spacing = stage->spacing[model->package->default_modality];
    MedalsStageInfo out = {
        .name = stage->name,
        .crop = {stage->crop[0], stage->crop[1], stage->crop[2]},
        .spacing = {spacing[0], spacing[1], spacing[2]},
        .parameters = count_parameters(model->weights[index])};
    return medals_versioned_write(info, &out, sizeof out);
}
