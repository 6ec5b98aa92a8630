/*
 * dicom_series.hpp - which DICOM files lie in a folder, and what they say
 */
#ifndef MEDALS_BRIDGE_DICOM_SERIES_HPP
#define MEDALS_BRIDGE_DICOM_SERIES_HPP

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "dicom_check.hpp"

namespace medals::bridge
{

/** One picture: a classic file has one, an enhanced file many. */
struct DicomFrame {
    size_t file = 0;     /* index into DicomSeries.files */
    unsigned index = 0;  /* within the file */
    bool placed = false; /* position and orientation are there */
    std::array<double, 3> position = {};      /* LPS mm, first pixel */
    std::array<double, 6> orientation = {};   /* along a row; along a column */
    std::array<double, 2> pixel_spacing = {}; /* mm between rows; columns */
    double slope = 1, intercept = 0;
};

/** One file's description, without its pixels. */
struct DicomFile {
    std::string path;
    unsigned rows = 0, columns = 0, frames = 1, samples = 1;
    unsigned bits_allocated = 16, bits_stored = 16;
    bool is_signed = false;
    std::string photometric;
    double thickness = 0, tilt = 0; /* mm, degrees; 0 if absent */
    DicomPixels pixels;
    /* CT: stored values that fill what was not scanned; empty: none */
    std::vector<double> padding;
};

struct DicomSeries {
    std::string uid, description, modality;
    long number = 0;
    std::vector<DicomFile> files;
    std::vector<DicomFrame> frames;
    std::vector<std::string> notes; /* what was read otherwise, left out */
};

/**
 * The image series of a folder with its subfolders, or of one file; sorted by
 * number, then UID. frames stay empty. Files that are empty or no DICOM are
 * left out of a folder, with a note. Throws MEDALS_E_IO; MEDALS_E_INPUT if
 * there is none.
 * @param beat is called between files
 */
std::vector<DicomSeries> scan_dicom(const std::string &path,
                                    const std::function<void()> &beat);

/** The only series, or the one that choice names (may be NULL). */
DicomSeries choose_series(const std::string &path,
                          std::vector<DicomSeries> &all, const char *choice);

/** Fills series.frames from the files' headers; beat is called between files. */
void read_frames(const std::string &path, DicomSeries &series,
                 const std::function<void()> &beat);

} // namespace medals::bridge
#endif
