/*
 * dicom_series.cpp - which DICOM files lie in a folder, and what they say
 *
 * Tags: DICOM PS3.6. Only headers are read here.
 */
#include "dicom_series.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include <dirent.h>
#include <gdcmScanner.h>
#include <sys/stat.h>

#include "dicom_check.hpp"
#include "dicom_numbers.hpp"
#include "failure.hpp"
#include "image_data.hpp"

namespace medals::bridge
{

namespace
{

namespace fs = std::filesystem;
using gdcm::Tag;

const Tag tag_modality(0x0008, 0x0060);
const Tag tag_series_description(0x0008, 0x103e);
const Tag tag_slice_thickness(0x0018, 0x0050);
const Tag tag_gantry_tilt(0x0018, 0x1120);
const Tag tag_series_uid(0x0020, 0x000e);
const Tag tag_series_number(0x0020, 0x0011);
const Tag tag_samples(0x0028, 0x0002);
const Tag tag_photometric(0x0028, 0x0004);
const Tag tag_frames(0x0028, 0x0008);
const Tag tag_rows(0x0028, 0x0010);
const Tag tag_columns(0x0028, 0x0011);
const Tag tag_bits_allocated(0x0028, 0x0100);
const Tag tag_bits_stored(0x0028, 0x0101);
const Tag tag_signed(0x0028, 0x0103);

const Tag all_tags[] = {tag_modality,        tag_series_description,
                        tag_slice_thickness, tag_gantry_tilt,
                        tag_series_uid,      tag_series_number,
                        tag_samples,         tag_photometric,
                        tag_frames,          tag_rows,
                        tag_columns,         tag_bits_allocated,
                        tag_bits_stored,     tag_signed};

/* Bytes of another character set than UTF-8 become question marks. */
std::string as_utf8(std::string text)
{
    auto follows = [&](size_t at) {
        return at < text.size() && ((unsigned char) text[at] & 0xc0) == 0x80;
    };
    for (size_t i = 0; i < text.size();) {
        unsigned char c = (unsigned char) text[i];
        size_t more = c < 0x80 ? 0 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
        bool good = c < 0x80 || (c >= 0xc2 && c < 0xf5);
        for (size_t k = 1; k <= more; k++)
            good = good && follows(i + k);
        if (!good)
            text[i] = '?';
        i += good ? more + 1 : 1;
    }
    return text;
}

std::string value_of(gdcm::Scanner &scanner, const char *file, const Tag &tag)
{
    const char *value = scanner.GetValue(file, tag);
    return value ? one_line(as_utf8(value)) : "";
}

using Notes = std::vector<std::string>;

double number_of(gdcm::Scanner &scanner, const char *file, const Tag &tag,
                 const char *name, double fallback, Notes &notes)
{
    std::vector<double> numbers =
        dicom_numbers(file, name, value_of(scanner, file, tag), notes);
    return numbers.empty() ? fallback : numbers[0];
}

unsigned count_of(gdcm::Scanner &scanner, const char *file, const Tag &tag,
                  const char *name, unsigned fallback, Notes &notes)
{
    double number = number_of(scanner, file, tag, name, fallback, notes);
    if (number < 0 || number > 1e9)
        fail(MEDALS_E_INPUT, "%s: %s is %g; 0 to 1e9 expected", file, name,
             number);
    return unsigned(number);
}

/* By the first bytes: with the preamble, or beginning with a tag of group 2 or
 * 8. A name that says so also counts: a damaged file is to be noticed. */
bool may_be_dicom(const fs::path &path)
{
    char bytes[132] = {};
    std::ifstream(path, std::ios::binary).read(bytes, sizeof bytes);
    std::string ending = path.extension().string();
    return memcmp(bytes + 128, "DICM", 4) == 0 ||
           ((bytes[0] == 8 || bytes[0] == 2) && !bytes[1] && !bytes[3]) ||
           ending == ".dcm" || ending == ".DCM" || ending == ".IMA";
}

std::vector<std::string> files_of(const std::string &path)
{
    struct stat info;
    if (stat(path.c_str(), &info) != 0)
        fail(MEDALS_E_IO, "%s: %s; a DICOM folder or file expected",
             path.c_str(), strerror(errno));
    if (!S_ISDIR(info.st_mode))
        return {path};
    DIR *readable = opendir(path.c_str());
    if (!readable)
        fail(MEDALS_E_IO, "%s: %s; a readable folder expected", path.c_str(),
             strerror(errno));
    closedir(readable);
    std::vector<std::string> files;
    std::error_code none;
    fs::recursive_directory_iterator entry(
        path, fs::directory_options::skip_permission_denied, none);
    for (; !none && entry != fs::recursive_directory_iterator();
         entry.increment(none)) {
        std::error_code unknown;
        if (entry->is_regular_file(unknown) && may_be_dicom(entry->path()))
            files.push_back(entry->path().string());
    }
    std::sort(files.begin(), files.end());
    return files;
}

DicomFile describe(gdcm::Scanner &scanner, const std::string &path,
                   Notes &notes)
{
    auto count = [&](const Tag &tag, const char *what, unsigned fallback) {
        return count_of(scanner, path.c_str(), tag, what, fallback, notes);
    };
    auto number = [&](const Tag &tag, const char *what) {
        return number_of(scanner, path.c_str(), tag, what, 0, notes);
    };
    const char *name = path.c_str();
    DicomFile file;
    file.path = path;
    file.rows = count(tag_rows, "Rows", 0);
    file.columns = count(tag_columns, "Columns", 0);
    file.frames = count(tag_frames, "Number of Frames", 1);
    file.samples = count(tag_samples, "Samples per Pixel", 1);
    file.bits_allocated = count(tag_bits_allocated, "Bits Allocated", 16);
    file.bits_stored = count(tag_bits_stored, "Bits Stored", 16);
    file.is_signed = count(tag_signed, "Pixel Representation", 0) != 0;
    file.photometric = value_of(scanner, name, tag_photometric);
    file.thickness = number(tag_slice_thickness, "Slice Thickness");
    file.tilt = number(tag_gantry_tilt, "Gantry Tilt");
    return file;
}

/* Objects that refer to an image and hold none, or none to segment. */
bool is_image(const std::string &modality, const DicomFile &file)
{
    static const char *const others[] = {"SEG", "RTSTRUCT", "RTPLAN", "SR",
                                         "PR",  "KO",       "REG",    "RTDOSE",
                                         "DOC", "RTRECORD"};
    return file.rows > 0 && file.columns > 0 &&
           std::find(std::begin(others), std::end(others), modality) ==
               std::end(others);
}

std::string choices_of(const std::vector<DicomSeries> &all)
{
    std::string text;
    for (size_t i = 0; i < all.size(); i++) {
        const DicomSeries &series = all[i];
        text += text_of("%s%zu = %s \"%s\" (%s, %zu files)", i ? "; " : "",
                        i + 1, series.uid.c_str(), series.description.c_str(),
                        series.modality.c_str(), series.files.size());
    }
    return text;
}

} // namespace

std::vector<DicomSeries> scan_dicom(const std::string &path,
                                    const std::function<void()> &beat)
{
    std::map<std::string, DicomPixels> pixels;
    std::vector<std::string> files, others;
    for (const std::string &name : files_of(path)) {
        beat();
        bool good = file_size(name) > 0 && check_dicom(name, &pixels[name]);
        (good ? files : others).push_back(name);
    }
    Notes notes;
    if (!others.empty())
        notes.push_back(
            text_of("%zu files that are empty or no DICOM were left out: %s%s",
                    others.size(), fs::path(others[0]).filename().c_str(),
                    others.size() > 1 ? ", ..." : ""));
    beat();
    gdcm::Scanner scanner;
    for (const Tag &tag : all_tags)
        scanner.AddTag(tag);
    if (!files.empty())
        scanner.Scan(files);
    std::map<std::string, DicomSeries> by_uid;
    for (const std::string &name : files) {
        if (!scanner.IsKey(name.c_str()))
            continue;
        Notes of_file;
        DicomFile file = describe(scanner, name, of_file);
        file.pixels = pixels[name];
        std::string modality = value_of(scanner, name.c_str(), tag_modality);
        if (!is_image(modality, file))
            continue;
        std::string uid = value_of(scanner, name.c_str(), tag_series_uid);
        DicomSeries &series = by_uid[uid];
        if (series.files.empty()) {
            series.uid = uid;
            series.modality = modality;
            series.description =
                value_of(scanner, name.c_str(), tag_series_description);
            series.number =
                long(number_of(scanner, name.c_str(), tag_series_number,
                               "Series Number", 0, of_file));
            series.notes = notes;
        }
        for (const std::string &line : of_file)
            dicom_note(series.notes, line);
        series.files.push_back(file);
    }
    if (by_uid.empty())
        fail(MEDALS_E_INPUT,
             "%s: no DICOM image in it; an image series expected",
             path.c_str());
    std::vector<DicomSeries> all;
    for (auto &entry : by_uid)
        all.push_back(std::move(entry.second));
    std::stable_sort(all.begin(), all.end(),
                     [](const DicomSeries &a, const DicomSeries &b) {
                         return a.number < b.number;
                     });
    return all;
}

DicomSeries choose_series(const std::string &path,
                          std::vector<DicomSeries> &all, const char *choice)
{
    if (!choice || !*choice) {
        if (all.size() == 1)
            return all[0];
        fail(MEDALS_E_INPUT,
             "%s: %zu DICOM series; one expected, choose with --series: %s",
             path.c_str(), all.size(), choices_of(all).c_str());
    }
    bool number = strspn(choice, "0123456789") == strlen(choice);
    unsigned long index = number ? strtoul(choice, nullptr, 10) : 0;
    if (number && index >= 1 && index <= all.size())
        return all[index - 1];
    std::vector<size_t> found;
    for (size_t i = 0; i < all.size(); i++) {
        if (all[i].uid == choice)
            return all[i];
        if (!number && all[i].uid.compare(0, strlen(choice), choice) == 0)
            found.push_back(i);
    }
    if (found.size() == 1)
        return all[found[0]];
    fail(MEDALS_E_USAGE,
         "%s: --series %s names %zu series; one of these "
         "expected: %s",
         path.c_str(), choice, found.size(), choices_of(all).c_str());
}

} // namespace medals::bridge
