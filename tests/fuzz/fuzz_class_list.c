/*
 * fuzz_class_list.c - any bytes as the class list of a journal
 *
 * What is accepted is written again, and is then the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "class_list.h"
#include "memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MedalsClassList *list =
        medals_class_list_from_json((const char *) data, size, NULL);
    if (!list)
        return 0;
    char *json = medals_class_list_to_json(list, NULL);
    MedalsClassList *again =
        medals_class_list_from_json(json, strlen(json), NULL);
    if (!again || !medals_class_list_equal(list, again))
        __builtin_trap();
    medals_class_list_free(again);
    medals_class_list_free(list);
    medals_free(json);
    return 0;
}
