/*
 * delta.c - XOR of the blocks that differ, one compressed stream
 *
 *   bytes  count u32, then for each block: box 6 x u32; raw u64, packed u64,
 *          packed bytes: zlib of the XOR of all blocks in that order
 */
#include "delta.h"

#include <string.h>
#include <zlib.h>

#include "memory.h"

/* Edge of the largest box that a delta may name: a block of a layer. */
#define EDGE 32
#define BOX_BYTES (6 * 4)
#define HEADER_BYTES (4 + 16)

struct MedalsDelta {
    int64_t size[3];
    GArray *boxes; /* uint32_t, six a block */
    uint64_t raw;  /* bytes of all blocks */
    uint8_t *packed;
    uint64_t packed_size;
};

static uint64_t box_voxels(const uint32_t *box)
{
    return (uint64_t) (box[1] - box[0]) * (box[3] - box[2]) * (box[5] - box[4]);
}

/* Compression while blocks come in. */
typedef struct Packer {
    MedalsDelta *delta;
    z_stream stream;
    size_t room; /* of delta->packed */
    GError **error;
} Packer;

static bool make_room(Packer *packer)
{
    size_t room = packer->room ? 2 * packer->room : 256;
    uint8_t *larger = medals_alloc(room, 1, "step", packer->error);
    if (!larger)
        return false;
    size_t used = packer->room - packer->stream.avail_out;
    if (used)
        memcpy(larger, packer->delta->packed, used);
    medals_free(packer->delta->packed);
    packer->delta->packed = larger;
    packer->room = room;
    packer->stream.next_out = larger + used;
    packer->stream.avail_out = (uInt) (room - used);
    return true;
}

static bool pack(Packer *packer, const uint8_t *data, size_t size, int flush)
{
    packer->stream.next_in = (Bytef *) data;
    packer->stream.avail_in = (uInt) size;
    for (;;) {
        if (packer->stream.avail_out == 0 && !make_room(packer))
            return false;
        int code = deflate(&packer->stream, flush);
        if (code == Z_STREAM_END)
            return true;
        if (flush == Z_NO_FLUSH && packer->stream.avail_in == 0)
            return true;
    }
}

static bool add_block(void *cookie, const int64_t box[6], const uint8_t *before,
                      const uint8_t *after)
{
    Packer *packer = cookie;
    uint32_t small[6];
    for (int x = 0; x < 6; x++)
        small[x] = (uint32_t) box[x];
    size_t n = (size_t) box_voxels(small);
    uint8_t difference[EDGE * EDGE * EDGE];
    for (size_t v = 0; v < n; v++)
        difference[v] = before[v] ^ after[v];
    g_array_append_vals(packer->delta->boxes, small, 6);
    packer->delta->raw += n;
    return pack(packer, difference, n, Z_NO_FLUSH);
}

static MedalsDelta *delta_shell(const int64_t size[3])
{
    MedalsDelta *delta = g_new0(MedalsDelta, 1);
    memcpy(delta->size, size, sizeof delta->size);
    delta->boxes = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    return delta;
}

static bool trim(MedalsDelta *delta, GError **error)
{
    uint8_t *exact =
        medals_alloc((size_t) delta->packed_size, 1, "step", error);
    if (!exact)
        return false;
    memcpy(exact, delta->packed, (size_t) delta->packed_size);
    medals_free(delta->packed);
    delta->packed = exact;
    return true;
}

MedalsDelta *medals_delta_new(const int64_t size[3], const MedalsLayer *before,
                              const MedalsLayer *after, GError **error)
{
    MedalsDelta *delta = delta_shell(size);
    Packer packer = {.delta = delta, .error = error};
    if (deflateInit(&packer.stream, Z_BEST_SPEED) != Z_OK) {
        medals_fail(error, MEDALS_E_NOMEM, "step: no memory to compress it");
        medals_delta_free(delta);
        return NULL;
    }
    bool ok = medals_layer_compare(before, after, add_block, &packer);
    if (ok && delta->raw > 0)
        ok = pack(&packer, NULL, 0, Z_FINISH);
    delta->packed_size = packer.stream.total_out;
    deflateEnd(&packer.stream);
    if (ok && delta->raw > 0)
        ok = trim(delta, error);
    if (ok)
        return delta;
    medals_delta_free(delta);
    return NULL;
}

void medals_delta_free(MedalsDelta *delta)
{
    if (!delta)
        return;
    g_array_unref(delta->boxes);
    medals_free(delta->packed);
    g_free(delta);
}

bool medals_delta_is_empty(const MedalsDelta *delta)
{
    return delta->raw == 0;
}

size_t medals_delta_bytes(const MedalsDelta *delta)
{
    return sizeof *delta + delta->boxes->len * sizeof(uint32_t) +
           (size_t) delta->packed_size;
}

/* ---- applying ----------------------------------------------------------- */

