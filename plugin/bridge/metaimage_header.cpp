/*
 * metaimage_header.cpp - the text of a MetaImage header
 */
#include "metaimage_header.hpp"

#include <fstream>

#include "failure.hpp"
#include "numbers.hpp"

namespace medals::bridge
{

namespace
{

const uint64_t longest_header = uint64_t(1) << 20;
const uint64_t longest_list = uint64_t(64) << 20;

bool next_line(MetaHeader &header, std::istream &text, uint64_t longest,
               std::string &line)
{
    line.clear();
    int c;
    while ((c = text.get()) != EOF && c != '\n') {
        line += char(c);
        if (++header.bytes > longest)
            fail(MEDALS_E_INPUT,
                 "%s: more than %llu MiB of header; a MetaImage header "
                 "expected",
                 header.path.c_str(), (unsigned long long) longest >> 20);
    }
    header.bytes += c == '\n';
    return c != EOF || !line.empty();
}

/* The field's name, "" for a blank line. */
std::string take_line(MetaHeader &header, const std::string &line)
{
    if (trimmed(line).empty())
        return "";
    size_t mark = line.find_first_of("=:");
    std::string name = trimmed(line.substr(0, mark));
    if (mark == std::string::npos || name.empty())
        fail(MEDALS_E_INPUT,
             "%s: a line \"%s\" in its header; NAME = VALUE expected",
             header.path.c_str(), shortened(one_line(line)).c_str());
    std::string value = trimmed(line.substr(mark + 1));
    auto place = header.fields.emplace(name, value);
    if (!place.second && place.first->second != value)
        header.twice.insert(name);
    return name;
}

void read_list(MetaHeader &header, std::istream &text)
{
    std::string line;
    while (next_line(header, text, longest_list, line)) {
        std::string name = trimmed(line);
        if (name.empty())
            continue;
        if (header.list.size() == voxel_files_most)
            fail(MEDALS_E_INPUT,
                 "%s: more than %zu files listed; fewer "
                 "expected",
                 header.path.c_str(), header.list.size());
        header.list.push_back(name);
    }
}

} // namespace

MetaHeader MetaHeader::read(const std::string &path, std::istream &text)
{
    MetaHeader header;
    header.path = path;
    std::string line;
    while (next_line(header, text, longest_header, line)) {
        if (take_line(header, line) != "ElementDataFile")
            continue;
        std::vector<std::string> words =
            words_in(header.fields["ElementDataFile"]);
        if (words.empty())
            break;
        if (words[0] == "LIST")
            read_list(header, text);
        return header;
    }
    fail(MEDALS_E_INPUT,
         "%s: the header has no ElementDataFile; a MetaImage header expected",
         path.c_str());
}

MetaHeader MetaHeader::read(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    return read(path, file);
}

std::string MetaHeader::field(const char *name) const
{
    if (twice.count(name))
        fail(MEDALS_E_INPUT, "%s: %s has two values; one expected",
             path.c_str(), name);
    auto found = fields.find(name);
    return found == fields.end() ? "" : found->second;
}

} // namespace medals::bridge
