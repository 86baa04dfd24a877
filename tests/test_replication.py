"""The replication: rules say what they should, and the page follows from numbers."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from replication import runs
from replication.ablations import CHANGES, explanation, gap_left
from replication.agreement import agreement
from replication.claims import CLAIMS, Claim, verdict
from replication.collect import early_error, keep
from replication.comparing import Comparison, compare, compare_typical
from replication.page import PAGE, page_text
from replication.published import METHODS, read_published
from replication.stored import RESULTS, Stored, read_stored

from eligo.study.results import CRITERIA_COLUMNS, TRIAL_COLUMNS, Problem, StudyResults

PUBLISHED = read_published()
N_TRIALS = 30
FACTS = {
    "iris": Problem("iris", "Iris", "classification", 150, 4, 3, 120, 30, ("a", "b", "c"), "class", "bundled"),
    "energy_efficiency": Problem(
        "energy_efficiency",
        "Energy",
        "regression",
        768,
        8,
        1,
        614,
        154,
        (),
        "load",
        "a file",
        target_range=(0.0, 20.0),
    ),
}


def made_up(
    name: str = "paper", methods: tuple[str, ...] = (*METHODS, "random_pool"), problems: tuple[str, ...] = tuple(FACTS)
) -> StudyResults:
    """Results of a study that nobody ran: noise that all methods of a trial share, and a little of their own."""
    rng = np.random.default_rng(5)
    trials, criteria, curves = [], [], []
    for problem in problems:
        shared = rng.normal(0, 0.02, N_TRIALS)
        for method in methods:
            for trial in range(N_TRIALS):
                error = 0.1 + shared[trial] + rng.normal(0, 0.001)
                key = {"problem": problem, "method": method, "trial": trial}
                is_class = FACTS[problem].task == "classification"
                measured = {"accuracy": 1 - error} if is_class else {"mse": 100 * error, "r2": 1 - error}
                counted = {"presentations": 60000.0, "epochs": 1000, "labels": 100, "train_error": 100 * error}
                trials.append(
                    {**dict.fromkeys(TRIAL_COLUMNS, np.nan), **key, **counted, **measured, "is_diverged": False}
                )
                areas = {"area_under_labels": error, "area_under_presentations": error, "kept_25": 0.5}
                criteria.append({**dict.fromkeys(CRITERIA_COLUMNS, np.nan), **key, **areas})
                curves += [
                    {
                        **key,
                        "epoch": 10 * i,
                        "labels": 20 + 40 * i,
                        "accuracy": 1 - error,
                        "mse": error,
                        "macro_f1": 0.5,
                    }
                    for i in range(3)
                ]
    return StudyResults(
        name=name,
        settings={"title": "Made up", "trials": N_TRIALS},
        problems=tuple(FACTS[problem] for problem in problems),
        methods=methods,
        trials=pd.DataFrame(trials),
        curves=pd.DataFrame(curves),
        cells=pd.DataFrame(),
        winners=pd.DataFrame({"problem": list(problems), "hidden": 64}),
        confusion=pd.DataFrame(),
        criteria=pd.DataFrame(criteria),
        absent={"wine": "No file."},
        environment={"date": "2026-01-01 00:00 UTC", "system": "Linux", "a secret": "never kept"},
        stage_seconds={"the whole run": 61.0},
    )


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    keep(made_up(), tmp_path)
    return read_stored(tmp_path)["paper"]


def changed(stored: Stored, method: str, column: str, by: float) -> Stored:
    """The same study with a column of a method shifted."""
    trials = stored.trials.copy()
    trials.loc[trials["method"] == method, column] += by
    return Stored(stored.name, stored.facts, trials)


# --- Rules -----------------------------------------------------------------------------------------------------------


def test_agreement_counts_both_standard_errors() -> None:
    ours = pd.Series([0.90, 0.94])  # mean 0.92, standard error of the mean 0.02
    found = agreement([0.97, 0.07], ours)  # standard error 0.07 / sqrt(49) = 0.01
    assert found is not None
    assert found.bound_of_published == pytest.approx(0.02)
    assert found.bound == pytest.approx(2 * np.sqrt(0.02**2 + 0.01**2))
    assert not found.is_within
    closer = agreement([0.96, 0.07], ours)
    assert closer is not None and closer.is_within and not closer.is_within_published
    assert agreement([0.96, 0.07], ours[:1]) is None


def claim(key: str) -> Claim:
    return next(one for one in CLAIMS if one.key == key)


def sure(low: float, high: float, margin: float = 1.0) -> Comparison:
    middle = (low + high) / 2
    return Comparison("iris", "x", "y", middle, low, high, low, high, margin, "points", 50, 0, 25)


@pytest.mark.parametrize(
    ("key", "low", "high", "weight"),
    [
        ("a", -0.5, 0.5, "supports"),
        ("a", -3.0, 3.0, "leaves open"),
        ("a", 0.1, 1.5, "leaves open"),
        ("a", 1.0, 3.0, "contradicts"),
        ("a", -3.0, -1.0, "contradicts"),
        ("b", 1.0, 3.0, "supports"),
        ("b", 0.1, 0.5, "contradicts"),
        ("b", -3.0, -1.0, "contradicts"),
        ("b", -1.0, 3.0, "leaves open"),
        ("c", -3.0, -1.5, "supports"),
        ("c", -0.5, -0.1, "contradicts"),
        ("c", 0.5, 2.0, "contradicts"),
        ("c", -3.0, 0.5, "leaves open"),
        ("d", -0.5, 4.0, "supports"),
        ("d", -4.0, -1.0, "contradicts"),
        ("d", -4.0, 1.0, "leaves open"),
        ("e", 0.5, 3.0, "supports"),
        ("e", -2.0, 0.5, "contradicts"),
        ("e", -1.0, 3.0, "leaves open"),
        ("β", -3.0, -1.0, "supports"),
        ("β", 1.0, 3.0, "contradicts"),
        ("β", -1.0, 1.0, "leaves open"),
    ],
)
def test_what_a_comparison_says_about_a_claim(key: str, low: float, high: float, weight: str) -> None:
    assert claim(key).weight(sure(low, high)) == weight


def test_every_and_usual_are_different_rules() -> None:
    weights = ["supports", "supports", "contradicts"]
    assert (verdict(weights, True), verdict(weights, False)) == ("fails", "holds")
    assert verdict(["contradicts", "contradicts", "supports"], False) == "fails"
    assert verdict(["supports", "leaves open"], True) == "cannot be told"
    assert verdict([], False) == "not measured"


def test_methods_that_are_the_same_do_not_differ_on_small_data(stored: Stored) -> None:
    found = claim("a").comparisons(stored)
    assert {(one.problem, one.second) for one in found} == {("iris", "passive")}  # energy has too many rows
    assert len(found) == 3
    # Errors come in thirtieths: noise of a thousandth moves few trials by one example, 3.3 points.
    assert claim("a").verdict(found) in ("holds", "cannot be told")


def test_querying_that_is_better_early_is_seen_to_be(stored: Stored) -> None:
    better = changed(changed(stored, "entropy", "early_error", -0.05), "ensemble", "early_error", -0.05)
    assert claim("c").verdict(claim("c").comparisons(better)) == "holds"
    assert claim("c").verdict(claim("c").comparisons(stored)) == "fails"  # the same within the margin


def test_a_study_without_the_needed_rows_is_not_measured(stored: Stored) -> None:
    assert claim("b").verdict(claim("b").comparisons(stored)) == "not measured"  # no problem is large
    assert claim("β").verdict(claim("β").comparisons(stored)) == "not measured"  # beta was not varied
    for one in CLAIMS:
        assert one.verdict(one.comparisons(None)) == "not measured"


def test_effects_are_points_or_percent_of_the_other(stored: Stored) -> None:
    worse = changed(stored, "sasla", "error", 0.02)
    found = compare(worse, "iris", "sasla", "passive")
    assert found is not None and found.unit == "points"
    assert found.effect == pytest.approx(2.0, abs=0.7)
    other = compare(changed(stored, "sasla", "error", 5.0), "energy_efficiency", "sasla", "passive")
    passive = stored.values("energy_efficiency", "passive", "error").mean()
    assert other is not None and other.effect == pytest.approx(100 * 5.0 / passive, abs=1.0)


def test_trials_that_diverged_are_left_out_and_counted(stored: Stored) -> None:
    trials = stored.trials.copy()
    lost = (trials["method"] == "sasla") & (trials["problem"] == "iris") & (trials["trial"] < 4)
    trials.loc[lost, "is_diverged"] = True
    found = compare(Stored("paper", stored.facts, trials), "iris", "sasla", "passive")
    assert found is not None and (found.n_pairs, found.n_left_out) == (N_TRIALS - 4, 4)
    assert "4 of the trials of `sasla` on iris diverged" in runs.lost_trials(
        {"paper": Stored("paper", stored.facts, trials)}
    )


def test_nothing_is_sure_of_a_method_that_diverged(stored: Stored) -> None:
    better = changed(changed(stored, "entropy", "early_error", -0.05), "ensemble", "early_error", -0.05)
    whole = compare(better, "iris", "entropy", "random_pool", column="early_error")
    assert whole is not None and whole.is_lower and whole.excludes_loss
    trials = better.trials.copy()
    trials.loc[(trials["method"] == "entropy") & (trials["trial"] == 0), "is_diverged"] = True
    one = compare(Stored("paper", better.facts, trials), "iris", "entropy", "random_pool", column="early_error")
    assert one is not None and (one.n_pairs, one.n_left_out) == (N_TRIALS - 1, 1)
    assert not (one.is_lower or one.is_higher or one.is_equal or one.excludes_gain or one.excludes_loss)
    assert all(known.weight(one) == "leaves open" for known in CLAIMS)


def test_a_comparison_that_divergence_took_away_leaves_a_claim_open(stored: Stored) -> None:
    same = stored.trials.assign(error=0.1)  # without any difference the claim holds
    assert claim("a").verdict(claim("a").comparisons(Stored("paper", stored.facts, same))) == "holds"
    same.loc[(same["method"] == "sasla") & (same["trial"] > 3), "is_diverged"] = True  # 4 pairs are left
    found = claim("a").comparisons(Stored("paper", stored.facts, same))
    assert [one.n_pairs for one in found] == [0, N_TRIALS, N_TRIALS]
    assert claim("a").verdict(found) == "cannot be told"


def with_changes(stored: Stored, name: str, rows: dict[str, float]) -> Stored:
    """A study of energy efficiency: passive learning, and rows whose errors are so many times passive learning's."""
    passive = stored.trials[(stored.trials["problem"] == "energy_efficiency") & (stored.trials["method"] == "passive")]
    scaled = [passive.assign(method=row, error=factor * passive["error"]) for row, factor in rows.items()]
    noise = np.random.default_rng(1).normal(1, 0.01, N_TRIALS)  # or all log ratios of a pair were the same
    return Stored(name, stored.facts, pd.concat([passive, *(one.assign(error=one["error"] * noise) for one in scaled)]))


