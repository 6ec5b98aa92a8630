/*
 * cli_registrar - tells Slicer's command-line module logic about a program
 *
 * slicer-core carries the real XML parser and the real list of modules, but
 * shows neither to Python and installs no header of them. Their classes are
 * declared here as far as the linker needs them: the description is a lump
 * that is large enough and is never destroyed.
 *
 * Built by test_slicer_cli.py against the wheel's own libraries (old string
 * ABI), never installed.
 */
#include <cstddef>
#include <string>

class ModuleDescription
{
  public:
    ModuleDescription();
    ModuleDescription(const ModuleDescription &other);
    void SetType(const std::string &type);
    void SetTarget(const std::string &program);
    void SetLocation(const std::string &program);

  private:
    alignas(std::max_align_t) unsigned char lump[16384];
};

class ModuleDescriptionParser
{
  public:
    int Parse(const std::string &xml, ModuleDescription &description);

  private:
    alignas(std::max_align_t) unsigned char lump[256];
};

class vtkMRMLCommandLineModuleNode
{
  public:
    static void RegisterModuleDescription(ModuleDescription description);
};

/** Registers a program by its XML; the module is known by its title then.
 * @return 0, or what the parser says of the XML */
extern "C" int cli_register(const char *xml, const char *program)
{
    auto *description = new ModuleDescription;
    ModuleDescriptionParser parser;
    if (int refused = parser.Parse(xml, *description))
        return refused;
    description->SetType("CommandLineModule");
    description->SetTarget(program);
    description->SetLocation(program);
    vtkMRMLCommandLineModuleNode::RegisterModuleDescription(*description);
    return 0;
}
