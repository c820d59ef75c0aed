"""No file and no function outgrows its hard stop; one past the soft mark is named (`pytest -rP` shows it)."""

import ast
from collections.abc import Iterator
from pathlib import Path

from architecture.repository import ROOT, shown, source_files, tracked_files

FILE_MARK, FILE_STOP = 250, 400
FUNCTION_MARK, FUNCTION_STOP = 40, 60
CLASS_STOP = 300


def lines_of(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def sizes(source: str, *kinds: type[ast.AST]) -> Iterator[tuple[str, int]]:
    """Line and name of each definition of these kinds, and how many lines it has."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and isinstance(
            node, kinds
        ):
            assert node.end_lineno is not None
            yield f"{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def sizes_in_product(*kinds: type[ast.AST]) -> list[tuple[str, int]]:
    return [
        (f"{shown(file)}:{where}", size)
        for file in source_files()
        for where, size in sizes(file.read_text(encoding="utf-8"), *kinds)
    ]


def past(mark: int, measured: list[tuple[str, int]]) -> list[str]:
    return [f"{where}: {size} lines" for where, size in measured if size > mark]


def test_no_file_of_the_product_passes_its_hard_stop() -> None:
    measured = [(shown(file), lines_of(file)) for file in source_files()]
    for warning in past(FILE_MARK, measured):
        print(f"which noun is missing? {warning}")
    assert past(FILE_STOP, measured) == []


def test_no_function_of_the_product_passes_its_hard_stop() -> None:
    measured = sizes_in_product(ast.FunctionDef, ast.AsyncFunctionDef)
    for warning in past(FUNCTION_MARK, measured):
        print(f"which noun is missing? {warning}")
    assert past(FUNCTION_STOP, measured) == []


def test_no_class_of_the_product_passes_its_hard_stop() -> None:
    assert past(CLASS_STOP, sizes_in_product(ast.ClassDef)) == []


def test_a_long_function_is_seen() -> None:
    body = "    x = 1\n" * FUNCTION_STOP
    measured = list(sizes(f"class C:\n  async def f(self):\n{body}", ast.AsyncFunctionDef))
    assert past(FUNCTION_STOP, [("f", size) for _, size in measured]) == [f"f: {FUNCTION_STOP + 1} lines"]


def test_the_ratio_of_test_lines_to_product_lines_can_be_read() -> None:
    product = sum(map(lines_of, source_files()))
    tests = sum(
        map(
            lines_of,
            (file for file in tracked_files() if file.suffix == ".py" and ROOT / "tests" in file.parents),
        )
    )
    print(f"{tests} lines of tests, {product} of product: {tests / product:.2f}")
    assert product > 0
