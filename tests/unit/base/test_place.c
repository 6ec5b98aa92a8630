/*
 * test_place.c - planted links, killed writers, and every call failing once
 */
#define _GNU_SOURCE
#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "disk.h"
#include "file.h"

/* No process has this number: it is above every pid_max. */
#define DEAD "99999999"

static char *top;

static char *at(const char *name)
{
    return g_build_filename(top, name, NULL);
}

static void put(const char *path, const char *text)
{
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void assert_text(const char *path, const char *expected)
{
    g_autofree char *text = NULL;
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, expected);
}

static unsigned entries(void)
{
    GDir *listing = g_dir_open(top, 0, NULL);
    unsigned count = 0;
    while (g_dir_read_name(listing))
        count++;
    g_dir_close(listing);
    return count;
}

/* ---- links -------------------------------------------------------------- */

static void test_planted(void)
{
    g_autofree char *victim = at("victim"), *kept = at("victim/kept");
    g_autofree char *target = at("out"),
                    *link = at(".out.medals-" DEAD "-0.tmp");
    g_autofree char *odd = at(".out.medals-" DEAD "-x.tmp");
    g_assert_cmpint(g_mkdir(victim, 0700), ==, 0);
    put(kept, "kept");
    put(odd, "not ours");
    g_assert_cmpint(symlink("victim", link), ==, 0);
    MedalsWriter *writer = medals_writer_begin(target, NULL);
    g_assert_true(medals_writer_commit(writer, NULL));
    assert_text(kept, "kept");
    assert_text(odd, "not ours");
    g_unlink(target);
    g_autofree char *made = medals_folder_begin(target, NULL);
    g_assert_true(medals_folder_commit(made, target, NULL));
    assert_text(kept, "kept");
    medals_folder_abort(target);
    g_unlink(odd);
    g_unlink(link);
    g_unlink(kept);
    g_rmdir(victim);
}

/* A link inside a leftover, and a link in the place of a folder. */
static void test_links_inside(void)
{
    g_autofree char *victim = at("victim"), *kept = at("victim/kept");
    g_autofree char *left = at(".out.medals-" DEAD "-0.tmp");
    g_autofree char *inner = g_build_filename(left, "link", NULL);
    g_autofree char *target = at("out");
    g_assert_cmpint(g_mkdir(victim, 0700), ==, 0);
    put(kept, "kept");
    g_assert_cmpint(g_mkdir(left, 0700), ==, 0);
    g_assert_cmpint(symlink(victim, inner), ==, 0);
    g_assert_cmpint(symlink("victim", target), ==, 0);
    g_autofree char *made = medals_folder_begin(target, NULL);
    g_assert_false(g_file_test(left, G_FILE_TEST_EXISTS));
    g_assert_true(medals_folder_commit(made, target, NULL));
    g_assert_false(g_file_test(target, G_FILE_TEST_IS_SYMLINK));
    assert_text(kept, "kept");
    medals_folder_abort(target);
    g_unlink(kept);
    g_rmdir(victim);
}

static void test_private_link(void)
{
    g_autofree char *link = at("journal"), *victim = at("victim");
    g_assert_cmpint(symlink("victim", link), ==, 0);
    g_assert_false(medals_file_private(link, NULL));
    g_assert_false(g_file_test(victim, G_FILE_TEST_EXISTS));
    g_unlink(link);
}

/* ---- names -------------------------------------------------------------- */

static void test_slash(void)
{
    g_autofree char *plain = at("package"), *file = at("package/f");
    static const char *const ends[] = {"package/", "package//", "package/./"};
    for (size_t n = 0; n < G_N_ELEMENTS(ends); n++) {
        g_autofree char *path = g_strconcat(top, "/", ends[n], NULL);
        g_autofree char *made = medals_folder_begin(path, NULL);
        g_autofree char *inner = g_build_filename(made, "f", NULL);
        put(inner, ends[n]);
        g_assert_true(medals_folder_commit(made, path, NULL));
        assert_text(file, ends[n]);
        g_assert_cmpuint(entries(), ==, 1);
    }
    medals_folder_abort(plain);
    put(plain, "a file");
    g_assert_null(medals_folder_begin(plain, NULL));
    g_assert_null(medals_folder_begin("..", NULL));
    g_assert_null(medals_folder_begin("/", NULL));
    g_unlink(plain);
    g_autofree char *slash = g_strconcat(plain, "/", NULL);
    g_assert_null(medals_writer_begin(slash, NULL));
    g_assert_null(medals_writer_begin(top, NULL));
    g_assert_cmpuint(entries(), ==, 0);
}

