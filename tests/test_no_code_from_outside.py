"""Nothing in the source can run code that came with data or weights."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import multitag

SOURCE = Path(multitag.__file__).parent
FILES = sorted(SOURCE.rglob("*.py"))
PICKLES = {"pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "jsonpickle"}
BUILT_IN = {"eval", "exec", "compile", "__import__"}  # model.eval() and re.compile() are others
METHODS = {"read_pickle", "to_pickle", "system", "popen"}
YAML = {"YAMLError", "SafeLoader", "SafeDumper", "parse", "dump", "safe_dump"}  # and its events and nodes
LOADERS = {"from_pretrained", "from_config"}


def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def keyword(call: ast.Call, name: str) -> object:
    found = [each.value for each in call.keywords if each.arg == name]
    return found[0].value if found and isinstance(found[0], ast.Constant) else None


def test_the_source_was_found():
    assert len(FILES) > 50


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_no_pickle_no_eval_no_remote_code(path):
    for node in nodes(path):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            imported = {getattr(node, "module", None) or "", *(each.name for each in node.names)}
            assert not PICKLES & {name.partition(".")[0] for name in imported}
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "yaml":
            assert node.attr in YAML or node.attr.endswith(("Event", "Node")), f"yaml.{node.attr}"
        if not isinstance(node, ast.Call):
            continue
        name, owner = name_of(node), getattr(getattr(node.func, "value", None), "id", "")
        forbidden = BUILT_IN if isinstance(node.func, ast.Name) else METHODS
        assert name not in forbidden, f"line {node.lineno}: {name}"
        assert keyword(node, "allow_pickle") is not True
        assert keyword(node, "trust_remote_code") is not True
        if name in LOADERS and node.args:
            assert keyword(node, "trust_remote_code") is False, f"line {node.lineno}: {name} may run code"
        if name == "load" and owner in ("torch", "np", "numpy"):
            allowed = keyword(node, "weights_only") is True or keyword(node, "allow_pickle") is False
            assert allowed, f"line {node.lineno}: {owner}.load"
        if name == "import_extra" and node.args and isinstance(node.args[0], ast.Constant):
            assert str(node.args[0].value).partition(".")[0] not in PICKLES


def test_the_words_are_nowhere_else():
    """Whatever builds a call some other way would have to spell them."""
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        for words in ("trust_remote_code=True", '"trust_remote_code": True', "yaml.load(", "unsafe_load", "full_load"):
            assert words not in text, f"{path}: {words}"
