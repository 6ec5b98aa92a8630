/*
 * dicom_answer.cpp - records and the JSON inside, checked number by number
 */
#include "dicom_answer.hpp"

#include <cjson/cJSON.h>

#include "dicom_record.hpp"
#include "failure.hpp"

namespace medals::bridge
{

namespace
{

/* Descriptions, failures and warnings are short; so are all of an image. */
const uint64_t most_text = 1 << 24;

using Json = std::unique_ptr<cJSON, decltype(&cJSON_Delete)>;

[[noreturn]] void broken(const DicomSource &source, const char *what)
{
    fail(MEDALS_E_INPUT,
         "%s: its decoder %s; an undamaged DICOM image expected",
         source.thing.c_str(), what);
}

std::string read_text(DicomSource &source, uint64_t length)
{
    if (length > most_text)
        broken(source, "talks nonsense");
    std::string text(size_t(length), '\0');
    source.read(text.data(), length);
    return text;
}

/* The next record but beats. */
DicomRecord next_record(DicomSource &source, uint64_t *length)
{
    char kind;
    do {
        source.read(&kind, 1);
        source.read(length, sizeof *length);
    } while (kind == record_beat && *length == 0);
    return DicomRecord(kind);
}

[[noreturn]] void fail_as_told(DicomSource &source, const std::string &text)
{
    Json json(cJSON_Parse(text.c_str()), cJSON_Delete);
    const cJSON *status = cJSON_GetObjectItem(json.get(), "status");
    const cJSON *message = cJSON_GetObjectItem(json.get(), "message");
    if (!cJSON_IsNumber(status) || !cJSON_IsString(message) ||
        status->valueint <= MEDALS_OK || status->valueint > MEDALS_E_BUSY)
        broken(source, "talks nonsense");
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
ImagePointer begin_image(const DicomSource &source, const std::string &text)
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
        broken(source, "talks nonsense");
    for (int a = 0; a < 3; a++) {
        if (!(size[a] >= 1 && size[a] < 1e9))
            broken(source, "talks nonsense");
        geometry.size[a] = int64_t(size[a]);
    }
    check_geometry(source.thing, geometry);
    auto image = std::make_unique<MedalsImage>();
    MedalsDtype type = MedalsDtype(int(dtype));
    check_size(source.thing, geometry.size, medals_dtype_size(type), 1);
    image->volume = new_volume(source.thing, geometry, type);
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

} // namespace

ImagePointer take_dicom_image(DicomSource &source)
{
    ImagePointer image;
    std::vector<std::string> notes;
    uint64_t noted = 0, done = 0, length;
    for (;;) {
        DicomRecord kind = next_record(source, &length);
        if (kind == record_failure)
            fail_as_told(source, read_text(source, length));
        if (kind == record_end)
            break;
        if (kind == record_note && length < most_text - noted) {
            notes.push_back(read_text(source, length));
            noted += length + 1; /* at most most_text */
        } else if (kind == record_image && !image) {
            image = begin_image(source, read_text(source, length));
        } else if (kind == record_slice && image &&
                   length <= volume_bytes(image->volume) - done) {
            char *voxels =
                static_cast<char *>(medals_volume_peek_data(image->volume));
            source.read(voxels + done, length);
            done += length;
        } else {
            broken(source, "talks nonsense");
        }
    }
    if (!image || done != volume_bytes(image->volume))
        broken(source, "ends before the image does");
    image->warnings = notes;
    return image;
}

std::unique_ptr<MedalsSeriesList> take_dicom_list(DicomSource &source)
{
    uint64_t length;
    DicomRecord kind = next_record(source, &length);
    std::string text = read_text(source, length);
    if (kind == record_failure)
        fail_as_told(source, text);
    Json json(cJSON_Parse(text.c_str()), cJSON_Delete);
    if (kind != record_list || !cJSON_IsArray(json.get()))
        broken(source, "talks nonsense");
    auto list = std::make_unique<MedalsSeriesList>();
    for (const cJSON *entry = json->child; entry; entry = entry->next) {
        double files = number_in(entry, "files");
        if (!(files >= 1 && files < 1e9))
            broken(source, "talks nonsense");
        list->series.push_back({text_in(entry, "uid"),
                                text_in(entry, "description"),
                                text_in(entry, "modality"), uint64_t(files)});
    }
    return list;
}

} // namespace medals::bridge
