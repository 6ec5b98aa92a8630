/*
 * package.c - model.json, field by field
 *
 * resources/models/README.md explains the fields in the same order.
 */
#include "package.h"

#include <string.h>

#include "file.h"
#include "json_fields.h"

#define FILE_MAX ((size_t) 4 << 20)
#define VERSION 1
#define MODALITIES 5
#define STAGES_MAX 2
#define CROP_STEP 32 /* the network halves five times */
#define CROP_MAX 1024
#define SPACING_MIN 0.001 /* mm */
#define SPACING_MAX 1000
#define HEADS_MAX 1024
#define TOKENS_MAX 65536
#define HU_MAX 1e6
#define TRAINED_MAX 4096 /* texts of one modality */

typedef MedalsPackage Package;

bool medals_package_name_ok(const char *name)
{
    if (!name[0] || name[0] == '/' || strchr(name, ':') || strchr(name, '\\'))
        return false;
    for (const char *c = name; *c; c++)
        if (g_ascii_iscntrl(*c))
            return false;
    g_auto(GStrv) parts = g_strsplit(name, "/", -1);
    for (char **part = parts; *part; part++)
        if (!**part || !strcmp(*part, ".") || !strcmp(*part, ".."))
            return false;
    return true;
}

static bool fail_missing(const char *path, const char *what, GError **error)
{
    return medals_fail(error, MEDALS_E_IO, "%s: missing; expected %s", path,
                       what);
}

/* The file that a field names, as an absolute path; NULL in *path where it is
 * missing and `may_miss`. */
static bool read_path(const Package *package, const MedalsFields *fields,
                      const char *name, bool may_miss, char **path,
                      GError **error)
{
    const char *file;
    if (!medals_fields_text(fields, name, &file, error))
        return false;
    if (!medals_package_name_ok(file))
        return medals_fields_fail(
            fields, name, "the name of a file inside the package", error);
    g_autofree char *full = g_build_filename(package->folder, file, NULL);
    if (g_file_test(full, G_FILE_TEST_IS_REGULAR))
        *path = g_steal_pointer(&full);
    else if (!may_miss) {
        g_autofree char *what = g_strdup_printf(
            "the file that %s%s of model.json names", fields->where, name);
        return fail_missing(full, what, error);
    }
    return true;
}

static bool read_optional_path(const Package *package,
                               const MedalsFields *fields, const char *name,
                               char **path, GError **error)
{
    return !medals_fields_peek(fields, name) ||
           read_path(package, fields, name, false, path, error);
}

/* Three letters, one of each of RL, AP, SI. */
static bool axes_are_good(const char *axes)
{
    static const char pairs[] = "RLAPSI";
    unsigned seen = 0;
    for (const char *c = axes; *c; c++) {
        const char *found = strchr(pairs, *c);
        if (!found)
            return false;
        seen |= 1u << (found - pairs) / 2;
    }
    return strlen(axes) == 3 && seen == 7;
}

static bool read_axes(Package *package, const MedalsFields *fields,
                      GError **error)
{
    const char *axes;
    if (!medals_fields_text(fields, "axes", &axes, error))
        return false;
    if (!axes_are_good(axes))
        return medals_fields_fail(fields, "axes",
                                  "three letters such as RAS: one of R L, one "
                                  "of A P, one of S I",
                                  error);
    memcpy(package->axes, axes, sizeof package->axes);
    return true;
}

static bool read_modality(const MedalsFields *fields, const char *name,
                          MedalsModality *modality, GError **error)
{
    const char *word;
    if (!medals_fields_text(fields, name, &word, error))
        return false;
    *modality = medals_modality_parse(word);
    return *modality != MEDALS_MODALITY_NONE ||
           medals_fields_fail(fields, name, "ct, mri, us, pet or microscopy",
                              error);
}

static bool read_identity(Package *package, const MedalsFields *fields,
                          GError **error)
{
    static const char *const architectures[] = {"medal-s", NULL};
    const char *name, *license;
    int64_t version;
    int architecture;
    if (!medals_fields_whole(fields, "version", VERSION, VERSION, &version,
                             error) ||
        !medals_fields_word(fields, "architecture", architectures,
                            &architecture, error) ||
        !medals_fields_text(fields, "name", &name, error) ||
        !medals_fields_text(fields, "license", &license, error) ||
        !read_axes(package, fields, error) ||
        !read_modality(fields, "default_modality", &package->default_modality,
                       error))
        return false;
    package->name = g_strdup(name);
    package->license = g_strdup(license);
    return true;
}

