/*
 * view_main.cpp - medals-view: an image, its classes by text, corrections by
 * hand
 */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>

#include <vtkAutoInit.h>
#include <vtkObject.h>
#include <vtkRenderWindow.h>
#include <vtkSmartPointer.h>

#include "labelmap.h"
#include "scan.hpp"
#include "view_script.hpp"
#include "view_window.hpp"

VTK_MODULE_INIT(vtkRenderingOpenGL2);
VTK_MODULE_INIT(vtkRenderingFreeType);
VTK_MODULE_INIT(vtkRenderingUI);
VTK_MODULE_INIT(vtkInteractionStyle);

using namespace medals::ui;

static const char help[] =
    "usage: medals-view IMAGE [options]\n"
    "\n"
    "Shows a scan in three slices and in 3-D; asks Medal S for classes by\n"
    "text, corrects them by clicks, scribbles, lassos and boxes; saves.\n"
    "\n"
    "  --model DIR        model package (default: MEDALS_MODEL, or the "
    "compact\n"
    "                     one of this program)\n"
    "  --labelmap FILE    what is there already\n"
    "  --journal DIR      keeps every step there; opens it again\n"
    "  --modality M       ct, mri, us, pet, microscopy\n"
    "  -o, --output FILE  what Save writes: .seg.nrrd, .nii.gz, .nii, .nrrd,\n"
    "                     .mha (default: IMAGE's name with .seg.nrrd)\n"
    "  --size WxH         of the window (default 1600x1000)\n"
    "  --script FILE      runs actions without a window, see below\n"
    "  --screenshot FILE  a PNG of the window, at the script's end\n"
    "\n"
    "Left button: the tool; with Shift or Ctrl the other sign. Wheel: slices;\n"
    "Ctrl + wheel: zoom. Middle: move. Right: contrast. Keys: o s l b tools,\n"
    "t sign, f refine, k lock, Ctrl+Z, Ctrl+Y, Escape.\n"
    "\n"
    "Script, one action a line, x y in pixels from a view's upper left:\n"
    "  text TEXT | segment | click VIEW x y [+|-] | stroke VIEW x y x y ... |\n"
    "  lasso VIEW x y x y x y ... | box VIEW x y x y | key ctrl+z | press x y "
    "|\n"
    "  lock N | refine N | slice VIEW n | save FILE | screenshot FILE |\n"
    "  where VIEW | state | close\n"
    "\n"
    "Not a medical device.\n";

namespace
{
struct Arguments {
    ScanOptions scan;
    std::string output, script, screenshot;
    int width = 1600, height = 1000;
};
} // namespace

/* As the other programs: 2 usage, 3 bad input or file, 4 no room, 5 cancelled. */
static int exit_code(MedalsStatus status)
{
    switch (status) {
    case MEDALS_OK:
        return 0;
    case MEDALS_E_USAGE:
        return 2;
    case MEDALS_E_NOMEM:
    case MEDALS_E_NOSPACE:
        return 4;
    case MEDALS_E_CANCELLED:
        return 5;
    default:
        return 3;
    }
}

static int fail(MedalsStatus status, const std::string &message)
{
    fprintf(stderr, "medals-view: %s\n", message.c_str());
    return exit_code(status);
}

static std::string default_output(const std::string &image)
{
    std::string name = image;
    while (name.size() > 1 && name.back() == '/')
        name.pop_back();
    name.erase(0, name.rfind('/') + 1);
    for (const char *ending :
         {".gz", ".nii", ".nrrd", ".mha", ".mhd", ".dcm"}) {
        size_t n = strlen(ending);
        if (name.size() > n && name.compare(name.size() - n, n, ending) == 0)
            name.erase(name.size() - n);
    }
    return name + ".seg.nrrd";
}

