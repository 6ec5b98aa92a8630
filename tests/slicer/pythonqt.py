"""Real Qt (PyQt5) as PythonQt shows it to Slicer's scripts.

    import pythonqt                # sys.modules["qt"], ["ctk"] from here on
    edit = qt.QLineEdit(); edit.text = "a"; edit.connect("textEdited(QString)", f)

What PythonQt does and this repeats (commontk/PythonQt, src):
 - a property is an attribute and hides the getter of its name: edit.text() is
   a call of a string; `name` is objectName (PythonQtClassInfo.cpp,
   lookForPropertyAndCache);
 - a new attribute is refused but on Python's own subclasses
   (PythonQtInstanceWrapper.cpp, setattro);
 - widget.signal is the first signal of that name, and connect("name(type)")
   names one; one that does not exist is a ValueError (PythonQtStdDecorators);
 - a slot gets no more arguments than it has places for, places with defaults
   counted in (PythonQtSignal.cpp, PythonQtSignalTarget::call);
 - an exception of a slot is printed and forgotten; here it is kept in
   `failures`, too, which tests look at;
 - lists come as tuples; methods take no keywords.
Only QApplication, events and widgets below are Qt's own.
"""
import os
import sys
import traceback
import types

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if "/usr/lib/python3/dist-packages" not in sys.path:  # Debian's PyQt5
    sys.path.append("/usr/lib/python3/dist-packages")

try:
    from PyQt5 import QtCore, QtGui, QtTest, QtWidgets, sip
except ImportError as error:
    print(f"skip: {error} (python3-pyqt5); the test was not run")
    sys.exit(77)

#: Tracebacks of slots and filters that raised.
failures = []

_classes = {}


def report() -> None:
    """An exception that Qt's own code cannot take: printed and kept."""
    failures.append(traceback.format_exc())
    traceback.print_exc()


def places(call) -> int:
    """How many arguments PythonQt hands to a callable; -1: all."""
    function, bound = call, 0
    if isinstance(call, types.MethodType):
        function, bound = call.__func__, 1
    code = getattr(function, "__code__", None)
    if code is None or code.co_flags & 0x04:
        return -1
    return code.co_argcount - bound


def wrap(value):
    """What a script sees of a value of Qt."""
    if isinstance(value, (list, tuple)):
        return tuple(map(wrap, value))
    if not isinstance(value, sip.simplewrapper) or isinstance(value, type):
        return value
    if hasattr(type(value), "__int__"):  # flags are numbers
        return int(value)
    known = getattr(value, "_pythonqt", None)
    if known is not None:
        return known
    made = object.__new__(class_of(type(value)))
    made._keep(value)
    return made


def unwrap(value):
    """What Qt sees of a value of a script."""
    if isinstance(value, Wrapper):
        return value._qt
    if isinstance(value, (list, tuple)):
        return [unwrap(part) for part in value]
    return value


class Signal:
    """A signal of an object: connect, disconnect, emit."""

    def __init__(self, owner, name, arguments=None):
        self._owner = owner
        self._signal = getattr(owner._qt, name)
        self._count = arguments
        if arguments is not None and arguments and len(arguments) == 1 and \
                self._overloaded(name):
            self._signal = self._signal[arguments[0]]
        self._key = (name, arguments)

    def _overloaded(self, name) -> bool:
        meta = self._owner._qt.metaObject()
        return sum(bytes(meta.method(i).name()).decode() == name and
                   meta.method(i).parameterCount() == 1
                   for i in range(meta.methodCount())) > 1

    def connect(self, call):
        """Real Qt calls; PythonQt's count of arguments."""
        if not callable(call):
            raise ValueError("connect: the slot cannot be called")
        most = places(call)
        if self._count is not None:
            most = len(self._count) if most < 0 else min(most,
                                                         len(self._count))

        def slot(*values):
            try:
                call(*map(wrap, values[:most] if most >= 0 else values))
            except Exception:
                report()

        self._owner._slots.append((self._key[0], call, slot))
        self._signal.connect(slot)
        return True

    def disconnect(self, call):
        """Forgets a callable that was connected."""
        for entry in list(self._owner._slots):
            if entry[0] == self._key[0] and entry[1] == call:
                self._owner._slots.remove(entry)
                self._signal.disconnect(entry[2])
                return True
        return False

    def emit(self, *values):
        """Emits, as a call does."""
        self._signal.emit(*map(unwrap, values))

    __call__ = emit


def signal_named(owner, signature: str) -> Signal:
    """A signal by "name(types)"; ValueError where there is none."""
    meta = owner._qt.metaObject()
    normal = bytes(QtCore.QMetaObject.normalizedSignature(signature)).decode()
    if meta.indexOfSignal(normal) < 0:
        raise ValueError(f"Signal {signature} does not exist on "
                         f"{meta.className()}")
    name, arguments = normal.rstrip(")").split("(")
    return Signal(owner, name, tuple(filter(None, arguments.split(","))))


class Meta(type):
    """Enumerations and static methods of a class of Qt."""

    def __getattr__(cls, name):
        if name.startswith("__") or "_class" not in cls.__dict__ and \
                not hasattr(cls, "_class"):
            raise AttributeError(name)
        value = getattr(cls._class, name)
        if isinstance(value, type) or not callable(value):
            return value
        return _method(value, name)


def _safe(value):
    """A callable that is handed to Qt: exceptions are kept."""
    if isinstance(value, (types.FunctionType, types.MethodType)):
        def call(*values):
            try:
                return unwrap(value(*map(wrap, values)))
            except Exception:
                report()
        return call
    return unwrap(value)


