# Stands in for a Slicer build tree: what an extension's CMake files ask for,
# as far as it says which files are packaged where. Used by
# test_slicer_build.py; a real build uses Slicer's own.
set(Slicer_FOUND TRUE)
set(Slicer_USE_FILE ${CMAKE_CURRENT_LIST_DIR}/UseSlicer.cmake)
set(Slicer_EXTENSION_GENERATE_CONFIG ${CMAKE_CURRENT_LIST_DIR}/nothing.cmake)
set(Slicer_EXTENSION_CPACK ${CMAKE_CURRENT_LIST_DIR}/nothing.cmake)
set(Slicer_QTSCRIPTEDMODULES_LIB_DIR lib/Slicer-5.12/qt-scripted-modules)
set(Slicer_CLIMODULES_BIN_DIR lib/Slicer-5.12/cli-modules)
set(Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR
    ${Slicer_QTSCRIPTEDMODULES_LIB_DIR})
set(Slicer_INSTALL_CLIMODULES_BIN_DIR ${Slicer_CLIMODULES_BIN_DIR})
