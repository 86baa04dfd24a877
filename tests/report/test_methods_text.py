"""The methods paragraph: what must be said of a study, and what must not, each sentence written by hand."""

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import eligo
from eligo.datasets import Column
from eligo.methods import ORDER, named_methods
from eligo.report.citations import CITATIONS
from eligo.report.method_works import WORKS, WORKS_OF
from eligo.report.methods_facts import Run, runs_of
from eligo.report.methods_prose import PARAGRAPHS
from eligo.report.methods_setting import Statement
from eligo.report.methods_text import bibliography, methods_latex, methods_text, sentence
from eligo.report.vocabulary import method_title
from eligo.study.results import (
    CELL_COLUMNS,
    CRITERIA_COLUMNS,
    CURVE_COLUMNS,
    TRIAL_COLUMNS,
    WINNER_COLUMNS,
    Problem,
    StudyResults,
)

IRIS = Problem("iris", "Iris", "classification", 150, 4, 3, 120, 30, ("a", "b", "c"), "species", "scikit-learn")
WINE = Problem("wine", "Wine", "classification", 178, 13, 3, 142, 36, ("a", "b", "c"), "cultivar", "scikit-learn")
SINE = Problem("sine", "Noisy sine", "regression", 500, 1, 1, 400, 100, (), "y", "generated")
SETTINGS = {
    "beta": 0.9,
    "interval": 1,
    "first_selection": None,
    "candidates": "all",
    "informativeness": "gradient",
    "input_norm": "sum",
    "output_norm": "max",
    "share": 0.5,
    "floor": 1,
    "floor_share": 0.0,
    "members": 3,
    "query_size": 1,
    "budget": None,
    "committee": "vote",
    "retraining": "warm",
    "epochs_per_query": None,
    "stop": "budget",
    "regression_uncertainty": "laplace",
}
PLAN = {
    "table": None,
    "examples": None,
    "epochs": 1000,
    "batch_size": 1,
    "gradient_clip": None,
    "mean_over_outputs": False,
    "output": "sigmoid",
    "cross_validation": None,
    "target_error": None,
    "first_labelled": {"n": 10, "fraction": 0.1, "choice": "smaller"},
    "committee_weights": "own",
    "tuning": {"folds": 5, "epochs": 200, "successive_halving": False, "examples": None},
    "recorded": None,
}
STUDY = {
    "name": "paper",
    "title": "A study",
    "seed": 20,
    "trials": 50,
    "hyper_parameters": "grid",
    "test_fraction": 0.2,
    "train_fraction": None,
    "decay_biases": False,
    "probabilities": "softmax_of_outputs",
    "preparation": {"fitted_on": "training", "drop_first_category": False, "scale_categories": True},
}
METHODS = ("passive", "sasla", "entropy", "ensemble", "random_pool", "error", "random_subset")
LATER = {
    "target_share": None,
    "target_work": None,
    "tail": 0.125,
    "prune_probability": 0.5,
    "pilots": 10,
    "pilot_epochs": None,
    "growth": 1,
    "subset_epochs": 100,
    "early_stopping": "never",
    "early_stopping_threshold": None,
    "check_interval": 10,
    "diversity": "weights",
    "feature_share": 0.5,
    "stopping": "never",
    "stopping_threshold": None,
}  # settings that older studies do not have, at their defaults


def trial_rows(problem: Problem, method: str, n_trials: int, **values: Any) -> list[dict[str, Any]]:
    """Finished trials with plain results; `values` replace any."""
    is_class = problem.task == "classification"
    row = dict.fromkeys(TRIAL_COLUMNS, np.nan) | {"problem": problem.name, "method": method, "is_diverged": False}
    row |= {"hidden": 64, "learning_rate": 0.1, "weight_decay": 0.0, "momentum": 0.5, "epochs": 1000}
    row |= {"accuracy": 0.9, "mse": np.nan} if is_class else {"mse": 0.1, "r2": 0.5}
    row |= {"labels": problem.n_train}
    return [row | {"trial": trial} | values for trial in range(n_trials)]


