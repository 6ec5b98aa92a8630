/*
 * dicom_apart.cpp - starts medals-dicom, takes its records, watches over it
 */
#include "dicom_apart.hpp"

#include <cstring>
#include <memory>

#include <cjson/cJSON.h>
#include <gio/gio.h>
#include <sys/stat.h>

#include "dicom_check.hpp"
#include "dicom_record.hpp"
#include "failure.hpp"

namespace medals::bridge
{

namespace
{

/* A program that sends nothing for so long hangs. */
const gint64 patience = 60 * G_TIME_SPAN_SECOND;
/* Descriptions, failures and warnings are short. */
const uint64_t most_text = 1 << 24;

using Json = std::unique_ptr<cJSON, decltype(&cJSON_Delete)>;

/* Beside the program that runs. */
std::string reader_program()
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", nullptr);
    g_autofree char *folder = self ? g_path_get_dirname(self) : g_strdup(".");
    g_autofree char *path = g_build_filename(folder, "medals-dicom", nullptr);
    return path;
}

/** The running reader; it is ended with this object. */
class Reader
{
  public:
    Reader(const std::string &thing, const char *what, const char *series);
    ~Reader();
    Reader(const Reader &) = delete;
    Reader &operator=(const Reader &) = delete;

    /** The next record but beats. */
    DicomRecord next(uint64_t *length);
    void read(void *bytes, uint64_t length);
    std::string text(uint64_t length);
    [[noreturn]] void broken(const char *what);
    [[noreturn]] void lost();

  private:
    static gpointer watch(gpointer reader);

