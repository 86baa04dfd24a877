"""The words follow the numbers: every case has its sentence, and one only."""

import dataclasses
import string
from itertools import product

import numpy as np
import pandas as pd
import pytest

from eligo.methods import named_methods
from eligo.report import prose, prose_design, prose_progress
from eligo.report.analysis import analyse
from eligo.report.findings import Across, Finding, Spending, areas_in_words, better_than
from eligo.report.problem_tables import convergence_table
from eligo.report.progress import Payback, Progress, _better_first, _pairs_named, paybacks
from eligo.report.protocol import Protocol
from eligo.report.sentences import say
from eligo.report.vocabulary import METHODS, QUERIES, counted

RULES = {
    Finding: (prose.VERDICTS, prose.DIFFERENCES, prose.LIMITS, prose.LABELS, prose.TESTS),
    Spending: (prose.COSTS,),
    Protocol: (*prose_design.DESIGN, prose_design.TUNING),
    Across: (prose.ACROSS,),
    Progress: (prose_progress.TARGET, prose_progress.LABELS_TO_TARGET, prose_progress.BELIEFS),
    Payback: (prose_progress.PAYBACK,),
}
OF_PROBLEM = ("VERDICTS", "DIFFERENCES", "LIMITS", "LABELS", "TESTS")


@pytest.mark.parametrize(
    ("facts", "rule"),
    [(facts, rule) for facts, tables in RULES.items() for rules in tables for rule in rules],
)
def test_templates_speak_of_facts_that_exist(facts, rule):
    names = {name for _, name, _, _ in string.Formatter().parse(rule.say) if name}
    assert names <= {field.name for field in dataclasses.fields(facts)}


def test_every_cost_has_one_sentence():
    ratios = (0.2, 0.994, 0.995, 1.0, 1.005, 1.006, 3.0)
    for presentations, work in product(ratios, ratios):
        spending = Spending("A", "b", "", "", "", presentations, work)
        assert sum(rule.when(spending) for rule in prose.COSTS) == 1, (presentations, work)


def test_selection_that_costs_more_than_it_saves_is_said():
    spending = Spending("SASLA", "passive", "0.93×", "7.0 %", "1.34×", 0.93, 1.34)
    assert say(prose.COSTS, spending) == (
        "SASLA presented 7.0 % fewer examples than passive, but choosing them cost more than that saved: its work is "
        "1.34× passive’s."
    )


@pytest.fixture(scope="module")
def finding(results):
    return analyse(results).problems[0].finding


def test_every_outcome_has_one_verdict_and_one_account(finding):
    account = prose.DIFFERENCES[:-2]  # the last two add to the account
    verdicts = [rule for rule in prose.VERDICTS if "overlap" not in rule.say and "diverged" not in rule.say]
    for is_tested, is_hopeless, is_different, n_significant in product((0, 1), (0, 1), (0, 1), (0, 1, 10)):
        if is_hopeless and n_significant or not is_tested and (is_hopeless or is_different or n_significant):
            continue
        case = dataclasses.replace(
            finding,
            is_tested=bool(is_tested),
            is_hopeless=bool(is_hopeless),
            is_different=bool(is_different),
            n_significant=n_significant,
            n_pairs=10,
            n_methods=5,
        )
        assert sum(rule.when(case) for rule in account) == 1, case
        assert sum(rule.when(case) for rule in verdicts) == 1, case


def with_errors(study, problem, offsets, n_trials=20):
    """A study of one problem whose methods differ by given offsets in every trial, and otherwise by noise."""
    results = study(problems=(problem,), methods=tuple(offsets), n_trials=n_trials)
    rng = np.random.default_rng(5)
    level = rng.uniform(0.01, 0.02, n_trials)
    noise = rng.normal(0, 1e-4, len(results.trials))
    trials = results.trials
    mse = level[trials.trial] + noise + trials.method.map(offsets).to_numpy()
    return dataclasses.replace(results, trials=trials.assign(mse=mse))


def prose_of(results):
    (own,) = analyse(results).problems
    return {name: say(getattr(prose, name), own.finding) for name in OF_PROBLEM}