/* ---- every call fails once ---------------------------------------------- */

typedef struct Fault {
    int left, code;
    bool fired, two_steps;
} Fault;

static int fail_in_turn(void *cookie, const char *call, const char *name)
{
    Fault *fault = cookie;
    if (fault->two_steps && strcmp(call, "exchange") == 0)
        return EINVAL;
    if (fault->left-- != 0)
        return 0;
    fault->fired = true;
    return fault->code;
}

static bool write_file(const char *path, GError **error)
{
    MedalsWriter *writer = medals_writer_begin(path, error);
    if (!writer)
        return false;
    if (medals_writer_write(writer, "new", 3, error))
        return medals_writer_commit(writer, error);
    medals_writer_abort(writer);
    return false;
}

static bool write_folder(const char *path, GError **error)
{
    g_autofree char *made = medals_folder_begin(path, error);
    if (!made)
        return false;
    g_autofree char *file = g_build_filename(made, "f", NULL);
    if (write_file(file, error))
        return medals_folder_commit(made, path, error);
    medals_folder_abort(made);
    return false;
}

static void fail_each(bool (*write)(const char *, GError **), const char *path,
                      const char *file, bool two_steps)
{
    Fault fault = {.fired = true};
    for (int n = 0; fault.fired; n++) {
        g_autoptr(GError) error = NULL;
        g_assert_true(g_file_set_contents(file, "old", -1, NULL));
        fault = (Fault){
            .left = n, .code = n % 2 ? EIO : ENOSPC, .two_steps = two_steps};
        medals_disk_hook(fail_in_turn, &fault);
        bool done = write(path, &error);
        medals_disk_hook(NULL, NULL);
        g_assert_true(done == (error == NULL));
        g_autofree char *text = NULL;
        g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
        g_assert_true(!strcmp(text, "new") || (!done && !strcmp(text, "old")));
        g_assert_true(write(path, NULL));
        assert_text(file, "new");
    }
}

static void test_file_faults(void)
{
    g_autofree char *path = at("file");
    fail_each(write_file, path, path, false);
    g_unlink(path);
}

static void test_folder_faults(void)
{
    g_autofree char *path = at("folder"), *file = at("folder/f");
    g_mkdir(path, 0700);
    fail_each(write_folder, path, file, false);
    fail_each(write_folder, path, file, true);
    medals_folder_abort(path);
}

/* The first of two steps was made, then the process was killed. */
static void test_half_replaced(void)
{
    g_autofree char *path = at("folder"), *file = at("folder/f");
    g_autofree char *old = at(".folder.medals-" DEAD "-1.old");
    g_mkdir(old, 0700);
    g_autofree char *inner = g_build_filename(old, "f", NULL);
    put(inner, "old");
    g_autofree char *made = medals_folder_begin(path, NULL);
    assert_text(file, "old");
    medals_folder_abort(made);
    medals_folder_abort(path);
}

/* A disk without room: the limit of this process stands for it. */
static void test_full_disk(void)
{
    g_autofree char *path = at("full");
    g_autofree char *much = g_malloc0(1 << 16);
    struct rlimit before, small;
    GError *error = NULL;
    put(path, "old");
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    small = before;
    small.rlim_cur = 1 << 12;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    MedalsWriter *writer = medals_writer_begin(path, NULL);
    g_assert_nonnull(writer);
    bool done = medals_writer_write(writer, much, 1 << 16, &error);
    if (done)
        done = medals_writer_commit(writer, &error);
    else
        medals_writer_abort(writer);
    setrlimit(RLIMIT_FSIZE, &before);
    g_assert_false(done);
    g_assert_error(error, MEDALS_ERROR, MEDALS_E_NOSPACE);
    g_clear_error(&error);
    assert_text(path, "old");
    g_unlink(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    top = g_dir_make_tmp("medals-place-XXXXXX", NULL);
    g_test_add_func("/base/place/planted", test_planted);
    g_test_add_func("/base/place/links_inside", test_links_inside);
    g_test_add_func("/base/place/private_link", test_private_link);
    g_test_add_func("/base/place/slash", test_slash);
    g_test_add_func("/base/place/file_faults", test_file_faults);
    g_test_add_func("/base/place/folder_faults", test_folder_faults);
    g_test_add_func("/base/place/half_replaced", test_half_replaced);
    g_test_add_func("/base/place/full_disk", test_full_disk);
    int result = g_test_run();
    medals_folder_abort(top);
    g_free(top);
    return result;
}
