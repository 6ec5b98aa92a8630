/*
 * click_cases.c - scans that taught neither the network (CT) nor the click head
 */
#include "click_cases.h"

#include <string.h>

static const char *const organs[] = {
    "brainstem", "spinal cord", "left parotid gland", "right parotid gland",
    "mandible",  "larynx",      "esophagus"};
static const char *const halves[] = {"anterior hippocampus",
                                     "posterior hippocampus"};
static const char *const tumor[] = {"tumor"};
static const char *const nothing[] = {NULL};
static const uint8_t values[] = {1, 2, 3, 4, 5, 6, 7};
/* Structures that touch one another, and their values in the AAL atlas. */
static const char *const nuclei[] = {
    "left hippocampus", "right hippocampus", "left amygdala", "right amygdala",
    "left caudate",     "right caudate",     "left putamen",  "right putamen",
    "left pallidum",    "right pallidum",    "left thalamus", "right thalamus"};
static const uint8_t nuclei_values[] = {37, 38, 41, 42, 71, 72,
                                        73, 74, 75, 76, 77, 78};

static void case_free(gpointer data)
{
    ClickCase *one = data;
    g_free(one->name);
    g_free(one->image);
    g_free(one->truth);
    g_free(one);
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

static ClickCase *add(GPtrArray *list, const char *name,
                      MedalsModality modality, const char *const *texts,
                      size_t count)
{
    ClickCase *one = g_new0(ClickCase, 1);
    one->name = g_strdup(name);
    one->modality = modality;
    one->texts = texts;
    one->count = count;
    one->values = values;
    g_ptr_array_add(list, one);
    return one;
}

/* The subjects that the network was validated on. */
static bool is_validation(const char *list, const char *subject)
{
    g_autofree char *quoted = g_strdup_printf("\"%s\"", subject);
    return list && strstr(list, quoted);
}

static void list_ct(const char *shared, GPtrArray *list)
{
    g_autofree char *folder =
        g_build_filename(shared, "data", "ct-head-neck", NULL);
    g_autofree char *about =
        g_build_filename(shared, "models", "bootstrap", "bootstrap.json", NULL);
    g_autofree char *text = NULL;
    g_file_get_contents(about, &text, NULL, NULL);
    const char *subjects =
        text ? strstr(text, "validation_subjects_ct_head_neck") : NULL;
    g_autoptr(GPtrArray) names = names_of(folder, "_ct.nii.gz");
    for (guint n = 0; n < names->len; n++) {
        g_autofree char *subject = g_strndup(names->pdata[n], 6);
        if (!is_validation(subjects, subject))
            continue;
        ClickCase *one = add(list, subject, MEDALS_MODALITY_CT, organs,
                             G_N_ELEMENTS(organs));
        one->image = g_strdup_printf("%s/%s_ct.nii.gz", folder, subject);
        one->truth = g_strdup_printf("%s/%s_seg.nii.gz", folder, subject);
    }
}

/* Every fifth did not teach the click head (click_fit_list.c). */
static void list_hippocampus(const char *shared, GPtrArray *list)
{
    g_autofree char *folder =
        g_build_filename(shared, "data", "mr-hippocampus", NULL);
    g_autofree char *images = g_build_filename(folder, "images", NULL);
    g_autoptr(GPtrArray) names = names_of(images, ".nii.gz");
    for (guint n = 0; n < names->len; n += 5) {
        const char *name = names->pdata[n];
        ClickCase *one =
            add(list, name, MEDALS_MODALITY_MRI, halves, G_N_ELEMENTS(halves));
        one->image = g_build_filename(images, name, NULL);
        one->truth = g_build_filename(folder, "labels", name, NULL);
    }
}

/* Every second did not teach the click head. */
static void list_pet(const char *shared, const char *const *texts,
                     GPtrArray *list)
{
    g_autofree char *folder = g_build_filename(shared, "data", "sarcoma", NULL);
    g_autoptr(GPtrArray) names = names_of(folder, "");
    for (guint n = 0; n < names->len; n += 2) {
        const char *name = names->pdata[n];
        ClickCase *one = add(list, name, MEDALS_MODALITY_PET, texts, 1);
        one->image = g_build_filename(folder, name, "PET_image.nii.gz", NULL);
        one->truth = g_build_filename(folder, name, "PET_mask.nii.gz", NULL);
    }
}

/* One head that taught nothing, of Debian's mricron-data. */
static void list_head(GPtrArray *list)
{
    static const char folder[] = "/usr/share/mricron/templates";
    g_autofree char *image = g_build_filename(folder, "ch2.nii.gz", NULL);
    if (!g_file_test(image, G_FILE_TEST_EXISTS))
        return;
    ClickCase *one =
        add(list, "ch2", MEDALS_MODALITY_MRI, nuclei, G_N_ELEMENTS(nuclei));
    one->values = nuclei_values;
    one->image = g_steal_pointer(&image);
    one->truth = g_build_filename(folder, "aal.nii.gz", NULL);
}

GPtrArray *click_cases(const char *data, const char *shared, size_t limit)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(case_free);
    if (!strcmp(data, "ct"))
        list_ct(shared, list);
    else if (!strcmp(data, "hippocampus"))
        list_hippocampus(shared, list);
    else if (!strcmp(data, "pet"))
        list_pet(shared, tumor, list);
    else if (!strcmp(data, "pet-clicks"))
        list_pet(shared, nothing, list);
    else if (!strcmp(data, "head"))
        list_head(list);
    if (list->len > limit)
        g_ptr_array_set_size(list, (gint) limit);
    return list;
}