/* --- stages -------------------------------------------------------------- */

static bool read_crop(MedalsPackageStage *stage, const MedalsFields *fields,
                      GError **error)
{
    double crop[3];
    if (!medals_fields_numbers(fields, "crop", CROP_STEP, CROP_MAX, crop, 3,
                               error))
        return false;
    for (int i = 0; i < 3; i++) {
        stage->crop[i] = (int64_t) crop[i];
        if ((double) stage->crop[i] != crop[i] || stage->crop[i] % CROP_STEP)
            return medals_fields_fail(fields, "crop", "multiples of 32", error);
    }
    return true;
}

/* A number (the same on all axes) or three. */
static bool read_triple(const MedalsFields *fields, const char *name,
                        double triple[3], GError **error)
{
    if (!cJSON_IsNumber(medals_fields_peek(fields, name)))
        return medals_fields_numbers(fields, name, SPACING_MIN, SPACING_MAX,
                                     triple, 3, error);
    if (!medals_fields_number(fields, name, SPACING_MIN, SPACING_MAX, triple,
                              error))
        return false;
    triple[1] = triple[2] = triple[0];
    return true;
}

/* By modality; those that are not named are as the default modality. */
static bool read_spacing_object(MedalsPackageStage *stage,
                                MedalsModality fallback,
                                const MedalsFields *fields, GError **error)
{
    static const char *const names[] = {"ct",  "mri",        "us",
                                        "pet", "microscopy", NULL};
    if (!medals_fields_only(fields, names, error) ||
        !read_triple(fields, names[fallback], stage->spacing[fallback], error))
        return false;
    for (int m = 0; m < MODALITIES; m++) {
        if (m == (int) fallback)
            continue;
        memcpy(stage->spacing[m], stage->spacing[fallback],
               sizeof stage->spacing[m]);
        if (medals_fields_peek(fields, names[m]) &&
            !read_triple(fields, names[m], stage->spacing[m], error))
            return false;
    }
    return true;
}

static bool read_spacing(MedalsPackageStage *stage, MedalsModality fallback,
                         const MedalsFields *fields, GError **error)
{
    const cJSON *item = medals_fields_peek(fields, "spacing");
    if (cJSON_IsObject(item)) {
        g_autofree char *where = g_strconcat(fields->where, "spacing.", NULL);
        MedalsFields inner = {fields->file, where, item};
        return read_spacing_object(stage, fallback, &inner, error);
    }
    if (!read_triple(fields, "spacing", stage->spacing[0], error))
        return false;
    for (int m = 1; m < MODALITIES; m++)
        memcpy(stage->spacing[m], stage->spacing[0], sizeof stage->spacing[m]);
    return true;
}

static bool read_stage(Package *package, size_t index, const MedalsFields *all,
                       const cJSON *object, GError **error)
{
    static const char *const names[] = {"name",    "weights", "crop",
                                        "spacing", "prompt",  NULL};
    MedalsPackageStage *stage = &package->stages[index];
    g_autofree char *where = g_strdup_printf("stages.%zu.", index);
    MedalsFields fields = {all->file, where, object};
    const char *name;
    if (!cJSON_IsObject(object))
        return medals_fields_fail(all, "stages", "a list of objects", error);
    if (!medals_fields_only(&fields, names, error) ||
        !medals_fields_text(&fields, "name", &name, error) ||
        !read_path(package, &fields, "weights", false, &stage->weights,
                   error) ||
        !read_crop(stage, &fields, error) ||
        !read_spacing(stage, package->default_modality, &fields, error) ||
        !medals_fields_bool(&fields, "prompt", &stage->prompt, error))
        return false;
    stage->name = g_strdup(name);
    if (index == 0 && stage->prompt)
        return medals_fields_fail(
            &fields, "prompt", "false: no stage comes before this one", error);
    return true;
}

static bool read_stages(Package *package, const MedalsFields *fields,
                        GError **error)
{
    const cJSON *list = medals_fields_peek(fields, "stages");
    int count = cJSON_GetArraySize(list);
    if (!cJSON_IsArray(list) || count < 1 || count > STAGES_MAX)
        return medals_fields_fail(fields, "stages", "a list of 1 or 2 stages",
                                  error);
    package->stages = g_new0(MedalsPackageStage, (gsize) count);
    package->stage_count = (size_t) count;
    for (int i = 0; i < count; i++)
        if (!read_stage(package, (size_t) i, fields,
                        cJSON_GetArrayItem(list, i), error))
            return false;
    return true;
}

