"""Tools as modules, for their tests: a tool has no suffix, so that `import` does not find it."""

import importlib.machinery
import importlib.util
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent


def load(name):
    """The tool of that name; its main() does not run."""
    loader = importlib.machinery.SourceFileLoader(f"{name}_script", str(FOLDER / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module
