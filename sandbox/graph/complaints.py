"""A shape's first problem in Graph's words."""

from __future__ import annotations

from typing import Any

from sandbox.graph.errors import BadParameter
from sandbox.shapes import Problem, Shape, check


def demand(shape: Shape, value: Any, *path: str, subcode: int | None = None) -> None:
    """Raises BadParameter when the value does not have the shape."""
    problems = check(shape, value, *path)
    if problems:
        raise BadParameter(_sentence(problems[0]), subcode)


def _sentence(problem: Problem) -> str:
    place = problem.bracketed()
    if problem.kind == "missing":
        return f"The parameter {place} is required"
    if problem.kind == "unknown":
        parent = Problem(problem.path[:-1], "").bracketed()
        return f'Invalid keys "{problem.path[-1]}" were found in param "{parent}".'
    if problem.kind == "length":
        return _length(place, problem)
    if problem.kind == "size":
        most = "any number of" if problem.high is None else f"at most {problem.high:g}"
        return f"Param {place} must have at least {problem.low:g} and {most} elements"
    if problem.kind == "type":
        return f"Param {place} must be {_article(problem.expected)}"
    if problem.expected == "range":
        return f"Param {place} must be between {problem.low} and {problem.high}"
    return f"Param {place} must be {problem.expected}"


def _length(place: str, problem: Problem) -> str:
    if problem.high is None:
        return f"Length of param {place} must be greater than or equal to {problem.low:g}"
    if problem.low:
        return f"Length of param {place} must be between {problem.low:g} and {problem.high:g}"
    return f"Length of param {place} must be less than or equal to {problem.high:g}"


def _article(name: str) -> str:
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"
