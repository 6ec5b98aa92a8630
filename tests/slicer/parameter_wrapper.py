"""Slicer's parameter node wrapper, told again; for tests.

Base/Python/slicer/parameterNodeWrapper of Slicer 583e9b3: wrapper.py and
guiConnectors.py, for the types and widgets that the panel has. What matters:

 - any change of the node writes EVERY connected widget from the node
   (wrapper.py 163, _updateGUIFromParameterNode), and a QTextEdit is written
   by setPlainText, equal or not (guiConnectors.py 610);
 - a widget that changes writes its parameter (153, _makeGuiToParamCallback);
 - a type without a connector for its widget is a RuntimeError (101);
 - Slicer 5.6's connectGui returns nothing, and its disconnectGui leaves the
   observer of the node behind (v5.6.2 wrapper.py 253, 256). `like` chooses.

With MEDALS_SLICER_SOURCE the real files are used instead (slicer_qt.py).
"""
import typing

import slicer
import vtk

import pythonqt

qt, ctk = pythonqt.qt, pythonqt.ctk

#: "main" or "5.6": whose connectGui and disconnectGui.
like = "main"

PROPERTY = "SlicerParameterName"


class Choice:
    """One of some values."""

    def __init__(self, choices):
        self.choices = choices

    def validate(self, value):
        """ValueError for another one (validators.py)."""
        if value not in self.choices:
            raise ValueError(f"Value must be one of: {self.choices}")


class WithinRange:
    """A number between two."""

    def __init__(self, minimum, maximum):
        self.minimum, self.maximum = minimum, maximum

    def validate(self, value):
        """ValueError outside (validators.py)."""
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"Value must be within range [{self.minimum}, "
                             f"{self.maximum}], is {value}")


class _Parameter:
    """A field in the node (serializers.py): nodes as references, all else as
    text."""

    def __init__(self, name, kind, rules, default):
        self.name, self.kind, self.rules = name, kind, rules
        self.is_node = isinstance(kind, type) and \
            issubclass(kind, slicer.vtkMRMLNode)
        self.default = None if self.is_node else \
            kind() if default is None else default

    def read(self, node):
        if self.is_node:
            return node.GetNodeReference(self.name)
        text = node.GetParameter(self.name)
        return text == "True" if self.kind is bool else self.kind(text)

    def write(self, node, value):
        if self.is_node:
            if value is not None and not isinstance(value, self.kind):
                raise TypeError(f"{self.name}: not a {self.kind.__name__}")
            node.SetNodeReferenceID(self.name, value and value.GetID())
            return
        if not isinstance(value, self.kind):
            raise TypeError(f"{self.name}: {value!r} is no "
                            f"{self.kind.__name__}")
        for rule in self.rules:
            rule.validate(value)
        node.SetParameter(self.name, str(value))


