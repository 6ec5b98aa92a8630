#include "interact_voxels.h"

#include <string.h>
#include <zlib.h>

#include "interact_failure.h"

enum { PIECE = 1 << 16, QUICK = 1, TOO_MANY = 100 /* beside zlib's codes */ };

/* ---- text to voxels ----------------------------------------------------- */

/* Text, four characters a step, into at most three bytes.
 * @return bytes, 0 at the end; negative: no base64 */
static int decode_four(const char **text, uint8_t bytes[3])
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqr"
                                  "stuvwxyz0123456789+/";
    static int8_t value[256];
    static gsize ready;
    if (g_once_init_enter(&ready)) {
        memset(value, -1, sizeof value);
        for (int n = 0; n < 64; n++)
            value[(uint8_t) letters[n]] = (int8_t) n;
        g_once_init_leave(&ready, 1);
    }
    const char *at = *text;
    if (!*at)
        return 0;
    uint32_t bits = 0;
    int count = 0;
    for (; count < 4 && at[count] && value[(uint8_t) at[count]] >= 0; count++)
        bits = bits << 6 | (uint8_t) value[(uint8_t) at[count]];
    int pads = 0;
    while (count + pads < 4 && at[count + pads] == '=')
        pads++;
    bool ends = pads > 0;
    if (count < 2 || count + pads != 4 || (ends && at[4]))
        return -1;
    bits <<= 6 * pads;
    for (int n = 0; n < 3; n++)
        bytes[n] = (uint8_t) (bits >> (16 - 8 * n));
    *text = at + 4;
    return count - 1;
}

/* A piece of the text as bytes. @return false: no base64 */
static bool decode_piece(const char **text, uint8_t bytes[PIECE], size_t *count)
{
    *count = 0;
    while (*count + 3 <= PIECE) {
        int got = decode_four(text, bytes + *count);
        if (got <= 0)
            return got == 0;
        *count += (size_t) got;
    }
    return true;
}

static bool fail_memory(GError **error)
{
    return interact_fail(error, MEDALS_E_NOMEM,
                         "data: no memory for the voxels; expected more of it");
}

static bool fail_text(GError **error)
{
    return interact_fail(error, MEDALS_E_INPUT,
                         "data: no base64; expected letters, digits, +, / and "
                         "= at the end");
}

static bool fail_size(size_t size, GError **error)
{
    return interact_fail(error, MEDALS_E_INPUT,
                         "data: another number of voxels than its extent has; "
                         "expected %zu bytes in zlib",
                         size);
}

/* Gives zlib what is left of dst, in steps that its 32-bit counts hold. */
static int inflate_into(z_stream *stream, uint8_t *dst, size_t size,
                        size_t *done)
{
    for (;;) {
        uInt room = (uInt) MIN(size - *done, (size_t) 1 << 30);
        uint8_t spill;
        stream->next_out = room ? dst + *done : &spill;
        stream->avail_out = room ? room : 1;
        uInt before = stream->avail_out;
        int status = inflate(stream, Z_NO_FLUSH);
        uInt got = before - stream->avail_out;
        if (!room && got)
            return TOO_MANY;
        *done += got;
        if (status == Z_BUF_ERROR)
            return Z_OK;
        if (status != Z_OK || (stream->avail_in == 0 && got < before))
            return status;
    }
}

static bool unpack(z_stream *stream, const char *text, uint8_t *dst,
                   size_t size, GError **error)
{
    g_autofree uint8_t *piece = g_malloc(PIECE);
    size_t done = 0;
    int status = Z_OK;
    while (status == Z_OK) {
        size_t count;
        if (!decode_piece(&text, piece, &count))
            return fail_text(error);
        if (count == 0)
            return fail_size(size, error);
        stream->next_in = piece;
        stream->avail_in = (uInt) count;
        status = inflate_into(stream, dst, size, &done);
    }
    if (status == TOO_MANY)
        return fail_size(size, error);
    if (status == Z_MEM_ERROR)
        return fail_memory(error);
    if (status != Z_STREAM_END)
        return interact_fail(error, MEDALS_E_INPUT,
                             "data: no zlib stream; expected voxels packed by "
                             "zlib");
    if (done != size || stream->avail_in > 0 || *text)
        return fail_size(size, error);
    return true;
}

bool voxels_unpack(const char *text, uint8_t *dst, size_t size, GError **error)
{
    z_stream stream = {0};
    if (inflateInit(&stream) != Z_OK)
        return interact_fail(error, MEDALS_E_NOMEM,
                             "zlib: no memory; expected more of it");
    bool done = unpack(&stream, text, dst, size, error);
    inflateEnd(&stream);
    return done;
}

/* ---- voxels to text ----------------------------------------------------- */

struct VoxelsPacker {
    z_stream stream;
    char *text;
    size_t size, room;
    gint state, save; /* of g_base64_encode_step() */
    uint8_t packed[PIECE];
};

VoxelsPacker *voxels_packer_new(GError **error)
{
    VoxelsPacker *packer = g_new0(VoxelsPacker, 1);
    if (deflateInit(&packer->stream, QUICK) == Z_OK)
        return packer;
    g_free(packer);
    fail_memory(error);
    return NULL;
}

void voxels_packer_free(VoxelsPacker *packer)
{
    if (!packer)
        return;
    deflateEnd(&packer->stream);
    g_free(packer->text);
    g_free(packer);
}

/* Room for that much more text. */
static bool reserve(VoxelsPacker *packer, size_t more, GError **error)
{
    if (packer->room - packer->size >= more)
        return true;
    if (more > SIZE_MAX / 4 || packer->size > SIZE_MAX / 4)
        return fail_memory(error);
    size_t room = 2 * (packer->size + more);
    char *text = g_try_realloc(packer->text, room);
    if (!text)
        return fail_memory(error);
    packer->text = text;
    packer->room = room;
    return true;
}

static bool append(VoxelsPacker *packer, size_t count, GError **error)
{
    if (!reserve(packer, count / 3 * 4 + 8, error))
        return false;
    packer->size += g_base64_encode_step(packer->packed, count, FALSE,
                                         packer->text + packer->size,
                                         &packer->state, &packer->save);
    return true;
}

static bool run(VoxelsPacker *packer, int flush, GError **error)
{
    int status;
    do {
        packer->stream.next_out = packer->packed;
        packer->stream.avail_out = PIECE;
        status = deflate(&packer->stream, flush);
        if (!append(packer, PIECE - packer->stream.avail_out, error))
            return false;
    } while (packer->stream.avail_out == 0 ||
             (flush == Z_FINISH && status == Z_OK));
    return true;
}

bool voxels_packer_add(VoxelsPacker *packer, const void *bytes, size_t size,
                       GError **error)
{
    const uint8_t *at = bytes;
    while (size > 0) {
        uInt count = (uInt) MIN(size, (size_t) 1 << 30);
        packer->stream.next_in = (Bytef *) at;
        packer->stream.avail_in = count;
        if (!run(packer, Z_NO_FLUSH, error))
            return false;
        at += count;
        size -= count;
    }
    return true;
}

const char *voxels_packer_end(VoxelsPacker *packer, GError **error)
{
    if (!run(packer, Z_FINISH, error) || !reserve(packer, 8, error))
        return NULL;
    packer->size += g_base64_encode_close(FALSE, packer->text + packer->size,
                                          &packer->state, &packer->save);
    packer->text[packer->size] = '\0';
    return packer->text;
}