@pytest.mark.parametrize(
    ("after", "left", "said"),
    [
        (1.1, 0.1, "explains it"),
        (1.5, 0.5, "explains part of it"),
        (1.9, 0.9, "hardly explains it"),
        (3.0, 2.0, "not the"),
    ],
)
def test_a_change_explains_as_much_as_it_takes_from_the_gap(
    stored: Stored, after: float, left: float, said: str
) -> None:
    change = next(
        one for one in CHANGES if one.title.startswith("SASLA: gradient") and "energy_efficiency" in one.problems
    )
    base = "sasla[candidates=current,informativeness=directional]"
    study = with_changes(stored, change.study, {base: 2.0, "sasla[candidates=current,informativeness=gradient]": after})
    shuffled = study.trials.assign(
        error=study.trials["error"] * np.random.default_rng(2).normal(1, 0.005, len(study.trials))
    )
    studies = {change.study: Stored(study.name, study.facts, shuffled)}
    assert gap_left(studies, change, "energy_efficiency") == pytest.approx(left, abs=0.05)
    assert said in explanation(studies, change, "energy_efficiency")
    assert explanation({}, change, "energy_efficiency").endswith("not measured.")


def test_a_gap_that_may_be_chance_is_not_explained(stored: Stored) -> None:
    change = next(
        one for one in CHANGES if one.title.startswith("SASLA: gradient") and "energy_efficiency" in one.problems
    )
    base = "sasla[candidates=current,informativeness=directional]"
    study = with_changes(stored, change.study, {base: 1.02, "sasla[candidates=current,informativeness=gradient]": 0.5})
    shuffled = study.trials.assign(
        error=study.trials["error"] * np.random.default_rng(2).normal(1, 0.2, len(study.trials))
    )
    said = explanation({change.study: Stored(study.name, study.facts, shuffled)}, change, "energy_efficiency")
    assert "no gap to passive" in said or "gap to passive learning to explain cannot be told" in said


