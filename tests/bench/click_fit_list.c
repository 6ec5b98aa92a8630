/*
 * click_fit_list.c - folders of the shared data
 */
#include "click_fit_list.h"

#include <string.h>

static const char *const organs[] = {
    "brainstem", "spinal cord", "left parotid gland", "right parotid gland",
    "mandible",  "larynx",      "esophagus",          NULL};
static const char *const halves[] = {"anterior hippocampus",
                                     "posterior hippocampus", NULL};
static const char *const tumor[] = {"tumor", NULL};

static void free_source(void *data)
{
    FitSource *source = data;
    g_free(source->name);
    g_free(source->image);
    g_free(source->truth);
    g_ptr_array_unref(source->texts);
    g_array_unref(source->values);
    g_free(source);
}

/* Class k+1 has value k+1 in the truth. texts NULL: `count` without text. */
static FitSource *source_new(const char *name, MedalsModality modality,
                             const char *const *texts, guint count)
{
    FitSource *source = g_new0(FitSource, 1);
    source->name = g_strdup(name);
    source->modality = modality;
    source->texts = g_ptr_array_new();
    source->values = g_array_new(FALSE, FALSE, 1);
    for (guint k = 0; texts ? texts[k] != NULL : k < count; k++) {
        uint8_t value = (uint8_t) (k + 1);
        g_ptr_array_add(source->texts, (char *) (texts ? texts[k] : NULL));
        g_array_append_val(source->values, value);
    }
    return source;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Sorted names of a folder that end so. */
static GPtrArray *names_of(const char *folder, const char *suffix)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir)))
        if (g_str_has_suffix(name, suffix))
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, by_name);
    return names;
}

/* Names of the validation subjects, each between quotes. */
static char *validation_text(const char *shared)
{
    g_autofree char *path =
        g_build_filename(shared, "models", "bootstrap", "bootstrap.json", NULL);
    char *text = NULL;
    g_file_get_contents(path, &text, NULL, NULL);
    char *at = text ? strstr(text, "validation_subjects_ct") : NULL;
    char *list = at ? g_strdup(at) : NULL;
    g_free(text);
    return list;
}

static void list_ct(const char *shared, bool teach, GPtrArray *out)
{
    g_autofree char *folder =
        g_build_filename(shared, "data", "ct-head-neck", NULL);
    g_autoptr(GPtrArray) names = names_of(folder, "_ct.nii.gz");
    g_autofree char *validation = validation_text(shared);
    for (guint i = 0; validation && i < names->len; i++) {
        g_autofree char *subject = g_strndup(names->pdata[i], 6);
        g_autofree char *quoted = g_strdup_printf("\"%s\"", subject);
        if ((strstr(validation, quoted) == NULL) != teach)
            continue;
        FitSource *source = source_new(subject, MEDALS_MODALITY_CT, organs, 0);
        source->image = g_strdup_printf("%s/%s_ct.nii.gz", folder, subject);
        source->truth = g_strdup_printf("%s/%s_seg.nii.gz", folder, subject);
        g_ptr_array_add(out, source);
    }
}

static void list_hippocampus(const char *shared, bool teach, GPtrArray *out)
{
    g_autofree char *folder =
        g_build_filename(shared, "data", "mr-hippocampus", NULL);
    g_autofree char *images = g_build_filename(folder, "images", NULL);
    g_autoptr(GPtrArray) names = names_of(images, ".nii.gz");
    for (guint i = 0; i < names->len; i++) {
        if ((i % 5 != 0) != teach)
            continue;
        const char *name = names->pdata[i];
        g_autofree char *stem = g_strndup(name, strlen(name) - 7);
        FitSource *source = source_new(stem, MEDALS_MODALITY_MRI, halves, 0);
        source->image = g_strdup_printf("%s/%s", images, name);
        source->truth = g_strdup_printf("%s/labels/%s", folder, name);
        g_ptr_array_add(out, source);
    }
}

static void list_pet(const char *shared, bool teach, GPtrArray *out)
{
    g_autofree char *folder = g_build_filename(shared, "data", "sarcoma", NULL);
    g_autoptr(GPtrArray) names = names_of(folder, "");
    for (guint i = 0; i < names->len; i++) {
        if ((i % 2 != 0) != teach)
            continue;
        const char *name = names->pdata[i];
        FitSource *source = source_new(name, MEDALS_MODALITY_PET, tumor, 0);
        source->image =
            g_build_filename(folder, name, "PET_image.nii.gz", NULL);
        source->truth = g_build_filename(folder, name, "PET_mask.nii.gz", NULL);
        g_ptr_array_add(out, source);
    }
}

static void list_torso(const char *shared, GPtrArray *out)
{
    g_autofree char *folder = g_build_filename(shared, "data", "torso", NULL);
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
        return;
    const char *const names[] = {"ct", "mr"};
    for (int i = 0; i < 2; i++) {
        g_autofree char *name = g_strdup_printf("torso_%s", names[i]);
        FitSource *source = source_new(
            name, i ? MEDALS_MODALITY_MRI : MEDALS_MODALITY_CT, NULL, 117);
        source->image = g_strdup_printf("%s/%s_image.nii.gz", folder, names[i]);
        source->truth =
            g_strdup_printf("%s/%s_labels.nii.gz", folder, names[i]);
        g_ptr_array_add(out, source);
    }
}

GPtrArray *fit_list(const char *shared, const char *kind, bool teach, guint max)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(free_source);
    if (g_str_has_prefix(kind, "ct"))
        list_ct(shared, teach, all);
    else if (g_str_has_prefix(kind, "hippocampus"))
        list_hippocampus(shared, teach, all);
    else if (g_str_has_prefix(kind, "pet"))
        list_pet(shared, teach, all);
    else if (teach && g_str_equal(kind, "torso"))
        list_torso(shared, all);
    if (all->len <= max)
        return g_steal_pointer(&all);
    GPtrArray *some = g_ptr_array_new_with_free_func(free_source);
    for (guint i = 0; i < max; i++) {
        gpointer *slot = &all->pdata[(guint64) i * all->len / max];
        g_ptr_array_add(some, g_steal_pointer(slot));
    }
    g_ptr_array_set_free_func(all, NULL);
    for (guint i = 0; i < all->len; i++)
        if (all->pdata[i])
            free_source(all->pdata[i]);
    return some;
}
