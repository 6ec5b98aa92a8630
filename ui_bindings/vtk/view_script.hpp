/*
 * view_script.hpp - drives the window of medals-view from a file
 *
 * One action a line; '#' begins a comment line. VIEW is axial, coronal or
 * sagittal; x and y are pixels from the upper left of that view. Every action
 * is a mouse or key event sent to the interactor, as the window system sends
 * them, and is waited for until its work is done.
 *
 *   text TEXT                    types into the text panel (';': next line)
 *   segment                      Enter in the text panel
 *   click VIEW x y [+|-]         the point tool
 *   stroke VIEW x y x y ... [+|-]  the scribble tool, a move a point
 *   lasso VIEW x y x y x y ... [+|-]
 *   box VIEW x y x y [+|-]
 *   key NAME                     ctrl+z, f, Escape, ...
 *   press x y                    left button on the window, from its upper left
 *   lock N                       the lock of class N, from 0, in the panel
 *   refine N                     N passes
 *   slice VIEW n                 n: voxel index through the slices
 *   save FILE    screenshot FILE
 *   where VIEW                   prints what the view shows, as JSON
 *   state                        prints classes and status, as JSON
 */
#ifndef MEDALS_VIEW_SCRIPT_HPP
#define MEDALS_VIEW_SCRIPT_HPP

#include <string>

#include "view_window.hpp"

namespace medals::ui
{

/**
 * Runs a script to its end or first failure.
 * @return MEDALS_OK; MEDALS_E_IO the file cannot be read; MEDALS_E_USAGE a
 *         line is wrong, "FILE:LINE: found; expected"; the status of an action
 *         that the engine refused, its line before its message
 */
MedalsStatus run_script(ViewWindow &window, const std::string &path,
                        std::string *message);

} // namespace medals::ui
#endif
