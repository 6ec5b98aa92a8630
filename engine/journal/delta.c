/*
 * delta.c - XOR of the blocks that differ, one compressed stream
 *
 *   blocks   number, and in the block the smallest box that differs
 *   packed   zlib of the XOR of these boxes, in that order, each as runs of
 *            equal bytes or, where that is longer, as it is
 *
 * Labels are made of runs: an undo of 256^3 voxels takes half the time of one
 * with zlib alone.
 * Format in JOURNAL.md.
 */
#include "delta.h"

#include <string.h>
#include <zlib.h>

#include "block_walk.h"
#include "byte_run.h"
#include "little_endian.h"
#include "memory.h"

/* Bytes of a block's entry. */
#define ENTRY_BYTES (4 + 6 + 2)
/* A run: its byte, and its length less one in two. */
#define RUN_BYTES 3
#define SLACK 16
/* More than a journal takes in one piece. */
#define MOST_BYTES ((size_t) 1 << 30)

typedef struct Entry {
    uint32_t block;
    uint8_t box[6]; /* in the block, half open */
    uint16_t runs;  /* that the box comes as; 0: byte by byte */
} Entry;

struct MedalsDelta {
    int64_t size[3];
    GArray *blocks; /* Entry, ascending */
    uint8_t *packed;
    size_t packed_size;
};

static size_t inner_voxels(const uint8_t box[6])
{
    return (size_t) (box[1] - box[0]) * (size_t) (box[3] - box[2]) *
           (size_t) (box[5] - box[4]);
}

static MedalsDelta *delta_shell(const int64_t size[3])
{
    MedalsDelta *delta = g_new0(MedalsDelta, 1);
    memcpy(delta->size, size, sizeof delta->size);
    delta->blocks = g_array_new(FALSE, FALSE, sizeof(Entry));
    return delta;
}

void medals_delta_free(MedalsDelta *delta)
{
    if (!delta)
        return;
    g_array_unref(delta->blocks);
    medals_free(delta->packed);
    g_free(delta);
}

bool medals_delta_is_empty(const MedalsDelta *delta)
{
    return delta->blocks->len == 0;
}

size_t medals_delta_bytes(const MedalsDelta *delta)
{
    return sizeof *delta + delta->blocks->len * sizeof(Entry) +
           delta->packed_size;
}

/* ---- runs --------------------------------------------------------------- */

/* @return runs in `bytes`; 0: they are not shorter than the n voxels */
static size_t make_runs(const uint8_t *voxels, size_t n, uint8_t *bytes)
{
    size_t runs = 0;
    for (size_t v = 0; v < n; runs++) {
        size_t length = medals_byte_run(voxels + v, n - v);
        if ((runs + 1) * RUN_BYTES >= n)
            return 0;
        uint8_t *run = bytes + runs * RUN_BYTES;
        run[0] = voxels[v];
        run[1] = (uint8_t) (length - 1);
        run[2] = (uint8_t) ((length - 1) >> 8);
        v += length;
    }
    return runs;
}

/* Most runs are short: SLACK bytes are written for one that is, and the next
 * run writes over what was too much.
 * @shape voxels [n + SLACK]
 * @return false: they are not n voxels */
static bool lay_runs(const uint8_t *bytes, size_t runs, uint8_t *voxels,
                     size_t n)
{
    for (size_t r = 0; r < runs; r++, bytes += RUN_BYTES) {
        size_t length = (size_t) 1 + bytes[1] + ((size_t) bytes[2] << 8);
        if (length > n)
            return false;
        memset(voxels, bytes[0], SLACK);
        if (length > SLACK)
            memset(voxels + SLACK, bytes[0], length - SLACK);
        voxels += length;
        n -= length;
    }
    return n == 0;
}

/* ---- zlib's memory ------------------------------------------------------ */

static voidpf take_memory(voidpf opaque, uInt items, uInt size)
{
    (void) opaque;
    return medals_alloc(items, size, "step", NULL);
}

static void give_memory(voidpf opaque, voidpf memory)
{
    (void) opaque;
    medals_free(memory);
}

