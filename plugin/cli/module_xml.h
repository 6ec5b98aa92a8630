/*
 * module_xml.h - how 3D Slicer is told of MedalSSegment (slicer.md 1)
 */
#ifndef CLI_MODULE_XML_H
#define CLI_MODULE_XML_H

/** The module description that --xml prints. Static. */
const char *module_xml(void);

#endif