def test_typical_effects_are_ratios_of_geometric_means(stored: Stored) -> None:
    study = with_changes(stored, "paper", {"sasla": 1.5})
    found = compare_typical(study, "energy_efficiency", "sasla", "passive")
    assert found is not None
    ratio = np.exp(np.log(study.values("energy_efficiency", "sasla", "error")).mean())
    ratio /= np.exp(np.log(study.values("energy_efficiency", "passive", "error")).mean())
    assert found.effect == pytest.approx(100 * (ratio - 1))
    assert found.low <= found.effect <= found.high
    assert found.cautious_low < found.low


# --- What is kept ----------------------------------------------------------------------------------------------------


def test_early_error_is_the_area_until_a_quarter_of_the_pool() -> None:
    # 20 of 120 labels; a quarter of the pool is 45. Error falls in a line from 0.5 at 20 labels to 0.1 at 60, so 0.25 at 45.
    run = pd.DataFrame({"epoch": [0, 5, 10, 20], "labels": [20, 20, 60, 60], "accuracy": [0.1, 0.5, 0.2, 0.9]})
    assert early_error(FACTS["iris"], run) == pytest.approx((0.5 + 0.25) / 2)
    assert np.isnan(early_error(FACTS["iris"], run[:2]))


def test_kept_results_have_no_path_and_whole_counts(stored: Stored, tmp_path: Path) -> None:
    facts = json.loads((tmp_path / "paper.json").read_text(encoding="utf-8"))
    assert "a secret" not in facts["environment"]
    accuracy = stored.values("iris", "passive", "accuracy") * 30
    assert np.array_equal(accuracy, accuracy.round())
    assert stored.trials["kept_share"][0] == pytest.approx(60000 / (1000 * 120))


