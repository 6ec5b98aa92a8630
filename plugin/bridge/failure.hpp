/*
 * failure.hpp - errors inside the bridge: one exception, caught at the border
 */
#ifndef MEDALS_BRIDGE_FAILURE_HPP
#define MEDALS_BRIDGE_FAILURE_HPP

#include <functional>
#include <stdexcept>
#include <string>

#include "bridge.h"

namespace medals::bridge
{

/** One line "THING: what was found; what was expected", and its status. */
class Failure : public std::runtime_error
{
  public:
    Failure(MedalsStatus status, const std::string &text)
        : std::runtime_error(text), status(status)
    {
    }
    const MedalsStatus status;
};

/** Throws a Failure with a printf text. */
[[noreturn]] void fail(MedalsStatus status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** A std::string of a printf text. */
std::string text_of(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/** The text with line breaks, tabs and other controls turned to blanks. */
std::string one_line(const std::string &text);

/**
 * Runs body and turns whatever it throws (Failure, std::bad_alloc, ITK's and
 * other exceptions) into a status and one line that starts with thing.
 */
MedalsStatus guard(const std::string &thing, char **message,
                   const std::function<void()> &body) noexcept;

/** Throws if a call into libmedals failed; takes the error. */
void check_medals(const std::string &thing, MedalsStatus status,
                  MedalsError *error);

} // namespace medals::bridge
#endif
