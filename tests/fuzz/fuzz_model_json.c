/*
 * fuzz_model_json.c - any bytes as the model.json of a whole package
 */
#include <glib.h>

#include "fuzz_place.h"
#include "package.h"

static void make_files(void)
{
    static const char *const names[] = {"LICENSE",
                                        "vocab.txt",
                                        "labels.json",
                                        "network.safetensors",
                                        "stage1.safetensors",
                                        "stage2.safetensors",
                                        "vectors.safetensors",
                                        "projection.safetensors"};
    static gsize made;
    if (!g_once_init_enter(&made))
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        fuzz_place_write(names[i], (const uint8_t *) "x", 1);
    g_once_init_leave(&made, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    make_files();
    fuzz_place_write("model.json", data, size);
    medals_package_free(medals_package_open(fuzz_place(), NULL));
    return 0;
}
