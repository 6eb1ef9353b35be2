"""Design of a Cox model: terms and a table become covariate cells and a matrix.

formulaic works out what is more than a column name; the coding is our own (R's:
treatment contrasts, or every level where the margin is not in the model), since it must
run on the few cells of covariates and not on a million rows.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from oncohort.survival.coded import Coded, coded
from oncohort.survival.cox_formula import FACTOR

BLOCK = 4096


class Factor(NamedTuple):
    """One factor of a formula.

    Columns are (name, values): values by level if there are codes, else by row.
    `reduced` leaves the reference level out, `full` does not.
    """

    code: NDArray[np.integer] | None
    n_levels: int
    reduced: list[tuple[str, NDArray]]
    full: list[tuple[str, NDArray]]


class Design(NamedTuple):
    """What the covariates are.

    `cell` has shape (n_rows,) and points into the rows of `matrix(None)`; without
    cells (None) each row is its own and `matrix(order)` takes the rows in that order.
    `terms` maps each term of the formula to its columns of the matrix.
    """

    names: tuple[str, ...]
    terms: dict[str, list[int]]
    cell: NDArray[np.integer] | None
    matrix: Callable[[NDArray | None], NDArray[np.float64]]


def design(data: Any, terms: tuple[tuple[str, ...], ...], n_rows: int) -> Design:
    """Design of the terms on a table of shape (n_rows, ...), an intercept in mind."""
    if not terms:
        raise ValueError("the formula names no covariate: nothing to estimate")
    known = {}
    for expr in dict.fromkeys(expr for term in terms for expr in term):
        known[expr] = factor = _factor(data, expr)
        by_row = factor.full[0][1] if factor.code is None else factor.code
        if by_row.size != n_rows:
            raise ValueError(f"{expr}: {by_row.size} values for {n_rows} rows")
    names: list[str] = []
    columns: list[list[tuple[str, NDArray]]] = []
    members: dict[str, list[int]] = {}
    everything = {frozenset(term) for term in terms} | {frozenset()}
    for term in terms:
        products: list[tuple[str, list]] = [("", [])]
        for expr in term:
            # R's rule: contrasts if the term without this factor is in the model
            is_reduced = frozenset(term) - {expr} in everything
            parts = known[expr].reduced if is_reduced else known[expr].full
            products = [
                (f"{name}:{part}" if name else part, [*made, (expr, values)])
                for part, values in parts
                for name, made in products
            ]
        members[":".join(term)] = list(range(len(names), len(names) + len(products)))
        names += [name for name, _ in products]
        columns += [made for _, made in products]
    cell, codes = _cells(known)

    def matrix(order: NDArray | None) -> NDArray[np.float64]:
        if order is None:
            return _matrix(len(next(iter(codes.values()))), columns, codes, None)
        own = {expr: factor.code for expr, factor in known.items()}
        return _matrix(order.size, columns, own, order)

    return Design(tuple(names), members, cell, matrix)


def _matrix(
    n_rows: int,
    columns: list[list[tuple[str, NDArray]]],
    codes: dict[str, NDArray | None],
    order: NDArray | None,
) -> NDArray[np.float64]:
    """Column of 1 and the products of factors, in blocks that stay in the cache."""
    out = np.ones((n_rows, len(columns) + 1))
    for start in range(0, n_rows, BLOCK):
        rows = slice(start, start + BLOCK)
        chosen = rows if order is None else order[rows]
        for index, parts in enumerate(columns, start=1):
            for expr, values in parts:
                code = codes[expr]
                out[rows, index] *= values[chosen if code is None else code[chosen]]
    return out


def _factor(data: Any, expr: str) -> Factor:
    """Code one factor of the formula: a column, C(column), or an expression."""
    match = FACTOR.fullmatch(expr)
    name = match[1] if match else expr
    if name in data:
        column = coded(data[name], name, is_group=bool(match))
        if column.is_factor or match:
            return _dummies(expr, column)
        parts = [(expr, column.levels)]
        return Factor(column.code, column.levels.size, parts, parts)
    if re.fullmatch(r"[^\W\d]\w*", name):
        raise ValueError(
            f"{name}: no such column; there are {', '.join(map(str, data))}"
        )
    return _worked_out(data, expr)


def _dummies(expr: str, column: Coded) -> Factor:
    """Columns of 0 and 1 of a factor; its first level is the reference."""
    if column.code is None:
        column = column.present()
    if column.levels.size < 2:
        raise ValueError(f"{expr} is the same for everybody: nothing to estimate")
    rows = list(enumerate(np.eye(column.levels.size)))
    full = [(f"{expr}[{column.levels[k]}]", row) for k, row in rows]
    reduced = [(f"{expr}[T.{column.levels[k]}]", row) for k, row in rows]
    return Factor(column.code, column.levels.size, reduced[1:], full)


def _worked_out(data: Any, expr: str) -> Factor:
    """Let formulaic work out an expression on all rows."""
    from formulaic import Formula, model_matrix
    from formulaic.errors import FormulaicError

    wanted = sorted(str(name) for name in Formula(f"0 + {expr}").required_variables)
    missing = [name for name in wanted if name not in data]
    if missing:
        raise ValueError(f"{', '.join(missing)}: no such column")
    for name in wanted:
        coded(data[name], name)  # refuses what is missing
    both = []
    for intercept in ("1", "0"):
        try:
            made = model_matrix(f"{intercept} + {expr}", data, na_action="raise")
        except (FormulaicError, ValueError) as error:
            raise ValueError(f"{expr} cannot be worked out: {error}") from error
        both.append([(c, made[c].to_numpy(float)) for c in made if c != "Intercept"])
    return Factor(None, 0, *both)


def _cells(known: dict[str, Factor]) -> tuple[NDArray | None, dict[str, NDArray]]:
    """Cell of each row, and each factor's code in each cell; no cells if continuous."""
    if any(factor.code is None for factor in known.values()):
        return None, {}
    n_rows = next(iter(known.values())).code.size
    sizes = [factor.n_levels for factor in known.values()]
    if np.prod([float(size) for size in sizes]) > 8.0 * n_rows + 1024:
        return None, {}
    total = int(np.prod(sizes))
    packed = np.zeros(n_rows, dtype=np.int32 if total < 2**31 else np.int64)
    for factor, size in zip(known.values(), sizes, strict=True):
        packed *= size
        packed += factor.code
    seen = np.bincount(packed, minlength=total) > 0
    cell = (np.cumsum(seen, dtype=np.int32) - 1)[packed]
    codes = np.unravel_index(np.flatnonzero(seen), sizes)
    return cell, dict(zip(known, codes, strict=True))
