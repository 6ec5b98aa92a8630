/*
 * failure.cpp - errors inside the bridge: one exception, caught at the border
 */
#include "failure.hpp"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

namespace medals::bridge
{

static std::string format_text(const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(nullptr, 0, format, args);
    std::vector<char> text(length < 0 ? 1 : size_t(length) + 1);
    vsnprintf(text.data(), text.size(), format, again);
    va_end(again);
    return text.data();
}

void fail(MedalsStatus status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    std::string text = format_text(format, args);
    va_end(args);
    throw Failure(status, text);
}

std::string text_of(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    std::string text = format_text(format, args);
    va_end(args);
    return text;
}

std::string one_line(const std::string &text)
{
    std::string line;
    for (unsigned char c : text) {
        bool blank = c <= ' ' || c == 127;
        if (!blank)
            line += char(c);
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    while (!line.empty() && line.back() == ' ')
        line.pop_back();
    return line;
}

static MedalsStatus report(char **message, MedalsStatus status,
                           const std::string &text)
{
    if (message)
        *message = strdup(one_line(text).c_str());
    return status;
}

MedalsStatus guard(const std::string &thing, char **message,
                   const std::function<void()> &body) noexcept
{
    try {
        body();
        return MEDALS_OK;
    } catch (const Failure &failure) {
        return report(message, failure.status, failure.what());
    } catch (const std::bad_alloc &) {
        return report(message, MEDALS_E_NOMEM,
                      thing + ": memory is out; a smaller image expected");
    } catch (const std::exception &e) {
        return report(message, MEDALS_E_INPUT,
                      thing + ": " + e.what() + "; a readable image expected");
    } catch (...) {
        return report(message, MEDALS_E_INTERNAL,
                      thing + ": an unknown failure; a readable image "
                              "expected");
    }
}

void check_medals(const std::string &thing, MedalsStatus status,
                  MedalsError *error)
{
    if (status == MEDALS_OK)
        return;
    std::string text = error ? medals_error_message(error) : "failed";
    medals_error_free(&error);
    throw Failure(status, thing + ": " + text);
}

} // namespace medals::bridge

void medals_bridge_free(char *text)
{
    free(text);
}
