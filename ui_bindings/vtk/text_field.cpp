/*
 * text_field.cpp - what is typed into the text panel: classes, one a line
 */
#include "text_field.hpp"

#include <algorithm>

namespace medals::ui
{

void TextField::set_words(std::vector<std::string> list)
{
    words = std::move(list);
}

void TextField::type(const std::string &text)
{
    for (char c : text) {
        if (c == ';' || c == '\n')
            rows.emplace_back();
        else if (!(c == ' ' && rows.back().empty()))
            rows.back() += c;
    }
}

void TextField::erase()
{
    std::string &row = rows.back();
    if (row.empty()) {
        if (rows.size() > 1)
            rows.pop_back();
        return;
    }
    while (row.size() > 1 && (row.back() & 0xC0) == 0x80)
        row.pop_back();
    row.pop_back();
}

void TextField::clear()
{
    rows = {""};
}

void TextField::complete()
{
    rows.back() += proposal();
}

void TextField::set_lines(const std::vector<std::string> &texts)
{
    rows = texts;
    if (rows.empty())
        rows = {""};
}

std::string TextField::proposal() const
{
    const std::string &row = rows.back();
    if (row.size() < 2)
        return "";
    for (const std::string &word : words)
        if (word.size() > row.size() && word.compare(0, row.size(), row) == 0)
            return word.substr(row.size());
    return "";
}

std::vector<std::string> TextField::texts() const
{
    std::vector<std::string> found;
    for (const std::string &row : rows) {
        size_t first = row.find_first_not_of(" \t");
        if (first == std::string::npos)
            continue;
        std::string text =
            row.substr(first, row.find_last_not_of(" \t") - first + 1);
        if (std::find(found.begin(), found.end(), text) == found.end())
            found.push_back(text);
    }
    return found;
}

} // namespace medals::ui
