"""The extension as its index and Slicer's loader demand. No part of Slicer
is needed: .ui, CMake files, index entry and Python source are read."""
import ast
import json
import pathlib
import re
import struct
import sys
import unittest
import xml.etree.ElementTree as ET

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXTENSION = ROOT / "plugin" / "slicer"
LIBRARY = EXTENSION / "MedalS" / "MedalSLib"
MODULES = ("MedalS", "SegmentEditorMedalS")

#: Widgets that Slicer's parameter node connects to a field of a type
#: (slicer.parameterNodeWrapper.guiConnectors).
CONNECTED = {"str": {"QLineEdit", "QTextEdit", "QComboBox"},
             "bool": {"QCheckBox", "QPushButton"},
             "int": {"QSpinBox", "QSlider"},
             "float": {"QDoubleSpinBox", "ctkSliderWidget"},
             "node": {"qMRMLNodeComboBox"}}


def cmake_list(path, name):
    """Entries of a set(NAME ...) of a CMake file, MODULE_NAME filled in."""
    text = path.read_text()
    module = re.search(r"set\(MODULE_NAME (\w+)\)", text).group(1)
    entries = re.search(rf"set\({name}\s+([^)]*)\)", text).group(1).split()
    return [entry.replace("${MODULE_NAME}", module) for entry in entries]


class Index(unittest.TestCase):
    """packaging/slicer/MedalS.json, as the index's own check reads it."""

    def setUp(self):
        self.path = ROOT / "packaging" / "slicer" / "MedalS.json"
        self.entry = json.loads(self.path.read_text())
        self.cmake = (EXTENSION / "CMakeLists.txt").read_text()

    def test_entry(self):
        allowed = {"$schema", "build_dependencies", "build_subdirectory",
                   "category", "scm_revision", "scm_type", "scm_url",
                   "enabled", "tier", "dicom_support_rule"}
        self.assertLessEqual(set(self.entry), allowed)
        self.assertRegex(self.entry["$schema"],
                         r"slicer-extension-catalog-entry-schema-v1\.0\.\d")
        self.assertEqual(self.entry["category"], "Segmentation")
        self.assertIn(self.entry["tier"], range(1, 6))
        # Slicer's build machines would package it without an engine.
        self.assertIs(self.entry["enabled"], False)
        self.assertIn("only as the folder", self.cmake)
        readme = (EXTENSION / "README.md").read_text()
        self.assertIn("not from the Extensions Manager", readme)
        self.assertNotIn(b"\r", self.path.read_bytes())

    def test_names(self):
        name = self.path.stem
        self.assertFalse(name.lower().startswith("slicer"))
        repository = self.entry["scm_url"].rsplit("/", 1)[-1]
        self.assertRegex(repository, r"^Slicer[-_]?\w+\.git$")
        self.assertIn(f"project({name})", self.cmake)

    def test_cmake(self):
        for key in ("HOMEPAGE", "CONTRIBUTORS", "DESCRIPTION", "ICONURL",
                    "SCREENSHOTURLS", "DEPENDS", "CATEGORY"):
            self.assertRegex(self.cmake, rf'set\(EXTENSION_{key} "[^"]+"\)')
        self.assertIn("## NEXT_MODULE", self.cmake)
        for address in re.findall(r'raw\.githubusercontent\.com/[^/]+/[^/]+/'
                                  r'main/([^"]+\.png)', self.cmake):
            self.assertTrue((ROOT / address).exists(), address)
        self.assertTrue((EXTENSION / "LICENSE.txt").exists())


