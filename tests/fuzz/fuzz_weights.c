/*
 * fuzz_weights.c - any bytes as a safetensors file or a PyTorch checkpoint
 */
#include "fuzz_place.h"
#include "weights.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_place_write("w", data, size);
    MedalsWeights *weights = medals_weights_open(path, NULL);
    volatile uint8_t sum = 0;
    size_t count = weights ? medals_weights_count(weights) : 0;
    for (size_t i = 0; i < count; i++) {
        const MedalsStoredTensor *tensor = medals_weights_at(weights, i);
        const uint8_t *bytes = tensor->data;
        for (size_t k = 0; k < tensor->bytes; k++)
            sum ^= bytes[k];
    }
    medals_weights_unref(weights);
    return 0;
}
