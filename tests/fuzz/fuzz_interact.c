/*
 * fuzz_interact.c - any bytes as lines of `medals interact`
 *
 * What must hold: a line is bounded by its scan before it is parsed, an id
 * that is repeated is strict JSON, a request that passes has its fields, and
 * voxels come back as they went out.
 */
#include <string.h>

#include "interact_request.h"
#include "interact_voxels.h"

#define VOXELS_MOST ((int64_t) 1 << 16)

static size_t count_values(const cJSON *item)
{
    size_t count = 0;
    for (; item; item = item->next)
        count += 1 + count_values(item->child);
    return count;
}

static void check_id(const char *id)
{
    cJSON *parsed = cJSON_ParseWithOpts(id, NULL, true);
    g_assert_true(cJSON_IsString(parsed) || cJSON_IsNumber(parsed));
    g_assert_true(g_utf8_validate(id, -1, NULL));
    g_assert_null(strpbrk(id, "\r\n"));
    g_assert_true(line_id_equal(id, id));
    cJSON_Delete(parsed);
}

/* A mask is unpacked into as many voxels as its extent has, if few. */
static void unpack(const InteractRequest *request)
{
    size_t voxels = 1;
    for (int x = 0; x < 6; x += 2) {
        int64_t begin = request->extent[x], end = request->extent[x + 1];
        if (begin >= end || end - begin > VOXELS_MOST)
            return;
        voxels *= (size_t) (end - begin);
        if (voxels > (size_t) VOXELS_MOST)
            return;
    }
    g_autofree uint8_t *dst = g_malloc(voxels);
    g_autoptr(GError) error = NULL;
    bool done = voxels_unpack(request->data, dst, voxels, &error);
    g_assert_true(done == (error == NULL));
}

static void check_request(const InteractRequest *request)
{
    const MedalsPrompt *prompt = &request->prompt;
    double sum = 0;
    for (size_t n = 0; n < 3 * prompt->point_count; n++)
        sum += prompt->points[n];
    g_assert_true(sum == sum);
    if (request->op == OP_POINT)
        g_assert_cmpuint(prompt->point_count, ==, 1);
    if (request->op == OP_BOX)
        g_assert_cmpuint(prompt->point_count, ==, 2);
    if (request->op == OP_CLASSES)
        g_assert_nonnull(request->texts);
    if (request->op == OP_SAVE)
        g_assert_nonnull(request->file);
    if (request->op == OP_MASK && !request->file)
        unpack(request);
}

static void take_line(const char *text, size_t size)
{
    LineScan scan;
    line_scan(text, size, &scan);
    g_autofree char *id = line_range_copy(text, scan.id);
    g_autofree char *other = line_range_copy(text, scan.cancel_id);
    if (id && other)
        line_id_equal(id, other);
    if (id && !line_id_is_sound(id))
        g_clear_pointer(&id, g_free);
    InteractRequest request;
    g_autoptr(GError) error = NULL;
    bool done = interact_request_parse(&request, text, size, &scan, id, &error);
    g_assert_true(done == (error == NULL));
    if (request.root)
        g_assert_cmpuint(count_values(request.root), <=, scan.values);
    if (request.id)
        check_id(request.id);
    if (done)
        check_request(&request);
    interact_request_clear(&request);
}

static void there_and_back(const uint8_t *data, size_t size)
{
    g_autoptr(VoxelsPacker) packer = voxels_packer_new(NULL);
    g_assert_nonnull(packer);
    size_t half = size / 2;
    g_assert_true(voxels_packer_add(packer, data, half, NULL));
    g_assert_true(voxels_packer_add(packer, data + half, size - half, NULL));
    const char *text = voxels_packer_end(packer, NULL);
    g_assert_nonnull(text);
    g_autofree uint8_t *back = g_malloc(size + 1);
    g_assert_true(voxels_unpack(text, back, size, NULL));
    g_assert_true(size == 0 || memcmp(back, data, size) == 0);
    g_assert_false(voxels_unpack(text, back, size + 1, NULL));
    g_assert_true(size == 0 || !voxels_unpack(text, back, size - 1, NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *at = (const char *) data, *end = at + size;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t) (end - at));
        size_t length = (size_t) ((stop ? stop : end) - at);
        g_autofree char *text = g_malloc(length + 1);
        memcpy(text, at, length);
        text[length] = '\0';
        take_line(text, length);
        at += length + 1;
    }
    there_and_back(data, size);
    return 0;
}