class Files(unittest.TestCase):
    """What is not listed is not packaged."""

    def test_listed(self):
        for module in MODULES:
            folder = EXTENSION / module
            listed = set()
            for name in ("MODULE_PYTHON_SCRIPTS", "MODULE_PYTHON_RESOURCES"):
                listed.update(cmake_list(folder / "CMakeLists.txt", name))
            there = {str(path.relative_to(folder))
                     for path in folder.rglob("*") if path.is_file() and
                     "__pycache__" not in path.parts and
                     path.name != "CMakeLists.txt" and
                     "MedalSEngine" not in path.parts}
            drawings = {name for name in there if name.endswith(".svg")}
            self.assertLessEqual(listed, there)
            self.assertLessEqual(there - drawings, listed)

    def test_icons(self):
        sys.path.insert(0, str(EXTENSION))
        try:
            import draw_icons
        except ImportError as error:
            self.skipTest(f"icons were not drawn again: {error}")
        for name, shapes in draw_icons.ICONS.items():
            data = (EXTENSION / (name + ".png")).read_bytes()
            self.assertEqual(struct.unpack(">II", data[16:24]), (128, 128))
            self.assertEqual((EXTENSION / (name + ".svg")).read_text(),
                             draw_icons.svg(shapes))

    def test_python(self):
        """Python 3.9, that of Slicer 5.6; docstrings; short lines; Qt only
        where it is said to be."""
        for path in sorted(EXTENSION.rglob("*.py")):
            source = path.read_text()
            tree = ast.parse(source, str(path), feature_version=(3, 9))
            self.assertLess(max(map(len, source.splitlines())), 81, path)
            self.assertTrue(ast.get_docstring(tree), path)
            imported = {name.name.split(".")[0] for node in ast.walk(tree)
                        if isinstance(node, ast.Import)
                        for name in node.names}
            if path.parent == LIBRARY and path.stem not in (
                    "widget", "parameter_node", "completer", "cursors",
                    "paths"):
                self.assertFalse(imported & {"qt", "ctk"}, path)

    def test_flip_is_in_one_place(self):
        """No other module of ours negates x and y."""
        for path in LIBRARY.glob("*.py"):
            if path.stem != "geometry":
                self.assertNotRegex(path.read_text(),
                                    r"-1(\.0)?, ?-1(\.0)?, ?1", path)


class Panel(unittest.TestCase):
    """widget.py and parameter_node.py against the .ui file."""

    def setUp(self):
        root = ET.parse(EXTENSION / "MedalS" / "Resources" / "UI" /
                        "MedalS.ui").getroot()
        self.widgets = {}
        for widget in root.iter("widget"):
            name = widget.get("name")
            self.assertNotIn(name, self.widgets)
            self.widgets[name] = widget

    def property(self, widget, name):
        """Text of a widget's own property, or None."""
        for found in widget.findall("property"):
            if found.get("name") == name:
                return "".join(found.itertext()).strip()
        return None

    def test_names(self):
        source = (LIBRARY / "widget.py").read_text()
        used = set(re.findall(r"\bui\.(\w+)", source))
        self.assertGreater(len(used), 20)
        self.assertLessEqual(used, set(self.widgets))
        kinds = ("QPushButton", "QCheckBox")
        buttons = {name for name, widget in self.widgets.items()
                   if widget.get("class") in kinds}
        bound = {name for name in buttons if self.property(
            self.widgets[name], "SlicerParameterName")}
        self.assertEqual(buttons - bound - used, set())

    def test_parameters(self):
        fields = {}
        tree = ast.parse((LIBRARY / "parameter_node.py").read_text())
        node = next(node for node in tree.body
                    if isinstance(node, ast.ClassDef))
        for line in node.body:
            if isinstance(line, ast.AnnAssign):
                kind = line.annotation
                if isinstance(kind, ast.Subscript):
                    kind = kind.slice.elts[0]
                fields[line.target.id] = (
                    kind.id if kind.id in CONNECTED else "node")
        bound = {}
        for widget in self.widgets.values():
            name = self.property(widget, "SlicerParameterName")
            if name:
                self.assertNotIn(name, bound)
                bound[name] = widget.get("class")
        # By hand: Slicer's own binding of a QTextEdit moves the cursor.
        self.assertNotIn("QTextEdit", bound.values())
        self.assertEqual(set(bound), set(fields) - {"texts"})
        del fields["texts"]
        for name, kind in fields.items():
            self.assertIn(bound[name], CONNECTED[kind], name)

    def test_tooltips(self):
        """Everything that can be pressed says what it does, and its key."""
        keys = {"pointButton": "(O) or (P)", "boxButton": "(B)",
                "scribbleButton": "(S)", "lassoButton": "(L)",
                "newSegmentButton": "(E)", "resetSegmentButton": "(R)",
                "maskButton": "(M)", "refineButton": "(F)",
                "undoButton": "(Ctrl+Z)", "redoButton": "(Ctrl+Y)",
                "cancelButton": "(Esc)", "positiveButton": "T "}
        for name, widget in self.widgets.items():
            if widget.get("class") in ("QPushButton", "QCheckBox",
                                       "qMRMLNodeComboBox", "QSpinBox"):
                tip = self.property(widget, "toolTip")
                self.assertTrue(tip, name)
                if name in keys:
                    self.assertIn(keys[name], tip)


if __name__ == "__main__":
    unittest.main()
