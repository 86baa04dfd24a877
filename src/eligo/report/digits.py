"""How numbers look: as many digits as they deserve, one number of decimals to a column."""

from __future__ import annotations

import math
from collections.abc import Iterable

NONE = "–"
NARROW_SPACE = "\u202f"
NO_BREAK = "\u00a0"
MINUS = "\u2212"


def decimals_of(values: Iterable[float], digits: int = 3) -> int:
    """Decimals with which the typical number of a column shows so many significant digits.

    Examples
    --------
    >>> decimals_of([0.0112, 0.0131, 0.0098]), decimals_of([4.13, 5.2]), decimals_of([1203.0])
    (4, 2, 0)
    """
    sizes = sorted(abs(value) for value in values if math.isfinite(value) and value != 0)
    if not sizes:
        return 1
    typical = sizes[len(sizes) // 2]
    return min(6, max(0, digits - 1 - math.floor(math.log10(typical))))


def fixed(value: float, decimals: int) -> str:
    """A number with so many decimals and groups of three digits; a dash when there is none.

    Examples
    --------
    >>> fixed(-0.126, 2), fixed(float("nan"), 2), fixed(float("inf"), 2)
    ('−0.13', '–', '∞')
    >>> fixed(120000, 0).replace(NARROW_SPACE, " ")
    '120 000'
    """
    if math.isnan(value):
        return NONE
    text = "∞" if math.isinf(value) else f"{abs(value):,.{decimals}f}".replace(",", NARROW_SPACE)
    return f"{MINUS}{text}" if value < 0 and text.strip("0.") else text


def short(value: float, digits: int = 3) -> str:
    """A number by itself, with so many significant digits.

    Examples
    --------
    >>> short(0.01123), short(4.1), short(float("nan"))
    ('0.0112', '4.10', '–')
    """
    return fixed(value, decimals_of([value], digits))


def plain(value: float) -> str:
    """A setting as a person would type it.

    Examples
    --------
    >>> plain(0.05), plain(64.0), plain(0.0)
    ('0.05', '64', '0')
    """
    return NONE if math.isnan(value) else f"{value:g}".replace("-", MINUS)


def recorded(value: float) -> str:
    """A value of the data, with up to six digits and groups of three.

    Examples
    --------
    >>> recorded(-124.35), recorded(6.01), recorded(500001.0).replace(NARROW_SPACE, " ")
    ('−124.35', '6.01', '500 001')
    """
    return f"{value:,.6g}".replace(",", NARROW_SPACE).replace("-", MINUS)


def p_value(p: float) -> str:
    """A p-value, never more certain than a thousandth.

    Examples
    --------
    >>> p_value(0.0312), p_value(2e-9), p_value(1.0), p_value(float("nan"))
    ('0.031', '< 0.001', '1.000', '–')
    """
    return "< 0.001" if p < 0.001 else fixed(p, 3)


def p_clause(p: float) -> str:
    """A p-value within a sentence: "p = 0.031".

    Examples
    --------
    >>> p_clause(0.0312).replace(NO_BREAK, " "), p_clause(2e-9).replace(NO_BREAK, " ")
    ('p = 0.031', 'p < 0.001')
    """
    return f"p{NO_BREAK}<{NO_BREAK}0.001" if p < 0.001 else f"p{NO_BREAK}={NO_BREAK}{fixed(p, 3)}"


def times(ratio: float) -> str:
    """A ratio to the reference method.

    Examples
    --------
    >>> times(0.524), times(3.0), times(123.4), times(float("nan"))
    ('0.52×', '3.00×', '123×', '–')
    """
    if math.isnan(ratio):
        return NONE
    return f"{fixed(ratio, 2 if ratio < 10 else 1 if ratio < 100 else 0)}×"


def percent(share: float) -> str:
    """A share as a percentage, with one decimal below ten.

    Examples
    --------
    >>> percent(0.073).replace(NO_BREAK, " "), percent(0.52).replace(NO_BREAK, " ")
    ('7.3 %', '52 %')
    """
    value = 100 * share
    return f"{fixed(value, 1 if abs(value) < 9.95 else 0)}{NO_BREAK}%"


def duration(seconds: float) -> str:
    """Wall-clock time.

    Examples
    --------
    >>> duration(9.04), duration(201.5), duration(7261)
    ('9.0 s', '3 min 22 s', '2 h 1 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
