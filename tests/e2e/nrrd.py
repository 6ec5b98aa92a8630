"""Reads the NRRD files that the programs write."""
import gzip


class File:
    def __init__(self, path):
        with open(path, "rb") as f:
            content = f.read()
        text, _, data = content.partition(b"\n\n")
        self.fields, self.keys = {}, {}
        for line in text.decode("utf-8").splitlines()[1:]:
            if ":=" in line:
                key, value = line.split(":=", 1)
                self.keys[key] = value
            elif ": " in line:
                key, value = line.split(": ", 1)
                self.fields[key] = value
        if self.fields["encoding"] in ("gzip", "gz"):
            data = gzip.decompress(data)
        self.data = data
        self.sizes = [int(n) for n in self.fields["sizes"].split()]