def curve_rows(problem: Problem, method: str, n_trials: int, n_start: int) -> list[dict[str, Any]]:
    """The first and the last record of each trial."""
    row = dict.fromkeys(CURVE_COLUMNS, np.nan) | {"problem": problem.name, "method": method}
    base = method.partition("[")[0]
    is_pool = base == "my_querying" or named_methods()[base].loop == "pool"
    first = n_start if is_pool else problem.n_train
    return [
        row | {"trial": trial, "epoch": epoch, "labels": labels}
        for trial in range(n_trials)
        for epoch, labels in ((0, first), (1000, problem.n_train))
    ]


def make(
    problems: Sequence[Problem] = (IRIS, WINE, SINE),
    methods: Sequence[str] = METHODS,
    n_trials: int = 12,
    *,
    settings: Mapping[str, Any] | None = None,
    plan: Mapping[str, Any] | None = None,
    own: Mapping[str, Mapping[str, Any]] | None = None,
    study: Mapping[str, Any] | None = None,
    trials: Mapping[str, Any] | None = None,
    cells: Sequence[Mapping[str, Any]] = (),
    environment: Mapping[str, str] | None = None,
    target: float = np.nan,
) -> StudyResults:
    """Results of a study that never ran: `settings` and `plan` for all problems, `own` for one, by its name."""
    own = own or {}
    plans = []
    for problem in problems:
        mine = dict(own.get(problem.name, {}))
        chosen = SETTINGS | dict(settings or {}) | mine.pop("settings", {})
        plans.append({"problem": problem.name} | PLAN | dict(plan or {}) | mine | {"settings": chosen})
    runs = [(problem, method) for problem in problems for method in methods]
    found = [row for problem, method in runs for row in trial_rows(problem, method, n_trials, **(trials or {}))]
    path = [row for problem, method in runs for row in curve_rows(problem, method, n_trials, 10)]
    goals = [dict.fromkeys(CRITERIA_COLUMNS, target) | {"problem": p.name, "method": m, "trial": 0} for p, m in runs]
    winners = [dict.fromkeys(WINNER_COLUMNS, 0) | {"problem": p.name, "source": "an earlier grid"} for p in problems]
    return StudyResults(
        name="paper",
        settings=STUDY | {"plans": plans} | dict(study or {}),
        problems=tuple(problems),
        methods=tuple(methods),
        trials=pd.DataFrame(found, columns=list(TRIAL_COLUMNS)),
        curves=pd.DataFrame(path, columns=list(CURVE_COLUMNS)),
        cells=pd.DataFrame(list(cells), columns=list(CELL_COLUMNS)),
        winners=pd.DataFrame(winners, columns=list(WINNER_COLUMNS)),
        confusion=pd.DataFrame(),
        criteria=pd.DataFrame(goals, columns=list(CRITERIA_COLUMNS)),
        absent={},
        environment=environment or {},
        stage_seconds={},
    )


def cell_rows(problem: Problem, epochs: Sequence[int] = (200,)) -> list[dict[str, Any]]:
    """A grid of two cells, trained for each number of epochs."""
    row = dict.fromkeys(CELL_COLUMNS, 0.0) | {"problem": problem.name, "is_diverged": False, "momentum": 0.5}
    return [row | {"hidden": hidden, "learning_rate": 0.1, "epochs": n} for n in epochs for hidden in (64, 128)]


TABLE = (Column("rooms", "number", 3), Column("shore", "category", 1, ("near", "far")))
HOUSES = replace(SINE, name="houses", title="Houses", columns=TABLE)
MIXED = {"preparation": {"fitted_on": "all", "drop_first_category": True, "scale_categories": False}}

