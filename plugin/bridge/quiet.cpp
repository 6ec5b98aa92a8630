/*
 * quiet.cpp - keeps ITK, GDCM and MetaIO from printing
 */
#include "quiet.hpp"

#include <iostream>

#include <gdcmTrace.h>
#include <itkObject.h>

namespace medals::bridge
{

/** Takes everything, keeps nothing. */
class NullBuffer : public std::streambuf
{
    int overflow(int c) override
    {
        return traits_type::not_eof(c);
    }
};

static std::mutex reader_mutex;
static NullBuffer null_buffer;

Quiet::Quiet() : lock(reader_mutex)
{
    warnings = itk::Object::GetGlobalWarningDisplay();
    itk::Object::GlobalWarningDisplayOff();
    gdcm::Trace::DebugOff();
    gdcm::Trace::WarningOff();
    gdcm::Trace::ErrorOff();
    cerr_buffer = std::cerr.rdbuf(&null_buffer);
    cout_buffer = std::cout.rdbuf(&null_buffer);
}

Quiet::~Quiet()
{
    std::cerr.rdbuf(cerr_buffer);
    std::cout.rdbuf(cout_buffer);
    itk::Object::SetGlobalWarningDisplay(warnings);
}

} // namespace medals::bridge
