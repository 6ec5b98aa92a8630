#include "zip_fixture.h"

#include <string.h>
#include <zlib.h>

void put_number(GByteArray *bytes, uint64_t value, int width)
{
    for (int i = 0; i < width; i++) {
        uint8_t byte = (uint8_t) (value >> (8 * i));
        g_byte_array_append(bytes, &byte, 1);
    }
}

void put_string(GByteArray *bytes, const char *text)
{
    g_byte_array_append(bytes, (const guint8 *) text, (guint) strlen(text));
}

void zip_fixture_init(ZipFixture *zip)
{
    *zip = (ZipFixture){g_byte_array_new(), g_byte_array_new(), 0};
}

static void put_entry(GByteArray *to, const ZipLie *lie, uint32_t crc,
                      uint32_t packed, uint32_t size, const char *name,
                      uint16_t extra)
{
    put_number(to, 20, 2);
    put_number(to, lie->flags, 2);
    put_number(to, lie->method, 2);
    put_number(to, 0, 4);
    put_number(to, crc, 4);
    put_number(to, packed, 4);
    put_number(to, size, 4);
    put_number(to, strlen(name), 2);
    put_number(to, extra, 2);
}

void zip_fixture_add(ZipFixture *zip, const char *name, const void *data,
                     size_t size, const ZipLie *lie)
{
    static const ZipLie truth;
    const ZipLie *told = lie ? lie : &truth;
    uint32_t at = zip->bytes->len;
    uint32_t crc = (uint32_t) crc32(0, data, (uInt) size);
    uint32_t packed = told->packed ? told->packed : (uint32_t) size;
    uint32_t claimed = told->size ? told->size : (uint32_t) size;
    size_t unpadded = at + 30 + strlen(name) + 4;
    uint16_t padding = (uint16_t) ((64 - unpadded % 64) % 64);
    put_number(zip->bytes, 0x04034b50, 4);
    put_entry(zip->bytes, told, crc, packed, claimed, name,
              (uint16_t) (padding + 4));
    put_string(zip->bytes, name);
    put_number(zip->bytes, 0x4246, 2);
    put_number(zip->bytes, padding, 2);
    for (int i = 0; i < padding; i++)
        put_number(zip->bytes, 0, 1);
    g_byte_array_append(zip->bytes, data, (guint) size);

    put_number(zip->directory, 0x02014b50, 4);
    put_number(zip->directory, 20, 2);
    put_entry(zip->directory, told, crc, packed, claimed, name, 0);
    put_number(zip->directory, 0, 6);
    put_number(zip->directory, 0, 4);
    put_number(zip->directory, told->header ? told->header : at, 4);
    put_string(zip->directory, name);
    zip->count++;
}

GByteArray *zip_fixture_end(ZipFixture *zip)
{
    uint32_t at = zip->bytes->len;
    g_byte_array_append(zip->bytes, zip->directory->data, zip->directory->len);
    put_number(zip->bytes, 0x06054b50, 4);
    put_number(zip->bytes, 0, 4);
    put_number(zip->bytes, zip->count, 2);
    put_number(zip->bytes, zip->count, 2);
    put_number(zip->bytes, zip->directory->len, 4);
    put_number(zip->bytes, at, 4);
    put_number(zip->bytes, 0, 2);
    g_byte_array_unref(zip->directory);
    return zip->bytes;
}
