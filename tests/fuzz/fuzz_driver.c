/*
 * fuzz_driver.c - a small stand-in for libFuzzer
 *
 *   fuzz_NAME [-runs=N] [-seed=N] [FILE|FOLDER]...
 *
 * Runs every seed as it is, then N mutations of them: the same for the same
 * seed. The input of a crash is kept as crash-NAME in the working folder.
 */
#include <glib.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MAX_INPUT ((size_t) 1 << 20)
#define CHANGES_MAX 6

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));
void __sanitizer_set_death_callback(void (*callback)(void))
    __attribute__((weak));

static GPtrArray *seeds; /* GByteArray */
static uint64_t state;
static const uint8_t *current;
static size_t current_size;

static void keep_crash(void)
{
    FILE *file = current ? fopen("crash-" FUZZ_NAME, "wb") : NULL;
    if (!file)
        return; /* a leak, at the end */
    fwrite(current, 1, current_size, file);
    fclose(file);
    fprintf(stderr, "input kept as crash-%s\n", FUZZ_NAME);
}

static void on_signal(int number)
{
    signal(number, SIG_DFL);
    keep_crash();
    raise(number);
}

static uint64_t draw(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return below ? state % below : 0;
}

static void add_file(const char *path)
{
    char *bytes;
    gsize size;
    if (!g_file_get_contents(path, &bytes, &size, NULL) ||
        size > SIZE_MAX_INPUT)
        return;
    g_ptr_array_add(seeds, g_byte_array_new_take((guint8 *) bytes, size));
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

static void add_path(const char *path)
{
    GDir *folder = g_dir_open(path, 0, NULL);
    if (!folder) {
        add_file(path);
        return;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    while ((name = g_dir_read_name(folder)))
        g_ptr_array_add(names, g_build_filename(path, name, NULL));
    g_dir_close(folder);
    g_ptr_array_sort(names, by_name);
    for (guint i = 0; i < names->len; i++)
        add_file(names->pdata[i]);
}

/* Numbers at which readers go wrong, in 1, 2, 4 or 8 bytes. */
static void put_edge(GByteArray *input, size_t at)
{
    static const uint64_t edges[] = {0,
                                     1,
                                     0x7f,
                                     0x80,
                                     0xff,
                                     0x7fff,
                                     0xffff,
                                     0x7fffffff,
                                     0xffffffff,
                                     0x7fffffffffffffff,
                                     0xffffffffffffffff};
    uint64_t edge = edges[draw(G_N_ELEMENTS(edges))];
    size_t width = (size_t) 1 << draw(4);
    for (size_t i = 0; i < width && at + i < input->len; i++)
        input->data[at + i] = (uint8_t) (edge >> (8 * i));
}

static void insert(GByteArray *input, size_t at, const uint8_t *bytes,
                   size_t count)
{
    if (input->len + count > SIZE_MAX_INPUT)
        return;
    guint before = input->len;
    g_byte_array_set_size(input, before + (guint) count);
    memmove(input->data + at + count, input->data + at, before - at);
    memcpy(input->data + at, bytes, count);
}

/* A piece of some seed, put into the input or over it. */
static void splice(GByteArray *input, size_t at)
{
    const GByteArray *other = seeds->pdata[draw(seeds->len)];
    if (other->len == 0)
        return;
    size_t from = draw(other->len);
    size_t count = 1 + draw(MIN(other->len - from, 64));
    if (draw(2))
        insert(input, at, other->data + from, count);
    else
        memcpy(input->data + at, other->data + from,
               MIN(count, input->len - at));
}

static void change(GByteArray *input)
{
    size_t at = draw(input->len);
    uint8_t byte = (uint8_t) draw(256);
    if (input->len == 0) {
        insert(input, 0, &byte, 1);
        return;
    }
    switch (draw(7)) {
    case 0:
        input->data[at] ^= (uint8_t) (1 << draw(8));
        break;
    case 1:
        input->data[at] = byte;
        break;
    case 2:
        put_edge(input, at);
        break;
    case 3:
        insert(input, at, &byte, 1);
        break;
    case 4:
        g_byte_array_remove_range(input, (guint) at,
                                  (guint) (1 + draw(MIN(input->len - at, 16))));
        break;
    case 5:
        splice(input, at);
        break;
    default:
        if (draw(8) == 0)
            g_byte_array_set_size(input, (guint) at);
        else
            input->data[at] = (uint8_t) (input->data[at] + (draw(2) ? 1 : -1));
    }
}

/* From a block of exactly its size: a read beyond it is seen by ASan. */
static void run(const GByteArray *input)
{
    uint8_t *exact = g_malloc(MAX(input->len, 1));
    if (input->len)
        memcpy(exact, input->data, input->len);
    current = exact;
    current_size = input->len;
    LLVMFuzzerTestOneInput(exact, input->len);
    current = NULL;
    g_free(exact);
}

static void run_mutation(void)
{
    const GByteArray *seed = seeds->pdata[draw(seeds->len)];
    GByteArray *input = g_byte_array_new();
    g_byte_array_append(input, seed->data, seed->len);
    for (uint64_t n = 1 + draw(CHANGES_MAX); n > 0; n--)
        change(input);
    run(input);
    g_byte_array_unref(input);
}

int main(int argc, char **argv)
{
    uint64_t runs = 0, seed = 1;
    if (LLVMFuzzerInitialize)
        LLVMFuzzerInitialize(&argc, &argv);
    seeds = g_ptr_array_new_with_free_func((GDestroyNotify) g_byte_array_unref);
    for (int i = 1; i < argc; i++)
        if (g_str_has_prefix(argv[i], "-runs="))
            runs = g_ascii_strtoull(argv[i] + 6, NULL, 10);
        else if (g_str_has_prefix(argv[i], "-seed="))
            seed = g_ascii_strtoull(argv[i] + 6, NULL, 10);
        else if (argv[i][0] != '-')
            add_path(argv[i]);
    if (seeds->len == 0)
        g_ptr_array_add(seeds, g_byte_array_new());
    state = seed * 0x9e3779b97f4a7c15u | 1;
    signal(SIGABRT, on_signal);
    signal(SIGSEGV, on_signal);
    signal(SIGILL, on_signal); /* __builtin_trap() */
    if (__sanitizer_set_death_callback)
        __sanitizer_set_death_callback(keep_crash);
    guint count = seeds->len;
    for (guint i = 0; i < count; i++)
        run(seeds->pdata[i]);
    for (uint64_t i = 0; i < runs; i++)
        run_mutation();
    printf("%s: %u seeds, %" G_GUINT64_FORMAT " mutations\n", FUZZ_NAME, count,
           runs);
    g_ptr_array_unref(seeds);
    return 0;
}
