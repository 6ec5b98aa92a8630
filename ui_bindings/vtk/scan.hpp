/*
 * scan.hpp - an image, a model and a session on both, opened and closed as one
 */
#ifndef MEDALS_SCAN_HPP
#define MEDALS_SCAN_HPP

#include <string>

#include "image.h"
#include "medals/medals.h"

namespace medals::ui
{

struct ScanOptions {
    std::string image, model; /**< paths; "" for the model: the compact one */
    std::string labelmap, journal; /**< paths or "" */
    MedalsModality modality = MEDALS_MODALITY_NONE;
};

class Scan
{
  public:
    Scan() = default;
    ~Scan();
    Scan(const Scan &) = delete;
    Scan &operator=(const Scan &) = delete;

    /** @return MEDALS_OK, or a status with one line in *message */
    MedalsStatus open(const ScanOptions &options, std::string *message);
    /** The session for the caller, once, who closes it before this goes. */
    MedalsSession *take_session();

    const MedalsImage *image() const
    {
        return file;
    }
    MedalsModel *model() const
    {
        return package;
    }
    MedalsVolume *volume() const
    {
        return medals_image_peek_volume(file);
    }
    const std::string &path() const
    {
        return name;
    }
    MedalsModality modality() const
    {
        return settled;
    }
    /** What there is to say of the labelmap, or "". */
    const std::string &labelmap_warning() const
    {
        return remark;
    }
    /** Whether every step is kept on disk. */
    bool has_journal() const
    {
        return journal;
    }

  private:
    MedalsStatus open_model(const std::string &folder, std::string *message);
    MedalsStatus open_session(const ScanOptions &options, std::string *message);

    std::string name, remark;
    MedalsModality settled = MEDALS_MODALITY_NONE;
    bool journal = false;
    MedalsImage *file = nullptr;
    MedalsContext *context = nullptr;
    MedalsModel *package = nullptr;
    MedalsSession *session = nullptr;
};

/** Folder of the model: given, else $MEDALS_MODEL, else the compact one beside
 * the program's folder. */
std::string model_folder_of(const std::string &given);

} // namespace medals::ui
#endif
