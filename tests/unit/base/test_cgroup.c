/*
 * test_cgroup.c - groups as files of a temporary folder
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "cgroup.h"

static char *root;

static void put(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(root, folder, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void put_group(const char *folder, const char *limit, const char *used,
                      const char *stat)
{
    put(folder, "memory.max", limit);
    put(folder, "memory.current", used);
    put(folder, "memory.stat", stat);
}

static void begin(void)
{
    root = g_dir_make_tmp("medals-cgroup-XXXXXX", NULL);
    g_assert_nonnull(root);
}

static void remove_all(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *inner = g_build_filename(path, name, NULL);
        remove_all(inner);
    }
    g_clear_pointer(&dir, g_dir_close);
    g_assert_cmpint(g_remove(path), ==, 0);
}

static void end(void)
{
    remove_all(root);
    g_clear_pointer(&root, g_free);
}

/* A container of 1000 bytes that has read files: 900 used, 800 of them cache. */
static void test_cache_is_not_used(void)
{
    begin();
    put_group("", "1000\n", "900\n",
              "anon 100\nfile 800\ninactive_file 500\nactive_file 250\n"
              "slab_reclaimable 50\n");
    g_assert_cmpuint(medals_cgroup_available("0::/\n", root), ==, 900);
    end();
}

static void test_least_of_all_above(void)
{
    begin();
    put_group("a", "1000\n", "950\n", "inactive_file 100\n");
    put_group("a/b", "max\n", "100\n", "");
    put_group("a/b/c", "5000\n", "100\n", "inactive_file 200\n");
    g_assert_cmpuint(medals_cgroup_available("0::/a/b/c\n", root), ==, 150);
    put_group("a/b", "120\n", "100\n", "");
    g_assert_cmpuint(medals_cgroup_available("0::/a/b/c\n", root), ==, 20);
    put_group("a/b", "90\n", "100\n", "");
    g_assert_cmpuint(medals_cgroup_available("0::/a/b/c\n", root), ==, 0);
    g_assert_cmpuint(medals_cgroup_available("0::/a\n", root), ==, 150);
    end();
}

/* The path is the host's; the container sees its own group at the root. */
static void test_path_of_the_host(void)
{
    begin();
    put_group("", "1000\n", "400\n", "inactive_file 300\n");
    g_assert_cmpuint(medals_cgroup_available("0::/docker/0123\n", root), ==,
                     900);
    g_assert_cmpuint(medals_cgroup_available("0::/../..\n", root), ==, 900);
    end();
}

static void test_version_1(void)
{
    begin();
    put("memory/x", "memory.limit_in_bytes", "2000\n");
    put("memory/x", "memory.usage_in_bytes", "1900\n");
    put("memory/x", "memory.stat",
        "cache 1\ninactive_file 7\ntotal_inactive_file 600\n"
        "total_active_file 200\n");
    put("memory", "memory.limit_in_bytes", "9223372036854771712\n");
    put("memory", "memory.usage_in_bytes", "5000\n");
    const char *groups = "5:cpu,cpuacct:/y\n4:memory:/x\n0::/z\n";
    g_assert_cmpuint(medals_cgroup_available(groups, root), ==, 900);
    end();
}

static void test_no_limit(void)
{
    static const char *const texts[] = {
        "",      "\n",        "0::",     "0::/\n",        ":::\n",
        "0::/x", "4:memory:", "4:mem:/", "nonsense here", "0::/a/../../b\n"};
    begin();
    for (size_t n = 0; n < G_N_ELEMENTS(texts); n++)
        g_assert_cmpuint(medals_cgroup_available(texts[n], root), ==,
                         UINT64_MAX);
    put_group("", "max\n", "900\n", "");
    g_assert_cmpuint(medals_cgroup_available("0::/\n", root), ==, UINT64_MAX);
    put_group("", "", "", "inactive_file\n");
    g_assert_cmpuint(medals_cgroup_available("0::/\n", root), ==, UINT64_MAX);
    /* More cache than use: the two are not read at one time. */
    put_group("", "1000", "100", "inactive_file 300");
    g_assert_cmpuint(medals_cgroup_available("0::/\n", root), ==, 1000);
    end();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base/cgroup/cache", test_cache_is_not_used);
    g_test_add_func("/base/cgroup/above", test_least_of_all_above);
    g_test_add_func("/base/cgroup/host-path", test_path_of_the_host);
    g_test_add_func("/base/cgroup/version-1", test_version_1);
    g_test_add_func("/base/cgroup/no-limit", test_no_limit);
    return g_test_run();
}
