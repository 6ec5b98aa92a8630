/*
 * png_file.cpp - pictures through ITK's PNG writer
 */
#include "png_file.h"

#include <cstring>
#include <fstream>

#include <itkPNGImageIO.h>

#include "failure.hpp"
#include "output_file.hpp"
#include "quiet.hpp"

namespace medals::bridge
{

/* A PNG ends with the chunk IEND; a writer that met a full disk does not say
 * so, but its file lacks it. */
static bool is_complete(const std::string &path)
{
    char end[12] = {};
    std::ifstream file(path, std::ios::binary);
    file.seekg(-12, std::ios::end);
    file.read(end, 12);
    return file.gcount() == 12 && memcmp(end + 4, "IEND", 4) == 0;
}

static void write_png(const std::string &path, const uint8_t *rgb,
                      uint32_t width, uint32_t height)
{
    if (width == 0 || height == 0 || width > 65535 || height > 65535)
        fail(MEDALS_E_USAGE,
             "%s: a picture of %u x %u; sides from 1 to 65535 expected",
             path.c_str(), width, height);
    OutputFile file(path);
    auto io = itk::PNGImageIO::New();
    io->SetNumberOfDimensions(2);
    io->SetDimensions(0, width);
    io->SetDimensions(1, height);
    io->SetPixelType(itk::IOPixelEnum::RGB);
    io->SetComponentType(itk::IOComponentEnum::UCHAR);
    io->SetNumberOfComponents(3);
    io->SetUseCompression(true);
    itk::ImageIORegion region(2);
    region.SetSize(0, width);
    region.SetSize(1, height);
    io->SetIORegion(region);
    io->SetFileName(file.temporary());
    io->Write(rgb);
    if (!is_complete(file.temporary()))
        fail(MEDALS_E_NOSPACE,
             "%s: the picture could not be written completely; free disk "
             "space expected",
             path.c_str());
    file.finish();
}

} // namespace medals::bridge

MedalsStatus medals_png_write(const char *path, const uint8_t *rgb,
                              uint32_t width, uint32_t height, char **message)
{
    using namespace medals::bridge;
    return guard(path, message, [&] {
        Quiet quiet;
        write_png(path, rgb, width, height);
    });
}