def _method(method, name):
    def call(*arguments, **keywords):
        if keywords:
            raise TypeError(f"{name}() takes no keyword arguments")
        return wrap(method(*map(_safe, arguments)))

    call.__name__ = name
    return call


class Wrapper(metaclass=Meta):
    """An object of Qt, as a script sees it."""

    _class = None

    def __init__(self, *arguments):
        kind = self._class
        own = [name for cls in type(self).__mro__
               if not issubclass(Wrapper, cls) and "_class" not in cls.__dict__
               for name in cls.__dict__
               if not name.startswith("_") and hasattr(kind, name)]
        if own:
            kind = type(kind.__name__, (kind,), {
                name: _virtual(self, name) for name in own})
        self._keep(kind(*map(_safe, arguments)))

    def _keep(self, made) -> None:
        object.__setattr__(self, "_qt", made)
        object.__setattr__(self, "_slots", [])
        try:
            made._pythonqt = self
        except AttributeError:
            pass

    @property
    def _is_object(self) -> bool:
        return isinstance(self._qt, QtCore.QObject)

    def _property(self, name):
        """The QMetaProperty of a name, or None."""
        meta = self._qt.metaObject()
        index = meta.indexOfProperty(name)
        if index < 0 and name == "name":
            index = meta.indexOfProperty("objectName")
        return meta.property(index) if index >= 0 else None

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        made = self._qt
        if self._is_object:
            found = self._property(name)
            if found is not None:
                return wrap(made.property(found.name()))
            if name.encode() in map(bytes, made.dynamicPropertyNames()):
                return wrap(made.property(name))
        value = getattr(made, name)
        if isinstance(value, QtCore.pyqtBoundSignal):
            return Signal(self, name)
        if callable(value) and not isinstance(value, type):
            return _method(value, name)
        return value

    def __setattr__(self, name, value):
        if self._is_object:
            found = self._property(name)
            if found is not None:
                if not found.isWritable():
                    raise AttributeError(f"Property '{name}' is not writable")
                if not self._qt.setProperty(found.name(), unwrap(value)):
                    raise ValueError(
                        f"Property '{name}' of type '{found.typeName()}' does "
                        f"not accept an object of type "
                        f"{type(value).__name__} ({value!r})")
                return
            if name.encode() in map(bytes, self._qt.dynamicPropertyNames()):
                self._qt.setProperty(name, unwrap(value))
                return
        if "_class" in type(self).__dict__:
            raise AttributeError(f"'{name}' does not exist on "
                                 f"{type(self).__name__} and creating new "
                                 "attributes on C++ objects is not allowed")
        object.__setattr__(self, name, value)

    def __eq__(self, other):
        if isinstance(other, Wrapper):
            return self._qt is other._qt or (
                not self._is_object and self._qt == other._qt)
        return NotImplemented

    def __hash__(self):
        return hash(id(self._qt))

    def __bool__(self):
        return not sip.isdeleted(self._qt)

    # ---- what PythonQt's decorators add ------------------------------------

    def connect(self, *what):
        """connect("signal(type)", call) or connect(sender, ...)."""
        signature, call = what[-2:]
        return signal_named(self, signature).connect(call)

    def disconnect(self, signature, call):
        """Ends connect()."""
        return signal_named(self, signature).disconnect(call)

    def className(self):
        """Name of the class of C++."""
        return self._class.__name__ if "_class" in type(self).__dict__ else \
            type(self).__mro__[1].__name__

    def children(self):
        """Child objects, as a list that slicer.util goes through."""
        return [wrap(child) for child in self._qt.children()]

    def findChildren(self, kind, name=""):
        """All below, of a class."""
        return tuple(wrap(child) for child in self._qt.findChildren(
            kind._class, name) if isinstance(kind, type))


def _virtual(owner, name):
    """A method of C++ that a Python subclass overrides."""
    def call(_made, *arguments):
        try:
            return unwrap(getattr(owner, name)(*map(wrap, arguments)))
        except Exception:
            report()
            return False

    return call


def class_of(kind) -> type:
    """The class that scripts see for a class of PyQt5."""
    if kind in _classes:
        return _classes[kind]
    bases = tuple(class_of(base) for base in kind.__bases__
                  if base not in (sip.wrapper, sip.simplewrapper, object) and
                  issubclass(base, sip.simplewrapper)) or (Wrapper,)
    name = kind.__name__
    made = Meta(name, bases, {"_class": kind, "__module__": "qt"})
    _classes[kind] = made
    return made


class Qt(types.ModuleType):
    """The module qt."""

    def __getattr__(self, name):
        for module in (QtCore, QtGui, QtWidgets):
            value = getattr(module, name, None)
            if value is None:
                continue
            if name == "Qt" or not isinstance(value, type):
                return value
            made = class_of(value)
            setattr(self, name, made)
            return made
        raise AttributeError(f"module 'qt' has no attribute '{name}'")


class Ctk(types.ModuleType):
    """The module ctk: the stand-ins of ctk_widgets, and for every other name
    a class that no widget has."""

    def __getattr__(self, name):
        if not name.startswith("ctk"):
            raise AttributeError(name)
        made = type(name, (), {})
        setattr(self, name, made)
        return made


sys.modules["qt"] = Qt("qt")
sys.modules["ctk"] = Ctk("ctk")
qt = sys.modules["qt"]
ctk = sys.modules["ctk"]
application = QtWidgets.QApplication.instance() or QtWidgets.QApplication(
    ["Slicer"])
application.setOrganizationName("MedalSTests")
application.setApplicationName("Slicer")
QTest = QtTest.QTest
