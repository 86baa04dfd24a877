"""The published numbers agree with each other, and the studies that are held against them are what they should be."""

from pathlib import Path

import numpy as np
import pytest
from replication import runs
from replication.costs import labelled_at, pool_presentations
from replication.published import METHODS, PAIRS, of_problem, read_published

from eligo.statistics import nemenyi_cd
from eligo.study.files import load_study

ROOT = Path(__file__).resolve().parents[1]
PUBLISHED = read_published()

# --- Published numbers -----------------------------------------------------------------------------------------------


def test_every_published_table_names_a_source() -> None:
    tables = [one for name, found in PUBLISHED.items() if name != "sources" for one in np.atleast_1d(found)]
    assert len(tables) > 40
    assert {one["source"] for one in tables} <= set(PUBLISHED["sources"])


def test_the_published_critical_difference_is_nemenyis() -> None:
    author = PUBLISHED["author"]
    assert nemenyi_cd(4, author["trials"]) == pytest.approx(author["nemenyi_cd"], abs=5e-4)


@pytest.mark.parametrize("one", PUBLISHED["training_set"], ids=lambda one: one["problem"])
def test_published_sizes_and_percentages_say_the_same(one: dict) -> None:
    n = one["n_train"]
    for mean, _, removed in one["sasla"].values():
        rounding = 50 / n * (0.1 if n < 300 else 1)  # sizes of the small problems have a decimal
        assert removed == pytest.approx(100 * (1 - mean / n), abs=rounding + 0.051)


@pytest.mark.parametrize("one", PUBLISHED["training_set"], ids=lambda one: one["problem"])
def test_published_labelled_sizes_follow_from_the_schedule(one: dict) -> None:
    schedule = of_problem(PUBLISHED["schedule"], one["problem"])
    sizes = {epoch: labelled_at(schedule, int(epoch)) for epoch in one["labelled"]}
    # Logged either before or after the query at an epoch that ends a round.
    for epoch, size in one["labelled"].items():
        assert size - sizes[epoch] in (0, schedule["query_size"])


@pytest.mark.parametrize("one", PUBLISHED["schedule"], ids=lambda one: one["problem"])
def test_derived_presentations_follow_from_the_schedule(one: dict) -> None:
    # The sum is published rounded to hundreds or thousands.
    assert pool_presentations(one) == pytest.approx(one["pool_presentations"], rel=2e-3)
    assert one["passive_presentations"] == one["n_train"] * one["epochs"]


@pytest.mark.parametrize("one", PUBLISHED["convergence"], ids=lambda one: one["problem"])
def test_reported_presentations_are_the_training_set_times_the_convergence_epoch(one: dict) -> None:
    n = of_problem(PUBLISHED["schedule"], one["problem"])["n_train"]
    for method in METHODS:
        assert one["presentations"][method] / n == pytest.approx(one["epoch"][method], abs=0.51)


@pytest.mark.parametrize("one", PUBLISHED["statistics"], ids=lambda one: one["problem"])
def test_published_ranks_sum_to_ten_and_give_the_chi_square(one: dict) -> None:
    assert sum(one["ranks"]) == pytest.approx(10, abs=0.021)
    without_ties = 12 * 50 / 20 * sum((rank - 2.5) ** 2 for rank in one["ranks"])
    if one["problem"] in ("noisy_sine", "california_housing", "energy_efficiency"):
        assert one["chi2"] == pytest.approx(without_ties, abs=0.01)
    else:  # accuracies tie, and the correction for ties makes the statistic larger
        assert one["chi2"] > without_ties


def test_pairs_without_a_difference_are_pairs() -> None:
    for one in PUBLISHED["statistics"]:
        assert set(one["not_significant"]) <= set(PAIRS)
        assert len(one["cohens_d"]) == len(PAIRS)


# --- Studies ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in runs.PURPOSES if name not in ("reference", "paper")])
def test_every_study_of_the_page_loads_and_is_called_as_its_file(name: str) -> None:
    study = load_study(str(ROOT / "replication" / "studies" / f"{name}.toml"))
    assert study.name == name
    assert not study.is_tuned


def test_no_study_file_is_left_out_of_the_page() -> None:
    files = {file.stem for file in (ROOT / "replication" / "studies").glob("*.toml")}
    assert files | {"reference", "paper"} == set(runs.PURPOSES)