/* ---- making ------------------------------------------------------------- */

/* Compression while blocks come in. */
typedef struct Packer {
    MedalsDelta *delta;
    z_stream stream;
    size_t room; /* of delta->packed */
    GError **error;
} Packer;

static bool make_room(Packer *packer)
{
    MedalsDelta *delta = packer->delta;
    size_t room = packer->room ? 2 * packer->room : 256;
    if (room > MOST_BYTES)
        return medals_fail(packer->error, MEDALS_E_NOMEM,
                           "step: over %zu bytes; expected fewer changes",
                           MOST_BYTES);
    uint8_t *larger = medals_alloc(room, 1, "step", packer->error);
    if (!larger)
        return false;
    if (packer->room)
        memcpy(larger, delta->packed, packer->room);
    medals_free(delta->packed);
    delta->packed = larger;
    packer->stream.next_out = larger + packer->room;
    packer->stream.avail_out = (uInt) (room - packer->room);
    packer->room = room;
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
        if (code == Z_STREAM_END ||
            (flush == Z_NO_FLUSH && packer->stream.avail_in == 0))
            return true;
    }
}

/* The smallest box in which a block is not 0; it is not 0 somewhere. */
static void shrink(const uint8_t *difference, const int64_t box[6],
                   uint8_t inner[6])
{
    int64_t ni = box[1] - box[0], nj = box[3] - box[2], nk = box[5] - box[4];
    int64_t found[6] = {ni, 0, nj, 0, nk, 0};
    for (int64_t k = 0; k < nk; k++)
        for (int64_t j = 0; j < nj; j++, difference += ni) {
            int64_t first = 0, last = ni;
            while (first < ni && difference[first] == 0)
                first++;
            if (first == ni)
                continue;
            while (last > found[1] && difference[last - 1] == 0)
                last--;
            const int64_t row[6] = {first, last, j, j + 1, k, k + 1};
            for (int x = 0; x < 6; x += 2) {
                found[x] = MIN(found[x], row[x]);
                found[x + 1] = MAX(found[x + 1], row[x + 1]);
            }
        }
    for (int x = 0; x < 6; x++)
        inner[x] = (uint8_t) found[x];
}

static bool pack_box(Packer *packer, Entry *entry, const uint8_t *voxels)
{
    uint8_t bytes[MEDALS_BLOCK_VOXELS];
    size_t n = inner_voxels(entry->box);
    size_t runs = make_runs(voxels, n, bytes);
    entry->runs = (uint16_t) runs;
    return runs ? pack(packer, bytes, runs * RUN_BYTES, Z_NO_FLUSH)
                : pack(packer, voxels, n, Z_NO_FLUSH);
}

static bool add_block(void *cookie, const int64_t box[6], const uint8_t *before,
                      const uint8_t *after)
{
    Packer *packer = cookie;
    MedalsDelta *delta = packer->delta;
    const int64_t at[3] = {box[0], box[2], box[4]};
    Entry entry = {.block = (uint32_t) medals_block_of(delta->size, at)};
    uint8_t difference[MEDALS_BLOCK_VOXELS], inner[MEDALS_BLOCK_VOXELS];
    size_t n = medals_block_voxels(box);
    for (size_t v = 0; v < n; v++)
        difference[v] = before[v] ^ after[v];
    shrink(difference, box, entry.box);
    int64_t part[6];
    for (int x = 0; x < 6; x++)
        part[x] = box[x / 2 * 2] + entry.box[x];
    medals_block_gather(difference, box, part, inner);
    bool ok = pack_box(packer, &entry, inner);
    g_array_append_val(delta->blocks, entry);
    return ok;
}

static bool trim(MedalsDelta *delta, GError **error)
{
    uint8_t *exact = medals_alloc(delta->packed_size, 1, "step", error);
    if (!exact)
        return false;
    memcpy(exact, delta->packed, delta->packed_size);
    medals_free(delta->packed);
    delta->packed = exact;
    return true;
}

