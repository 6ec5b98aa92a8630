/*
 * label_reader.c - fields of a class, each checked
 */
#include "label_reader.h"

#include <math.h>
#include <string.h>

#include "terminology.h"

#define MAX_NAME_BYTES 1024
#define MAX_SYNONYMS 1024

static const struct {
    const char *word;
    MedalsClassFlags flag;
} specials[] = {
    {"stage1_only", MEDALS_CLASS_STAGE1_ONLY},
    {"stage2_only", MEDALS_CLASS_STAGE2_ONLY},
    {"unit_spacing", MEDALS_CLASS_UNIT_SPACING},
    {"stage2_spacing_x1.1", MEDALS_CLASS_STAGE2_SPACING_X11},
    {"spacing_div_1.45_1.35", MEDALS_CLASS_SPACING_DIV_145_135},
    {"extent_cap_1.6", MEDALS_CLASS_EXTENT_CAP_16},
    {"roi_extent_cap_1.6", MEDALS_CLASS_ROI_EXTENT_CAP_16},
    {"extent_cap_1.2", MEDALS_CLASS_EXTENT_CAP_12},
    {"roi_extent_cap_1.2", MEDALS_CLASS_ROI_EXTENT_CAP_12},
    {"roi_scale_1.5", MEDALS_CLASS_ROI_SCALE_15},
    {"no_instance_refine", MEDALS_CLASS_NO_REFINE},
    {"no_instance_refine_stage2", MEDALS_CLASS_NO_REFINE_STAGE2},
};

static const cJSON *field(const cJSON *entry, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(entry, name);
    return cJSON_IsNull(item) ? NULL : item;
}

static bool bad(const char *where, const char *name, const char *expected,
                GError **error)
{
    return medals_fail(error, MEDALS_E_INPUT,
                       "%s: field \"%s\" is not valid; expected %s", where,
                       name, expected);
}

/* A text of sensible length in valid UTF-8, without control characters. */
static bool is_name(const cJSON *item)
{
    if (!cJSON_IsString(item) || !item->valuestring[0] ||
        strlen(item->valuestring) > MAX_NAME_BYTES ||
        !g_utf8_validate(item->valuestring, -1, NULL))
        return false;
    for (const char *p = item->valuestring; *p; p++)
        if (g_ascii_iscntrl(*p))
            return false;
    return true;
}

/* A list of names, absent = empty. */
static bool read_names(const cJSON *entry, const char *where, const char *name,
                       char ***names, GError **error)
{
    const cJSON *list = field(entry, name), *item;
    if (list && !cJSON_IsArray(list))
        return bad(where, name, "a list of texts", error);
    int count = list ? cJSON_GetArraySize(list) : 0;
    if (count > MAX_SYNONYMS)
        return bad(where, name, "at most 1024 texts", error);
    *names = g_new0(char *, (size_t) count + 1);
    size_t i = 0;
    cJSON_ArrayForEach(item, list)
    {
        if (!is_name(item))
            return bad(where, name, "a list of texts", error);
        (*names)[i++] = g_strdup(item->valuestring);
    }
    return true;
}

static bool read_special(const cJSON *entry, const char *where, uint32_t *flags,
                         GError **error)
{
    g_auto(GStrv) words = NULL;
    if (!read_names(entry, where, "special", &words, error))
        return false;
    for (char **word = words; *word; word++) {
        size_t i = 0;
        while (i < G_N_ELEMENTS(specials) && strcmp(*word, specials[i].word))
            i++;
        if (i == G_N_ELEMENTS(specials))
            return medals_fail(error, MEDALS_E_INPUT,
                               "%s: field \"special\" holds \"%s\"; expected "
                               "flags of the label table",
                               where, *word);
        *flags |= specials[i].flag;
    }
    return true;
}

/* One of two words, absent = the first. */
static bool read_choice(const cJSON *entry, const char *where, const char *name,
                        const char *no, const char *yes, bool *value,
                        GError **error)
{
    const cJSON *item = field(entry, name);
    *value = false;
    if (!item)
        return true;
    if (cJSON_IsString(item) && !strcmp(item->valuestring, yes)) {
        *value = true;
        return true;
    }
    if (cJSON_IsString(item) && !strcmp(item->valuestring, no))
        return true;
    g_autofree char *expected = g_strdup_printf("\"%s\" or \"%s\"", no, yes);
    return bad(where, name, expected, error);
}

