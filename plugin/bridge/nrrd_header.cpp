/*
 * nrrd_header.cpp - the text of an NRRD header
 */
#include "nrrd_header.hpp"

#include <fstream>
#include <set>

#include "failure.hpp"
#include "numbers.hpp"
#include "voxel_files.hpp"

namespace medals::bridge
{

namespace
{

const uint64_t longest_header = uint64_t(64) << 20;

/* "\n" and "\\" in the value of a key */
std::string unescape(const std::string &text)
{
    std::string plain;
    for (size_t i = 0; i < text.size(); i++) {
        bool escape = text[i] == '\\' && i + 1 < text.size();
        if (escape && (text[i + 1] == 'n' || text[i + 1] == '\\'))
            plain += text[++i] == 'n' ? '\n' : '\\';
        else
            plain += text[i];
    }
    return plain;
}

/* A field's name as the format's page has it, "" if there is none such. */
std::string known_field(const std::string &name)
{
    static const std::set<std::string> names = {"axis maxs",
                                                "axis mins",
                                                "block size",
                                                "byte skip",
                                                "centers",
                                                "content",
                                                "data file",
                                                "dimension",
                                                "encoding",
                                                "endian",
                                                "kinds",
                                                "labels",
                                                "line skip",
                                                "max",
                                                "measurement frame",
                                                "min",
                                                "number",
                                                "old max",
                                                "old min",
                                                "sample units",
                                                "sizes",
                                                "space",
                                                "space dimension",
                                                "space directions",
                                                "space origin",
                                                "space units",
                                                "spacings",
                                                "thicknesses",
                                                "type",
                                                "units"};
    static const std::map<std::string, std::string> others = {
        {"axismaxs", "axis maxs"},   {"axismins", "axis mins"},
        {"blocksize", "block size"}, {"byteskip", "byte skip"},
        {"centerings", "centers"},   {"datafile", "data file"},
        {"lineskip", "line skip"},   {"oldmax", "old max"},
        {"oldmin", "old min"},       {"sampleunits", "sample units"}};
    auto other = others.find(name);
    if (other != others.end())
        return other->second;
    return names.count(name) ? name : "";
}

[[noreturn]] void fail_line(const NrrdHeader &header, const char *what,
                            const std::string &line)
{
    fail(MEDALS_E_INPUT,
         "%s: %s in its header, \"%s\"; the fields of an NRRD "
         "header expected",
         header.path.c_str(), what, shortened(one_line(line)).c_str());
}

void take_line(NrrdHeader &header, const std::string &line)
{
    if (line[0] == '#')
        return;
    size_t colon = line.find(':');
    if (colon == std::string::npos)
        fail_line(header, "a line without a colon", line);
    bool key = colon + 1 < line.size() && line[colon + 1] == '=';
    if (key) {
        header.keys[line.substr(0, colon)] = unescape(line.substr(colon + 2));
        return;
    }
    std::string name = known_field(small_letters(line.substr(0, colon)));
    if (name.empty())
        fail_line(header, "an unknown field", line);
    if (!header.fields.emplace(name, trimmed(line.substr(colon + 1))).second)
        fail_line(header, "a field for the second time", line);
}

/* One line without its end; false at the end of the file. */
bool next_line(NrrdHeader &header, std::istream &text, std::string &line)
{
    line.clear();
    int c;
    while ((c = text.get()) != EOF && c != '\n') {
        line += char(c);
        if (++header.bytes > longest_header)
            fail(MEDALS_E_INPUT,
                 "%s: more than 64 MiB of header; an NRRD header expected",
                 header.path.c_str());
    }
    header.bytes += c == '\n';
    if (!line.empty() && line.back() == '\r')
        line.pop_back();
    return c != EOF || !line.empty();
}

void read_list(NrrdHeader &header, std::istream &text)
{
    std::string line;
    while (next_line(header, text, line)) {
        if (trimmed(line).empty())
            continue;
        if (header.list.size() == voxel_files_most)
            fail(MEDALS_E_INPUT,
                 "%s: more than %zu files listed; fewer "
                 "expected",
                 header.path.c_str(), header.list.size());
        header.list.push_back(line);
    }
}

void check_magic(const NrrdHeader &header, const std::string &line)
{
    bool known = line.size() == 8 && line.compare(0, 7, "NRRD000") == 0 &&
                 line[7] >= '1' && line[7] <= '6';
    if (!known)
        fail(MEDALS_E_INPUT,
             "%s: its first line is \"%s\"; NRRD0001 to NRRD0006 expected",
             header.path.c_str(), shortened(one_line(line)).c_str());
}

} // namespace

NrrdHeader NrrdHeader::read(const std::string &path, std::istream &text)
{
    NrrdHeader header;
    header.path = path;
    std::string line;
    if (!next_line(header, text, line))
        fail(MEDALS_E_IO, "%s: cannot be read; an NRRD file expected",
             path.c_str());
    check_magic(header, line);
    while (next_line(header, text, line)) {
        if (line.empty())
            return header;
        take_line(header, line);
        if (header.field("data file").compare(0, 4, "LIST") == 0) {
            read_list(header, text);
            return header;
        }
    }
    if (!header.detached())
        fail(MEDALS_E_INPUT,
             "%s: the file ends inside its header; voxels expected",
             path.c_str());
    return header;
}

NrrdHeader NrrdHeader::read(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    return read(path, file);
}

std::string NrrdHeader::field(const std::string &name) const
{
    auto found = fields.find(name);
    return found == fields.end() ? "" : found->second;
}

std::string NrrdHeader::key(const std::string &name) const
{
    auto found = keys.find(name);
    return found == keys.end() ? "" : found->second;
}

} // namespace medals::bridge