static bool flip_block(z_stream *stream, const uint32_t *small,
                       MedalsLayer *layer, GError **error)
{
    int64_t box[6];
    for (int x = 0; x < 6; x++)
        box[x] = small[x];
    size_t n = (size_t) box_voxels(small);
    uint8_t difference[EDGE * EDGE * EDGE], voxels[EDGE * EDGE * EDGE];
    stream->next_out = difference;
    stream->avail_out = (uInt) n;
    inflate(stream, Z_SYNC_FLUSH);
    if (stream->avail_out != 0)
        return medals_fail(error, MEDALS_E_INPUT,
                           "step: its voxels are damaged or cut short");
    medals_layer_read(layer, box, voxels);
    for (size_t v = 0; v < n; v++)
        voxels[v] ^= difference[v];
    return medals_layer_write(layer, box, voxels, error);
}

bool medals_delta_apply(const MedalsDelta *delta, MedalsLayer *layer,
                        GError **error)
{
    if (memcmp(delta->size, medals_layer_size(layer), sizeof delta->size) != 0)
        return medals_fail(error, MEDALS_E_INPUT,
                           "step: of a volume of another size");
    if (delta->raw == 0)
        return true;
    z_stream stream = {.next_in = delta->packed,
                       .avail_in = (uInt) delta->packed_size};
    if (inflateInit(&stream) != Z_OK)
        return medals_fail(error, MEDALS_E_NOMEM,
                           "step: no memory to unpack it");
    bool ok = true;
    for (guint n = 0; ok && n < delta->boxes->len; n += 6)
        ok = flip_block(&stream, &g_array_index(delta->boxes, uint32_t, n),
                        layer, error);
    inflateEnd(&stream);
    return ok;
}

/* ---- bytes -------------------------------------------------------------- */

static void put(GByteArray *bytes, uint64_t value, int size)
{
    for (int i = 0; i < size; i++) {
        uint8_t byte = (uint8_t) (value >> (8 * i));
        g_byte_array_append(bytes, &byte, 1);
    }
}

static uint64_t get(const uint8_t *data, int size)
{
    uint64_t value = 0;
    for (int i = 0; i < size; i++)
        value |= (uint64_t) data[i] << (8 * i);
    return value;
}

void medals_delta_encode(const MedalsDelta *delta, GByteArray *bytes)
{
    put(bytes, delta->boxes->len / 6, 4);
    for (guint n = 0; n < delta->boxes->len; n++)
        put(bytes, g_array_index(delta->boxes, uint32_t, n), 4);
    put(bytes, delta->raw, 8);
    put(bytes, delta->packed_size, 8);
    if (delta->packed_size)
        g_byte_array_append(bytes, delta->packed, (guint) delta->packed_size);
}

static bool good_box(const uint32_t *box, const int64_t size[3])
{
    for (int x = 0; x < 3; x++)
        if (box[2 * x] >= box[2 * x + 1] || box[2 * x + 1] > size[x] ||
            box[2 * x + 1] - box[2 * x] > EDGE)
            return false;
    return true;
}

static bool read_boxes(MedalsDelta *delta, const uint8_t *data, uint64_t count)
{
    uint64_t raw = 0;
    for (uint64_t n = 0; n < count; n++) {
        uint32_t box[6];
        for (int x = 0; x < 6; x++)
            box[x] = (uint32_t) get(data + n * BOX_BYTES + 4 * x, 4);
        if (!good_box(box, delta->size))
            return false;
        raw += box_voxels(box);
        g_array_append_vals(delta->boxes, box, 6);
    }
    delta->raw = raw;
    return true;
}

MedalsDelta *medals_delta_decode(const uint8_t *data, size_t size,
                                 const int64_t volume[3], size_t *used,
                                 GError **error)
{
    MedalsDelta *delta = delta_shell(volume);
    uint64_t count = size >= HEADER_BYTES ? get(data, 4) : 0;
    bool ok = size >= HEADER_BYTES &&
              count <= (size - HEADER_BYTES) / BOX_BYTES &&
              read_boxes(delta, data + 4, count);
    const uint8_t *tail = data + 4 + count * BOX_BYTES;
    if (ok) {
        uint64_t room = size - HEADER_BYTES - count * BOX_BYTES;
        delta->packed_size = get(tail + 8, 8);
        ok = get(tail, 8) == delta->raw && delta->packed_size <= room &&
             delta->packed_size <= G_MAXUINT;
    }
    if (!ok) {
        medals_fail(error, MEDALS_E_INPUT,
                    "step: damaged; expected boxes inside the volume and as "
                    "many bytes as it says");
        delta->packed_size = 0;
        medals_delta_free(delta);
        return NULL;
    }
    if (delta->packed_size) {
        delta->packed =
            medals_alloc((size_t) delta->packed_size, 1, "step", error);
        if (!delta->packed) {
            medals_delta_free(delta);
            return NULL;
        }
        memcpy(delta->packed, tail + 16, (size_t) delta->packed_size);
    }
    *used = HEADER_BYTES + count * BOX_BYTES + (size_t) delta->packed_size;
    return delta;
}