def design_of(results):
    protocol = analyse(results).protocol
    return " ".join(say(rules, protocol) for rules in prose_design.DESIGN)


def test_no_difference_is_an_answer(study, sine):
    texts = prose_of(with_errors(study, sine, {"passive": 0.0, "sasla": 0.0, "entropy": 0.0}))
    assert "No difference between the methods was found" in texts["DIFFERENCES"]
    assert "no proof that they are equal" in texts["DIFFERENCES"]
    assert "no difference" in texts["VERDICTS"]
    assert "errs less" not in texts["DIFFERENCES"]
    assert "remain" not in texts["LIMITS"]


def test_a_difference_is_named(study, sine):
    texts = prose_of(with_errors(study, sine, {"passive": 0.0, "sasla": 0.0, "entropy": 0.004}))
    assert "No difference" not in texts["DIFFERENCES"]
    assert "passive errs less than entropy" in texts["DIFFERENCES"]
    assert "SASLA errs less than entropy" in texts["DIFFERENCES"]
    assert "entropy errs less" not in texts["DIFFERENCES"]
    assert "2 of 3 pairs" in texts["VERDICTS"]
    assert "All 2 differences remain" in texts["LIMITS"]


def test_a_difference_that_overlap_explains_is_taken_back(study, sine):
    results = with_errors(study, sine, {"passive": 0.0, "sasla": 0.0}, n_trials=30)
    rng = np.random.default_rng(3)
    trials = results.trials.copy()
    is_sasla = trials.method == "sasla"
    trials.loc[is_sasla, "mse"] = trials.loc[~is_sasla, "mse"].to_numpy() + 0.001 * (rng.normal(0.55, 1, 30))
    texts = prose_of(dataclasses.replace(results, trials=trials))
    assert "errs less" in texts["DIFFERENCES"]
    assert "does not remain when the overlap is allowed for" in texts["LIMITS"]


def test_few_trials_are_called_a_first_look(study, sine):
    texts = prose_of(with_errors(study, sine, {"passive": 0.0, "sasla": 0.01, "entropy": 0.02}, n_trials=5))
    assert "no pair can be told apart, whatever the results" in texts["DIFFERENCES"]
    assert "0.19" in texts["DIFFERENCES"]  # 3 pairs, each 2 ** -4 at least
    assert "too narrow" in texts["LIMITS"]


def test_what_pool_methods_can_show_depends_on_the_control(study, iris):
    with_control = prose_of(study(problems=(iris,), methods=("passive", "entropy", "random_pool"), n_trials=12))
    without = prose_of(study(problems=(iris,), methods=("passive", "entropy"), n_trials=12))
    assert "have bought all 120 labels" in with_control["LABELS"]
    assert "area under the error–labels curve" in with_control["LABELS"]
    assert "Random pool was not run" not in with_control["LABELS"]
    assert "Random pool was not run" in without["LABELS"]
    assert "tells what choosing was worth" not in without["LABELS"]


def test_a_pool_that_is_not_exhausted_is_said(study, iris):
    results = study(problems=(iris,), methods=("passive", "entropy", "random_pool"), n_trials=6)
    curves = results.curves[results.curves.labels.isin([*range(61), 120]) & (results.curves.epoch < 1000)]
    curves = curves[~((curves.method != "passive") & (curves.labels > 60))]
    texts = prose_of(dataclasses.replace(results, curves=curves))
    assert "of 120 labels, while passive had all of them from the start" in texts["LABELS"]
    assert "have bought all" not in texts["LABELS"]


def test_selective_methods_alone_say_nothing_of_labels(study, iris):
    assert prose_of(study(problems=(iris,), methods=("passive", "sasla"), n_trials=6))["LABELS"] == ""


def test_diverged_trials_are_counted_in_words(study, sine):
    results = with_errors(study, sine, {"passive": 0.0, "sasla": 0.0})
    trials = results.trials.assign(is_diverged=(results.trials.method == "sasla") & (results.trials.trial < 3))
    texts = prose_of(dataclasses.replace(results, trials=trials))
    assert "3 of 20 trials of SASLA" in texts["LIMITS"]
    assert "worst rank" in texts["LIMITS"]