# What a study was, sentences that must stand in its paragraph, and pieces that must not.
CASES: Mapping[str, tuple[StudyResults, Sequence[str], Sequence[str]]] = {
    "the paper's": (
        make(),
        [
            "Training was by stochastic gradient descent, one example at a time in random order.",
            "The squared error, summed over outputs, was minimised.",
            "Output units were sigmoid.",
            "Classes were coded with one output unit each and the targets 0.1 and 0.9.",
            "Targets of function approximation were scaled to [0.1, 0.9].",
            "with β = 0.9.",
            "Informativeness was the maximum norm over outputs of the sum norm over inputs",
            "All training examples remained candidates, so that one which had been left out could return.",
            "A selection followed every epoch.",
            "started from 10 labelled examples",
            "were 10 or a share of 0.1 of the training part, whichever was smaller, drawn at random.",
            "Labels were asked for one at a time.",
            "At the end the whole pool was labelled.",
            "After each query training went on from the current weights and velocity.",
            "The epochs of a run were spread evenly over its rounds of querying.",
            "The ensemble trained 3 networks",
            "It predicted by majority vote in classification.",
            "Class probabilities were the softmax of the output units.",
            "whose variance came from a linearised Laplace approximation (MacKay, 1992; Immer et al., 2021).",
            "There were 12 trials of each method.",
            "followed from the seed 20,",
            "All that preparation fits was fitted to the training part of a trial alone.",
            "For pool methods the range of these targets includes labels that had not been asked for.",
            "No weight decay was used.",
            "They were not searched for in this study, but had been recorded before: an earlier grid.",
            "Wilcoxon’s signed-rank test (Wilcoxon, 1945; Demšar, 2006) with Holm’s adjustment (Holm, 1979)",
            "Their differences were checked for normality by Shapiro and Wilk’s test (Shapiro and Wilk, 1965).",
            "a region of practical equivalence of 0.01 in the share of examples misclassified (Iris and Wine) and 0.01 in "
            "R² (Noisy sine).",
            "Across problems the Bayesian signed-rank test (Benavoli et al., 2014) was applied to mean losses",
            "There were too few problems to test anything across them.",
            "Pool methods were held against random pool in the same trials.",
        ],
        [
            "full batch",
            "mini-batches",
            "averaged over outputs",
            "were linear",
            "for good",
            "first selection came",
            "from the initial weights.",
            "velocity of momentum",
            "grid search",
            "halving",
            "subset of",
            "scaled down",
            "cross-validation",
            "diverged in",
            "Missing numbers",
            "Categories",
            "took the place",
            "varied",
            "same initial weights in every trial",
            "farthest",
            "never fewer",
            "target error",
            "Wilson",
        ],
    ),
    "the author's code": (
        make(
            (WINE, HOUSES),
            ("passive", "sasla", "entropy", "ensemble"),
            settings={
                "candidates": "current",
                "informativeness": "directional",
                "retraining": "warm_at_rest",
                "first_selection": 2,
                "floor": 10,
                "committee": "mean_of_outputs",
                "epochs_per_query": 40,
                "stop": "epochs",
                "regression_uncertainty": "extreme_prediction",
            },
            plan={
                "batch_size": "full",
                "mean_over_outputs": True,
                "cross_validation": 5,
                "committee_weights": "shared",
                "first_labelled": {"n": 10, "fraction": 0.1, "choice": "larger"},
            },
            own={
                "wine": {"settings": {"query_size": 2}},
                "houses": {
                    "gradient_clip": 1.0,
                    "target_error": 0.2,
                    "output": "raw",
                    "settings": {"query_size": 297, "committee": "first_member", "floor_share": 0.3},
                },
            },
            study=MIXED | {"probabilities": "softmax_of_net_inputs", "decay_biases": True},
            trials={"labels": 112, "weight_decay": 0.01},
            target=0.2,
        ),
        [
            "gradient descent on the full batch: one step an epoch, on the whole training subset.",
            "The squared error, averaged over outputs, was minimised.",
            "On Houses, output units were linear.",
            "On Wine, output units were sigmoid.",
            "Targets of function approximation were left as they are.",
            "On Houses, a gradient whose Euclidean norm over a network exceeded 1 was scaled down to it",
            "On Houses, missing numbers were replaced by the median of their column.",
            "On Houses, categories were coded with one input for each level but the first.",
            "On Wine, inputs were scaled to [−1, 1].",
            "On Houses, numeric inputs were scaled to [−1, 1], and those of categories left at 0 and 1.",
            "fitted once to the whole data set, the test rows of every trial included.",
            "Informativeness was the maximum norm over outputs of |x · ∇o|",
            "Examples that a selection left out were left out for good.",
            "The first selection came after epoch 2.",
            "On Wine, at least 10 examples stayed, the best first.",
            "On Houses, a share of at least 0.3 of the candidates, and never fewer than 10, stayed, the best first.",
            "whichever was larger",
            "Labels were asked for 2 (Wine) and 297 (Houses) at a time.",
            "At the end 112 examples were labelled.",
            "whether or not labels were left to buy.",
            "with the velocity of momentum set to zero.",
            "Each round of querying but the last had 40 epochs.",
            "On Houses, missing categories were replaced by the most frequent level of their column.",
            "On Wine, epochs, presentations, work and labels were also counted up to a target error, 1.05 times the median "
            "final error of passive.",
            "On Houses, epochs, presentations, work and labels were also counted up to a target error of 0.2.",
            "The share of trials that reached it has Wilson’s 95 % interval (Wilson, 1927).",
            "asked for the example whose prediction was farthest from the mean prediction over the pool.",
            "On Wine, it predicted by the mean of its networks’ outputs.",
            "On Houses, its predictions and errors are those of its first network alone.",
            "The ensemble’s networks started from the same initial weights in every trial.",
            "Class probabilities were the softmax of the net inputs of the output units.",
            "Inside the training part of each trial, cross-validation in 5 folds gave a further estimate",
            "Weight decay added λ times the sum of squared weights and biases to the error.",
        ],
        [
            "one example at a time",
            "summed over",
            "derivatives",
            "could return",
            "Laplace",
            "random pool",
            "Random pool",
            "Random subset",
            "Error-selective",
            "majority",
            "whole pool",
            "range of these targets",
            "labels one at",
            "spread evenly",
            "No weight decay",
        ],
    ),
    "tuned, one of two by halving": (
        make(
            (IRIS, WINE),
            ("passive", "sasla"),
            cells=[*cell_rows(IRIS), *cell_rows(WINE, (12, 50, 200))],
            own={"wine": {"tuning": {"folds": 3, "examples": 40}}, "iris": {"tuning": {"folds": 5, "examples": 5000}}},
            trials={"weight_decay": 0.001},
        ),
        [
            "by a grid search over 2 cells (hidden units 64 and 128; learning rate 0.1; weight decay λ 0; momentum 0.5) "
            "with cross-validation in 5 (Iris) and 3 (Wine) folds of the training rows of a split that no trial used;",
            "On Iris, cells were trained for 200 epochs.",
            "On Wine, by successive halving (Jamieson and Talwalkar, 2016) cells were trained in rounds of 12, 50 and 200",
            "On Wine, the search saw a random subset of 40 of those rows.",
            "Weight decay added λ times the sum of squared weights, biases left out, to the error.",
        ],
        ["not searched for", "5 000", "Pool methods", "labelled", "entropy", "ensemble", "JAX", "was run with"],
    ),
    "factors": (
        make(
            (IRIS, SINE),
            ("passive", "sasla[beta=0.5]", "sasla[beta=0.9]", "entropy[retraining=cold]", "entropy[retraining=warm]"),
            settings={"interval": 10, "input_norm": "euclidean", "epochs_per_query": None},
            own={"sine": {"batch_size": 32, "output": "linear"}, "iris": {"epochs": 300}},
            study={"probabilities": "normalised_outputs"},
        ),
        [
            "Settings that were varied are named with the method.",
            "with β = 0.5 or 0.9.",
            "the Euclidean norm over inputs",
            "A selection followed every 10 epochs.",
            "With entropy (cold), after each query training started again from the initial weights.",
            "With entropy (warm), after each query training went on from the current weights and velocity.",
            "With entropy (cold), each round of querying had 300 (Iris) and 1 000 (Noisy sine) epochs.",
            "With entropy (warm), the epochs of a run were spread evenly over its rounds of querying.",
            "On Noisy sine, training was by stochastic gradient descent in mini-batches of 32 examples in random order.",
            "On Iris, training was by stochastic gradient descent, one example at a time in random order.",
            "Targets of function approximation were scaled to [−1, 1].",
            "Class probabilities were the output units divided by their sum.",
        ],
        ["first selection came", "random pool", "ensemble", "selection followed every epoch"],
    ),
    "a first look": (
        make((IRIS,), ("sasla", "my_querying"), 1, study={"seed": None}),
        [
            "There was one trial of each method.",
            "The methods also include one that is described elsewhere: my_querying.",
            "Pool methods (Settles, 2009; Sharma and Bilgic, 2017) started from 10 labelled examples",
        ],
        [
            "Passive",
            "Friedman",
            "Wilcoxon",
            "bootstrap",
            "Nadeau",
            "across",
            "seed",
            "function approximation",
            "SASLA,",
        ],
    ),
    "subsets, categories, divergence": (
        make(
            (IRIS, HOUSES),
            ("passive", "random_subset"),
            plan={"examples": 900},
            trials={"is_diverged": True},
            settings={"share": 0.25},
            environment={"eligo": "0.2.0", "jax": "0.8.1", "Python": "3.11.7", "scikit-learn": "1.7.0", "cores": "2"},
        ),
        [
            "At most 900 examples, drawn at random and stratified by class, took the place of the data set.",
            "At most 900 examples, drawn at random, took the place of the data set.",
            "On Houses, categories were coded with one input for each level.",
            "Inputs were scaled to [−1, 1].",
            "Training diverged in 48 runs; a diverged run has the worst rank in every test and no part in means.",
            "Random subset trained on a random share of 0.25 of the candidates, as a control.",
            "The study was run with eligo 0.2.0, jax 0.8.1, scikit-learn 1.7.0 and Python 3.11.7.",
            "The engine is JAX (Bradbury et al., 2018).",
            "scikit-learn (Pedregosa et al., 2011).",
        ],
        ["Nadeau", "SASLA", "numpy", "class stayed", "2 cores", "Bayes", "Shapiro"],
    ),
    "targets, diversity, stopping": (
        make(
            (IRIS, WINE),
            ("passive", "sasla", "error", "ensemble", "margin", "bald", "loss", "grand", "saila"),
            settings=LATER
            | {
                "target_share": 0.3,
                "floor": 5,
                "diversity": "weights+bootstrap+features",
                "stopping": "stabilising_predictions",
                "early_stopping": "plateau",
                "early_stopping_threshold": 0.05,
            },
            plan={"committee_weights": "shared"},
            own={"wine": {"settings": {"target_share": None, "target_work": 0.25, "floor_share": 0.1}}},
        ),
        [
            "as many at each selection as kept it at a share of 0.3 of passive learning’s presentations (Iris) and a share "
            "of 0.25 of passive learning’s work, selections included (Wine).",
            "Error-selective learning trained on the examples with the largest absolute errors, as many",
            "At least one example of every class stayed.",
            "Runs of SASLA, error-selective and InfoBatch also ended by the criterion of plateau, with a threshold of 0.05, "
            "looked at every 10 epochs.",
            "A run of querying also ended by the criterion of stabilising predictions, with a threshold of 0.99, looked at "
            "after each round.",
            "started from 10 labelled examples",
            "The ensemble trained 3 networks and asked for the example",
            "The committees of BALD had 3 networks and predicted by majority vote.",
            "The networks of a committee differed in initial weights, bootstrap samples of the labelled examples and the "
            "features that each of them sees, a share of 0.5 of all.",
            "The networks of each committee (BALD) started from the same initial weights in every trial.",
            "In short, margin asks for the label about which the two most probable classes are closest (Scheffer et al., "
            "2001); BALD asks for",
            "; SAILA trains on a subset that takes in the most sensitive example whenever it is learnt (Engelbrecht and "
            "Cloete, 1999).",
            "InfoBatch left out an example below the mean loss with a probability of 0.5, and none in the last epochs, a "
            "share of 0.125 of all.",
            "Pilot networks, 10 a trial, chose a share of 0.5 of the training part for GraNd.",
            "Subsets of SAILA grew by 1 at a time, after at most 100 epochs each.",
        ],
        ["β", "on the same labels", "examples stayed", "candidates, and never", "described elsewhere"],
    ),
    "a fixed round": (
        make((IRIS,), ("entropy",), settings={"epochs_per_query": 7, "retraining": "cold"}),
        ["Each round of querying had 7 epochs.", "training started again from the initial weights."],
        ["but the last", "spread evenly", "1 000 epochs.\n\nCost"],
    ),
    "z-scores": (
        make((HOUSES,), ("passive",), study={"preparation": STUDY["preparation"] | {"scaling": "z-score"}}),
        ["Numeric inputs were scaled to mean 0 and standard deviation 1.", "Inputs of categories were −1 and 1."],
        ["Inputs were scaled to [−1, 1]", "Numeric inputs were scaled to [−1, 1]"],
    ),
    "one run lost": (
        make((SINE,), ("passive", "error"), 1, trials={"is_diverged": True}),
        [
            "Training diverged in 2 runs",
            "Error-selective learning trained on the examples whose absolute error reached",
        ],
        ["SASLA", "class"],
    ),
    "one method, one run lost": (
        make((SINE,), ("passive",), 1, trials={"is_diverged": True}),
        ["Training diverged in one run, which has the worst rank"],
        ["paired", "All methods of a trial"],
    ),
    "deep networks": (
        make((IRIS,), ("passive",), study={"layers": {"shares": [1, 0.5], "activation": "relu"}}),
        [
            "Networks had 2 layers of rectified linear units, 1 and 0.5 times as wide as the hidden units that are given."
        ],
        ["one layer", "sigmoid hidden"],
    ),
    "six problems": (
        make(
            tuple(replace(IRIS, name=f"p{i}", title=f"P{i}") for i in range(6)), ("passive", "random_pool", "entropy")
        ),
        ["Across problems, mean ranks of methods were compared likewise with the problem as block."],
        ["too few problems", "function approximation", "Laplace"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_said_of_a_study(case: str) -> None:
    results, must, must_not = CASES[case]
    said = methods_text(results)
    flat = said.replace("\u202f", " ")
    assert [piece for piece in must if piece not in flat] == []
    assert [piece for piece in must_not if piece in flat] == []


THE_PAPERS = (
    "Passive learning presented every training example in every epoch. SASLA (Engelbrecht, 2001) trained on the "
    "examples whose informativeness reached (1 − β) times its mean, with β = 0.9. Informativeness was the maximum "
    "norm over outputs of the sum norm over inputs of the derivatives of the outputs with respect to the inputs. "
    "Error-selective learning trained on the examples whose absolute error reached (1 − β) times its mean, with β "
    "= 0.9. Random subset trained on a random share of 0.5 of the candidates, as a control. All training examples "
    "remained candidates, so that one which had been left out could return. A selection followed every epoch. At "
    "least one example of every class stayed. Pool methods (Settles, 2009; Sharma and Bilgic, 2017) started from "
    "10 labelled examples, with the rest of the training part as the pool. The first labelled examples were 10 or "
    "a share of 0.1 of the training part, whichever was smaller, drawn at random. In classification they were "
    "drawn from the classes in turn. Labels were asked for one at a time. At the end the whole pool was labelled. "
    "After each query training went on from the current weights and velocity. The epochs of a run were spread "
    "evenly over its rounds of querying. In classification, entropy asked for the example with the largest "
    "entropy of the class probabilities (Shannon, 1948). In function approximation, entropy asked for the example "
    "with the largest entropy of a Gaussian whose variance came from a linearised Laplace approximation (MacKay, "
    "1992; Immer et al., 2021). The ensemble trained 3 networks on the same labels and asked for the example with "
    "the largest total variance of their predictions (Seung et al., 1992; Krogh and Vedelsby, 1995). It predicted "
    "by majority vote in classification. It predicted by the mean of its networks in function approximation. "
    "Class probabilities were the softmax of the output units. Random pool asked for labels at random, as a "
    "control."
)


@pytest.mark.parametrize("later", [{}, LATER], ids=["as older studies have them", "as new ones do"])
def test_the_papers_methods_are_told_word_for_word(later: Mapping[str, Any]) -> None:
    assert THE_PAPERS in methods_text(make(settings=later)).split("\n\n")


def test_a_target_set_by_row_leaves_the_other_rows_their_beta() -> None:
    said = methods_text(make((IRIS,), ("passive", "sasla", "error[target_work=0.5]")))
    assert "reached (1 − β) times its mean, with β = 0.9." in said
    assert "as kept it at a share of 0.5 of passive learning’s work, selections included." in said
    assert said.count("β") == 2


@pytest.mark.parametrize("name", [name for name in named_methods() if name not in ORDER])
def test_every_named_method_is_described_with_its_reference(name: str) -> None:
    method = named_methods()[name]
    said = methods_text(make((IRIS,), ("passive", name), 1, settings=LATER))
    assert f"{method_title(name)} {method.summary} (" in said
    assert re.findall(r"\d{4}", method.about.reference)[0] in said
    assert "described elsewhere" not in said
    assert ("Pool methods" in said) == (method.loop == "pool")
    assert ("The committees of" in said) == (method.members > 1)


def test_every_statement_is_said_by_some_study() -> None:
    runs = [runs_of(results) for results, _, _ in CASES.values()]
    statements = [statement for paragraph in PARAGRAPHS for statement in paragraph]
    assert [one.say for one in statements if not any(sentence(one, own) for own in runs)] == []


def test_no_field_is_left_empty() -> None:
    for results, _, _ in CASES.values():
        assert not re.search(r"\bNone\b|\bnan\b|[{}]|  |\(\)| [.,;]", methods_text(results))


def test_an_unfinished_study_is_described_by_what_it_has_done() -> None:
    results = make((IRIS, WINE), ("passive", "ensemble"))
    none = replace(results, trials=results.trials.iloc[:0], curves=results.curves.iloc[:0])
    assert methods_text(none) == "No trial of this study has finished, so there is nothing to describe."
    assert bibliography(none) == ""
    is_early = (results.trials["problem"] == "iris") & (results.trials["method"] == "passive")
    early = replace(results, trials=results.trials[is_early], curves=results.curves.iloc[:0])
    assert "Iris (150 examples" in methods_text(early)
    for undone in ("Wine", "ensemble", "Pool", "compared", "paired"):
        assert undone not in methods_text(early)


def test_trials_are_counted_as_found() -> None:
    results = make((IRIS, WINE), ("passive",), 4)
    fewer = results.trials[~((results.trials["problem"] == "wine") & (results.trials["trial"] > 1))]
    assert "There were 4 (Iris) and 2 (Wine) trials of each method." in methods_text(replace(results, trials=fewer))


def run(problem: str, method: str, **facts: Any) -> Run:
    return Run(problem, method, facts)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 1, 1, 1], "On it went for 1 step."),
        ([1, 1, 2, 2], "On it went for 1 (Iris) and 2 (Wine) step."),
        ([1, 2, 1, 2], "On it went for 1 or 2 step."),
        ([1, 2, 1, 3], "On it went for 1 (a), 2 (b on Iris) and 3 (b on Wine) step."),
    ],
)
def test_a_value_is_followed_by_where_it_holds(values: list[int], expected: str) -> None:
    places = [("Iris", "a"), ("Iris", "b"), ("Wine", "a"), ("Wine", "b")]
    runs = [run(*place, n=value) for place, value in zip(places, values, strict=True)]
    assert sentence(Statement("On it went for {n} step."), runs) == expected


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ("1111", "Weights were kept."),
        ("1100", "On Iris, weights were kept."),
        ("0101", "With b, weights were kept."),
        ("0100", "With b on Iris, weights were kept."),
        ("1101", "With a and b on Iris and b on Wine, weights were kept."),
        ("0000", ""),
    ],
)
def test_a_sentence_opens_with_where_it_holds(held: str, expected: str) -> None:
    places = [("Iris", "a"), ("Iris", "b"), ("Wine", "a"), ("Wine", "b")]
    runs = [run(*place, is_kept=flag == "1") for place, flag in zip(places, held, strict=True)]
    assert sentence(Statement("Weights were kept.", when=lambda r: r["is_kept"]), runs) == expected


