/*
 * fuzz_dicom.cpp - any bytes as a DICOM file, as an answer of its reader, and
 * as numbers of DICOM
 *
 *   #...          the text of numbers
 *   a letter      records of medals-dicom: an image, and a list
 *   all else      a file, checked before GDCM sees it
 *
 * What GDCM does with a file is not looked at here: it runs in a program of its
 * own (tests/e2e/test_dicom_fuzz.py).
 */
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "dicom_answer.hpp"
#include "dicom_check.hpp"
#include "dicom_numbers.hpp"
#include "dicom_seeds.hpp"
#include "failure.hpp"

extern "C" {
#include "fuzz_place.h"
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
}

using namespace medals::bridge;

namespace
{

volatile unsigned kept;

/** Bytes that are there at once. */
class Bytes : public DicomSource
{
  public:
    Bytes(const uint8_t *data, size_t size)
        : DicomSource("answer"), data(data), left(size)
    {
    }
    void read(void *bytes, uint64_t length) override
    {
        if (length > left)
            fail(MEDALS_E_INPUT, "%s: ends; more of it expected",
                 thing.c_str());
        memcpy(bytes, data, size_t(length));
        data += length;
        left -= size_t(length);
    }

  private:
    const uint8_t *data;
    size_t left;
};

void expect(bool holds)
{
    if (!holds)
        abort();
}

/* A failure is one line, as all of them. */
void check(const std::function<void()> &body)
{
    char *message = nullptr;
    if (guard("input", &message, body) != MEDALS_OK)
        expect(message && !strchr(message, '\n'));
    medals_bridge_free(message);
}

void read_answer(const uint8_t *data, size_t size)
{
    check([&] {
        Bytes source(data, size);
        ImagePointer image = take_dicom_image(source);
        const MedalsVolume *volume = image->volume;
        const int64_t *n = medals_volume_peek_geometry(volume)->size;
        size_t bytes = size_t(n[0] * n[1] * n[2]) *
                       medals_dtype_size(medals_volume_dtype(volume));
        const uint8_t *voxels =
            static_cast<const uint8_t *>(medals_volume_peek_data(volume));
        for (size_t i = 0; i < bytes; i++)
            kept = kept + voxels[i];
    });
    check([&] {
        Bytes source(data, size);
        std::unique_ptr<MedalsSeriesList> list = take_dicom_list(source);
        for (const auto &series : list->series)
            expect(series.files > 0);
    });
}

void read_file(const uint8_t *data, size_t size)
{
    const char *path = fuzz_place_write("dicom", data, size);
    check([&] {
        DicomPixels pixels;
        if (check_dicom(path, &pixels))
            expect(pixels.position + pixels.length <= size);
    });
}

void read_numbers(const std::string &text)
{
    check([&] {
        std::vector<std::string> notes;
        dicom_numbers("input", "Rescale Slope", text, notes);
        expect(notes.size() <= text.size());
    });
}

/* A seed that is refused at once would lead nowhere. */
void expect_whole(const std::string &seed)
{
    const char *path = fuzz_place_write(
        "dicom", reinterpret_cast<const uint8_t *>(seed.data()), seed.size());
    expect(check_dicom(path, nullptr));
}

} // namespace

/* The seeds are made, and read like those of a folder. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    std::vector<std::string> seeds = dicom_seeds();
    for (size_t i = 0; i < seeds.size(); i++) {
        if (seeds[i][0] < '#')
            expect_whole(seeds[i]);
        std::ofstream(std::string(fuzz_place()) + "/seed" + std::to_string(i),
                      std::ios::binary)
            << seeds[i];
    }
    static std::string place = fuzz_place();
    static std::vector<char *> arguments(*argv, *argv + *argc);
    arguments.push_back(place.data());
    arguments.push_back(nullptr);
    *argv = arguments.data();
    *argc += 1;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && data[0] == '#')
        read_numbers(std::string(data + 1, data + size));
    else if (size > 0 && data[0] >= 'a' && data[0] <= 'z')
        read_answer(data, size);
    else
        read_file(data, size);
    return 0;
}
