#include "output_set.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "failure.h"
#include "file_name.h"

#define PREFIX ".medals-"

typedef struct {
    char *staged, *target;
} Pair;

struct OutputSet {
    GPtrArray *pairs;
};

static void pair_free(gpointer data)
{
    Pair *pair = data;
    g_free(pair->staged);
    g_free(pair->target);
    g_free(pair);
}

OutputSet *output_set_new(void)
{
    OutputSet *set = g_new0(OutputSet, 1);
    set->pairs = g_ptr_array_new_with_free_func(pair_free);
    return set;
}

void output_set_free(OutputSet *set)
{
    if (!set)
        return;
    for (guint i = 0; i < set->pairs->len; i++)
        g_unlink(((Pair *) set->pairs->pdata[i])->staged);
    g_ptr_array_unref(set->pairs);
    g_free(set);
}

/* The ending that tells a writer the format, with its dot. */
static const char *ending_of(const char *name)
{
    static const char *const doubles[] = {".nii.gz", ".seg.nrrd"};
    for (size_t i = 0; i < G_N_ELEMENTS(doubles); i++)
        if (file_name_ends(name, doubles[i]))
            return name + strlen(name) - strlen(doubles[i]);
    const char *dot = strrchr(name, '.');
    return dot ? dot : "";
}

/* "HASH" of ".medals-PID-HASH.EXT"; short, whatever the length of the name. */
static char *hash_of(const char *name)
{
    g_autofree char *sum =
        g_compute_checksum_for_string(G_CHECKSUM_SHA256, name, -1);
    return g_strndup(sum, 12);
}

/* Whether the process of a leftover lives; PREFIX is at `name`. */
static bool is_alive(const char *name)
{
    long pid = strtol(name + strlen(PREFIX), NULL, 10);
    return pid > 0 && (kill((pid_t) pid, 0) == 0 || errno != ESRCH);
}

typedef bool IsLeftover(const char *name);

static bool is_dead(const char *name)
{
    return !is_alive(name);
}

static bool is_ours(const char *name)
{
    return strtol(name + strlen(PREFIX), NULL, 10) == (long) getpid();
}

/* A file, and of this user: links and files of others were planted, or are no
 * business of ours. */
static bool is_own(const char *path)
{
    GStatBuf info;
    return g_lstat(path, &info) == 0 && S_ISREG(info.st_mode) &&
           info.st_uid == geteuid();
}

/* Removes the temporary files of the target that `is_leftover` finds. */
static void remove_leftovers(const char *folder, const char *hash,
                             IsLeftover *is_leftover)
{
    GDir *listing = g_dir_open(folder, 0, NULL);
    if (!listing)
        return;
    const char *name;
    while ((name = g_dir_read_name(listing))) {
        /* a writer's own temporary name may put one more dot in front */
        const char *start = name + (name[0] == '.' && name[1] == '.');
        if (!g_str_has_prefix(start, PREFIX) || !strstr(start, hash) ||
            !is_leftover(start))
            continue;
        g_autofree char *path = g_build_filename(folder, name, NULL);
        if (is_own(path))
            g_unlink(path);
    }
    g_dir_close(listing);
}

static bool check_target(const char *target, const char *folder, GError **error)
{
    if (g_str_has_suffix(target, "/") ||
        g_file_test(target, G_FILE_TEST_IS_DIR))
        return failure_set(error, EXIT_INPUT,
                           "%s: is a folder; expected the name of a file",
                           target);
    GStatBuf info;
    if (g_lstat(target, &info) != 0 && errno != ENOENT && errno != ENOTDIR)
        return failure_set(error, EXIT_INPUT,
                           "%s: cannot be written: %s; expected the name of a "
                           "file",
                           target, g_strerror(errno));
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR))
        return failure_set(error, EXIT_INPUT,
                           "%s: its folder does not exist; expected one that "
                           "does",
                           target);
    if (access(folder, W_OK | X_OK) != 0)
        return failure_set(error, failure_of_errno(errno),
                           "%s: cannot be written: %s; expected a folder to "
                           "write to",
                           target, g_strerror(errno));
    return true;
}

/* Whether another output of the set has this name in this folder, by whatever
 * path. */
static bool is_taken(const OutputSet *set, const char *name, const char *folder)
{
    GStatBuf here, there;
    if (g_stat(folder, &here) != 0)
        return false;
    for (guint i = 0; i < set->pairs->len; i++) {
        const Pair *pair = set->pairs->pdata[i];
        g_autofree char *other = g_path_get_basename(pair->target);
        g_autofree char *parent = g_path_get_dirname(pair->target);
        if (strcmp(other, name) == 0 && g_stat(parent, &there) == 0 &&
            here.st_dev == there.st_dev && here.st_ino == there.st_ino)
            return true;
    }
    return false;
}

static void add_pair(OutputSet *set, const char *staged, const char *target)
{
    Pair *pair = g_new(Pair, 1);
    pair->staged = g_strdup(staged);
    pair->target = g_strdup(target);
    g_ptr_array_add(set->pairs, pair);
}

bool output_set_add_pair(OutputSet *set, const char *staged, const char *target,
                         GError **error)
{
    g_autofree char *folder = g_path_get_dirname(target);
    if (!check_target(target, folder, error))
        return false;
    add_pair(set, staged, target);
    return true;
}

const char *output_set_add(OutputSet *set, const char *target, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(target);
    g_autofree char *name = g_path_get_basename(target);
    if (!check_target(target, folder, error))
        return NULL;
    if (is_taken(set, name, folder)) {
        failure_set(error, EXIT_USAGE,
                    "%s: given twice; expected different files", target);
        return NULL;
    }
    g_autofree char *hash = hash_of(name);
    remove_leftovers(folder, hash, is_dead);
    g_autofree char *temporary = g_strdup_printf(
        PREFIX "%ld-%s%s", (long) getpid(), hash, ending_of(name));
    g_autofree char *staged = g_build_filename(folder, temporary, NULL);
    add_pair(set, staged, target);
    return ((Pair *) set->pairs->pdata[set->pairs->len - 1])->staged;
}

void output_set_abandon(const OutputSet *set)
{
    for (guint i = 0; i < set->pairs->len; i++) {
        const Pair *pair = set->pairs->pdata[i];
        g_autofree char *folder = g_path_get_dirname(pair->staged);
        g_autofree char *name = g_path_get_basename(pair->target);
        g_autofree char *hash = hash_of(name);
        remove_leftovers(folder, hash, is_ours);
        g_unlink(pair->staged);
    }
}

void output_set_reword(const OutputSet *set, GError *error)
{
    g_autoptr(GString) message = g_string_new(error->message);
    for (guint i = 0; i < set->pairs->len; i++) {
        const Pair *pair = set->pairs->pdata[i];
        g_string_replace(message, pair->staged, pair->target, 0);
    }
    g_free(error->message);
    error->message = g_strdup(message->str);
}

/* Brings the new names to the disk; a file system that cannot is no failure. */
static void sync_folder_of(const char *target)
{
    g_autofree char *path = g_path_get_dirname(target);
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return;
    fsync(folder);
    close(folder);
}

bool output_set_commit(OutputSet *set, GError **error)
{
    while (set->pairs->len) {
        const Pair *pair = set->pairs->pdata[0];
        if (g_rename(pair->staged, pair->target) != 0) {
            int code = errno;
            return failure_set(error, failure_of_errno(code),
                               "%s: cannot be written: %s; expected a file "
                               "that can be replaced",
                               pair->target, g_strerror(code));
        }
        sync_folder_of(pair->target);
        g_ptr_array_remove_index(set->pairs, 0);
    }
    return true;
}