def test_text_from_data_commands_nothing() -> None:
    title = r"\input{/etc/passwd} [@holm1979simple] {0} " + "\ue000friedman1937use\ue001 50 % $x$"
    hostile = make((replace(IRIS, title=title, source="{seed} & co_"),), ("passive", "sasla"), 1)
    latex = methods_latex(hostile)
    assert r"\textbackslash{}input\{/etc/passwd\} {[}@holm1979simple{]} \{0\} friedman1937use 50 \% \$x\$" in latex
    assert r"\{seed\} \& co\_" in latex
    assert re.findall(r"\\cite\{(.*?)\}", latex) == ["engelbrecht2001sensitivity"]
    assert "@holm1979simple" in methods_text(hostile)


def test_what_is_cited_is_in_the_bibliography_and_nothing_else() -> None:
    for results, _, _ in CASES.values():
        cited = {key for keys in re.findall(r"\\cite\{(.*?)\}", methods_latex(results)) for key in keys.split(",")}
        listed = re.findall(r"^@\w+\{(\w+),$", bibliography(results), flags=re.MULTILINE)
        assert sorted(cited) == listed
        assert bibliography(results).isascii()


def test_every_citation_is_used_and_complete() -> None:
    used = "".join(one.say for paragraph in PARAGRAPHS for one in paragraph)
    used += "".join(key for name in named_methods() for key in WORKS_OF.get(name, ()))
    assert [key for key in CITATIONS if key not in used] == []
    for citation in CITATIONS.values():
        fields = dict(citation.fields)
        assert {"author", "title", "year"} <= fields.keys()
        assert fields["year"] in citation.short
        assert all(value.count("{") == value.count("}") for value in fields.values())