def test_a_difference_that_divergence_makes_is_not_said_to_remain(study, sine):
    results = with_errors(study, sine, {"passive": 0.0, "sasla": 0.3}, n_trials=50)
    is_lost = (results.trials.method == "passive") & (results.trials.trial >= 20)
    texts = prose_of(dataclasses.replace(results, trials=results.trials.assign(is_diverged=is_lost)))
    assert "SASLA errs less than passive" in texts["DIFFERENCES"]  # by ranks: passive diverges in 30 of 50 trials
    assert "has the lowest" not in texts["DIFFERENCES"] + texts["VERDICTS"]  # what is left of passive is no winner
    assert "has no answer for passive and SASLA" in texts["LIMITS"]
    assert "cannot be allowed for, since training diverged" in texts["VERDICTS"]
    for text in texts.values():
        assert "remain" not in text
        assert "compatible with the trials" not in text


def test_what_is_answered_and_what_is_not_are_told_apart(finding):
    counts = ("n_significant", "n_corrected", "n_unanswered")
    for n_significant, n_corrected, n_unanswered in product(range(4), repeat=3):
        if n_corrected + n_unanswered > n_significant:
            continue
        case = dataclasses.replace(
            finding,
            **dict(zip(counts, (n_significant, n_corrected, n_unanswered), strict=True)),
            n_answered=n_significant - n_unanswered,
        )
        for rules in (prose.VERDICTS, prose.LIMITS):
            said = [rule.say for rule in rules if rule.when(case)]
            if rules is prose.LIMITS or n_corrected < n_significant:
                assert sum("remain" in text for text in said) == (case.n_answered > 0), case
            assert sum("answer for" in text or "cannot be" in text for text in said) == (n_unanswered > 0), case


def test_differences_are_compatible_each_by_itself(study, sine):
    text = prose_of(with_errors(study, sine, {"passive": 0.0, "sasla": 0.0, "entropy": 0.004}))["LIMITS"]
    assert "are compatible with the trials, each by itself" in text
    assert "not adjusted for their number" in text


def test_tuning_on_the_same_data_is_a_limit(study, iris):
    tuned, recorded = (
        prose_of(study(problems=(iris,), methods=("passive", "sasla"), n_trials=6, has_cells=has_cells))["LIMITS"]
        for has_cells in (True, False)
    )
    assert "about 80\N{NO-BREAK SPACE}% of a trial’s test rows were among the tuning rows" in tuned
    assert "optimistic, most for passive" in tuned
    assert "tuning rows" not in recorded


def test_what_is_known_of_labels_beforehand_is_said(study, iris, sine):
    def design(*problems, methods):
        results = study(problems=problems, methods=methods, n_trials=2, has_cells=False)
        return design_of(results)

    both = design(iris, sine, methods=("passive", "random_pool"))
    assert "range of the targets of all training rows" in both and "a small leak" in both
    assert "from the classes in turn" in both and "before they count" in both
    assert "small leak" not in design(sine, methods=("passive", "sasla"))
    assert "classes in turn" not in design(sine, methods=("passive", "random_pool"))
    assert "range of the targets" not in design(iris, methods=("passive", "random_pool"))


def test_winners_are_named_with_those_they_beat():
    pairs = pd.DataFrame({"first": ["a", "b"], "second": ["b", "c"], "rank_biserial": [-0.5, 0.9]})
    assert better_than(pairs, ["a", "c", "b"]) == "a errs less than b; c errs less than b"


def test_tuning_says_where_hyper_parameters_come_from(results, study, iris):
    tuned = say(prose_design.TUNING, analyse(results).protocol)
    assert "256 cells" in tuned and "5-fold" in tuned
    assert "A cell trains for 200 epochs, a run of the comparison for 1000" in tuned
    assert "fewest hidden units wins" in tuned
    recorded = say(prose_design.TUNING, analyse(study(problems=(iris,), n_trials=1, has_cells=False)).protocol)
    assert recorded.startswith("Nothing was tuned")


