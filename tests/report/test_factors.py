"""Factor rows: taken apart, put into words, and held against the row that differs in method alone."""

import pytest

from eligo.report.analysis import analyse
from eligo.report.factors import FACTORS, control_of, levels_of, reference_of
from eligo.report.sweeps import sweeps_of
from eligo.report.vocabulary import method_title, said
from eligo.study.results import base_method


@pytest.mark.parametrize(
    ("name", "base", "levels"),
    [
        ("passive", "passive", {}),
        ("sasla[beta=0.5]", "sasla", {"beta": "0.5"}),
        ("ensemble[members=5,query_size=2]", "ensemble", {"members": "5", "query_size": "2"}),
        ("entropy[retraining=warm_at_rest]", "entropy", {"retraining": "warm_at_rest"}),
        ("my [own] one", "my [own] one", {}),
        ("mine[]", "mine[]", {}),
        ("<b>[x=1]", "<b>", {"x": "1"}),
    ],
)
def test_names_are_taken_apart(name, base, levels):
    assert (base_method(name), levels_of(name)) == (base, levels)


@pytest.mark.parametrize(
    ("name", "title", "in_prose"),
    [
        ("sasla[beta=0.5]", "SASLA, β = 0.5", "SASLA (β = 0.5)"),
        ("ensemble[members=5,query_size=2]", "ensemble, 5 networks, 2 per query", "ensemble (5 networks, 2 per query)"),
        ("sasla[input_norm=euclidean]", "SASLA, Euclidean norm over inputs", "SASLA (Euclidean norm over inputs)"),
        ("sasla[candidates=current]", "SASLA, shrinking candidates", "SASLA (shrinking candidates)"),
        ("mine[depth=3]", "mine, depth = 3", "mine (depth = 3)"),
        ("a, b", "a, b", "a, b"),
    ],
)
def test_titles_say_the_settings_in_words(name, title, in_prose):
    assert (method_title(name), said(name)) == (title, in_prose)


def test_every_setting_that_a_study_can_vary_has_words():
    varied = "beta interval candidates informativeness input_norm output_norm share floor members committee query_size"
    assert {*varied.split(), "retraining", "regression_uncertainty", "stop"} <= set(FACTORS)


def test_the_control_has_the_same_settings():
    methods = ["random_pool[query_size=1]", "random_pool[query_size=5]", "entropy[query_size=5]"]
    assert control_of("entropy[query_size=5]", methods) == "random_pool[query_size=5]"
    assert control_of("ensemble[members=3,query_size=1]", methods) == "random_pool[query_size=1]"
    assert control_of("random_pool[query_size=1]", methods) is None
    assert control_of("entropy[query_size=9]", methods) is None


def test_the_reference_is_passive_or_else_the_first():
    assert reference_of(["sasla[beta=0.5]", "passive"]) == "passive"
    assert reference_of(["entropy", "random_pool"]) == "entropy"


def test_a_sweep_is_one_setting_with_all_else_alike(study, iris, sine):
    rows = [f"sasla[beta={beta},interval={interval}]" for beta in (0.9, 0.1, 0.5) for interval in (1, 10)]
    results = study(problems=(iris, sine), methods=("passive", *rows), n_trials=3, has_cells=False)
    sweeps = analyse(results).sweeps
    assert [(sweep.setting, sweep.others) for sweep in sweeps] == [
        ("beta", (("interval", "1"),)),
        ("beta", (("interval", "10"),)),
    ]
    assert sweeps[0].values == ("0.1", "0.5", "0.9")
    trials = results.trials.query("problem == 'sine'").groupby("method")["mse"].mean()
    row = sweeps[1].table.query("problem == 'sine' and value == '0.5'").iloc[0]
    assert row["error_ratio"] == pytest.approx(trials["sasla[beta=0.5,interval=10]"] / trials["passive"], rel=1e-4)
    work = results.trials.query("problem == 'sine'").groupby("method")["work"].mean()
    assert row["work_ratio"] == pytest.approx(work["sasla[beta=0.5,interval=10]"] / work["passive"])


def test_words_are_swept_in_the_order_of_the_study():
    names = [f"entropy[retraining={mode}]" for mode in ("warm", "warm_at_rest", "cold")]
    assert sweeps_of({}, names) == ()  # nothing was run