/* @return "" or what is wrong with the option */
static std::string take_option(Arguments *all, const std::string &option,
                               const char *value)
{
    if (option == "--model")
        all->scan.model = value;
    else if (option == "--labelmap")
        all->scan.labelmap = value;
    else if (option == "--journal")
        all->scan.journal = value;
    else if (option == "-o" || option == "--output")
        all->output = value;
    else if (option == "--script")
        all->script = value;
    else if (option == "--screenshot")
        all->screenshot = value;
    else if (option == "--modality") {
        all->scan.modality = medals_modality_parse(value);
        if (all->scan.modality == MEDALS_MODALITY_NONE)
            return std::string("--modality: \"") + value +
                   "\"; expected ct, mri, us, pet or microscopy";
    } else if (option == "--size") {
        char end = 0;
        if (sscanf(value, "%dx%d%c", &all->width, &all->height, &end) != 2 ||
            all->width < 800 || all->height < 600 || all->width > 8000 ||
            all->height > 8000)
            return std::string("--size: \"") + value +
                   "\"; expected WxH of 800x600 to 8000x8000";
    } else
        return option + ": no such option; expected one of medals-view --help";
    return "";
}

static std::string parse(int argc, char **argv, Arguments *all)
{
    for (int n = 1; n < argc; n++) {
        std::string word = argv[n];
        if (word.size() < 2 || word[0] != '-') {
            if (!all->scan.image.empty())
                return "\"" + word + "\": a second image; expected one";
            all->scan.image = word;
            continue;
        }
        if (n + 1 == argc)
            return word + ": no value, or no such option; expected one of "
                          "medals-view --help";
        std::string why = take_option(all, word, argv[++n]);
        if (!why.empty())
            return why;
    }
    if (all->scan.image.empty())
        return "no image; expected medals-view IMAGE";
    if (all->output.empty())
        all->output = default_output(all->scan.image);
    if (!medals_labelmap_can_write(all->output.c_str(), false))
        return all->output + ": no format has this ending; expected .seg.nrrd, "
                             ".nii.gz, .nii, .nrrd or .mha";
    return "";
}

/* VTK ends the program where X cannot be reached. */
static bool has_display()
{
    auto probe = vtkSmartPointer<vtkRenderWindow>::New();
    const char *name = getenv("DISPLAY");
    return strcmp(probe->GetClassName(), "vtkXOpenGLRenderWindow") != 0 ||
           (name && *name);
}

static int show(const Arguments &all)
{
    Scan scan;
    std::string message;
    MedalsStatus status = scan.open(all.scan, &message);
    if (status != MEDALS_OK)
        return fail(status, message);
    bool offscreen = !all.script.empty() || !all.screenshot.empty();
    if (!has_display())
        return fail(MEDALS_E_INPUT, "display: none; expected DISPLAY to name "
                                    "one, as xvfb-run does");
    ViewWindow window(scan, all.output, offscreen, all.width, all.height);
    if (!offscreen) {
        window.run();
        return 0; /* what still runs is stopped */
    }
    window.settle();
    if (!all.script.empty())
        status = run_script(window, all.script, &message);
    if (status == MEDALS_OK && !all.screenshot.empty())
        status = window.screenshot(all.screenshot, &message);
    return status == MEDALS_OK ? 0 : fail(status, message);
}

int main(int argc, char **argv)
{
    Arguments all;
    if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        fputs(help, stdout);
        return 0;
    }
    if (argc == 2 && !strcmp(argv[1], "--version")) {
        printf("medals-view %s\n", medals_version());
        return 0;
    }
    std::string why = parse(argc, argv, &all);
    if (!why.empty())
        return fail(MEDALS_E_USAGE, why);
    vtkObject::GlobalWarningDisplayOff();
    try {
        return show(all);
    } catch (const std::bad_alloc &) {
        return fail(MEDALS_E_NOMEM,
                    "memory: used up; expected a smaller image");
    } catch (const std::exception &error) {
        return fail(MEDALS_E_INPUT, error.what());
    }
}
