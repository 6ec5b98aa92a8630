# The macros of a Slicer build tree that our modules call.
include(CMakeParseArguments)

macro(slicerMacroBuildScriptedModule)
    cmake_parse_arguments(module "WITH_GENERIC_TESTS" "NAME"
                          "SCRIPTS;RESOURCES" ${ARGN})
    foreach(file ${module_SCRIPTS} ${module_RESOURCES})
        if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
            message(FATAL_ERROR "${module_NAME}: no ${file}")
        endif()
        get_filename_component(folder ${file} DIRECTORY)
        install(FILES ${file} DESTINATION
                ${Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR}/${folder})
    endforeach()
endmacro()

macro(slicer_add_python_unittest)
endmacro()
