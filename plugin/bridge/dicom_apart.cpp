/*
 * dicom_apart.cpp - asks medals-dicom for an image, or for a list of series
 */
#include "dicom_apart.hpp"

#include <sys/stat.h>

#include "dicom_answer.hpp"
#include "dicom_check.hpp"
#include "dicom_child.hpp"
#include "failure.hpp"

namespace medals::bridge
{

/* Our own check needs no program of its own, and refuses most of what is
 * damaged at once. */
static void check_alone(const std::string &path)
{
    struct stat info;
    if (stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
        info.st_size > 0)
        check_dicom(path, nullptr);
}

ImagePointer read_dicom_apart(const std::string &path,
                              const MedalsImageReadOptions *options)
{
    const MedalsImageReadOptions none = MEDALS_IMAGE_READ_OPTIONS_INIT;
    const MedalsImageReadOptions &how = options ? *options : none;
    check_alone(path);
    DicomChild child(path, "image", how.series, how.progress,
                     how.progress_cookie);
    return take_dicom_image(child);
}

} // namespace medals::bridge

using namespace medals::bridge;

MedalsStatus medals_series_list_new(MedalsSeriesList **out, const char *folder,
                                    char **message)
{
    *out = nullptr;
    return guard(folder, message, [&] {
        DicomChild child(folder, "list", nullptr, nullptr, nullptr);
        *out = take_dicom_list(child).release();
    });
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
    const MedalsSeriesList::Series &series = list->series[index];
    info->uid = series.uid.c_str();
    info->description = series.description.c_str();
    info->modality = series.modality.c_str();
    info->files = series.files;
    return true;
}
