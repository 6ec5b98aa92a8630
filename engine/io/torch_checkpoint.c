/*
 * torch_checkpoint.c - the tensors of a PyTorch zip checkpoint, in place
 *
 *   NAME/data.pkl    {"model_state_dict": {name: tensor}, "step": n, ...}
 *   NAME/data/KEY    the numbers of storage KEY, stored without compression
 *
 *   tensor = _rebuild_tensor_v2(storage, offset, size, stride, ...)
 *   storage = persistent id ("storage", TypeStorage, KEY, place, numbers)
 *
 * Everything else in the pickle (the optimiser's state) is data that nobody
 * looks at. A tensor that does not lie in C order is copied into it.
 */
#include <string.h>

#include "memory.h"
#include "pickle.h"
#include "weights_data.h"
#include "zip.h"

#define TENSOR_V2 "torch._utils _rebuild_tensor_v2"
#define TENSOR_V1 "torch._utils _rebuild_tensor"
#define PARAMETER "torch._utils _rebuild_parameter"
#define PICKLE_LIMIT ((uint64_t) 16 << 20)

static const struct {
    const char *global;
    MedalsDtype dtype;
} storages[] = {
    {"torch FloatStorage", MEDALS_F32},     {"torch HalfStorage", MEDALS_F16},
    {"torch BFloat16Storage", MEDALS_BF16}, {"torch DoubleStorage", MEDALS_F64},
    {"torch LongStorage", MEDALS_I64},      {"torch IntStorage", MEDALS_I32},
    {"torch ShortStorage", MEDALS_I16},     {"torch CharStorage", MEDALS_I8},
    {"torch ByteStorage", MEDALS_U8},       {"torch BoolStorage", MEDALS_U8}};

static const char *const allowed[] = {"collections OrderedDict",
                                      TENSOR_V2,
                                      TENSOR_V1,
                                      PARAMETER,
                                      "torch FloatStorage",
                                      "torch HalfStorage",
                                      "torch BFloat16Storage",
                                      "torch DoubleStorage",
                                      "torch LongStorage",
                                      "torch IntStorage",
                                      "torch ShortStorage",
                                      "torch CharStorage",
                                      "torch ByteStorage",
                                      "torch BoolStorage",
                                      "torch Size",
                                      "torch device",
                                      "numpy dtype",
                                      "numpy.core.multiarray scalar",
                                      "numpy._core.multiarray scalar",
                                      "_codecs encode",
                                      NULL};

typedef struct Reader {
    MedalsWeights *weights;
    MedalsZip *zip;
    char *folder;     /* "NAME/" inside the archive */
    uint64_t room;    /* bytes that copies may still take */
    const char *name; /* of the tensor being read */
} Reader;

typedef struct Storage {
    MedalsDtype dtype;
    const uint8_t *data;
    uint64_t count;
} Storage;

/* Where the numbers of a tensor lie in its storage. */
typedef struct Layout {
    int ndim;
    int64_t shape[MEDALS_STORED_MAX_DIMS];
    int64_t stride[MEDALS_STORED_MAX_DIMS];
    int64_t offset;
    size_t count;
    bool in_order;
} Layout;

static bool fail_tensor(const Reader *reader, const char *what, GError **error)
{
    return medals_fail(error, MEDALS_E_INPUT, "%s: tensor %.200s: %s",
                       reader->weights->path, reader->name, what);
}

static bool find_dtype(const char *global, MedalsDtype *dtype)
{
    for (size_t i = 0; i < G_N_ELEMENTS(storages); i++)
        if (!strcmp(global, storages[i].global)) {
            *dtype = storages[i].dtype;
            return true;
        }
    return false;
}

static bool read_storage(const Reader *reader, const MedalsPickleValue *stored,
                         Storage *storage, GError **error)
{
    const MedalsPickleValue *id =
        stored->kind == MEDALS_PICKLE_STORED ? stored->items[0] : NULL;
    const MedalsPickleValue *word =
        medals_pickle_item(id, 0, MEDALS_PICKLE_TEXT);
    const MedalsPickleValue *type =
        medals_pickle_item(id, 1, MEDALS_PICKLE_GLOBAL);
    const MedalsPickleValue *key =
        medals_pickle_item(id, 2, MEDALS_PICKLE_TEXT);
    const MedalsPickleValue *count =
        medals_pickle_item(id, 4, MEDALS_PICKLE_INT);
    if (!word || strcmp(word->text, "storage") != 0 || !type || !key ||
        !count || count->integer < 0 ||
        !find_dtype(type->text, &storage->dtype))
        return fail_tensor(reader, "its storage is not one of PyTorch", error);
    g_autofree char *name =
        g_strdup_printf("%sdata/%s", reader->folder, key->text);
    const MedalsZipEntry *entry = medals_zip_find(reader->zip, name);
    if (!entry)
        return fail_tensor(reader, "its storage is missing", error);
    size_t bytes = medals_dtype_size(storage->dtype);
    storage->count = (uint64_t) count->integer;
    if (!medals_size_multiply(&bytes, storage->count) || bytes != entry->size)
        return fail_tensor(
            reader, "its storage has another size than it claims", error);
    storage->data = medals_zip_peek(reader->zip, entry, error);
    return storage->data != NULL;
}