/* Blocks are numbered in 32 bits. */
static bool check_size(const int64_t size[3], GError **error)
{
    int64_t blocks[3];
    size_t count;
    if (medals_block_count(size, blocks, &count) && count <= UINT32_MAX)
        return true;
    return medals_fail(error, MEDALS_E_NOMEM, "step: volume too large");
}

MedalsDelta *medals_delta_new(const int64_t size[3], const MedalsLayer *before,
                              const MedalsLayer *after, GError **error)
{
    if (!check_size(size, error))
        return NULL;
    MedalsDelta *delta = delta_shell(size);
    Packer packer = {.delta = delta,
                     .stream = {.zalloc = take_memory, .zfree = give_memory},
                     .error = error};
    if (deflateInit(&packer.stream, Z_BEST_SPEED) != Z_OK) {
        medals_fail(error, MEDALS_E_NOMEM, "step: no memory to compress it");
        medals_delta_free(delta);
        return NULL;
    }
    bool ok = medals_layer_compare(before, after, add_block, &packer);
    bool any = delta->blocks->len > 0;
    ok = ok && (!any || pack(&packer, NULL, 0, Z_FINISH));
    delta->packed_size = packer.room - packer.stream.avail_out;
    deflateEnd(&packer.stream);
    ok = ok && (!any || trim(delta, error));
    if (ok)
        return delta;
    medals_delta_free(delta);
    return NULL;
}

/* ---- applying ----------------------------------------------------------- */

static bool damaged(GError **error)
{
    return medals_fail(error, MEDALS_E_INPUT,
                       "step: its voxels are damaged or cut short");
}

static bool no_memory(GError **error)
{
    return medals_fail(error, MEDALS_E_NOMEM, "step: no memory to unpack it");
}

/* The next n bytes of the stream. zlib takes its window when it first needs
 * it: that it cannot is no damage. */
static bool unpack(z_stream *stream, uint8_t *dst, size_t n, GError **error)
{
    stream->next_out = dst;
    stream->avail_out = (uInt) n;
    if (inflate(stream, Z_SYNC_FLUSH) == Z_MEM_ERROR)
        return no_memory(error);
    return stream->avail_out == 0 || damaged(error);
}

static bool flip_block(z_stream *stream, const Entry *entry, MedalsLayer *layer,
                       GError **error)
{
    int64_t box[6], part[6];
    uint8_t bytes[MEDALS_BLOCK_VOXELS];
    uint8_t difference[MEDALS_BLOCK_VOXELS + SLACK];
    size_t n = inner_voxels(entry->box);
    medals_block_box(medals_layer_size(layer), entry->block, box);
    for (int x = 0; x < 6; x++)
        part[x] = box[x / 2 * 2] + entry->box[x];
    size_t packed = entry->runs ? entry->runs * (size_t) RUN_BYTES : n;
    if (!unpack(stream, entry->runs ? bytes : difference, packed, error))
        return false;
    if (entry->runs && !lay_runs(bytes, entry->runs, difference, n))
        return damaged(error);
    return medals_layer_flip(layer, part, difference, error);
}

/* The stream ends with the last block, and its checksum is right. */
static bool at_end(z_stream *stream, GError **error)
{
    uint8_t more;
    stream->next_out = &more;
    stream->avail_out = 1;
    int code = inflate(stream, Z_FINISH);
    if (code == Z_MEM_ERROR)
        return no_memory(error);
    return (code == Z_STREAM_END && stream->avail_out == 1 &&
            stream->avail_in == 0) ||
           damaged(error);
}

bool medals_delta_apply(const MedalsDelta *delta, MedalsLayer *layer,
                        GError **error)
{
    if (memcmp(delta->size, medals_layer_size(layer), sizeof delta->size) != 0)
        return medals_fail(error, MEDALS_E_INPUT,
                           "step: of a volume of another size");
    if (medals_delta_is_empty(delta))
        return true;
    z_stream stream = {.next_in = delta->packed,
                       .avail_in = (uInt) delta->packed_size,
                       .zalloc = take_memory,
                       .zfree = give_memory};
    if (inflateInit(&stream) != Z_OK)
        return no_memory(error);
    bool ok = true;
    for (guint n = 0; ok && n < delta->blocks->len; n++)
        ok = flip_block(&stream, &g_array_index(delta->blocks, Entry, n), layer,
                        error);
    ok = ok && at_end(&stream, error);
    inflateEnd(&stream);
    return ok;
}