/* --- the rest of model.json ---------------------------------------------- */

static bool read_network(Package *package, const MedalsFields *all,
                         GError **error)
{
    static const char *const names[] = {"heads", "mask_mlp_last_gelu", NULL};
    MedalsFields fields = {all->file, "network.", NULL};
    return medals_fields_object(all, "network", &fields.object, error) &&
           medals_fields_only(&fields, names, error) &&
           medals_fields_whole(&fields, "heads", 1, HEADS_MAX, &package->heads,
                               error) &&
           medals_fields_bool(&fields, "mask_mlp_last_gelu",
                              &package->mask_mlp_last_gelu, error);
}

static bool read_windows(Package *package, const MedalsFields *all,
                         GError **error)
{
    static const char *const names[] = {"importance_half", "skip_flat", NULL};
    MedalsFields fields = {all->file, "windows.", NULL};
    return medals_fields_object(all, "windows", &fields.object, error) &&
           medals_fields_only(&fields, names, error) &&
           medals_fields_bool(&fields, "importance_half",
                              &package->importance_half, error) &&
           medals_fields_bool(&fields, "skip_flat", &package->skip_flat_windows,
                              error);
}

static bool read_intensity(Package *package, const MedalsFields *all,
                           GError **error)
{
    static const char *const names[] = {"ct_window", NULL};
    MedalsFields fields = {all->file, "intensity.", NULL};
    if (!medals_fields_object(all, "intensity", &fields.object, error) ||
        !medals_fields_only(&fields, names, error) ||
        !medals_fields_numbers(&fields, "ct_window", -HU_MAX, HU_MAX,
                               package->ct_window, 2, error))
        return false;
    return package->ct_window[0] < package->ct_window[1] ||
           medals_fields_fail(&fields, "ct_window", "lower bound, upper bound",
                              error);
}

static bool read_rules(Package *package, const MedalsFields *fields,
                       GError **error)
{
    static const char *const rules[] = {"medal-s", "enlarge", NULL};
    static const char *const back[] = {"labels", "probabilities", NULL};
    int rule, what;
    if (!medals_fields_word(fields, "spacing_rules", rules, &rule, error) ||
        !medals_fields_word(fields, "resample_back", back, &what, error))
        return false;
    package->spacing_rules =
        rule == 0 ? MEDALS_SPACING_MEDAL_S : MEDALS_SPACING_ENLARGE;
    package->resample_probabilities = what == 1;
    return true;
}

static bool read_text_files(Package *package, const MedalsFields *fields,
                            GError **error)
{
    bool optional = false;
    if (medals_fields_peek(fields, "tower_optional") &&
        !medals_fields_bool(fields, "tower_optional", &optional, error))
        return false;
    if (medals_fields_peek(fields, "weights") &&
        !read_path(package, fields, "weights", optional, &package->text_weights,
                   error))
        return false;
    return read_path(package, fields, "vocab", false, &package->text_vocab,
                     error) &&
           read_path(package, fields, "projection", false,
                     &package->text_projection, error) &&
           read_optional_path(package, fields, "vectors",
                              &package->text_vectors, error);
}

static bool read_text(Package *package, const MedalsFields *all, GError **error)
{
    static const char *const names[] = {
        "tower",      "weights", "tower_optional", "vocab",      "vectors",
        "projection", "heads",   "norm_eps",       "max_tokens", "l2_normalise",
        NULL};
    static const char *const towers[] = {"bert", "mpnet", NULL};
    MedalsFields fields = {all->file, "text.", NULL};
    int tower;
    if (!medals_fields_object(all, "text", &fields.object, error) ||
        !medals_fields_only(&fields, names, error) ||
        !medals_fields_word(&fields, "tower", towers, &tower, error) ||
        !read_text_files(package, &fields, error) ||
        !medals_fields_whole(&fields, "heads", 1, HEADS_MAX,
                             &package->text_heads, error) ||
        !medals_fields_number(&fields, "norm_eps", 0, 0.1,
                              &package->text_norm_eps, error) ||
        !medals_fields_whole(&fields, "max_tokens", 3, TOKENS_MAX,
                             &package->text_max_tokens, error) ||
        !medals_fields_bool(&fields, "l2_normalise",
                            &package->text_l2_normalise, error))
        return false;
    package->text_is_mpnet = tower == 1;
    return true;
}