static bool read_integers(const MedalsPickleValue *tuple, int64_t *numbers)
{
    for (size_t i = 0; i < tuple->count; i++) {
        const MedalsPickleValue *item = tuple->items[i];
        if (item->kind != MEDALS_PICKLE_INT || item->integer < 0)
            return false;
        numbers[i] = item->integer;
    }
    return true;
}

/* Index of the last number that the layout touches, or false. */
static bool find_last(const Layout *layout, uint64_t *last)
{
    *last = (uint64_t) layout->offset;
    for (int i = 0; i < layout->ndim; i++) {
        uint64_t step;
        if (__builtin_mul_overflow((uint64_t) layout->shape[i] - 1,
                                   (uint64_t) layout->stride[i], &step) ||
            __builtin_add_overflow(*last, step, last))
            return false;
    }
    return true;
}

static bool check_layout(const Reader *reader, const Storage *storage,
                         Layout *layout, GError **error)
{
    layout->count = 1;
    layout->in_order = true;
    for (int i = layout->ndim - 1; i >= 0; i--) {
        if (layout->shape[i] > 1 &&
            layout->stride[i] != (int64_t) layout->count)
            layout->in_order = false;
        if (!medals_size_multiply(&layout->count, (size_t) layout->shape[i]))
            return fail_tensor(reader, "shape overflows", error);
    }
    uint64_t last;
    if (layout->count > 0 &&
        (!find_last(layout, &last) || last >= storage->count))
        return fail_tensor(reader, "it reaches beyond its storage", error);
    if ((uint64_t) layout->offset > storage->count ||
        layout->count > storage->count)
        return fail_tensor(reader, "it is larger than its storage", error);
    return true;
}

static bool read_layout(const Reader *reader, const MedalsPickleValue *args,
                        const Storage *storage, Layout *layout, GError **error)
{
    const MedalsPickleValue *offset =
        medals_pickle_item(args, 1, MEDALS_PICKLE_INT);
    const MedalsPickleValue *shape =
        medals_pickle_item(args, 2, MEDALS_PICKLE_TUPLE);
    const MedalsPickleValue *stride =
        medals_pickle_item(args, 3, MEDALS_PICKLE_TUPLE);
    if (!offset || offset->integer < 0 || !shape || !stride ||
        shape->count != stride->count)
        return fail_tensor(reader, "its description is not one of PyTorch",
                           error);
    if (shape->count > MEDALS_STORED_MAX_DIMS)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: tensor %.200s: %zu dimensions; expected at "
                           "most %d",
                           reader->weights->path, reader->name, shape->count,
                           MEDALS_STORED_MAX_DIMS);
    *layout = (Layout){.ndim = (int) shape->count, .offset = offset->integer};
    if (!read_integers(shape, layout->shape) ||
        !read_integers(stride, layout->stride))
        return fail_tensor(reader, "its shape is not made of integers", error);
    /* An axis of one number is never stepped along, whatever its stride. */
    for (int i = 0; i < layout->ndim; i++)
        if (layout->shape[i] <= 1)
            layout->stride[i] = 0;
    return check_layout(reader, storage, layout, error);
}

/* Writes the numbers in C order: an odometer over all axes. */
static void gather(uint8_t *dst, const Storage *storage, const Layout *layout)
{
    size_t size = medals_dtype_size(storage->dtype);
    int64_t index[MEDALS_STORED_MAX_DIMS] = {0};
    int64_t at = layout->offset;
    for (size_t n = 0; n < layout->count; n++) {
        memcpy(dst + n * size, storage->data + (size_t) at * size, size);
        for (int i = layout->ndim - 1; i >= 0; i--) {
            at += layout->stride[i];
            if (++index[i] < layout->shape[i])
                break;
            at -= index[i] * layout->stride[i];
            index[i] = 0;
        }
    }
}

/* Copies may take as much as the file has, so that no small file grows. */
static const uint8_t *take_gathered(Reader *reader, const Storage *storage,
                                    const Layout *layout, size_t bytes,
                                    GError **error)
{
    if (bytes > reader->room) {
        fail_tensor(reader, "too many tensors that do not lie in C order",
                    error);
        return NULL;
    }
    uint8_t *copy = medals_alloc(bytes, 1, reader->name, error);
    if (!copy)
        return NULL;
    reader->room -= bytes;
    gather(copy, storage, layout);
    g_ptr_array_add(reader->weights->gathered, copy);
    return copy;
}

static bool add_tensor(Reader *reader, const MedalsPickleValue *args,
                       GError **error)
{
    Storage storage;
    Layout layout;
    if (args->count < 4)
        return fail_tensor(reader, "its description is not one of PyTorch",
                           error);
    if (!read_storage(reader, args->items[0], &storage, error) ||
        !read_layout(reader, args, &storage, &layout, error))
        return false;
    size_t size = medals_dtype_size(storage.dtype);
    size_t bytes = layout.count * size;
    const uint8_t *data = storage.data + (size_t) layout.offset * size;
    if (!layout.in_order &&
        !(data = take_gathered(reader, &storage, &layout, bytes, error)))
        return false;
    return medals_weights_add(reader->weights, reader->name, storage.dtype,
                              layout.ndim, layout.shape, data, bytes, error);
}

