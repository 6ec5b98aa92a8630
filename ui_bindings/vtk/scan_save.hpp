/*
 * scan_save.hpp - the labelmap of a session as a file, with names and colours
 */
#ifndef MEDALS_SCAN_SAVE_HPP
#define MEDALS_SCAN_SAVE_HPP

#include <string>

#include "scan.hpp"
#include "theme.hpp"

namespace medals::ui
{

/** Colour of a class: the model's, else one of a list.
 * @param model_class of medals_model_class(), or -1
 * @param place of the class in its list, from 0 */
theme::Color class_color(const MedalsModel *model, int64_t model_class,
                         size_t place);

/**
 * Writes .seg.nrrd, .nii.gz, .nii, .nrrd or .mha by the name's ending.
 * @thread the worker's: it lists the session's classes
 * @param message receives one line, on failure only
 */
MedalsStatus scan_save(const Scan &scan, const MedalsSession *session,
                       const std::string &path, std::string *message);

} // namespace medals::ui
#endif
