/*
 * scan.cpp - an image, a model and a session on both
 */
#include "scan.hpp"

#include <cstdlib>
#include <vector>

#include "labelmap.h"

namespace medals::ui
{

std::string model_folder_of(const std::string &given)
{
    const char *chosen = getenv("MEDALS_MODEL");
    if (!given.empty())
        return given;
    if (chosen && *chosen)
        return chosen;
    const std::string inside = "share/medals/models/compact";
    const std::string bin = medals_program_folder();
    size_t prefix = bin.rfind('/');
    return prefix == std::string::npos ? inside
                                       : bin.substr(0, prefix + 1) + inside;
}

Scan::~Scan()
{
    medals_session_close(&session);
    medals_model_free(&package);
    medals_context_free(&context);
    medals_image_free(&file);
}

MedalsSession *Scan::take_session()
{
    MedalsSession *taken = session;
    session = nullptr;
    return taken;
}

static MedalsStatus take_bridge(MedalsStatus status, char *text,
                                std::string *message)
{
    if (status != MEDALS_OK)
        *message = text ? text : "memory: used up; expected more of it";
    medals_bridge_free(text);
    return status;
}

static MedalsStatus take_error(MedalsStatus status, MedalsError *error,
                               std::string *message)
{
    if (status != MEDALS_OK)
        *message = error ? medals_error_message(error)
                         : "memory: used up; expected more of it";
    medals_error_free(&error);
    return status;
}

MedalsStatus Scan::open(const ScanOptions &options, std::string *message)
{
    char *text = nullptr;
    name = options.image;
    MedalsStatus status =
        medals_image_read(&file, options.image.c_str(), nullptr, &text);
    status = take_bridge(status, text, message);
    if (status == MEDALS_OK)
        status = open_model(model_folder_of(options.model), message);
    if (status == MEDALS_OK)
        status = open_session(options, message);
    return status;
}

MedalsStatus Scan::open_model(const std::string &folder, std::string *message)
{
    MedalsError *error = nullptr;
    MedalsStatus status = medals_context_new(&context, nullptr, &error);
    if (status == MEDALS_OK)
        status = medals_model_open(&package, context, folder.c_str(), nullptr,
                                   &error);
    return take_error(status, error, message);
}

namespace
{
/* A labelmap file while a session takes what it holds. */
struct Initial {
    MedalsLabelmap *labelmap = nullptr;
    MedalsVolume *joined = nullptr; /* of several layers */
    uint64_t overlap = 0;           /* voxels that only the last layer keeps */
    std::vector<MedalsInitialClass> names;

    ~Initial()
    {
        medals_volume_free(&joined);
        medals_labelmap_free(&labelmap);
    }
    MedalsStatus read(const std::string &path, const MedalsGeometry *grid,
                      std::string *message);
    const MedalsVolume *volume() const
    {
        return joined ? joined : medals_labelmap_peek_layer(labelmap, 0);
    }
};
} // namespace

/* 3D Slicer crops its segmentations, and puts segments that overlap into
 * layers: here all of them lie on the grid of the image, in one. */
MedalsStatus Initial::read(const std::string &path, const MedalsGeometry *grid,
                           std::string *message)
{
    char *text = nullptr;
    MedalsStatus status = medals_labelmap_read(&labelmap, path.c_str(), &text);
    if (status == MEDALS_OK && medals_labelmap_is_segmentation(labelmap))
        status = medals_labelmap_place(labelmap, grid, &text);
    if (status == MEDALS_OK && medals_labelmap_layer_count(labelmap) > 1)
        status = medals_labelmap_join(labelmap, &joined, &overlap, &text);
    if (status != MEDALS_OK)
        return take_bridge(status, text, message);
    for (size_t n = 0; n < medals_labelmap_segment_count(labelmap); n++) {
        MedalsSegment segment = {};
        medals_labelmap_segment(labelmap, n, &segment);
        if (*segment.name)
            names.push_back(
                {sizeof(MedalsInitialClass), segment.value, segment.name});
    }
    return MEDALS_OK;
}

MedalsStatus Scan::open_session(const ScanOptions &options,
                                std::string *message)
{
    MedalsSessionOptions how = MEDALS_SESSION_OPTIONS_INIT;
    MedalsImageInfo info = {};
    info.struct_size = sizeof info;
    medals_image_info(file, &info);
    how.modality = options.modality;
    how.header_modality = info.modality;
    journal = !options.journal.empty();
    how.journal = options.journal.empty() ? nullptr : options.journal.c_str();
    Initial initial;
    if (!options.labelmap.empty()) {
        MedalsStatus status = initial.read(
            options.labelmap, medals_volume_peek_geometry(volume()), message);
        if (status != MEDALS_OK)
            return status;
        if (initial.overlap > 0)
            remark = options.labelmap + ": " + std::to_string(initial.overlap) +
                     " times a voxel lies in one more segment: that of the "
                     "last layer has it";
        how.labelmap = initial.volume();
        how.initial = initial.names.data();
        how.initial_count = initial.names.size();
    }
    settled = options.modality != MEDALS_MODALITY_NONE ? options.modality
              : info.modality != MEDALS_MODALITY_NONE
                  ? info.modality
                  : medals_model_default_modality(package);
    MedalsError *error = nullptr;
    MedalsStatus status =
        medals_session_open(&session, package, volume(), &how, &error);
    return take_error(status, error, message);
}

} // namespace medals::ui