/* The arguments of the tensor that a value is; NULL: it is none. */
static const MedalsPickleValue *tensor_of(const MedalsPickleValue *value)
{
    if (medals_pickle_is_call(value, PARAMETER) && value->items[1]->count > 0)
        value = value->items[1]->items[0];
    if (medals_pickle_is_call(value, TENSOR_V2) ||
        medals_pickle_is_call(value, TENSOR_V1))
        return value->items[1];
    return NULL;
}

/* A plain state dict may hold other things as well; they are passed over. */
static bool add_all(Reader *reader, const MedalsPickleValue *dict, bool strict,
                    GError **error)
{
    for (size_t i = 0; i + 1 < dict->count; i += 2) {
        const MedalsPickleValue *key = dict->items[i];
        const MedalsPickleValue *args = tensor_of(dict->items[i + 1]);
        bool is_text = key->kind == MEDALS_PICKLE_TEXT;
        reader->name = is_text ? key->text : "without a name";
        if (args && is_text && strlen(key->text) == key->length) {
            if (g_str_has_prefix(reader->name, "module."))
                reader->name += strlen("module.");
            if (!add_tensor(reader, args, error))
                return false;
        } else if (strict)
            return fail_tensor(reader,
                               "it is none; expected only tensors in "
                               "model_state_dict",
                               error);
    }
    return true;
}

static bool read_root(Reader *reader, const MedalsPickleValue *root,
                      GError **error)
{
    const MedalsPickleValue *model =
        medals_pickle_lookup(root, "model_state_dict");
    const MedalsPickleValue *step = medals_pickle_lookup(root, "step");
    if (step && step->kind == MEDALS_PICKLE_INT)
        reader->weights->step = MAX(step->integer, -1);
    const MedalsPickleValue *dict = model ? model : root;
    if (dict->kind != MEDALS_PICKLE_DICT)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: %s is not a dict; expected names and tensors",
                           reader->weights->path,
                           model ? "model_state_dict" : "the pickle");
    if (!add_all(reader, dict, model != NULL, error))
        return false;
    if (reader->weights->tensors->len > 0)
        return true;
    return medals_fail(error, MEDALS_E_INPUT,
                       "%s: no tensors; expected them in model_state_dict",
                       reader->weights->path);
}

/* "NAME/data.pkl" at the top of the archive. */
static const MedalsZipEntry *find_pickle(const MedalsZip *zip)
{
    for (size_t i = 0; i < zip->count; i++) {
        const char *slash = strchr(zip->entries[i].name, '/');
        if (slash && !strcmp(slash, "/data.pkl"))
            return &zip->entries[i];
    }
    return NULL;
}

static bool check_byte_order(const Reader *reader, GError **error)
{
    g_autofree char *name = g_strconcat(reader->folder, "byteorder", NULL);
    const MedalsZipEntry *entry = medals_zip_find(reader->zip, name);
    if (!entry)
        return true;
    uint8_t *word = medals_zip_extract(reader->zip, entry, 16, error);
    if (!word)
        return false;
    bool little = entry->size == 6 && !memcmp(word, "little", 6);
    medals_free(word);
    return little || medals_fail(error, MEDALS_E_INPUT,
                                 "%s: numbers in another byte order; expected "
                                 "little endian",
                                 reader->weights->path);
}

static bool read_archive(Reader *reader, GError **error)
{
    const char *path = reader->weights->path;
    const MedalsZipEntry *entry = find_pickle(reader->zip);
    if (!entry)
        return medals_fail(error, MEDALS_E_INPUT,
                           "%s: a zip archive without NAME/data.pkl; expected "
                           "a PyTorch checkpoint",
                           path);
    reader->folder =
        g_strndup(entry->name, strlen(entry->name) - strlen("data.pkl"));
    if (!check_byte_order(reader, error))
        return false;
    uint8_t *bytes =
        medals_zip_extract(reader->zip, entry, PICKLE_LIMIT, error);
    if (!bytes)
        return false;
    MedalsPickle *pickle =
        medals_pickle_read(path, bytes, (size_t) entry->size, allowed, error);
    bool ok = pickle && read_root(reader, medals_pickle_root(pickle), error);
    medals_pickle_free(pickle);
    medals_free(bytes);
    return ok;
}

bool medals_torch_read(MedalsWeights *weights, GError **error)
{
    size_t size;
    const uint8_t *data = medals_map_peek(weights->map, &size);
    Reader reader = {.weights = weights, .room = size};
    reader.zip = medals_zip_open(weights->path, data, size, error);
    bool ok = reader.zip && read_archive(&reader, error);
    medals_zip_free(reader.zip);
    g_free(reader.folder);
    return ok;
}
