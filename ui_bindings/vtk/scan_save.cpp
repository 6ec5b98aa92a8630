/*
 * scan_save.cpp - the labelmap of a session as a file, with names and colours
 */
#include "scan_save.hpp"

#include <cmath>
#include <sys/stat.h>
#include <vector>

#include "labelmap.h"

namespace medals::ui
{

theme::Color class_color(const MedalsModel *model, int64_t model_class,
                         size_t place)
{
    static const theme::Color list[] = {{0.90, 0.30, 0.28}, {0.27, 0.66, 0.90},
                                        {0.45, 0.80, 0.38}, {0.95, 0.75, 0.25},
                                        {0.68, 0.45, 0.88}, {0.30, 0.80, 0.74},
                                        {0.95, 0.52, 0.72}, {0.75, 0.60, 0.42},
                                        {0.62, 0.82, 0.25}, {0.45, 0.50, 0.92}};
    MedalsClassInfo info = {};
    info.struct_size = sizeof info;
    if (model_class < 0 ||
        !medals_model_class(model, size_t(model_class), &info))
        return list[place % (sizeof list / sizeof *list)];
    return {info.rgb[0] / 255.0, info.rgb[1] / 255.0, info.rgb[2] / 255.0};
}

static MedalsSegment describe(const Scan &scan, const MedalsSessionClass &one,
                              size_t place)
{
    MedalsSegment segment = {};
    segment.label = one.value;
    segment.name = one.name;
    theme::Color color = class_color(scan.model(), one.model_class, place);
    for (int c = 0; c < 3; c++)
        segment.rgb[c] = uint8_t(std::lround(255 * color[size_t(c)]));
    MedalsClassInfo info = {};
    info.struct_size = sizeof info;
    if (one.model_class >= 0 &&
        medals_model_class(scan.model(), size_t(one.model_class), &info))
        segment.terminology = info.terminology;
    return segment;
}

/* Through any link. */
static bool is_same_file(const std::string &a, const std::string &b)
{
    struct stat one, other;
    return stat(a.c_str(), &one) == 0 && stat(b.c_str(), &other) == 0 &&
           one.st_ino == other.st_ino && one.st_dev == other.st_dev;
}

MedalsStatus scan_save(const Scan &scan, const MedalsSession *session,
                       const std::string &path, std::string *message)
{
    if (is_same_file(scan.path(), path)) {
        *message = path + ": is the image; expected another file";
        return MEDALS_E_INPUT;
    }
    std::vector<MedalsSegment> segments;
    for (size_t n = 0; n < medals_session_class_count(session); n++) {
        MedalsSessionClass one = {};
        one.struct_size = sizeof one;
        medals_session_class(session, n, &one);
        segments.push_back(describe(scan, one, n));
    }
    MedalsVolume *labelmap = nullptr;
    MedalsError *error = nullptr;
    MedalsStatus status =
        medals_session_labelmap(session, nullptr, 0, &labelmap, &error);
    if (status != MEDALS_OK) {
        *message = error ? medals_error_message(error) : "memory: used up";
        medals_error_free(&error);
        return status;
    }
    MedalsLabelmapWriteOptions options = MEDALS_LABELMAP_WRITE_OPTIONS_INIT;
    options.source = scan.image();
    options.segments = segments.data();
    options.segment_count = segments.size();
    options.label_file = true;
    char *text = nullptr;
    status = medals_labelmap_write(path.c_str(), labelmap, &options, &text);
    if (status != MEDALS_OK)
        *message = text ? text : "memory: used up";
    medals_bridge_free(text);
    medals_volume_free(&labelmap);
    return status;
}

} // namespace medals::ui
