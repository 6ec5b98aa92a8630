#include "batch_inputs.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "file_name.h"

/* Of files with voxels; longer endings before those that they end with. */
static const char *const endings[] = {".seg.nrrd", ".nii.gz", ".nii", ".nrrd",
                                      ".nhdr",     ".mha",    ".mhd", ".npz"};

static void input_free(gpointer data)
{
    BatchInput *input = data;
    g_free(input->image);
    g_free(input->output);
    g_free(input);
}

static const char *ending_of(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++)
        if (file_name_ends(name, endings[i]))
            return endings[i];
    return NULL;
}

/* Whether a file of a folder is the result of a run, not an image: a
 * segmentation, or "x_seg.nii.gz" where that is the suffix. */
static bool is_result(const char *name, const char *suffix)
{
    bool suffix_is_own = suffix[0] != '.' || strchr(suffix + 1, '.') != NULL;
    return file_name_ends(name, ".seg.nrrd") ||
           (suffix_is_own && g_ascii_strcasecmp(suffix, ".nii.gz") != 0 &&
            file_name_ends(name, suffix));
}

/* "ct01" of "x/ct01/", "scan" of "x/scan.nii.gz". */
static char *stem_of(const char *image)
{
    g_autofree char *absolute = g_canonicalize_filename(image, NULL);
    char *name = g_path_get_basename(absolute);
    const char *ending = ending_of(name);
    if (!g_file_test(image, G_FILE_TEST_IS_DIR) && ending)
        name[strlen(name) - strlen(ending)] = '\0';
    return name;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Files with a known ending, other files, and folders of a folder. */
typedef struct {
    GPtrArray *images, *folders;
    bool has_others;
} Listing;

static void listing_add(Listing *listing, const char *folder, const char *name,
                        const char *suffix)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    if (g_file_test(path, G_FILE_TEST_IS_DIR))
        g_ptr_array_add(listing->folders, g_steal_pointer(&path));
    else if (!ending_of(name))
        listing->has_others = true;
    else if (!is_result(name, suffix))
        g_ptr_array_add(listing->images, g_steal_pointer(&path));
}

static void take(GPtrArray *paths, GPtrArray *images)
{
    g_ptr_array_sort(paths, by_name);
    for (guint i = 0; i < paths->len; i++)
        g_ptr_array_add(images, g_strdup(paths->pdata[i]));
}

/* A folder that cannot be listed or holds nothing stays what it is: reading
 * it says why. */
static void expand_folder(const char *folder, const char *suffix,
                          GPtrArray *images)
{
    Listing listing = {g_ptr_array_new_with_free_func(g_free),
                       g_ptr_array_new_with_free_func(g_free), false};
    GDir *directory = g_dir_open(folder, 0, NULL);
    const char *name;
    while (directory && (name = g_dir_read_name(directory)))
        if (name[0] != '.')
            listing_add(&listing, folder, name, suffix);
    g_clear_pointer(&directory, g_dir_close);
    if (listing.images->len)
        take(listing.images, images);
    else if (listing.folders->len && !listing.has_others)
        take(listing.folders, images);
    else
        g_ptr_array_add(images, g_strdup(folder));
    g_ptr_array_unref(listing.images);
    g_ptr_array_unref(listing.folders);
}

/* What is one file by any path, or NULL if it is not there. */
static char *identity_of(const char *path)
{
    GStatBuf info;
    if (g_stat(path, &info) != 0)
        return NULL;
    return g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                           (guint64) info.st_dev, (guint64) info.st_ino);
}

static bool check_apart(const GPtrArray *inputs, GError **error)
{
    g_autoptr(GHashTable) outputs = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) images =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < inputs->len; i++) {
        BatchInput *input = inputs->pdata[i];
        const BatchInput *other = g_hash_table_lookup(outputs, input->output);
        if (other)
            return failure_set(error, EXIT_USAGE,
                               "%s: the output of both %s and %s; expected "
                               "images of different names",
                               input->output, other->image, input->image);
        g_hash_table_insert(outputs, input->output, input);
        char *identity = identity_of(input->image);
        if (identity)
            g_hash_table_insert(images, identity, input);
    }
    for (guint i = 0; i < inputs->len; i++) {
        const BatchInput *input = inputs->pdata[i];
        g_autofree char *identity = identity_of(input->output);
        if (identity && g_hash_table_contains(images, identity))
            return failure_set(error, EXIT_USAGE,
                               "%s: is one of the images; expected another "
                               "--out-dir or --suffix",
                               input->output);
    }
    return true;
}

GPtrArray *batch_inputs_list(const GPtrArray *given, const char *out_dir,
                             const char *suffix, GError **error)
{
    g_autoptr(GPtrArray) images = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < given->len; i++) {
        const char *path = given->pdata[i];
        if (g_file_test(path, G_FILE_TEST_IS_DIR))
            expand_folder(path, suffix, images);
        else
            g_ptr_array_add(images, g_strdup(path));
    }
    GPtrArray *inputs = g_ptr_array_new_with_free_func(input_free);
    for (guint i = 0; i < images->len; i++) {
        BatchInput *input = g_new0(BatchInput, 1);
        input->image = g_strdup(images->pdata[i]);
        g_autofree char *stem = stem_of(input->image);
        g_autofree char *name = g_strconcat(stem, suffix, NULL);
        input->output = g_build_filename(out_dir, name, NULL);
        g_ptr_array_add(inputs, input);
    }
    if (!check_apart(inputs, error))
        g_clear_pointer(&inputs, g_ptr_array_unref);
    return inputs;
}
