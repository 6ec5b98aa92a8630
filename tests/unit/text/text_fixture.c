/*
 * text_fixture.c - towers and vocabularies small enough to read
 */
#include "text_fixture.h"

#include <glib/gstdio.h>
#include <string.h>

char *fixture_folder(void)
{
    char *folder = g_dir_make_tmp("medals-text-XXXXXX", NULL);
    g_assert_nonnull(folder);
    return folder;
}

void fixture_remove(char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_remove(path);
    }
    if (dir)
        g_dir_close(dir);
    g_rmdir(folder);
    g_free(folder);
}

char *fixture_file(const char *folder, const char *name, const void *data,
                   size_t size)
{
    char *path = g_build_filename(folder, name, NULL);
    g_assert_true(g_file_set_contents(path, data, (gssize) size, NULL));
    return path;
}

void fixture_tensors_init(FixtureTensors *t, uint32_t seed)
{
    t->header = g_string_new("{");
    t->data = g_byte_array_new();
    t->seed = seed;
}

static float noise(FixtureTensors *t)
{
    t->seed = t->seed * 1664525u + 1013904223u;
    return (float) (t->seed >> 8) / (float) (1 << 23) - 1;
}

void fixture_tensor(FixtureTensors *t, const char *name, int64_t rows,
                    int64_t columns, float centre, float scale, bool bf16)
{
    int64_t count = rows * (columns ? columns : 1);
    size_t begin = t->data->len;
    for (int64_t i = 0; i < count; i++) {
        float value = centre + scale * noise(t);
        uint16_t half = medals_bf16_from_f32(value);
        if (bf16)
            g_byte_array_append(t->data, (const guint8 *) &half, sizeof half);
        else
            g_byte_array_append(t->data, (const guint8 *) &value, sizeof value);
    }
    g_autofree char *second =
        columns ? g_strdup_printf(",%d", (int) columns) : g_strdup("");
    g_string_append_printf(
        t->header,
        "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[%d%s],\"data_offsets\":[%zu,"
        "%u]}",
        t->header->len > 1 ? "," : "", name, bf16 ? "BF16" : "F32", (int) rows,
        second, begin, t->data->len);
}

char *fixture_tensors_write(FixtureTensors *t, const char *folder,
                            const char *name)
{
    g_string_append_c(t->header, '}');
    while (t->header->len % 8)
        g_string_append_c(t->header, ' ');
    uint64_t size = t->header->len;
    g_byte_array_prepend(t->data, (const guint8 *) t->header->str,
                         (guint) t->header->len);
    g_byte_array_prepend(t->data, (const guint8 *) &size, sizeof size);
    char *path = fixture_file(folder, name, t->data->data, t->data->len);
    g_string_free(t->header, TRUE);
    g_byte_array_unref(t->data);
    return path;
}

typedef struct Shape {
    const char *name;
    int rows, columns;
    float centre, scale;
} Shape;

static const Shape mpnet_shapes[] = {
    {"embeddings.word_embeddings.weight", 16, 8, 0, 1},
    {"embeddings.position_embeddings.weight", 12, 8, 0, 1},
    {"embeddings.LayerNorm.weight", 8, 0, 1, 0.2f},
    {"embeddings.LayerNorm.bias", 8, 0, 0, 0.2f},
    {"encoder.layer.0.attention.attn.q.weight", 8, 8, 0, 0.6f},
    {"encoder.layer.0.attention.attn.q.bias", 8, 0, 0, 0.2f},
    {"encoder.layer.0.attention.attn.k.weight", 8, 8, 0, 0.6f},
    {"encoder.layer.0.attention.attn.k.bias", 8, 0, 0, 0.2f},
    {"encoder.layer.0.attention.attn.v.weight", 8, 8, 0, 0.6f},
    {"encoder.layer.0.attention.attn.v.bias", 8, 0, 0, 0.2f},
    {"encoder.layer.0.attention.attn.o.weight", 8, 8, 0, 0.6f},
    {"encoder.layer.0.attention.attn.o.bias", 8, 0, 0, 0.2f},
    {"encoder.layer.0.attention.LayerNorm.weight", 8, 0, 1, 0.2f},
    {"encoder.layer.0.attention.LayerNorm.bias", 8, 0, 0, 0.2f},
    {"encoder.layer.0.intermediate.dense.weight", 12, 8, 0, 0.6f},
    {"encoder.layer.0.intermediate.dense.bias", 12, 0, 0, 0.2f},
    {"encoder.layer.0.output.dense.weight", 8, 12, 0, 0.6f},
    {"encoder.layer.0.output.dense.bias", 8, 0, 0, 0.2f},
    {"encoder.layer.0.output.LayerNorm.weight", 8, 0, 1, 0.2f},
    {"encoder.layer.0.output.LayerNorm.bias", 8, 0, 0, 0.2f},
    {"encoder.relative_attention_bias.weight", 32, 2, 0, 1},
};