def test_successive_halving_is_said(results):
    cells = results.cells.assign(epochs=np.where(results.cells.hidden == 64, 200, 50))
    text = say(prose_design.TUNING, analyse(dataclasses.replace(results, cells=cells)).protocol)
    assert "successive halving" in text
    assert "ranking of cells is that of the shorter training" not in text


def test_epochs_are_told_by_problem_where_they_differ(results):
    trials = results.trials.assign(epochs=np.where(results.trials.problem == "wine", 2000, 1000))
    text = design_of(dataclasses.replace(results, trials=trials))
    assert "1000 (Iris and Noisy sine) or 2000 (Wine) epochs" in text


def test_few_problems_are_not_tested_and_enough_are(results, study, iris):
    assert "so no test is made" in say(prose.ACROSS, analyse(results).across)
    seven = [dataclasses.replace(iris, name=f"p{i}", title=f"P{i}") for i in range(7)]
    text = say(prose.ACROSS, analyse(study(problems=seven, n_trials=3, has_cells=False)).across)
    assert "no test is made" not in text
    assert "Friedman" in text


def test_six_problems_can_decide_nothing_about_ten_pairs_and_that_is_said(study, six):
    text = say(prose.ACROSS, analyse(study(problems=six, n_trials=3, has_cells=False)).across)
    # Wilcoxon over 6 blocks: 2 / 2 ** 6; times 10 pairs.
    assert "No pair of methods could differ significantly, whatever the results" in text
    assert "0.031" in text and "0.31 when adjusted for 10 pairs" in text
    assert "over 6 problems; two methods within one percentage point" in text


def test_three_methods_on_six_problems_can_differ_and_may_not(study, six):
    rows = ("passive", "sasla")
    text = say(prose.ACROSS, analyse(study(problems=six, methods=rows, n_trials=3, has_cells=False)).across)
    assert "whatever the results" not in text


def test_what_problems_plan_otherwise_is_said_by_problem(study, planned, iris, sine):
    results = study(problems=(iris, sine), n_trials=2, has_cells=False)
    assert "They buy one label at a time." in design_of(results)
    assert "A step of gradient descent is on one example, in random order." in design_of(results)
    other = planned(results, "sine", settings__query_size=7, batch_size="full", settings__retraining="cold")
    text = design_of(other)
    assert "one label (Iris) or 7 labels (Noisy sine) at a time" in text
    assert "on one example, in random order (Iris) or on the whole training subset at once (Noisy sine)" in text
    assert "training goes on from the present weights (Iris) or the network is trained again" in text
    assert "on 32 examples" in design_of(planned(results, batch_size=32))


def test_rows_of_a_factor_are_said_by_row(study, iris):
    rows = ("passive", "entropy[retraining=warm]", "entropy[retraining=cold]", "sasla[beta=0.5]", "sasla[beta=0.9]")
    results = study(problems=(iris,), methods=rows, n_trials=2, has_cells=False)
    text = design_of(results)
    assert "goes on from the present weights (rows “warm”) or the network is trained again" in text
    assert analyse(results).protocol.beta == "0.5 or 0.9"


def test_many_areas_are_counted_and_few_are_named():
    names = [f"entropy[query_size={i}]" for i in range(1, 7)]
    areas = pd.DataFrame(
        {
            "mean": 0.2,
            "difference": [-0.1, -0.1, -0.1, 0.1, 0.1, -0.1],
            "adjusted_p": [0.01, 0.01, 0.01, 0.01, 0.2, 0.2],
            "corrected_adjusted_p": [0.01, 0.01, 0.2, np.nan, 0.2, 0.2],
        },
        index=names,
    )
    control = pd.DataFrame({"mean": 0.3, "difference": np.nan}, index=["random_pool"])
    text = areas_in_words(pd.concat([areas, control]))
    assert "of 6 rows it is lower in 3 and higher in 1" in text and "2 of these remain" in text
    text = areas_in_words(pd.concat([areas.iloc[[0, 3, 4]], control]))
    assert "entropy (1 per query)’s is 33\N{NO-BREAK SPACE}% lower" in text
    assert "no answer is left, since a trial diverged" in text
    assert "entropy (5 per query)’s does not differ detectably" in text