def test_keeping_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    first = keep(made_up(), tmp_path / "a").read_bytes()
    assert keep(made_up(), tmp_path / "b").read_bytes() == first


# --- The page --------------------------------------------------------------------------------------------------------


def test_without_results_the_page_says_so_and_gives_no_verdict() -> None:
    text = page_text(PUBLISHED, {})
    assert text.count("not measured") > 300
    assert "holds**" not in text and "fails**" not in text and "cannot be told**" not in text
    assert "| iris, passive | 0.9633 ± 0.0292 | not measured |" in text


def test_the_page_shows_what_is_stored_and_nothing_else(tmp_path: Path) -> None:
    keep(made_up("reference"), tmp_path)
    keep(made_up("paper"), tmp_path)
    keep(
        made_up("independent", ("passive", "sasla[beta=0.1]", "sasla[beta=0.7]", "sasla[beta=0.9]"), ("iris",)),
        tmp_path,
    )
    studies = read_stored(tmp_path)
    text = page_text(PUBLISHED, studies)
    assert text == page_text(PUBLISHED, studies)
    mean, sd = (getattr(studies["reference"].values("iris", "passive", "accuracy"), name)() for name in ("mean", "std"))
    assert f"| iris, passive | 0.9633 ± 0.0292 | {mean:.4f} ± {sd:.4f} |" in text
    # 100 squared units of the target in half a range of 10: one unit of the published tables.
    mse = studies["reference"].values("energy_efficiency", "passive", "mse") / 100
    assert f"| energy efficiency, passive | 0.0349 ± 0.0258 | {mse.mean():.4f} ± {mse.std():.4f} |" in text
    assert "| wine, passive | 0.9750 ± 0.0237 | not measured |" in text
    assert "wine is missing. No file." in text
    assert "None" not in text and "nan" not in text.replace("Nadeau", "")


def test_tables_have_as_many_cells_in_every_row(tmp_path: Path) -> None:
    keep(made_up("reference"), tmp_path)
    keep(made_up("paper"), tmp_path)
    blocks = [block for block in page_text(PUBLISHED, read_stored(tmp_path)).split("\n\n") if block.startswith("|")]
    assert len(blocks) > 20
    for block in blocks:
        assert len({line.count("|") for line in block.splitlines()}) == 1, block.splitlines()[0]


@pytest.mark.skipif(not list(RESULTS.glob("*.json")), reason="no results are stored in replication/results")
def test_the_page_in_docs_is_what_the_stored_results_give() -> None:
    assert PAGE.read_text(encoding="utf-8") == page_text(PUBLISHED, read_stored()), "run `make replication`"
