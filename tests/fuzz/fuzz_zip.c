/*
 * fuzz_zip.c - any bytes as an archive; every entry is read
 */
#include "memory.h"
#include "zip.h"

#define LIMIT ((uint64_t) 4 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MedalsZip *zip = medals_zip_open("fuzz", data, size, NULL);
    volatile uint8_t sum = 0;
    for (size_t i = 0; zip && i < zip->count; i++) {
        const MedalsZipEntry *entry = &zip->entries[i];
        const uint8_t *place = medals_zip_peek(zip, entry, NULL);
        for (uint64_t k = 0; place && k < entry->size; k++)
            sum ^= place[k];
        medals_free(medals_zip_extract(zip, entry, LIMIT, NULL));
    }
    medals_zip_free(zip);
    return 0;
}