@pytest.mark.parametrize("name", [name for name in named_methods() if name not in ORDER])
def test_every_named_method_cites_what_its_table_says(name: str) -> None:
    who, year = re.fullmatch(r"(.+) \((\d{4})\).*", named_methods()[name].about.reference).groups()
    results = make((IRIS,), ("passive", name), 1, settings=LATER)
    cited = set(re.findall(r"\\cite\{(.*?)\}", methods_latex(results)))
    (keys,) = [found for found in cited if all(key in WORKS_OF[name] for key in found.split(","))]
    first = dict(CITATIONS[keys.split(",")[0]].fields)
    assert first["year"] == year
    families = re.findall(r"[A-Z]\w+", who)
    assert families[0] in first["author"].partition(" and ")[0]
    assert all(family in first["author"] for family in families)
    assert f"{{{keys.split(',')[0]}," in bibliography(results)


DOCSTRINGS = " ".join(
    " ".join(path.read_text(encoding="utf-8").split())
    for folder in ("utilities", "rules", "learning")
    for path in sorted((Path(eligo.__file__).parent / folder).glob("*.py"))
).lower()


@pytest.mark.parametrize("key", WORKS)
def test_a_work_says_no_more_than_a_docstring_does(key: str) -> None:
    fields = dict(CITATIONS[key].fields)
    authors = fields["author"].split(" and ")
    *most, last = authors
    listed = " & ".join(filter(None, (", ".join(most), last)))
    who = f"{most[0]} et al." if last == "others" else listed
    start = f"{who} ({fields['year']}), {re.sub('[{}]', '', fields['title'])}".lower()
    assert start in DOCSTRINGS
    said = [DOCSTRINGS[place.end() : place.end() + 60] for place in re.finditer(re.escape(start), DOCSTRINGS)]
    rest = [value for name, value in fields.items() if name not in ("author", "title", "year")]
    assert any(all(part.lower().replace("--", "-") in text for part in rest) for text in said)


def test_the_same_study_gives_the_same_text() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert methods_latex(make()) == methods_latex(make())
