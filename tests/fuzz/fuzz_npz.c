/*
 * fuzz_npz.c - any bytes as a challenge case; as an array; as the prompts
 *
 * The checksums of the archive keep most changes from the arrays, so these
 * are read directly as well.
 */
#include "challenge_case.h"
#include "fuzz_place.h"
#include "memory.h"
#include "npy.h"

static void read_array(const uint8_t *data, size_t size)
{
    MedalsNpy npy;
    if (!medals_npy_parse(&npy, "fuzz", data, size, NULL) || npy.is_object)
        return;
    void *copy = medals_alloc(npy.bytes, 1, "fuzz", NULL);
    if (copy)
        medals_npy_copy(&npy, copy);
    medals_free(copy);
}

static void read_prompts(const uint8_t *data, size_t size)
{
    int instance_label = -1;
    GArray *prompts = medals_case_prompts_new();
    medals_case_prompts_read("fuzz", data, size, prompts, &instance_label,
                             NULL);
    g_array_unref(prompts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_place_write("case.npz", data, size);
    medals_challenge_case_free(medals_challenge_case_open(path, NULL));
    read_array(data, size);
    read_prompts(data, size);
    return 0;
}