/* --- what it was trained on ---------------------------------------------- */

static bool read_texts(const MedalsFields *fields, const char *name,
                       char ***texts, GError **error)
{
    const cJSON *list = medals_fields_peek(fields, name);
    int count = cJSON_GetArraySize(list);
    if (!list)
        return true;
    if (!cJSON_IsArray(list) || count > TRAINED_MAX)
        return medals_fields_fail(fields, name, "a list of texts", error);
    *texts = g_try_new0(char *, (gsize) count + 1);
    if (!*texts)
        return medals_fail(error, MEDALS_E_NOMEM, "%s: no memory for %d texts",
                           fields->file, count);
    size_t n = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item) || !item->valuestring[0] ||
            strlen(item->valuestring) > 512 ||
            !g_utf8_validate(item->valuestring, -1, NULL))
            return medals_fields_fail(fields, name, "a list of texts", error);
        (*texts)[n++] = g_strdup(item->valuestring);
    }
    return true;
}

static bool read_trained(Package *package, const MedalsFields *all,
                         GError **error)
{
    static const char *const names[] = {"ct",         "mri",   "us", "pet",
                                        "microscopy", "table", NULL};
    MedalsFields fields = {all->file, "trained.", NULL};
    if (!medals_fields_object(all, "trained", &fields.object, error) ||
        !medals_fields_only(&fields, names, error))
        return false;
    for (int m = 0; m < MODALITIES; m++)
        if (!read_texts(&fields, names[m], &package->trained[m], error))
            return false;
    return !medals_fields_peek(&fields, "table") ||
           medals_fields_bool(&fields, "table", &package->trained_on_table,
                              error);
}

static bool read_fields(Package *package, const MedalsFields *fields,
                        GError **error)
{
    static const char *const names[] = {
        "version",       "architecture",     "name",    "license",
        "axes",          "default_modality", "network", "stages",
        "spacing_rules", "resample_back",    "windows", "intensity",
        "text",          "labels",           "trained", NULL};
    return medals_fields_only(fields, names, error) &&
           read_identity(package, fields, error) &&
           read_network(package, fields, error) &&
           read_stages(package, fields, error) &&
           read_rules(package, fields, error) &&
           read_windows(package, fields, error) &&
           read_intensity(package, fields, error) &&
           read_text(package, fields, error) &&
           read_optional_path(package, fields, "labels", &package->labels,
                              error) &&
           read_trained(package, fields, error);
}

/* A package that does not say under which terms it may be used is none. */
static bool check_license(const Package *package, GError **error)
{
    g_autofree char *path = g_build_filename(package->folder, "LICENSE", NULL);
    return g_file_test(path, G_FILE_TEST_IS_REGULAR) ||
           fail_missing(path, "the licence of the weights", error);
}

static bool read_json(Package *package, GError **error)
{
    g_autofree char *path =
        g_build_filename(package->folder, "model.json", NULL);
    if (!g_file_test(path, G_FILE_TEST_IS_REGULAR))
        return fail_missing(path, "a model package", error);
    size_t size;
    g_autofree char *text = medals_file_read(path, FILE_MAX, &size, error);
    cJSON *root = text ? medals_json_parse(path, text, size, error) : NULL;
    if (!root)
        return false;
    MedalsFields fields = {path, "", root};
    bool ok = read_fields(package, &fields, error);
    cJSON_Delete(root);
    return ok;
}

MedalsPackage *medals_package_open(const char *folder, GError **error)
{
    Package *package = g_new0(Package, 1);
    package->folder = g_canonicalize_filename(folder, NULL);
    if (read_json(package, error) && check_license(package, error))
        return package;
    medals_package_free(package);
    return NULL;
}

void medals_package_free(MedalsPackage *package)
{
    if (!package)
        return;
    for (size_t i = 0; i < package->stage_count; i++) {
        g_free(package->stages[i].name);
        g_free(package->stages[i].weights);
    }
    g_free(package->stages);
    for (int m = 0; m < MODALITIES; m++)
        g_strfreev(package->trained[m]);
    g_free(package->folder);
    g_free(package->name);
    g_free(package->license);
    g_free(package->text_weights);
    g_free(package->text_vocab);
    g_free(package->text_projection);
    g_free(package->text_vectors);
    g_free(package->labels);
    g_free(package);
}
