"""Calls one function of the project with keyword arguments and writes what it returned.

    python scalable_shim.py MODULE FUNCTION

The environment says the rest: SCALABLE_PROJECT, the folder to import from; SCALABLE_ARGUMENTS, the keyword
arguments as JSON, or SCALABLE_ARGUMENTS_FILE, where they are; SCALABLE_RESULT_FILE, where the result goes as
JSON. Runs on Python 3.6 and later and needs nothing but its standard library.
"""

import importlib
import json
import os
import sys
import traceback


def plain(value):
    """What json cannot write: numbers of numpy and pandas, arrays, paths, sets; anything else is an error."""
    for method in ("tolist", "item", "isoformat", "__fspath__"):
        if hasattr(value, method):
            return getattr(value, method)()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if hasattr(value, "_asdict"):
        return value._asdict()
    raise TypeError("the function returned a %s, which cannot be written as JSON" % type(value).__name__)


def finite(value):
    """JSON has no NaN and no infinity: null says "no number"."""
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, dict):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    return value


def write(result):
    path = os.environ["SCALABLE_RESULT_FILE"]
    text = json.dumps(finite(result), default=lambda value: finite(plain(value)), allow_nan=False)
    with open(path + ".part", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".part", path)


def exception(error, not_found=False):
    return {
        "kind": "exception",
        "type": type(error).__name__,
        "message": str(error)[:2000],
        "outOfMemory": isinstance(error, MemoryError),
        "notFound": not_found,
    }


def arguments():
    if "SCALABLE_ARGUMENTS_FILE" in os.environ:
        with open(os.environ["SCALABLE_ARGUMENTS_FILE"], encoding="utf-8") as file:
            return json.load(file)
    return json.loads(os.environ.get("SCALABLE_ARGUMENTS", "{}"))


def find(module_name, function_name):
    sys.path[0] = os.environ["SCALABLE_PROJECT"]
    found = importlib.import_module(module_name)
    for part in function_name.split("."):
        found = getattr(found, part)
    return found


def is_missing(error, module_name):
    """The module itself is not there, as opposed to something that it imports."""
    if isinstance(error, ModuleNotFoundError):
        return error.name is not None and (module_name + ".").startswith(error.name + ".")
    return isinstance(error, AttributeError)


def main(module_name, function_name):
    try:
        function = find(module_name, function_name)
    except Exception as error:
        traceback.print_exc()
        write(exception(error, not_found=is_missing(error, module_name)))
        return 1
    try:
        write({"kind": "value", "value": function(**arguments())})
        return 0
    except Exception as error:
        traceback.print_exc()
        write(exception(error))
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
