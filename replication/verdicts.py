"""The claims on the page: a table of verdicts, and the comparisons behind each."""

from __future__ import annotations

from collections.abc import Sequence

from eligo.report.factors import level_words, levels_of
from eligo.study.results import base_method

from .claims import CLAIMS, CONTRADICTS, NONE_MADE, SUPPORTS, Claim
from .comparing import Comparison
from .published import TITLES
from .scores import Studies
from .text import NOT_MEASURED, interval, signed, table


def _row_title(name: str) -> str:
    levels = ", ".join(level_words(setting, value) for setting, value in levels_of(name).items())
    return TITLES.get(base_method(name), name) + (f" ({levels})" if levels else "")


def _count(claim: Claim, comparisons: Sequence[Comparison]) -> str:
    weights = [claim.weight(one) for one in comparisons]
    if not weights:
        return NONE_MADE
    n_for, n_against = weights.count(SUPPORTS), weights.count(CONTRADICTS)
    said = f"{n_for} for, {n_against} against, {len(weights) - n_for - n_against} open"
    return f"**{claim.verdict(comparisons)}** ({said})"


def verdict_table(studies: Studies) -> str:
    """Every claim with its verdict under the study that counts, and under the other."""
    rows = []
    for claim in CLAIMS:
        cells = [
            f"{_count(claim, claim.comparisons(studies.get(study)))}"
            + ("" if study in ("paper", "reference") else f", `{study}`")
            for study in claim.studies
        ]
        rows.append([f"{claim.key}. {claim.text}", *cells])
    return table(["Claim", "Verdict, `paper`", "Beside it, `reference`"], rows)


def _comparison_row(claim: Claim, study: str, one: Comparison) -> list[str]:
    return [
        f"{TITLES[one.problem]}: {_row_title(one.first)} − {_row_title(one.second)}",
        study,
        f"{signed(one.effect, 2)} {one.unit}" if one.n_pairs else NOT_MEASURED,
        interval(one.low, one.high, 2),
        interval(one.cautious_low, one.cautious_high, 2),
        f"{one.n_lower} of {one.n_pairs}" + (f" ({one.n_left_out} left out)" if one.n_left_out else ""),
        claim.weight(one),
    ]


def _direction(claim: Claim, comparisons: Sequence[Comparison]) -> str:
    """What the first, and deciding, study says, in one sentence."""
    if not comparisons:
        return f"The deciding study, `{claim.studies[0]}`, is {NONE_MADE}; no verdict is given."
    lower = sum(one.is_lower for one in comparisons)
    higher = sum(one.is_higher for one in comparisons)
    equal = sum(one.is_equal for one in comparisons)
    return (
        f"In `{claim.studies[0]}`, of {len(comparisons)} differences {lower} are surely below 0, {higher} surely above, and "
        f"{equal} surely within the margin. The claim: **{claim.verdict(comparisons)}**."
    )


def claim_section(claim: Claim, studies: Studies) -> str:
    """One claim: the rule, every comparison in both studies, and the verdict."""
    found = {study: claim.comparisons(studies.get(study)) for study in claim.studies}
    rows = [_comparison_row(claim, study, one) for study, comparisons in found.items() for one in comparisons]
    header = [
        "Difference",
        "Study",
        "Effect",
        "Bootstrap interval",
        "Cautious interval",
        "Below 0 in",
        "The claim",
    ]
    shown = table(header, rows) if rows else f"{NONE_MADE.capitalize()}."
    return "\n\n".join(
        [
            f"### {claim.key}. {claim.text}",
            f"The rule: {claim.tested}",
            shown,
            _direction(claim, found[claim.studies[0]]),
        ]
    )


def claim_sections(studies: Studies) -> str:
    """All claims."""
    return "\n\n".join(claim_section(claim, studies) for claim in CLAIMS)