REFERENCE_PROTOCOL = {
    "settings__candidates": "current",
    "settings__informativeness": "directional",
    "settings__regression_uncertainty": "extreme_prediction",
    "settings__committee": "first_member",
    "settings__retraining": "warm_at_rest",
    "settings__stop": "epochs",
    "committee_weights": "shared",
    "output": "raw",
    "mean_over_outputs": True,
    "gradient_clip": 1.0,
    "cross_validation": 5,
}


def test_what_departs_from_the_paper_is_said_and_what_would_be_untrue_is_not(study, planned, sine):
    results = study(problems=(sine,), n_trials=2, has_cells=False)
    usual, other = design_of(results), design_of(planned(results, **REFERENCE_PROTOCOL))
    for words in ("can come back", "Laplace", "by vote", "scaled with the range of the targets", "[0.1, 0.9]"):
        assert words in usual and words not in other, words
    for words in (
        "left out for good",
        "change of the outputs when the example itself is scaled",
        "extreme predictions",
        "by the first of them alone",
        "velocity set back to zero",
        "whether or not labels could still be bought",
        "same initial weights in every trial",
        "targets as they are",
        "averaged over outputs",
        "a norm of at most 1.",
        "5-fold cross-validation inside",
    ):
        assert words in other and words not in usual, words


def test_settings_that_replace_others_are_said_in_their_place(study, planned, iris):
    results = study(problems=(iris,), methods=("passive", "sasla", "random_pool", "bald"), n_trials=2)
    usual = analyse(results).protocol
    assert (usual.beta, usual.diversity, usual.stopping, usual.early_stopping) == ("0.9", "", "", "")
    changed = planned(
        results,
        settings__target_work=0.25,
        settings__diversity="bootstrap+features",
        settings__feature_share=0.4,
        settings__stopping="plateau",
        settings__stopping_threshold=0.02,
        settings__early_stopping="overall_uncertainty",
    )
    assert analyse(changed).protocol.beta == (
        "adaptive, for a share of 0.25 of passive learning’s work, selections included"
    )
    for words in (
        "bootstrap samples of the labelled examples and the features that each of them sees, a share of 0.4 of all.",
        "Querying also ends by the criterion of plateau, with a threshold of 0.02.",
        "Selective learning also ends by the criterion of overall uncertainty, with a threshold of 0.01.",
    ):
        assert words in design_of(changed) and words not in design_of(results), words


def test_subsets_and_searches_on_subsets_are_said(study, planned, iris, sine):
    results = study(problems=(iris, sine), n_trials=2)
    results = planned(planned(results, "iris", examples=100), "sine", tuning__examples=200)
    assert "100 examples of Iris" in design_of(results)
    assert "200 rows of Noisy sine" in say(prose_design.TUNING, analyse(results).protocol)
    cells = results.cells.assign(
        epochs=np.where((results.cells.hidden == 64) & (results.cells.problem == "iris"), 200, 50)
    )
    text = say(prose_design.TUNING, analyse(dataclasses.replace(results, cells=cells)).protocol)
    assert "By successive halving (Iris)" in text


def test_features_scaled_on_all_rows_are_a_leak(results):
    settings = {**results.settings, "preparation": {"fitted_on": "all"}}
    assert "a small leak" in design_of(dataclasses.replace(results, settings=settings)).partition("Function")[0]
    assert "what the training part alone tells" in design_of(results)


def payback(saved, spent, interval=1.0):
    frame = pd.DataFrame(
        {"kept": 1 - saved, "training": 100 * (1 - saved), "selection": 100 * spent, "saved": 100 * saved},
        index=["sasla"],
    )
    frame["break_even"] = interval * spent / saved if saved > 0 else np.nan
    frame["per_candidate"] = frame["break_even"] * saved
    (facts,) = paybacks(frame, "passive", {"sasla": interval})
    return say(prose_progress.PAYBACK, facts)


