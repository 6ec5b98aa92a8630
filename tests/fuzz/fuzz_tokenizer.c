/*
 * fuzz_tokenizer.c - a vocabulary and a text, both of any bytes
 *
 * The first NUL byte ends the vocabulary; what follows is the text.
 */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "tokenizer.h"

#define MAX_IDS 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void tokenize(const MedalsTokenizer *tokenizer, const char *text)
{
    int32_t ids[MAX_IDS];
    size_t count;
    bool cut;
    if (!medals_tokenizer_run(tokenizer, text, ids, MAX_IDS, &count, &cut,
                              NULL))
        return;
    g_assert_cmpuint(count, >=, 2);
    g_assert_cmpuint(count, <=, MAX_IDS);
    for (size_t i = 0; i < count; i++)
        g_assert_true(ids[i] >= 0 &&
                      ids[i] < medals_tokenizer_count(tokenizer));
}

/* The markers come first, so that most vocabularies can be used. */
static char *write_vocabulary(const uint8_t *data, size_t size)
{
    static const char markers[] = "[CLS]\n[SEP]\n[UNK]\n##a\na\nleft\n";
    char *path;
    int file = g_file_open_tmp("medals-fuzz-XXXXXX", &path, NULL);
    g_assert_cmpint(file, >=, 0);
    g_assert_cmpint(write(file, markers, sizeof markers - 1), >, 0);
    g_assert_cmpint(write(file, data, size), >=, 0);
    close(file);
    return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size ? memchr(data, 0, size) : NULL;
    size_t vocab_size = end ? (size_t) (end - data) : 0;
    g_autofree char *path = write_vocabulary(data, vocab_size);
    const char *rest = (const char *) data + vocab_size;
    g_autofree char *text =
        g_strndup(rest + (end != NULL), size - vocab_size - (end != NULL));
    for (int mpnet = 0; mpnet < 2; mpnet++) {
        MedalsTokenizer *tokenizer = medals_tokenizer_read(path, mpnet, NULL);
        if (tokenizer)
            tokenize(tokenizer, text);
        medals_tokenizer_free(tokenizer);
    }
    g_unlink(path);
    return 0;
}
