"""What was run: studies, data, machines, trials that were lost, and notes on the published tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eligo.report.digits import duration

from .published import TITLES
from .scores import Studies
from .text import NONE, NOT_MEASURED, table

PURPOSES = {
    "reference": "what the author's code did",
    "paper": "the paper's text",
    "sasla_informativeness": "x · gradient or gradient; removal for good or not",
    "sasla_informativeness_housing": "the same on California housing",
    "ensemble_committee": "the error of the first network or of the mean",
    "ensemble_own_weights": "fresh initial weights in every trial",
    "entropy_regression": "extreme predictions or a Laplace variance; when to stop",
    "beta_paper": "β under the paper's text",
    "independent": "β by another author's protocol",
    "independent_digits": "the same on digits",
    "breast_cancer_labels": "one label at a time on breast cancer",
    "sweeps": "query size, members, retraining, interval, norm",
}
"""Studies that the page draws on, and what each is for."""

MACHINE = ("system", "processor", "cores", "Python", "eligo", "jax")


def studies_table(studies: Studies) -> str:
    """Every study that the page draws on, and when and how long it ran."""
    rows = []
    for name, purpose in PURPOSES.items():
        stored = studies.get(name)
        if stored is None:
            rows.append([f"`{name}`", purpose, NOT_MEASURED, NONE, NONE, NONE])
            continue
        facts = stored.facts
        seconds = facts["stage_seconds"].get("the whole run")
        date = facts["environment"].get("date", NONE)
        took = duration(seconds) if seconds else NONE
        rows.append([f"`{name}`", purpose, str(facts["trials"]), date, took, f"`{facts['settings_sha256'][:12]}`"])
    return table(["Study", "What it is for", "Trials", "Date", "Took", "Digest of its settings"], rows)


def lost_trials(studies: Studies) -> str:
    """Problems without data, and trials that diverged."""
    lines = []
    for stored in studies.values():
        for name, why in stored.facts["absent"].items():
            lines.append(f"- `{stored.name}`: {TITLES.get(name, name)} is missing. {why}")
        for problem in stored.facts["problems"]:
            for method in stored.methods(problem["name"]):
                if n := stored.n_diverged(problem["name"], method):
                    title = TITLES.get(problem["name"], problem["title"])
                    lines.append(f"- `{stored.name}`: {n} of the trials of `{method}` on {title} diverged.")
    return "\n".join(lines) or ("In the studies above nothing is missing, and no trial diverged." if studies else "")


def sources_of_data(studies: Studies) -> str:
    """Where the data of the published comparison come from here."""
    stored = studies.get("reference") or studies.get("paper")
    problems = stored.facts["problems"] if stored else []
    return "\n".join(f"- {one['title']}: {one['source'].rstrip('.')}." for one in problems)


def machines(studies: Studies) -> str:
    """Machines and versions, each once."""
    kinds = {tuple(stored.facts["environment"].get(key, NONE) for key in MACHINE) for stored in studies.values()}
    return "\n".join(
        f"- {system}, {processor}, {cores} cores; Python {python}, eligo {eligo}, jax {jax}"
        for system, processor, cores, python, eligo, jax in sorted(kinds)
    )


def images(studies: Studies) -> str:
    """How many images of Fashion-MNIST the reference study had."""
    stored = studies.get("reference")
    facts = stored.problem("fashion_mnist") if stored else None
    return f"{facts['n_examples']} were" if facts else "none have been"


def notes(published: Mapping[str, Any], *tables: str) -> str:
    """Notes on published tables."""
    found = [
        f"- {TITLES[one['problem']]}: {one['note']}" for name in tables for one in published[name] if "note" in one
    ]
    return "\n".join(found)


def sources(published: Mapping[str, Any]) -> str:
    """In words, what each source of published numbers is."""
    return "\n".join(f"- {key}: {words}." for key, words in published["sources"].items())
