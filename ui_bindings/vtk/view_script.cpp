/*
 * view_script.cpp - drives the window of medals-view from a file
 */
#include "view_script.hpp"

#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include <vtkCommand.h>
#include <vtkRenderWindowInteractor.h>
#include <vtkRenderer.h>

namespace medals::ui
{

namespace
{
/* What is wrong with a line. */
struct LineError {
    MedalsStatus status;
    std::string text;
};

/* A script while it runs. */
class Player
{
  public:
    explicit Player(ViewWindow &window) : window(window)
    {
    }
    void line(const std::string &text);

  private:
    void event(unsigned long id);
    void move(int x, int y);
    void key(const std::string &name);
    void letters(const std::string &text);
    SliceView &view(std::istringstream &words);
    std::vector<int> points(SliceView &view, std::istringstream &words,
                            size_t least);
    void tool(const std::string &name, std::istringstream &words);
    void press(std::istringstream &words);
    void lock(std::istringstream &words);
    void type(std::istringstream &words);
    void where(std::istringstream &words);
    void state();
    bool command(const std::string &name, std::istringstream &words);
    void done();

    ViewWindow &window;
    bool negative = false; /* of the line at hand */
};
} // namespace

[[noreturn]] static void wrong(const std::string &text)
{
    throw LineError{MEDALS_E_USAGE, text};
}

template <typename T> static T number(std::istringstream &words)
{
    T value;
    if (!(words >> value))
        wrong("a number is missing or none; expected one");
    return value;
}

static std::string rest_of(std::istringstream &words)
{
    std::string text;
    std::getline(words >> std::ws, text);
    if (text.empty())
        wrong("nothing after the word; expected a text or file name");
    return text;
}

/* ---- events ------------------------------------------------------------- */

void Player::event(unsigned long id)
{
    window.interactor()->InvokeEvent(id);
    window.pump();
}

void Player::move(int x, int y)
{
    window.interactor()->SetEventInformation(x, y, 0, negative);
    event(vtkCommand::MouseMoveEvent);
}

void Player::key(const std::string &name)
{
    std::string sym = name;
    bool ctrl = sym.rfind("ctrl+", 0) == 0;
    if (ctrl)
        sym.erase(0, 5);
    bool shift = sym.rfind("shift+", 0) == 0;
    if (shift)
        sym.erase(0, 6);
    vtkRenderWindowInteractor *to = window.interactor();
    const int *at = to->GetEventPosition();
    char code = sym.size() == 1 ? sym[0] : 0;
    to->SetEventInformation(at[0], at[1], ctrl, shift, code, 0, sym.c_str());
    event(vtkCommand::KeyPressEvent);
    event(vtkCommand::CharEvent);
    event(vtkCommand::KeyReleaseEvent);
    to->SetEventInformation(at[0], at[1], 0, 0);
}

/* A press on the field, then a key a letter. */
void Player::letters(const std::string &text)
{
    for (char c : text)
        key(std::string(1, c));
}

void Player::type(std::istringstream &words)
{
    std::string text = rest_of(words);
    Box field = window.text_box();
    move(int(field.x + field.w / 2), int(field.y + field.h / 2));
    event(vtkCommand::LeftButtonPressEvent);
    event(vtkCommand::LeftButtonReleaseEvent);
    letters(text);
}

void Player::press(std::istringstream &words)
{
    int x = number<int>(words), y = number<int>(words);
    move(x, window.height() - 1 - y);
    event(vtkCommand::LeftButtonPressEvent);
    event(vtkCommand::LeftButtonReleaseEvent);
}

/* On the button that a person presses. */
void Player::lock(std::istringstream &words)
{
    size_t n = number<size_t>(words);
    window.draw_panel();
    Box box = window.lock_box(n);
    if (box.w == 0)
        wrong("class " + std::to_string(n) + "; expected one that is shown");
    move(int(box.x + box.w / 2), int(box.y + box.h / 2));
    event(vtkCommand::LeftButtonPressEvent);
    event(vtkCommand::LeftButtonReleaseEvent);
}

/* ---- tools -------------------------------------------------------------- */

SliceView &Player::view(std::istringstream &words)
{
    std::string name;
    words >> name;
    for (Plane plane : {Plane::axial, Plane::coronal, Plane::sagittal})
        if (name == plane_name(plane))
            return window.view(plane);
    wrong("view \"" + name + "\"; expected axial, coronal or sagittal");
}

/* Pixels of the window, from its lower left; takes the sign, too. */
std::vector<int> Player::points(SliceView &view, std::istringstream &words,
                                size_t least)
{
    const int *origin = view.renderer()->GetOrigin();
    const int *size = view.renderer()->GetSize();
    std::vector<int> found;
    std::string word;
    while (words >> word) {
        if (word == "+" || word == "-") {
            negative = word == "-";
            continue;
        }
        char *end = nullptr;
        long value = strtol(word.c_str(), &end, 10);
        if (*end || value < -100000 || value > 100000)
            wrong("\"" + word + "\"; expected a number of pixels, + or -");
        found.push_back(found.size() % 2 ? origin[1] + size[1] - 1 - int(value)
                                         : origin[0] + int(value));
    }
    if (found.size() % 2 || found.size() < 2 * least)
        wrong(std::to_string(found.size()) + " numbers; expected pairs x y, " +
              std::to_string(least) + " or more");
    return found;
}

void Player::tool(const std::string &name, std::istringstream &words)
{
    static const std::map<std::string, std::pair<const char *, size_t>> tools =
        {{"click", {"o", 1}},
         {"stroke", {"s", 2}},
         {"lasso", {"l", 3}},
         {"box", {"b", 2}}};
    SliceView &at = view(words);
    std::vector<int> way = points(at, words, tools.at(name).second);
    bool sign = negative;
    negative = false;
    move(way[0], way[1]);
    key(tools.at(name).first);
    negative = sign;
    move(way[0], way[1]);
    event(vtkCommand::LeftButtonPressEvent);
    for (size_t n = 2; n < way.size(); n += 2)
        move(way[n], way[n + 1]);
    event(vtkCommand::LeftButtonReleaseEvent);
    negative = false;
}

/* ---- reports ------------------------------------------------------------ */

void Player::where(std::istringstream &words)
{
    SliceView &at = view(words);
    const int *origin = at.renderer()->GetOrigin();
    const int *size = at.renderer()->GetSize();
    printf("{\"view\":\"%s\",\"rect\":[%d,%d,%d,%d],\"slice\":%lld,"
           "\"mm_per_pixel\":%.17g}\n",
           plane_name(at.plane()), origin[0],
           window.height() - origin[1] - size[1], size[0], size[1],
           (long long) at.slice(), at.mm_per_pixel());
    fflush(stdout);
}

static std::string quoted(const std::string &text)
{
    std::string out = "\"";
    for (unsigned char c : text) {
        char code[8];
        if (c == '"' || c == '\\')
            out += '\\';
        if (c < ' ') {
            snprintf(code, sizeof code, "\\u%04x", c);
            out += code;
        } else {
            out += char(c);
        }
    }
    return out + '"';
}

void Player::state()
{
    printf("{\"classes\":[");
    const char *comma = "";
    for (const ClassState &one : window.classes()) {
        printf("%s{\"name\":%s,\"value\":%u,\"voxels\":%llu,\"locked\":%s}",
               comma, quoted(one.name).c_str(), one.value,
               (unsigned long long) one.voxels, one.locked ? "true" : "false");
        comma = ",";
    }
    printf("],\"status\":%s}\n", quoted(window.status()).c_str());
    fflush(stdout);
}

/* ---- lines -------------------------------------------------------------- */

bool Player::command(const std::string &name, std::istringstream &words)
{
    std::string message;
    if (name == "text")
        type(words);
    else if (name == "segment")
        key("Return");
    else if (name == "click" || name == "stroke" || name == "lasso" ||
             name == "box")
        tool(name, words);
    else if (name == "key")
        key(rest_of(words));
    else if (name == "press")
        press(words);
    else if (name == "lock")
        lock(words);
    else if (name == "refine")
        window.refine_passes(number<unsigned>(words));
    else if (name == "slice") {
        SliceView &at = view(words);
        at.set_slice(number<int64_t>(words));
        window.sliced(at);
    } else if (name == "save")
        window.save(rest_of(words));
    else if (name == "screenshot") {
        MedalsStatus status = window.screenshot(rest_of(words), &message);
        if (status != MEDALS_OK)
            throw LineError{status, message};
    } else if (name == "where")
        where(words);
    else if (name == "state")
        state();
    else if (name == "close") /* as the window manager does */
        window.interactor()->ExitCallback();
    else
        return false;
    return true;
}

void Player::done()
{
    window.settle();
    std::string failure = window.take_failure();
    if (!failure.empty())
        throw LineError{MEDALS_E_INPUT, failure};
}

void Player::line(const std::string &text)
{
    std::istringstream words(text);
    std::string name, more;
    if (!(words >> name) || name[0] == '#')
        return;
    if (!command(name, words))
        wrong("\"" + name + "\"; expected an action of medals-view --help");
    if (words.clear(), words >> more)
        wrong("\"" + more + "\" after the action; expected the line's end");
    done();
}

MedalsStatus run_script(ViewWindow &window, const std::string &path,
                        std::string *message)
{
    std::ifstream file(path);
    if (!file) {
        *message = path + ": cannot be read; expected a script";
        return MEDALS_E_IO;
    }
    Player player(window);
    std::string text;
    int number = 0;
    window.settle();
    try {
        while (number++, std::getline(file, text))
            player.line(text);
    } catch (const LineError &error) {
        *message = path + ":" + std::to_string(number) + ": " + error.text;
        return error.status;
    }
    return MEDALS_OK;
}

} // namespace medals::ui