/* ---- bytes -------------------------------------------------------------- */

void medals_delta_encode(const MedalsDelta *delta, MedalsBuffer *bytes)
{
    medals_le_put(bytes, delta->blocks->len, 4);
    for (guint n = 0; n < delta->blocks->len; n++) {
        const Entry *entry = &g_array_index(delta->blocks, Entry, n);
        medals_le_put(bytes, entry->block, 4);
        medals_buffer_put(bytes, entry->box, sizeof entry->box);
        medals_le_put(bytes, entry->runs, 2);
    }
    medals_le_put(bytes, delta->packed_size, 8);
    medals_buffer_put(bytes, delta->packed, delta->packed_size);
}

/* The block is there, after the one before, the box lies in it, and its runs
 * are shorter than itself. */
static bool good_entry(const MedalsDelta *delta, const Entry *entry,
                       size_t blocks)
{
    const GArray *list = delta->blocks;
    int64_t box[6];
    if (entry->block >= blocks ||
        (list->len > 0 &&
         entry->block <= g_array_index(list, Entry, list->len - 1).block))
        return false;
    medals_block_box(delta->size, entry->block, box);
    for (int x = 0; x < 6; x += 2)
        if (entry->box[x] >= entry->box[x + 1] ||
            entry->box[x + 1] > box[x + 1] - box[x])
            return false;
    return entry->runs == 0 ||
           entry->runs * (size_t) RUN_BYTES < inner_voxels(entry->box);
}

static void get_blocks(MedalsLeReader *reader, MedalsDelta *delta)
{
    int64_t along[3];
    size_t blocks = 0;
    uint64_t count = medals_le_get(reader, 4);
    medals_block_count(delta->size, along, &blocks);
    if (count > reader->left / ENTRY_BYTES)
        reader->bad = true;
    for (uint64_t n = 0; !reader->bad && n < count; n++) {
        Entry entry = {.block = (uint32_t) medals_le_get(reader, 4)};
        for (int x = 0; x < 6; x++)
            entry.box[x] = (uint8_t) medals_le_get(reader, 1);
        entry.runs = (uint16_t) medals_le_get(reader, 2);
        if (good_entry(delta, &entry, blocks))
            g_array_append_val(delta->blocks, entry);
        else
            reader->bad = true;
    }
}

/* @return false: no memory */
static bool get_packed(MedalsLeReader *reader, MedalsDelta *delta,
                       GError **error)
{
    uint64_t size = medals_le_get(reader, 8);
    if (size > MIN(reader->left, MOST_BYTES) ||
        (size > 0) != (delta->blocks->len > 0))
        reader->bad = true;
    if (reader->bad || size == 0)
        return true;
    delta->packed = medals_alloc((size_t) size, 1, "step", error);
    if (!delta->packed)
        return false;
    delta->packed_size = (size_t) size;
    memcpy(delta->packed, medals_le_skip(reader, (size_t) size), (size_t) size);
    return true;
}

MedalsDelta *medals_delta_decode(const uint8_t *data, size_t size,
                                 const int64_t volume[3], size_t *used,
                                 GError **error)
{
    if (!check_size(volume, error))
        return NULL;
    MedalsDelta *delta = delta_shell(volume);
    MedalsLeReader reader = {data, size, false};
    get_blocks(&reader, delta);
    bool ok = get_packed(&reader, delta, error);
    if (ok && !reader.bad) {
        *used = size - reader.left;
        return delta;
    }
    if (ok)
        medals_fail(error, MEDALS_E_INPUT,
                    "step: damaged; expected boxes inside ascending blocks and "
                    "as many bytes as it says");
    medals_delta_free(delta);
    return NULL;
}
