/*
 * fuzz_pickle.c - any bytes as a pickle
 */
#include "pickle.h"

static const char *const allowed[] = {
    "collections OrderedDict", "torch._utils _rebuild_tensor_v2",
    "torch FloatStorage", "numpy dtype", NULL};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MedalsPickle *pickle =
        medals_pickle_read("fuzz", data, size, allowed, NULL);
    if (pickle) {
        const MedalsPickleValue *root = medals_pickle_root(pickle);
        medals_pickle_lookup(root, "model_state_dict");
        medals_pickle_item(root, 0, MEDALS_PICKLE_INT);
        medals_pickle_is_call(root, "numpy dtype");
    }
    medals_pickle_free(pickle);
    return 0;
}
