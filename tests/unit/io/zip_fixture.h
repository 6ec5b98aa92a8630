/*
 * zip_fixture.h - archives made by hand, so that each number can lie
 */
#ifndef ZIP_FIXTURE_H
#define ZIP_FIXTURE_H

#include <glib.h>
#include <stdint.h>

typedef struct ZipLie {
    uint16_t flags, method;
    uint32_t size;   /* claimed size; 0: the truth */
    uint32_t packed; /* claimed packed size; 0: the truth */
    uint32_t header; /* claimed offset; 0: the truth */
} ZipLie;

typedef struct ZipFixture {
    GByteArray *bytes, *directory;
    unsigned count;
} ZipFixture;

void zip_fixture_init(ZipFixture *zip);
/** An entry, data begin at a multiple of 64 as PyTorch has it; `lie` may be
 * NULL. For a deflated entry hand over the packed bytes and lie about size. */
void zip_fixture_add(ZipFixture *zip, const char *name, const void *data,
                     size_t size, const ZipLie *lie);
/** Directory and end record. @return the archive; clear it with unref */
GByteArray *zip_fixture_end(ZipFixture *zip);
void put_number(GByteArray *bytes, uint64_t value, int width);
void put_string(GByteArray *bytes, const char *text);

#endif