static const struct {
    const char *mpnet, *bert;
} renamed[] = {
    {"attention.attn.q.", "attention.self.query."},
    {"attention.attn.k.", "attention.self.key."},
    {"attention.attn.v.", "attention.self.value."},
    {"attention.attn.o.", "attention.output.dense."},
    {"attention.LayerNorm.", "attention.output.LayerNorm."},
};

/* BERT's name of an MPNet tensor. */
static char *bert_name(const char *name)
{
    GString *out = g_string_new(name);
    for (size_t i = 0; i < G_N_ELEMENTS(renamed); i++)
        g_string_replace(out, renamed[i].mpnet, renamed[i].bert, 0);
    return g_string_free(out, FALSE);
}

static void add(FixtureTensors *t, const char *prefix, const char *name,
                const Shape *shape, bool bf16, const char *without)
{
    g_autofree char *full = g_strconcat(prefix, name, NULL);
    if (!without || !g_str_has_suffix(full, without))
        fixture_tensor(t, full, shape->rows, shape->columns, shape->centre,
                       shape->scale, bf16);
}

void fixture_tower_tensors(FixtureTensors *t, const char *prefix, bool mpnet,
                           bool bf16, const char *without)
{
    size_t last = G_N_ELEMENTS(mpnet_shapes) - 1;
    for (size_t i = 0; i < last + mpnet; i++) {
        const Shape *shape = &mpnet_shapes[i];
        g_autofree char *bert = bert_name(shape->name);
        add(t, prefix, mpnet ? shape->name : bert, shape, bf16, without);
    }
    const Shape types = {NULL, 2, 8, 0, 1};
    if (!mpnet)
        add(t, prefix, "embeddings.token_type_embeddings.weight", &types, bf16,
            without);
}

char *fixture_tower(const char *folder, const char *name, const char *prefix,
                    bool mpnet, bool bf16, const char *without)
{
    FixtureTensors t;
    fixture_tensors_init(&t, 7);
    fixture_tower_tensors(&t, prefix, mpnet, bf16, without);
    return fixture_tensors_write(&t, folder, name);
}

char *fixture_vocab(const char *folder)
{
    static const char lines[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nleft\n"
                                "right\nkidney\nliver\n##s\nbrain\n,\nstem\n"
                                "ct\n##x\nspleen\n";
    return fixture_file(folder, "vocab.txt", lines, sizeof lines - 1);
}

char *fixture_projection(const char *folder, const char *prefix)
{
    static const Shape shapes[] = {
        {"projection_layer.0.weight", 6, 8, 0, 0.6f},
        {"projection_layer.0.bias", 6, 0, 0, 0.2f},
        {"projection_layer.2.weight", 4, 6, 0, 0.6f},
        {"projection_layer.2.bias", 4, 0, 0, 0.2f},
        {"modality_embed.weight", 5, 4, 0, 1},
    };
    FixtureTensors t;
    fixture_tensors_init(&t, 11);
    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++)
        add(&t, prefix, shapes[i].name, &shapes[i], false, NULL);
    return fixture_tensors_write(&t, folder, "projection.safetensors");
}

MedalsExec fixture_exec(unsigned threads)
{
    MedalsExec exec = {.kernels = medals_kernels_get(medals_cpu_best())};
    exec.lane = medals_lane_new(threads, NULL);
    g_assert_nonnull(exec.lane);
    g_assert_true(medals_lane_enter(exec.lane, NULL, NULL));
    return exec;
}

void fixture_exec_clear(MedalsExec *exec)
{
    medals_lane_leave(exec->lane);
    medals_lane_free(exec->lane);
}
