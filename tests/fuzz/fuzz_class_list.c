/*
 * fuzz_class_list.c - any bytes as the class list of a journal
 */
#include <stddef.h>
#include <stdint.h>

#include "class_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MedalsClassList *list =
        medals_class_list_from_json((const char *) data, size, NULL);
    if (!list)
        return 0;
    g_autofree char *json = medals_class_list_to_json(list);
    medals_class_list_free(list);
    return 0;
}
