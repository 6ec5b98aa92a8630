/*
 * dicom_writer.c - small DICOM files for tests, explicit little-endian
 */
#include "dicom_writer.h"

#include <string.h>

static void put_u16(GByteArray *out, guint value)
{
    const guint8 bytes[2] = {value & 255, value >> 8 & 255};
    g_byte_array_append(out, bytes, 2);
}

static void put_u32(GByteArray *out, guint value)
{
    put_u16(out, value & 0xffff);
    put_u16(out, value >> 16);
}

static void put_element(GByteArray *out, guint32 tag, const char *vr,
                        const void *data, guint length)
{
    put_u16(out, tag >> 16);
    put_u16(out, tag & 0xffff);
    g_byte_array_append(out, (const guint8 *) vr, 2);
    if (strstr("OB OW SQ", vr)) {
        put_u16(out, 0);
        put_u32(out, length);
    } else {
        put_u16(out, length);
    }
    g_byte_array_append(out, data, length);
}

static void put_text(GByteArray *out, guint32 tag, const char *vr,
                     const char *text)
{
    char *padded = g_strdup_printf("%s ", text);
    guint length = (guint) (strlen(text) + 1) & ~1u;
    if (strcmp(vr, "UI") == 0 && length > strlen(text))
        padded[strlen(text)] = 0;
    put_element(out, tag, vr, padded, length);
    g_free(padded);
}

static void put_number(GByteArray *out, guint32 tag, guint value)
{
    const guint8 bytes[2] = {value & 255, value >> 8 & 255};
    put_element(out, tag, "US", bytes, 2);
}

static void put_item(GByteArray *out, GByteArray *content)
{
    put_u16(out, 0xfffe);
    put_u16(out, 0xe000);
    put_u32(out, content->len);
    g_byte_array_append(out, content->data, content->len);
    g_byte_array_unref(content);
}

/* A sequence of the one item content; takes it. */
static void put_sequence(GByteArray *out, guint32 tag, GByteArray *content)
{
    GByteArray *items = g_byte_array_new();
    put_item(items, content);
    put_element(out, tag, "SQ", items->data, items->len);
    g_byte_array_unref(items);
}

static void put_shared(GByteArray *out)
{
    GByteArray *groups = g_byte_array_new();
    GByteArray *plane = g_byte_array_new();
    put_text(plane, 0x00200037, "DS", "1\\0\\0\\0\\0\\-1");
    put_sequence(groups, 0x00209116, plane);
    GByteArray *measures = g_byte_array_new();
    put_text(measures, 0x00280030, "DS", "0.5\\0.75");
    put_sequence(groups, 0x00289110, measures);
    put_sequence(out, 0x52009229, groups);
}

static void put_per_frame(GByteArray *out, const EnhancedMr *mr)
{
    GByteArray *items = g_byte_array_new();
    for (guint i = 0; i < mr->frames; i++) {
        GByteArray *groups = g_byte_array_new();
        GByteArray *plane = g_byte_array_new();
        const double *p = mr->position[i];
        char *text = g_strdup_printf("%g\\%g\\%g", p[0], p[1], p[2]);
        put_text(plane, 0x00200032, "DS", text);
        g_free(text);
        put_sequence(groups, 0x00209113, plane);
        if (mr->slope) {
            GByteArray *values = g_byte_array_new();
            text = g_strdup_printf("%g", mr->slope[i]);
            put_text(values, 0x00281052, "DS", "-10");
            put_text(values, 0x00281053, "DS", text);
            g_free(text);
            put_sequence(groups, 0x00289145, values);
        }
        put_item(items, groups);
    }
    put_element(out, 0x52009230, "SQ", items->data, items->len);
    g_byte_array_unref(items);
}

static void put_start(GByteArray *out)
{
    static const char class_uid[] = "1.2.840.10008.5.1.4.1.1.4.1";
    GByteArray *meta = g_byte_array_new();
    put_element(meta, 0x00020001, "OB", "\0\1", 2);
    put_text(meta, 0x00020002, "UI", class_uid);
    put_text(meta, 0x00020003, "UI", "1.2.3.4");
    put_text(meta, 0x00020010, "UI", "1.2.840.10008.1.2.1");
    g_byte_array_set_size(out, 128);
    memset(out->data, 0, 128);
    g_byte_array_append(out, (const guint8 *) "DICM", 4);
    const guint8 length[4] = {(guint8) meta->len, 0, 0, 0};
    put_element(out, 0x00020000, "UL", length, 4);
    g_byte_array_append(out, meta->data, meta->len);
    g_byte_array_unref(meta);
    put_text(out, 0x00080016, "UI", class_uid);
    put_text(out, 0x00080018, "UI", "1.2.3.4");
    put_text(out, 0x00080060, "CS", "MR");
    put_text(out, 0x0020000e, "UI", "1.2.3");
}

static void put_pixels(GByteArray *out, guint frames)
{
    GByteArray *pixels = g_byte_array_new();
    for (guint i = 0; i < frames * 6; i++)
        put_u16(pixels, i / 6 + 1);
    put_element(out, 0x7fe00010, "OW", pixels->data, pixels->len);
    g_byte_array_unref(pixels);
}

GByteArray *enhanced_mr_bytes(const EnhancedMr *mr)
{
    GByteArray *out = g_byte_array_new();
    put_start(out);
    put_number(out, 0x00280002, 1);
    put_text(out, 0x00280004, "CS", "MONOCHROME2");
    char *frames = g_strdup_printf("%u", mr->frames);
    put_text(out, 0x00280008, "IS", frames);
    g_free(frames);
    put_number(out, 0x00280010, 2);
    put_number(out, 0x00280011, 3);
    put_number(out, 0x00280100, 16);
    put_number(out, 0x00280101, 12);
    put_number(out, 0x00280102, 11);
    put_number(out, 0x00280103, 0);
    if (!mr->without_groups) {
        put_shared(out);
        put_per_frame(out, mr);
    }
    put_pixels(out, mr->frames);
    return out;
}
