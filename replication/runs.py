"""What was run: studies, data, machines, trials that were lost, and notes on the published tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eligo.report.digits import duration

from .published import TITLES
from .rows import Studies
from .stored import Stored
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
    "reference_seed_2": "how far means move with the random numbers",
    "reference_seed_3": "the same",
    "reference_seed_4": "the same",
    "passive_batch": "of what sets `paper` apart: one example at a time",
    "passive_hyper_parameters": "its hyper-parameters",
    "passive_output": "sigmoid output units",
    "passive_batch_and_hyper_parameters": "the first two together",
    "independent_phi": "uninformative examples of converged networks",
    "independent_phi_digits": "the same on digits",
    "independent_decay": "SASLA without weight decay",
    "sweeps": "query size, members, retraining, interval, norm",
}
"""Studies that the page draws on, and what each is for."""

MACHINE = ("system", "processor", "cores", "Python", "jax")


def studies_table(studies: Studies) -> str:
    """Every study that the page draws on: when, how long, on what and by which version of eligo it ran."""
    machines = _machines(studies)
    rows = []
    for name, purpose in PURPOSES.items():
        stored = studies.get(name)
        if stored is None:
            rows.append([f"`{name}`", purpose, NOT_MEASURED, *[NONE] * 6])
            continue
        facts, environment = stored.facts, stored.facts["environment"]
        seconds = facts["stage_seconds"].get("the whole run")
        where = f"{machines[_machine(stored)]}, {environment.get('worker processes', NONE)} workers"
        version = environment.get("eligo", NONE)
        rows.append(
            [
                f"`{name}`",
                purpose,
                str(facts["trials"]),
                environment.get("date", NONE),
                duration(seconds) if seconds else NONE,
                where,
                version,
                f"`{facts['commit']}`" if facts.get("commit") else "not recorded",
                f"`{facts['settings_sha256'][:12]}`",
            ]
        )
    header = ["Study", "What it is for", "Trials", "Begun", "Took", "On", "eligo", "Commit when stored"]
    return table([*header, "Digest of its settings"], rows)


def _machine(stored: Stored) -> tuple[str, ...]:
    return tuple(stored.facts["environment"].get(key, NONE) for key in MACHINE)


def _machines(studies: Studies) -> dict[tuple[str, ...], str]:
    """A letter for each machine with its versions."""
    kinds = sorted({_machine(stored) for stored in studies.values()})
    return {kind: chr(ord("A") + place) for place, kind in enumerate(kinds)}


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
    return "\n".join(lines) or (
        "In the studies that were run no data are missing, and no trial diverged." if studies else ""
    )


def sources_of_data(studies: Studies) -> str:
    """Where the data of the published comparison come from here."""
    stored = studies.get("reference") or studies.get("paper")
    problems = stored.facts["problems"] if stored else []
    return "\n".join(f"- {one['title']}: {one['source'].rstrip('.')}." for one in problems)


def machines(studies: Studies) -> str:
    """Machines and versions, each once, by the letter that the table of studies has."""
    return "\n".join(
        f"- {letter}: {system}, {processor}, {cores} cores; Python {python}, jax {jax}"
        for (system, processor, cores, python, jax), letter in _machines(studies).items()
    )


def versions_sentence(studies: Studies) -> str:
    """Which versions of eligo the stored results come from."""
    versions = sorted({stored.facts["environment"].get("eligo", NONE) for stored in studies.values()})
    n_unknown = sum(not stored.facts.get("commit") for stored in studies.values())
    if not versions:
        return ""
    commits = f" The commit was not recorded for {n_unknown} of them." if n_unknown else ""
    return (
        f"The {len(studies)} stored studies were computed by eligo {' and '.join(versions)}.{commits} Versions, and "
        "processors, may differ in the last digits of a step, which a run that goes astray multiplies."
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
