/*
 * quiet.hpp - keeps ITK, GDCM and MetaIO from printing
 */
#ifndef MEDALS_BRIDGE_QUIET_HPP
#define MEDALS_BRIDGE_QUIET_HPP

#include <mutex>
#include <streambuf>

namespace medals::bridge
{

/**
 * While one lives: ITK's warnings and GDCM's trace are off and std::cerr and
 * std::cout go nowhere (MetaIO and GDCM's codecs write to them). Holds the
 * lock that makes readers run one at a time, since all of this is global.
 */
class Quiet
{
  public:
    Quiet();
    ~Quiet();
    Quiet(const Quiet &) = delete;
    Quiet &operator=(const Quiet &) = delete;

  private:
    std::unique_lock<std::mutex> lock;
    std::streambuf *cerr_buffer;
    std::streambuf *cout_buffer;
    bool warnings;
};

} // namespace medals::bridge
#endif