def test_the_reference_study_follows_the_published_schedule() -> None:
    study = load_study("reference")
    assert not study.is_tuned
    assert "random_pool" in study.methods
    for one in PUBLISHED["schedule"]:
        plan = study.plan(one["problem"])
        assert plan.epochs == one["epochs"]
        assert plan.batch_size == "full"
        assert plan.settings.epochs_per_query == one["epochs_per_query"]
        assert (plan.gradient_clip == 1.0) == (
            one["problem"] in ("noisy_sine", "california_housing", "energy_efficiency")
        )
        if one["problem"] != "fashion_mnist":  # 900 images stand in for 5 000
            assert plan.settings.query_size == one["query_size"]


@pytest.mark.parametrize(
    ("name", "varied"),
    [
        ("sasla_informativeness", {"candidates", "informativeness"}),
        ("sasla_informativeness_housing", {"candidates", "informativeness"}),
        ("ensemble_committee", {"committee"}),
        ("ensemble_own_weights", {"committee_weights"}),
        ("entropy_regression", {"regression_uncertainty", "stop"}),
    ],
)
def test_an_ablation_differs_from_the_reference_in_what_it_is_about_alone(name: str, varied: set[str]) -> None:
    reference, study = load_study("reference"), load_study(str(ROOT / "replication" / "studies" / f"{name}.toml"))
    assert (study.seed, study.test_fraction, study.preparation) == (reference.seed, 0.2, reference.preparation)
    assert {factor for factor, _ in study.factors} == varied - {"committee_weights"}
    for plan in study.plans:
        theirs, own = vars(reference.plan(plan.problem)), vars(plan)
        apart = {key for key in own if own[key] != theirs[key]}
        # Tuning is not searched, the source of recorded values is worded anew, and folds choose nothing.
        assert apart - {"tuning", "recorded", "cross_validation"} <= {"settings", "committee_weights"}
        assert own["recorded"].values == theirs["recorded"].values
        settings, of_reference = vars(plan.settings), vars(reference.plan(plan.problem).settings)
        assert {key for key in settings if settings[key] != of_reference[key]} <= varied
        assert ("committee_weights" in apart) == ("committee_weights" in varied)


@pytest.mark.parametrize(
    ("name", "varied"),
    [
        ("passive_batch", {"batch_size"}),
        ("passive_hyper_parameters", {"recorded"}),
        ("passive_output", {"output"}),
        ("passive_batch_and_hyper_parameters", {"batch_size", "recorded"}),
        ("reference_seed_2", set()),
        ("reference_seed_3", set()),
        ("reference_seed_4", set()),
    ],
)
def test_what_sets_the_study_paper_apart_is_taken_one_thing_at_a_time(name: str, varied: set[str]) -> None:
    reference, paper = load_study("reference"), load_study("paper")
    study = load_study(str(ROOT / "replication" / "studies" / f"{name}.toml"))
    assert study.seed == (int(name[-1]) if name.startswith("reference") else reference.seed)
    assert not study.factors and study.preparation == reference.preparation
    for plan in study.plans:
        theirs, own, aim = (vars(one.plan(plan.problem)) for one in (reference, study, paper))
        assert own["recorded"].values == (aim if "recorded" in varied else theirs)["recorded"].values
        apart = {key for key in own if own[key] != theirs[key]} - {"tuning", "recorded", "cross_validation"}
        assert apart == varied - {"recorded"}
        assert all(own[key] == aim[key] for key in apart)


@pytest.mark.parametrize(
    ("name", "base", "varied"),
    [
        ("independent_phi", "independent", {"first_selection", "beta"}),
        ("independent_phi_digits", "independent_digits", {"first_selection", "beta"}),
        ("independent_decay", "independent", {"beta"}),
    ],
)
def test_a_study_of_informativeness_differs_from_the_independent_one_in_that_alone(
    name: str, base: str, varied: set[str]
) -> None:
    study, other = (load_study(str(ROOT / "replication" / "studies" / f"{one}.toml")) for one in (name, base))
    assert (study.seed, study.trials, study.test_fraction) == (other.seed, other.trials, other.test_fraction)
    for plan in study.plans:
        theirs = other.plan(plan.problem)
        assert (plan.epochs, plan.batch_size, plan.output) == (theirs.epochs, theirs.batch_size, theirs.output)
        own, of_other = vars(plan.settings), vars(theirs.settings)
        assert {key for key in own if own[key] != of_other[key]} <= varied
        assert plan.settings.beta == 0.9
        if "first_selection" in varied:
            assert plan.settings.first_selection == plan.epochs - 1
        decay = [one.recorded.values.weight_decay for one in (plan, theirs)]
        assert (decay[0] == 0) == (name == "independent_decay") and decay[1] > 0
