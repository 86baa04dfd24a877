"""The claims on the page: a table of verdicts, and the comparisons behind each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eligo.report.factors import level_words, levels_of
from eligo.study.results import base_method

from .claims import CLAIMS, CONTRADICTS, FAILS, NONE_MADE, SUPPORTS, Claim
from .comparing import Comparison
from .published import TITLES
from .rows import Studies
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


Tested = Mapping[tuple[str, str], list[Comparison]]


def tested(studies: Studies) -> Tested:
    """The comparisons of every claim, by its key and the study that they are from."""
    return {(claim.key, study): claim.comparisons(studies.get(study)) for claim in CLAIMS for study in claim.studies}


def verdict_table(found: Tested) -> str:
    """Every claim with its verdict under the study that counts, and under the other."""
    rows = []
    for claim in CLAIMS:
        cells = [
            f"{_count(claim, found[claim.key, study])}" + ("" if study in ("paper", "reference") else f", `{study}`")
            for study in claim.studies
        ]
        rows.append([f"{claim.key}. {claim.text}", *cells])
    return table(["Claim", "Verdict, `paper`", "Beside it, `reference`"], rows)


def verdict_notes(found: Tested) -> str:
    """What each verdict “fails” in the table rests on."""
    said = [(claim.key, weakness(claim, found[claim.key, claim.studies[0]])) for claim in CLAIMS]
    return "\n".join(f"- {key}: {words}" for key, words in said if words)


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


def weakness(claim: Claim, comparisons: Sequence[Comparison]) -> str:
    """What a verdict “fails” rests on, in a sentence: how many problems, and how large the contradictions are."""
    against = [one for one in comparisons if claim.weight(one) == CONTRADICTS]
    if claim.verdict(comparisons) != FAILS or not against:
        return ""
    problems = list(dict.fromkeys(TITLES[one.problem] for one in against))
    said = []
    for one in against:
        size = "surely within the margin"
        if one.is_lower or one.is_higher:
            side = "higher" if one.is_higher else "lower"
            size = f"surely {side}, by " + ("less than the margin" if one.is_equal else "what may matter")
        said.append(f"{_row_title(one.first)} against {_row_title(one.second)} is {size}")
    where = f"one problem, {problems[0]}" if len(problems) == 1 else f"{len(problems)} problems, {', '.join(problems)}"
    return f"The verdict rests on {where}: {'; '.join(dict.fromkeys(said))}.{_twins(claim, against)}"


def _twins(claim: Claim, against: Sequence[Comparison]) -> str:
    """A warning where contradictions have the same first method on the same problem and hardly differ."""
    twins = [
        f"{_row_title(one.first)} − {_row_title(one.second)} and − {_row_title(other.second)}"
        for place, one in enumerate(against)
        for other in against[place + 1 :]
        if (one.problem, one.first) == (other.problem, other.first) and abs(one.effect - other.effect) < one.margin / 10
    ]
    if not twins:
        return ""
    return (
        f" These pairs are nearly identical, and count as one rather than two: {'; '.join(twins)}. So the {len(against)} "
        f"contradictions are about {len(against) - len(twins)}."
    )


def claim_section(claim: Claim, found: Tested) -> str:
    """One claim: the rule, every comparison in both studies, and the verdict."""
    first = found[claim.key, claim.studies[0]]
    rows = [_comparison_row(claim, study, one) for study in claim.studies for one in found[claim.key, study]]
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
            " ".join(filter(None, [_direction(claim, first), weakness(claim, first)])),
        ]
    )


def claim_sections(found: Tested) -> str:
    """All claims."""
    return "\n\n".join(claim_section(claim, found) for claim in CLAIMS)