class _Connector:
    """A widget as a value of a type (guiConnectors.py)."""

    def __init__(self, widget, parameter):
        self.widget, self._callback = widget, None
        name = type(widget).__name__
        key = (name, "node" if parameter.is_node else parameter.kind.__name__)
        if key not in self.KNOWN:
            raise RuntimeError("Unable to create GUI connector from datatype "
                               f"'{parameter.kind}' to widget type "
                               f"'{type(widget)}'.")
        self._signal, self._read, self._write = self.KNOWN[key]
        if name == "QComboBox":
            widget.clear()
            self.choices = parameter.rules[0].choices
            for choice in self.choices:
                widget.addItem(str(choice))
        if name == "QSpinBox":
            widget.setRange(parameter.rules[0].minimum,
                            parameter.rules[0].maximum)
        if name == "ctkSliderWidget":
            widget.minimum = parameter.rules[0].minimum
            widget.maximum = parameter.rules[0].maximum

    def changed(self):
        if self._callback:
            self._callback()

    def on_changed(self, callback):
        self._callback = callback
        signal = getattr(self.widget, self._signal)
        if callback is None:
            signal.disconnect(self.changed)
        else:
            signal.connect(self.changed)

    def read(self):
        return self._read(self)

    def write(self, value):
        self._write(self, value)

    def _set_value(self, value):
        self.widget.value = value

    def _set_checked(self, value):
        self.widget.checked = value

    def _set_text(self, value):
        self.widget.setPlainText(value)

    def _set_index(self, value):
        self.widget.currentIndex = self.choices.index(value)

    def _set_node(self, value):
        self.widget.setCurrentNode(value)

    _value = ("valueChanged", lambda self: self.widget.value, _set_value)
    _checked = ("toggled", lambda self: self.widget.checked, _set_checked)
    KNOWN = {
        ("QSpinBox", "int"): _value,
        ("ctkSliderWidget", "float"): _value,
        ("QCheckBox", "bool"): (
            "stateChanged", lambda self: self.widget.checked, _set_checked),
        ("QPushButton", "bool"): _checked,
        ("QTextEdit", "str"): (
            "textChanged", lambda self: self.widget.toPlainText(), _set_text),
        ("QComboBox", "str"): (
            "currentIndexChanged",
            lambda self: self.choices[self.widget.currentIndex], _set_index),
        ("qMRMLNodeComboBox", "node"): (
            "currentNodeChanged", lambda self: self.widget.currentNode(),
            _set_node),
    }


def parameterNodeWrapper(kind):
    """The decorator."""
    fields = {}
    for name, hint in typing.get_type_hints(kind, include_extras=True).items():
        rules = getattr(hint, "__metadata__", ())
        fields[name] = _Parameter(
            name, getattr(hint, "__origin__", hint) if rules else hint,
            rules, getattr(kind, name, None))

    class Wrapped:
        """Fields on a scripted module node."""

        allParameters = fields

        def __init__(self, node):
            self.parameterNode = node
            self._parameterGUIs, self._next, self._tags = {}, 0, {}
            self._updating = False
            for name, field in fields.items():
                if not field.is_node and not node.HasParameter(name):
                    field.write(node, field.default)

        def connectGui(self, gui):
            """By the property SlicerParameterName of all widgets below."""
            found = {}
            for widget in gui.findChildren(qt.QWidget):
                name = widget.property(PROPERTY)
                if name:
                    found[name] = widget
            tag = self.connectParametersToGui(found)
            return None if like == "5.6" else tag

        def connectParametersToGui(self, mapping):
            """By name: in every version this returns the tag."""
            for name in mapping:
                if name not in fields:
                    raise ValueError("Cannot find a param with the given "
                                     f"name: {name}")
            gui = {name: _Connector(widget, fields[name])
                   for name, widget in mapping.items()}
            tag, self._next = self._next, self._next + 1
            self._parameterGUIs[tag] = gui
            for name, connector in gui.items():
                connector.write(fields[name].read(self.parameterNode))
                connector.on_changed(self._told(name, connector))
            self._tags[tag] = self.parameterNode.AddObserver(
                vtk.vtkCommand.ModifiedEvent, self._update)
            return tag

        def _told(self, name, connector):
            def callback():
                with slicer.util.NodeModify(self.parameterNode):
                    if not self._updating:
                        setattr(self, name, connector.read())

            return callback

        def _update(self, *_ignored):
            if self._updating:
                return
            try:
                self._updating = True
                with slicer.util.NodeModify(self.parameterNode):
                    for gui in self._parameterGUIs.values():
                        for name, connector in gui.items():
                            connector.write(
                                fields[name].read(self.parameterNode))
            finally:
                self._updating = False

        def disconnectGui(self, tag):
            """Ends connectGui(); an unknown tag (None) is passed over."""
            for connector in self._parameterGUIs.pop(tag, {}).values():
                connector.on_changed(None)
            if like != "5.6" and tag in self._tags:
                self.parameterNode.RemoveObserver(self._tags.pop(tag))

    for name, field in fields.items():
        setattr(Wrapped, name, property(
            lambda self, field=field: field.read(self.parameterNode),
            lambda self, value, field=field: field.write(
                self.parameterNode, value)))
    return Wrapped