def test_whether_selection_paid_is_said_once():
    lost, won, more = payback(0.1, 0.4), payback(0.4, 0.1, 10), payback(-0.5, 0.1)
    assert "did not pay for itself" in lost and "rarer than every 4.0 epochs; it took place every epoch" in lost
    assert "paid for itself, in work" in won and "every 2.5 epochs; it took place every 10 epochs" in won
    assert "trained more than passive, by 50" in more and "rarer" not in more
    for saved in (-0.5, -0.0004, 0.0, 0.0004, 0.2):
        for spent in (0.0001, 0.1, 0.5):
            assert payback(saved, spent).count("selection") >= 1
            facts = paybacks(
                pd.DataFrame(
                    {"kept": 1 - saved, "training": 1 - saved, "selection": spent, "saved": saved}
                    | {"break_even": np.nan, "per_candidate": np.nan},
                    index=["sasla"],
                ),
                "passive",
                {},
            )[0]
            assert sum(rule.when(facts) for rule in prose_progress.PAYBACK) == 1, (saved, spent)


def test_the_target_is_stated_with_where_it_comes_from(study, planned, iris):
    results = study(problems=(iris,), n_trials=4, has_cells=False)
    criteria = results.criteria.assign(target=0.05)
    results = dataclasses.replace(results, criteria=criteria)

    def told(results):
        return say(prose_progress.TARGET, analyse(results).problems[0].progress)

    assert "a test error of 5.00\N{NO-BREAK SPACE}%, 1.05 times passive’s median at the end" in told(results)
    assert "set by the study" in told(planned(results, target_error=0.05))
    never = dataclasses.replace(results, criteria=criteria.assign(is_target_reached=criteria.method == "passive"))
    assert "In every trial it was reached by passive." in told(never)
    assert "In no trial was it reached by SASLA, entropy, ensemble and random pool." in told(never)


def test_a_target_that_would_be_infinite_is_none_and_said(study, iris):
    results = study(problems=(iris,), n_trials=4, has_cells=False)
    to_target = [name for name in results.criteria if name.endswith("_to_target")]
    criteria = results.criteria.assign(target=np.nan, is_target_reached=False, **dict.fromkeys(to_target, np.nan))
    own = analyse(dataclasses.replace(results, criteria=criteria)).problems[0]
    text = say(prose_progress.TARGET, own.progress)
    assert text.startswith("There is no target to reach: it would be taken from passive’s median at the end")
    assert "In no trial" not in text
    table = convergence_table(results, iris, own.criteria.convergence)
    assert {cell.text for row in table.rows for cell in row[1:7]} == {"–"}
    assert all(row[7].text != "–" for row in table.rows)
    without = analyse(dataclasses.replace(results, criteria=criteria.iloc[:0])).problems[0]
    assert say(prose_progress.TARGET, without.progress) == ""


def test_labels_to_the_target_are_quoted_from_ten_trials_on(study, iris):
    def told(n_trials):
        results = study(problems=(iris,), n_trials=n_trials, has_cells=False)
        is_entropy = results.criteria.method == "entropy"
        labels = np.where(is_entropy, 30.0, 60.0) + results.criteria.trial
        criteria = results.criteria.assign(labels_to_target=labels)
        results = dataclasses.replace(results, criteria=criteria)
        return say(prose_progress.LABELS_TO_TARGET, analyse(results).problems[0].progress)

    assert told(12).startswith("Fewer labels than random pool") and "entropy (0.54×)" in told(12)  # 35.5 of 65.5
    assert told(9) == ""


def test_of_a_pair_that_is_told_apart_the_better_is_named():
    pairs = pd.DataFrame(
        {"first": ["a", "a"], "second": ["b", "c"], "p_first_better": [0.97, 0.0], "p_second_better": [0.0, 0.99]}
    )
    assert _pairs_named(_better_first(pairs), "ahead of") == "a ahead of b; c ahead of a"


def test_more_pairs_than_a_sentence_holds_are_left_to_the_table():
    pairs = pd.DataFrame({"first": ["a"] * 13, "second": list("bcdefghijklmn"), "rank_biserial": [-1.0] * 13})
    assert better_than(pairs, list("abcdefghijklmn")) == "the table of pairs names them"


def test_methods_are_described():
    assert METHODS.keys() | QUERIES.keys() >= set(named_methods())
    assert counted(0, "trial", is_spelt=True) == "no trials"