    const std::string thing;
    GSubprocess *process = nullptr;
    GInputStream *pipe = nullptr; /* the process's */
    GThread *watcher = nullptr;
    GMutex mutex;
    GCond changed;
    gint64 last;
    bool ended = false, late = false;
};

Reader::Reader(const std::string &thing, const char *what, const char *series)
    : thing(thing)
{
    std::string program = reader_program();
    const char *arguments[] = {program.c_str(), what, thing.c_str(), series,
                               nullptr};
    g_autoptr(GError) error = nullptr;
    process =
        g_subprocess_newv(arguments,
                          GSubprocessFlags(G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                           G_SUBPROCESS_FLAGS_STDERR_SILENCE),
                          &error);
    if (!process)
        fail(MEDALS_E_IO, "%s: %s; the reader of DICOM expected there",
             program.c_str(), one_line(error->message).c_str());
    pipe = g_subprocess_get_stdout_pipe(process);
    g_mutex_init(&mutex);
    g_cond_init(&changed);
    last = g_get_monotonic_time();
    watcher = g_thread_new("medals-dicom", watch, this);
}

Reader::~Reader()
{
    g_mutex_lock(&mutex);
    ended = true;
    g_cond_signal(&changed);
    g_mutex_unlock(&mutex);
    g_thread_join(watcher);
    g_subprocess_force_exit(process);
    g_subprocess_wait(process, nullptr, nullptr);
    g_object_unref(process);
    g_cond_clear(&changed);
    g_mutex_clear(&mutex);
}

gpointer Reader::watch(gpointer data)
{
    Reader *self = static_cast<Reader *>(data);
    g_mutex_lock(&self->mutex);
    while (!self->ended) {
        gint64 end = self->last + patience;
        if (g_get_monotonic_time() >= end) {
            self->late = true;
            g_subprocess_force_exit(self->process);
            break;
        }
        g_cond_wait_until(&self->changed, &self->mutex, end);
    }
    g_mutex_unlock(&self->mutex);
    return nullptr;
}

/* What came makes no sense. */
void Reader::broken(const char *what)
{
    g_subprocess_force_exit(process);
    fail(MEDALS_E_INPUT,
         "%s: its decoder %s; an undamaged DICOM image expected", thing.c_str(),
         what);
}

/* The pipe ended: why? */
void Reader::lost()
{
    g_mutex_lock(&mutex);
    bool hung = late;
    g_mutex_unlock(&mutex);
    if (hung)
        fail(MEDALS_E_INPUT,
             "%s: its decoder hangs; an undamaged DICOM image expected",
             thing.c_str());
    g_subprocess_wait(process, nullptr, nullptr);
    if (g_subprocess_get_if_signaled(process))
        fail(MEDALS_E_INPUT,
             "%s: its decoder crashes (signal %d); an undamaged DICOM image "
             "expected",
             thing.c_str(), g_subprocess_get_term_sig(process));
    broken("ends before the image does");
}

void Reader::read(void *bytes, uint64_t length)
{
    for (uint64_t done = 0; done < length;) {
        gssize got = g_input_stream_read(
            pipe, static_cast<char *>(bytes) + done,
            gsize(std::min<uint64_t>(length - done, 1 << 20)), nullptr,
            nullptr);
        if (got <= 0)
            lost();
        done += uint64_t(got);
        g_mutex_lock(&mutex);
        last = g_get_monotonic_time();
        g_mutex_unlock(&mutex);
    }
}

std::string Reader::text(uint64_t length)
{
    if (length > most_text)
        broken("talks nonsense");
    std::string text(size_t(length), '\0');
    read(text.data(), length);
    return text;
}

DicomRecord Reader::next(uint64_t *length)
{
    char kind;
    do {
        read(&kind, 1);
        read(length, sizeof *length);
    } while (kind == record_beat && *length == 0);
    return DicomRecord(kind);
}

[[noreturn]] void fail_as_told(Reader &reader, const std::string &text)
{
    Json json(cJSON_Parse(text.c_str()), cJSON_Delete);
    const cJSON *status = cJSON_GetObjectItem(json.get(), "status");
    const cJSON *message = cJSON_GetObjectItem(json.get(), "message");
    if (!cJSON_IsNumber(status) || !cJSON_IsString(message) ||
        status->valueint <= MEDALS_OK || status->valueint > MEDALS_E_BUSY)
        reader.broken("talks nonsense");
    throw Failure(MedalsStatus(status->valueint), message->valuestring);
}

bool take_numbers(const cJSON *object, const char *name, double *values, int n)
{
    const cJSON *list = cJSON_GetObjectItem(object, name);
    if (cJSON_GetArraySize(list) != n)
        return false;
    for (int i = 0; i < n; i++)
        values[i] = cJSON_GetNumberValue(cJSON_GetArrayItem(list, i));
    return true;
}

std::string text_in(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
    return text ? text : "";
}

double number_in(const cJSON *object, const char *name)
{
    return cJSON_GetNumberValue(cJSON_GetObjectItem(object, name));
}

/* Description and geometry; the volume is made, its voxels are to come. */
ImagePointer begin_image(Reader &reader, const std::string &path,
                         const std::string &text)
{
    Json json(cJSON_Parse(text.c_str()), cJSON_Delete);
    const cJSON *object = json.get();
    MedalsGeometry geometry = {};
    double size[3];
    double dtype = number_in(object, "dtype");
    double files = number_in(object, "files");
    double modality = number_in(object, "modality");
    if (!take_numbers(object, "size", size, 3) ||
        !take_numbers(object, "spacing", geometry.spacing, 3) ||
        !take_numbers(object, "origin", geometry.origin, 3) ||
        !take_numbers(object, "direction", geometry.direction, 9) ||
        !(dtype >= MEDALS_F32 && dtype <= MEDALS_I64) ||
        !(files >= 1 && files < 1e9) ||
        !(modality >= MEDALS_MODALITY_NONE &&
          modality <= MEDALS_MODALITY_MICROSCOPY))
        reader.broken("talks nonsense");
    for (int a = 0; a < 3; a++) {
        if (!(size[a] >= 1 && size[a] < 1e9))
            reader.broken("talks nonsense");
        geometry.size[a] = int64_t(size[a]);
    }
    check_geometry(path, geometry);
    auto image = std::make_unique<MedalsImage>();
    MedalsDtype type = MedalsDtype(int(dtype));
    check_size(path, geometry.size, medals_dtype_size(type), 1);
    image->volume = new_volume(path, geometry, type);
    image->format = "dicom";
    image->stored = text_in(object, "stored");
    image->orientation_from = text_in(object, "orientation_from");
    image->modality_tag = text_in(object, "modality_tag");
    image->series_uid = text_in(object, "series_uid");
    image->series_description = text_in(object, "series_description");
    image->modality = MedalsModality(int(modality));
    image->files = uint64_t(files);
    return image;
}

uint64_t volume_bytes(const MedalsVolume *volume)
{
    const int64_t *size = medals_volume_peek_geometry(volume)->size;
    return uint64_t(size[0]) * uint64_t(size[1]) * uint64_t(size[2]) *
           medals_dtype_size(medals_volume_dtype(volume));
}

/* Our own check needs no program of its own, and refuses most of what is
 * damaged at once. */
void check_alone(const std::string &path)
{
    struct stat info;
    if (stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
        info.st_size > 0)
        check_dicom(path, nullptr);
}

} // namespace