static bool read_rgb(const cJSON *entry, const char *where, MedalsClass *info,
                     GError **error)
{
    const cJSON *list = field(entry, "rgb");
    if (!list)
        return true;
    info->has_rgb = medals_terminology_rgb(list, info->rgb);
    return info->has_rgb ||
           bad(where, "rgb", "three whole numbers of 0 to 255", error);
}

static bool read_terminology(const cJSON *entry, const char *where,
                             MedalsClass *info, GError **error)
{
    const cJSON *item = field(entry, "terminology");
    if (!item)
        return true;
    if (is_name(item))
        info->terminology = g_strdup(item->valuestring);
    else
        info->terminology = medals_terminology_from_json(item);
    return info->terminology ||
           bad(where, "terminology",
               "a text, or category and type as [scheme, code, meaning]",
               error);
}

void medals_class_free(MedalsClass *info)
{
    g_free(info->name);
    g_strfreev(info->synonyms);
    g_strfreev(info->inactive_synonyms);
    g_free(info->terminology);
    g_free(info);
}

static MedalsClass *class_copy(const MedalsClass *info)
{
    MedalsClass *copy = g_new(MedalsClass, 1);
    *copy = *info;
    copy->name = g_strdup(info->name);
    copy->synonyms = g_strdupv(info->synonyms);
    copy->inactive_synonyms = g_strdupv(info->inactive_synonyms);
    copy->terminology = g_strdup(info->terminology);
    return copy;
}

static bool read_fields(const cJSON *entry, const char *where,
                        MedalsClass *info, GError **error)
{
    const cJSON *name = field(entry, "name");
    if (!is_name(name))
        return bad(where, "name", "a text", error);
    info->name = g_strdup(name->valuestring);
    bool largest;
    if (!read_choice(entry, where, "kind", "anatomy", "lesion", &info->lesion,
                     error) ||
        !read_choice(entry, where, "postprocess", "none", "largest", &largest,
                     error) ||
        !read_special(entry, where, &info->flags, error) ||
        !read_names(entry, where, "synonyms", &info->synonyms, error) ||
        !read_names(entry, where, "inactive_synonyms", &info->inactive_synonyms,
                    error) ||
        !read_rgb(entry, where, info, error) ||
        !read_terminology(entry, where, info, error))
        return false;
    if (largest)
        info->flags |= MEDALS_CLASS_LARGEST;
    return true;
}

/* Adds the class for one modality, or for each of a list. */
static bool add_modalities(const cJSON *modality, const char *where,
                           MedalsClass *info, GPtrArray *classes,
                           GError **error)
{
    const char *expected = "CT, MRI, US, PET or Microscopy, or a list of them";
    if (cJSON_IsString(modality)) {
        info->modality = medals_modality_parse(modality->valuestring);
        if (info->modality == MEDALS_MODALITY_NONE)
            return bad(where, "modality", expected, error);
        g_ptr_array_add(classes, class_copy(info));
        return true;
    }
    int count = cJSON_IsArray(modality) ? cJSON_GetArraySize(modality) : 0;
    if (count < 1 || count > 5)
        return bad(where, "modality", expected, error);
    const cJSON *item;
    cJSON_ArrayForEach(item, modality)
    {
        if (!cJSON_IsString(item))
            return bad(where, "modality", expected, error);
        if (!add_modalities(item, where, info, classes, error))
            return false;
    }
    return true;
}

bool medals_label_read(const cJSON *entry, const char *where,
                       GPtrArray *classes, GError **error)
{
    if (!cJSON_IsObject(entry))
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: not an object; expected a class", where);
    MedalsClass *info = g_new0(MedalsClass, 1);
    bool ok =
        read_fields(entry, where, info, error) &&
        add_modalities(field(entry, "modality"), where, info, classes, error);
    medals_class_free(info);
    return ok;
}
