/*
 * nrrd_header.cpp - reads NRRD: its text header here, its voxels through ITK
 *
 * Format: teem.sourceforge.net/nrrd/format.html
 */
#include "nrrd_header.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include <itkNrrdImageIO.h>

#include "failure.hpp"
#include "image_data.hpp"
#include "itk_image.hpp"
#include "numbers.hpp"

namespace medals::bridge
{

static std::string trim(const std::string &text)
{
    size_t first = text.find_first_not_of(" \t\r");
    if (first == std::string::npos)
        return "";
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

static std::string lower(std::string text)
{
    for (char &c : text)
        c = char(tolower((unsigned char) c));
    return text;
}

/* "\n" and "\\" in the value of a key */
static std::string unescape(const std::string &text)
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

static void take_line(NrrdHeader &header, const std::string &line)
{
    size_t colon = line.find(':');
    if (line[0] == '#' || colon == std::string::npos)
        return;
    bool key = colon + 1 < line.size() && line[colon + 1] == '=';
    if (key)
        header.keys[line.substr(0, colon)] = unescape(line.substr(colon + 2));
    else
        header.fields[lower(line.substr(0, colon))] =
            trim(line.substr(colon + 1));
}

NrrdHeader NrrdHeader::read(const std::string &path)
{
    static const size_t longest = size_t(64) << 20;
    NrrdHeader header;
    std::ifstream file(path, std::ios::binary);
    std::string line;
    if (!std::getline(file, line))
        fail(MEDALS_E_IO, "%s: cannot be read; an NRRD file expected",
             path.c_str());
    header.bytes = line.size() + 1;
    while (std::getline(file, line)) {
        header.bytes += line.size() + 1;
        if (!line.empty() && line.back() == '\r')
            line.pop_back();
        if (line.empty())
            return header;
        if (header.bytes > longest)
            fail(MEDALS_E_INPUT,
                 "%s: more than 64 MiB of header; an NRRD header expected",
                 path.c_str());
        take_line(header, line);
        bool list = line.rfind("data file: LIST", 0) == 0;
        if (list)
            return header;
    }
    if (!header.detached())
        fail(MEDALS_E_INPUT,
             "%s: the file ends inside its header; voxels expected",
             path.c_str());
    return header;
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

bool NrrdHeader::detached() const
{
    return fields.count("data file") || fields.count("datafile");
}

bool NrrdHeader::axes(std::array<double, 9> &axes) const
{
    static const struct {
        const char *name, *letters;
        double sign[2];
    } spaces[] = {{"left-posterior-superior", "lps", {1, 1}},
                  {"right-anterior-superior", "ras", {-1, -1}},
                  {"left-anterior-superior", "las", {1, -1}}};
    std::string space = lower(field("space"));
    std::vector<double> numbers = numbers_in(field("space directions"));
    for (const auto &known : spaces) {
        if (space != known.name && space != known.letters)
            continue;
        if (numbers.size() != 9)
            return false;
        for (size_t i = 0; i < 9; i++)
            axes[i] = i % 3 < 2 ? numbers[i] * known.sign[i % 3] : numbers[i];
        return true;
    }
    return false;
}

static size_t type_bytes(const std::string &type)
{
    static const std::pair<const char *, size_t> words[] = {
        {"64", 8},   {"longlong", 8}, {"long long", 8}, {"double", 8},
        {"32", 4},   {"float", 4},    {"short", 2},     {"16", 2},
        {"char", 1}, {"int8", 1},     {"uint8", 1},     {"int", 4}};
    for (const auto &word : words) {
        if (type.find(word.first) != std::string::npos)
            return word.second;
    }
    return 1;
}

/* Whether axis a is one of space; without kinds the first three are. */
static bool is_domain(const std::vector<std::string> &kinds, size_t a)
{
    if (kinds.empty())
        return a < 3;
    return a < kinds.size() && (kinds[a] == "domain" || kinds[a] == "space");
}

static std::vector<std::string> words_of(const std::string &text)
{
    std::istringstream stream(text);
    std::vector<std::string> words;
    std::string word;
    while (stream >> word)
        words.push_back(lower(word));
    return words;
}

/* ITK takes a spacing that is not a number for 1, a negative one as it is. */
static void check_numbers(const std::string &path, const NrrdHeader &header)
{
    std::vector<std::string> kinds = words_of(header.field("kinds"));
    std::vector<double> spacings = numbers_in(header.field("spacings"));
    bool bad = false;
    for (size_t a = 0; a < spacings.size(); a++)
        bad = bad || (is_domain(kinds, a) &&
                      !(std::isfinite(spacings[a]) && spacings[a] > 0));
    for (double number : numbers_in(header.field("space directions")))
        bad = bad || !std::isfinite(number);
    if (bad)
        fail(MEDALS_E_INPUT,
             "%s: spacing %s%s; positive, finite spacing expected",
             path.c_str(), header.field("spacings").c_str(),
             header.field("space directions").c_str());
}

static void check_holds(const std::string &path, const NrrdHeader &header)
{
    double need = double(type_bytes(lower(header.field("type"))));
    for (double size : numbers_in(header.field("sizes"))) {
        if (!(size >= 1))
            fail(MEDALS_E_INPUT,
                 "%s: no voxels (sizes: %s); at least one along each axis "
                 "expected",
                 path.c_str(), header.field("sizes").c_str());
        need *= size;
    }
    std::string encoding = lower(header.field("encoding"));
    bool raw = encoding == "raw";
    bool packed = encoding == "gzip" || encoding == "gz";
    if (header.detached() || (!raw && !packed))
        return;
    double have = double(file_size(path)) - double(header.bytes);
    double limit = raw ? have : have * 1032;
    if (need > limit)
        fail(MEDALS_E_INPUT,
             "%s: the file is too short, it can hold %.0f bytes of voxels; "
             "%.0f expected by its header",
             path.c_str(), limit, need);
}

ImagePointer read_nrrd(const std::string &path,
                       std::vector<MedalsVolume *> *layers)
{
    NrrdHeader header = NrrdHeader::read(path);
    check_holds(path, header);
    check_numbers(path, header);
    auto io = itk::NrrdImageIO::New();
    io->SetFileName(path);
    io->ReadImageInformation();
    ImagePointer image = read_with_itk(path, *io, layers);
    image->format = "nrrd";
    image->has_nrrd_axes = header.axes(image->nrrd_axes);
    if (header.field("space").empty()) {
        image->orientation_from = "none";
        image->warnings.push_back("the file states no space: left and right "
                                  "are a guess");
    }
    return image;
}

} // namespace medals::bridge