ImagePointer read_dicom_apart(const std::string &path, const char *series)
{
    check_alone(path);
    Reader reader(path, "image", series && *series ? series : nullptr);
    ImagePointer image;
    std::vector<std::string> notes;
    uint64_t done = 0, length;
    for (;;) {
        DicomRecord kind = reader.next(&length);
        if (kind == record_failure)
            fail_as_told(reader, reader.text(length));
        if (kind == record_end)
            break;
        if (kind == record_note) {
            notes.push_back(reader.text(length));
        } else if (kind == record_image && !image) {
            image = begin_image(reader, path, reader.text(length));
        } else if (kind == record_slice && image &&
                   length <= volume_bytes(image->volume) - done) {
            char *voxels =
                static_cast<char *>(medals_volume_peek_data(image->volume));
            reader.read(voxels + done, length);
            done += length;
        } else {
            reader.broken("talks nonsense");
        }
    }
    if (!image || done != volume_bytes(image->volume))
        reader.broken("ends before the image does");
    image->warnings = notes;
    return image;
}

} // namespace medals::bridge

using namespace medals::bridge;

namespace
{
struct SeriesSummary {
    std::string uid, description, modality;
    uint64_t files;
};
} // namespace

struct MedalsSeriesList {
    std::vector<SeriesSummary> series;
};

static MedalsSeriesList *list_apart(const std::string &folder)
{
    Reader reader(folder, "list", nullptr);
    uint64_t length;
    DicomRecord kind = reader.next(&length);
    std::string text = reader.text(length);
    if (kind == record_failure)
        fail_as_told(reader, text);
    Json json(cJSON_Parse(text.c_str()), cJSON_Delete);
    if (kind != record_list || !cJSON_IsArray(json.get()))
        reader.broken("talks nonsense");
    auto list = std::make_unique<MedalsSeriesList>();
    for (const cJSON *entry = json->child; entry; entry = entry->next) {
        double files = number_in(entry, "files");
        if (!(files >= 1 && files < 1e9))
            reader.broken("talks nonsense");
        list->series.push_back({text_in(entry, "uid"),
                                text_in(entry, "description"),
                                text_in(entry, "modality"), uint64_t(files)});
    }
    return list.release();
}

MedalsStatus medals_series_list_new(MedalsSeriesList **out, const char *folder,
                                    char **message)
{
    *out = nullptr;
    return guard(folder, message, [&] { *out = list_apart(folder); });
}

void medals_series_list_free(MedalsSeriesList **list)
{
    if (!list)
        return;
    delete *list;
    *list = nullptr;
}

size_t medals_series_list_count(const MedalsSeriesList *list)
{
    return list->series.size();
}

bool medals_series_list_get(const MedalsSeriesList *list, size_t index,
                            MedalsSeriesInfo *info)
{
    if (index >= list->series.size())
        return false;
    const SeriesSummary &series = list->series[index];
    info->uid = series.uid.c_str();
    info->description = series.description.c_str();
    info->modality = series.modality.c_str();
    info->files = series.files;
    return true;
}
