"""What a newcomer gets wrong, and the words that the one line must hold which answers it. Nothing here compiles a loop."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

import eligo
from eligo.datasets import DataError, FeaturePreparation, load, load_table
from eligo.rules import AboveMean, KCentre, Share, Top
from eligo.stopping import CRITERIA
from eligo.study.trials import TrialDesign, stack_trials
from eligo.testing import check_rule, check_utility
from eligo.utilities import DensityWeighted, EnsembleVariance, Indifferent, Margin, OutputSensitivity, PredictiveEntropy

RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, (30, 4))
Y = np.arange(30) % 3
ASKED = np.where(np.arange(30) < 6, Y.astype(float), np.nan)
MARKED = np.where(np.isnan(ASKED), -1, ASKED)
C = eligo.CLASSIFICATION
T = C.code(Y).encode(Y)
NET = eligo.Network((4,))
KEY = jax.random.key(0)
PARAMS = NET.init(KEY, 4, 3)
MANY = jax.tree.map(lambda leaf: leaf[None], PARAMS)
SGD = eligo.SGD(0.1, epochs=1)
NAMES = np.array(["a", "b", "c"])[Y]
MIXED = np.array([0, "a", 1] * 10, dtype=object)
DATES = np.array(["2020-01-01", "2021-01-01"] * 15, dtype="datetime64[D]")
ENTROPY = PredictiveEntropy()
FOREST = RandomForestClassifier(3, random_state=0).fit(X, Y)
LOGISTIC = LogisticRegression().fit(X, Y)


def train(
    network: Any = NET,
    params: Any = PARAMS,
    X: Any = X,
    targets: Any = T,
    task: Any = C,
    sgd: Any = SGD,
    key: Any = KEY,
):
    return eligo.train(network, params, X, targets, task, sgd, key=key)


def pool(network: Any = NET, params: Any = PARAMS, X: Any = X, task: Any = C, utility: Any = ENTROPY, **how: Any):
    return eligo.score_pool(network, params, X, task, utility, **how)


def query(model: Any = FOREST, X: Any = X, y: Any = ASKED, utility: Any = ENTROPY, **how: Any):
    return eligo.query(model, X, y, utility, **how)


TRIALS = stack_trials(TrialDesign(seed=1), load("iris"), NET, [0])


def learn(network: Any = NET, task: Any = C, trials: Any = TRIALS, sgd: Any = SGD, **how: Any):
    return eligo.learn_by_querying(network, task, trials, sgd, utility=ENTROPY, rule=Top(1), **how)


def selective(y: Any = Y, **parameters: Any):
    return eligo.SelectiveClassifier(**parameters).fit(X, y)


def approximator(y: Any = X[:, 0], **parameters: Any):
    return eligo.SelectiveRegressor(**parameters).fit(X, y)


def knowing(classes: Any):
    """A classifier as the first call of `partial_fit` leaves it, as far as labels go."""
    model = eligo.SelectiveClassifier()
    model.classes_, model.params_, model.n_features_in_ = np.array(classes), {}, 4
    return model


def active(y: Any = Y, **parameters: Any):
    return eligo.ActiveClassifier(**parameters).fit(X, y)


ARGUMENTS: list[tuple[Callable[[], Any], str]] = [
    # Networks, tasks, keys, parameters
    (lambda: eligo.Network(8), "`hidden` must be a tuple of whole numbers of at least 1; got 8. Use e.g. (8,)."),
    (lambda: eligo.Network((True,)), "`hidden` must be a tuple of whole numbers"),
    (lambda: eligo.Network((4,), "tanh"), "`activation` must be an eligo.Activation; got 'tanh'. Write eligo.TANH."),
    (lambda: NET.init(1, 4, 3), "`key` must be a jax random key; got 1. Write jax.random.key(0)."),
    (lambda: NET.init(KEY, X, 3), "`n_features` must be a whole number of at least 1; got an array of shape (30, 4)"),
    (
        lambda: NET.apply(PARAMS, X, "classification"),
        "`task` must be an eligo.Task; got 'classification'. Write eligo.CLASS",
    ),
    (
        lambda: NET.apply(X, PARAMS, C),
        "`params` must be those of a network with `hidden` (4,); got an array of shape (30, 4)",
    ),
    (
        lambda: NET.apply(PARAMS, X[:, :3], C),
        "`X` must be an array (examples, 4), as `params` have 4 features; got an array",
    ),
    (lambda: eligo.ForeignNetwork(1, 2), "`init_fn` must be a function of (key, n_features, n_outputs); got 1"),
    (
        lambda: eligo.input_sensitivity(selective, PARAMS, X, C),
        "`network` must be an eligo.Network or eligo.ForeignNetwork",
    ),
    (lambda: eligo.informativeness(np.zeros((3, 2))), "`S` must be an array (examples, outputs, features)"),
    (lambda: C.code([0.0, np.nan, 1.0]), "the target has missing labels, NaN"),
    # Training
    (lambda: train(task="classification"), "`task` must be an eligo.Task; got 'classification'"),
    (lambda: train(task=eligo.Task), "`task` must be an eligo.Task; got the class Task"),
    (lambda: train(key=1), "`key` must be a jax random key; got 1"),
    (lambda: train(key=jax.random.PRNGKey(0)), "`key` must be a jax random key; got an array of shape (2,)"),
    (
        lambda: train(sgd=0.1),
        "`sgd` must be an eligo.SGD; got 0.1. Write e.g. eligo.SGD(learning_rate=0.1, epochs=100).",
    ),
    (lambda: train(network=eligo.Network), "must be an eligo.Network or eligo.ForeignNetwork; got the class Network"),
    (lambda: train(network=LOGISTIC), "got a LogisticRegression. An estimator is asked by eligo.query("),
    (lambda: train(params=None), "`params` must be those of a network with `hidden` (4,); got None. Take them from"),
    (lambda: train(params=MANY), "`hidden` (4,); got hidden.bias (1, 4)"),
    (
        lambda: train(network=eligo.Network((5,))),
        "`params` must be those of a network with `hidden` (5,); got hidden.weights (4, 4)",
    ),
    (lambda: train(network=eligo.Network((4, 4))), "`params` must be those of a network with `hidden` (4, 4)"),
    (lambda: train(params=NET.init(KEY, 4, 3) | {"hidden_2": PARAMS["hidden"]}), "got hidden.weights (4, 4)"),
    (lambda: train(X="data.csv"), "`X` must be an array of numbers, of rows that are equally long; got 'data.csv'."),
    (lambda: train(X=[[1.0], [1.0, 2.0]]), "`X` must be an array of numbers, of rows that are equally long"),
    (lambda: eligo.train_many(NET, PARAMS, X, T, C, SGD, key=KEY), "each part with a leading axis of nets; got hidden"),
    (lambda: eligo.SGD("0.1"), "`learning_rate` must be above 0; got '0.1', which is no number."),
    (lambda: eligo.SGD(0.1, momentum=None), "`momentum` must be in [0, 1); got None, which is no number."),
    (lambda: eligo.SGD(0.1, batch_size=True), '`batch_size` must be "full" or a whole number of at least 1; got True.'),
    (lambda: eligo.SGD(0.1, epochs=2.0), "`epochs` must be a whole number of at least 0; got 2.0."),
    # Pools
    (
        lambda: pool(network=LOGISTIC),
        "`network` must be an eligo.Network or eligo.ForeignNetwork; got a LogisticRegression",
    ),
    (lambda: pool(params=LOGISTIC), "`params` must be those of a network with `hidden` (4,); got a LogisticRegression"),
    (lambda: pool(params=None), "`params` must be those of a network with `hidden` (4,); got None"),
    (lambda: pool(network=eligo.Network((7,))), "`params` must be those of a network with `hidden` (7,)"),
    (lambda: pool(task="classification"), "`task` must be an eligo.Task"),
    (
        lambda: pool(utility="entropy"),
        "`utility` must be a utility, such as eligo.utilities.PredictiveEntropy(); got 'entropy'",
    ),
    (lambda: pool(utility=PredictiveEntropy), "got the class PredictiveEntropy. Write PredictiveEntropy()."),
    (lambda: pool(utility=eligo.entropy), "got the function entropy. Take one of `eligo.utilities`"),
    (lambda: pool(rows_per_chunk=2.5), "`rows_per_chunk` must be a whole number of at least 1; got 2.5"),
    (lambda: pool(X=X.astype(str)), "of numbers; got <U32 of shape (30, 4). Pass an array"),
    (lambda: pool(X=None), "rows must come as arrays (rows, columns) of numbers"),
    # Queries
    (lambda: query(y=None), "`y` must be an array (examples,) or (examples, outputs); got None"),
    (lambda: query(X=None), "`X` must be an array or a frame (examples, features); got None"),
    (lambda: query(utility=None), "`utility` must be a utility"),
    (lambda: query(utility=Margin), "got the class Margin. Write Margin()."),
    (
        lambda: query(utility=Top(1)),
        "`utility` must be a utility, such as eligo.utilities.PredictiveEntropy(); got Top(n=1)",
    ),
    (lambda: query(rule="top"), "`rule` must be a rule, such as eligo.rules.Top(); got 'top'"),
    (lambda: query(rule=Top), "got the class Top. Write Top()."),
    (
        lambda: query(n=3, rule=Top(2)),
        "`n` must be 2, as many as `rule` Top(n=2) chooses; got 3. Pass n=2, or leave the number out of the rule.",
    ),
    (lambda: query(rule=KCentre(5)), "`n` must be 5, as many as `rule` KCentre(n=5) chooses; got 1. Pass n=5"),
    (
        lambda: query(rule=AboveMean()),
        "`rule` must choose n examples, as `eligo.rules.Top` and the batch rules do; Above",
    ),
    (lambda: query(n=2.5), "`n` must be a whole number of at least 1; got 2.5"),
    (
        lambda: query(model="rf"),
        "`model` must be a fitted estimator, a list of at least one, or a function of X; got 'rf'",
    ),
    (lambda: query(model=NET), "A bare network is scored by eligo.score_pool."),
    (
        lambda: query(model=RandomForestClassifier),
        "got the class RandomForestClassifier. Write RandomForestClassifier().fit(...)",
    ),
    (lambda: query(model=RandomForestClassifier()), "instance is not fitted yet"),
    (lambda: query(model=[]), "a list of at least one"),
    (
        lambda: query(model=LOGISTIC, utility=EnsembleVariance()),
        "at least 2 members; got 1. Give it a list of models, or a forest.",
    ),
    (lambda: query(model=[FOREST, "rf"]), "`model[1]` must be a fitted estimator; got 'rf'. Fit one first."),
    (
        lambda: query(model=lambda X: np.where(np.arange(30)[:, None] < 4, np.nan, 0.5) * np.ones(2)),
        "`model` gives NaN in 4 rows of `X`.",
    ),
    (
        lambda: query(model=lambda X: np.where(np.arange(30)[:, None] < 4, 0.5, 0.75) * np.ones(2)),
        "no probabilities: row 4 sums to 1.5. Probabilities must be at least 0 and sum to 1.",
    ),
    (lambda: query(model=lambda X: np.tile([1.25, -0.25], (30, 1))), "no probabilities: row 0 holds -0.25."),
    (lambda: query(missing_label=[None]), "`missing_label` must be one value"),
    (
        lambda: query(y=MARKED),
        "`y` holds -1.0 in 24 rows, which is no label that `model` can have learnt, and `missing_label` is nan",
    ),
    (
        lambda: query(y=MARKED, missing_label="-1"),
        "`missing_label` is '-1'. Pass missing_label=-1.0 to ask for these rows.",
    ),
    (lambda: query(y=[0, None] * 15, missing_label=-1), "Pass missing_label=None to ask for these rows."),
    (lambda: query(model=LOGISTIC.predict_proba, y=MARKED), "Pass missing_label=-1.0"),
    (lambda: query(y=["a", "b"] * 15), "`y` holds 'a', and none of the labels that `model` has learnt, [0, 1, 2]."),
    (lambda: query(y=np.where(np.isnan(ASKED), None, NAMES)), "`y` holds 'a', and none of the labels that `model` has"),
    (
        lambda: query(model=LogisticRegression().fit(X, NAMES)),
        "`y` holds 0.0, and none of the labels that `model` has learnt, ['a', 'b', 'c']. Fit the model on labels of `y`.",
    ),
    (lambda: query(y=np.where(np.isnan(ASKED), None, MIXED)), "`y` must hold labels of one type; got 0 and 'a'."),
    (
        lambda: query(y=np.where(np.isnan(ASKED)[:, None], np.nan, np.eye(3)[Y])),
        "labels; got an array of shape (30, 3). If it has a column for each class, pass y.argmax(axis=1).",
    ),
    (
        lambda: query(
            lambda rows: rows[:, 0], y=np.where(np.isnan(ASKED), None, NAMES), utility=DensityWeighted(Indifferent())
        ),
        "`y` must hold numbers; got 'a'. Fit a classifier to labels.",
    ),
    # Labels
    (
        lambda: selective(y=MIXED),
        "`y` must hold labels of one type; got 0 and 'a'. Make them alike, by [str(label) for label in y] for instance.",
    ),
    (lambda: selective(y=[1, "a"] * 15), "`y` must hold labels of one type; got 1 and 'a'."),
    (lambda: active(y=MIXED), "`y` must hold labels of one type; got 0 and 'a'."),
    (
        lambda: selective(y=Y / 2),
        "`y` must hold labels of classes; got 0.5. Unknown label type: continuous. Fit a regressor to numbers with",
    ),
    (lambda: active(y=X[:, 0]), "Unknown label type: continuous. Fit a regressor"),
    (
        lambda: selective(y=np.eye(3)[Y]),
        "`y` must be an array (examples,) of labels; got an array of shape (30, 3). If it has a column for each class, pass",
    ),
    (lambda: selective(y="species"), "`y` must be an array (examples,) of labels; got 'species'."),
    (lambda: selective(y=[[0], [0, 1]] * 15), "`y` must hold labels that are numbers or text; got [0]."),
    (
        lambda: selective(y=Y + 1j),
        "`y` must hold real numbers; got complex ones. Complex data not supported. Take real and",
    ),
    (lambda: eligo.SelectiveClassifier().fit(X + 1j, Y), "`X` must hold real numbers; got complex ones."),
    (lambda: approximator(y=NAMES), "`y` must hold numbers; got 'a'. Fit a classifier to labels."),
    (lambda: approximator(y=MIXED), "`y` must hold numbers; got 'a'. Fit a classifier to labels."),
    (
        lambda: approximator(y=DATES),
        "`y` must hold numbers; got datetime.date(2020, 1, 1). Fit a classifier to labels.",
    ),
    (lambda: approximator(y=Y + 1j), "`y` must hold real numbers; got complex ones."),
    (lambda: approximator(y="price"), "`y` must be an array (examples,) or (examples, outputs); got 'price'."),
    (
        lambda: knowing([0, 1, 2]).partial_fit(X, NAMES),
        "`y` holds the label 'a', and the classes of the network are [0, 1, 2]. Name all that will ever come",
    ),
    (
        lambda: knowing([0, 1, 2]).partial_fit(X, Y.astype(str)),
        "`y` holds the label '0', and the classes of the network",
    ),
    (lambda: knowing([0, 1, 2]).partial_fit(X, Y / 2), "Unknown label type: continuous."),
    (lambda: knowing([0, 1, 2]).partial_fit(X, MIXED), "`y` must hold labels of one type; got 0 and 'a'."),
    (
        lambda: knowing(["a", "b"]).partial_fit(X, Y),
        "`y` holds the label 0, and the classes of the network are ['a', 'b'].",
    ),
    (lambda: knowing([0, 1, 2]).partial_fit(X, Y + 1), "`y` holds the label 3, and the classes of the network"),
    (
        lambda: knowing([0, 1]).partial_fit(X, Y, [0, 1, 2]),
        "`classes` must be those of the first call, [0, 1]; got [0, 1, 2].",
    ),
    (
        lambda: eligo.ActiveClassifier().partial_fit(X, Y, classes=NAMES),
        "`y` holds the label 0, and the classes of the network are ['a', 'b', 'c']. Name all that will ever come",
    ),
    (
        lambda: eligo.ActiveClassifier().partial_fit(X, Y, classes=[0, "a", 2]),
        "`classes` must hold labels of one type; got 0 and 'a'. Make them alike, by [str(label) for label in classes]",
    ),
    (
        lambda: eligo.ActiveClassifier().partial_fit(X, Y, classes=[0, 1, None]),
        "`classes` must be an array of at least 2 labels, none of them NaN or None; got [0, 1, None].",
    ),
    (lambda: eligo.ActiveClassifier().partial_fit(X, Y, classes=3), "`classes` must be an array of at least 2 labels"),
    # Estimators
    (lambda: selective(hidden="8"), "`hidden` must be a tuple of whole numbers of at least 1; got '8'"),
    (lambda: selective(activation=eligo.TANH), "Write 'tanh'."),
    (lambda: selective(utility="entropy"), "`utility` must be a utility"),
    (lambda: selective(rule="top"), "`rule` must be a rule"),
    (lambda: selective(rule=AboveMean), "got the class AboveMean. Write AboveMean()."),
    (lambda: selective(utility=EnsembleVariance()), "One network learns selectively; choose another utility."),
    (lambda: selective(learning_rate="0.1"), "`learning_rate` must be above 0; got '0.1', which is no number."),
    (
        lambda: eligo.SelectiveClassifier().fit(pd.DataFrame(X).assign(side="north"), Y),
        "`X` must hold numbers; got the text 'north' in column 'side'. Leave the column out, or turn it into numbers",
    ),
    (lambda: selective(epochs=0), "`epochs` must be a whole number of at least 1; got 0."),
    (lambda: selective(n_records=0), "`n_records` must be a whole number of at least 1; got 0."),
    (lambda: selective(y=ASKED), "`y` must have a label for every row of `X`; got 24 that are missing, NaN or None."),
    (lambda: active(y=ASKED), "eligo.query(model, X, y, utility) says which others to have labelled."),
    (lambda: active(y=np.array(["a", None] * 15, dtype=object)), "got 15 that are missing, NaN or None"),
    (lambda: active(budget="20"), "a share in [0.0, 1.0], or None for all; got '20'."),
    (lambda: active(budget=True), "a share in [0.0, 1.0], or None for all; got True."),
    (lambda: active(n_initial=31), "`n_initial` must be in [1, 30], for n_samples = 30; got 31. Lower it."),
    (lambda: active(n_members=0), "`n_members` must be a whole number of at least 1; got 0."),
    (lambda: active(query_size=2.5), "`query_size` must be a whole number of at least 1; got 2.5."),
    (
        lambda: active(query_size=5, rule=KCentre(2)),
        "`query_size` must be 2, as many as `rule` KCentre(n=2) chooses; got 5. Pass query_size=2, or leave",
    ),
    (lambda: active(rule=Top), "got the class Top. Write Top()."),
    (lambda: active(n_members=1, utility=EnsembleVariance()), "Query with `n_members=2` or more."),
    (
        lambda: eligo.SelectionDisplay.from_estimator(FOREST, X),
        "`estimator` must be a fitted estimator of eligo; got a Random",
    ),
    (
        lambda: eligo.SelectiveClassifier().set_params(rule__beta=0.5),
        "`rule` None has no parameter 'beta'. Give the estimator a",
    ),
    (lambda: eligo.SelectiveClassifier(rule=AboveMean()).set_params(rule__bta=0.5), "It has beta, floor, floor_share."),
    (lambda: eligo.SelectiveClassifier().set_params(rul__beta=0.5), "Invalid parameter 'rul' for estimator"),
    (lambda: selective(first_selection="x"), "`first_selection` must be a whole number of at least 1; got 'x'."),
    # Loops
    (lambda: learn(trials=X), "`trials` must be an eligo.Trials; got an array of shape (30, 4). Make them by"),
    (
        lambda: learn(network=LOGISTIC),
        "`network` must be an eligo.Network or eligo.ForeignNetwork; got a LogisticRegression",
    ),
    (lambda: learn(sgd=0.1), "`sgd` must be an eligo.SGD; got 0.1."),
    (lambda: learn(network=eligo.Network((5,))), "`params` must be those of a network with `hidden` (5,)"),
    (lambda: learn(budget=2.5), "`budget` must be in [0, 110], the pool size; got 2.5."),
    # Rules, utilities, settings, names
    (lambda: Top(1.5), "`n` must be a whole number of at least 1; got 1.5."),
    (lambda: Top(True), "`n` must be a whole number of at least 1; got True."),
    (lambda: Share("a"), "`share` must be in (0, 1]; got 'a'."),
    (lambda: AboveMean("a"), "`beta` must be in [0, 1]; got 'a'. Larger keeps more examples."),
    (
        lambda: KCentre(1, "inputs"),
        "`representation` must be a representation, such as eligo.representations.LastHidden()",
    ),
    (lambda: DensityWeighted("margin"), "`utility` must be a utility"),
    (lambda: eligo.Settings(members="3"), "`members` must be a whole number of at least 1; got '3'."),
    (lambda: eligo.Settings(beta=None), "`beta` must be in [0, 1]; got None."),
    (lambda: eligo.named_methods({"beta": 0.5}), "`settings` must be an eligo.Settings; got {'beta': 0.5}."),
    (lambda: stack_trials(load("iris"), load("iris"), NET, [0]), "`design` must be a TrialDesign"),
    (lambda: stack_trials(TrialDesign(seed=1), load("iris"), NET, 10), "got 10. Write range(10)."),
    (
        lambda: stack_trials(TrialDesign(seed=1), "iris", NET, [0]),
        "got 'iris'. Write e.g. eligo.datasets.load('iris').",
    ),
    (
        lambda: load_table("x", "flats.csv"),
        "`table` must be an eligo.datasets.Table; got 'flats.csv'. Write e.g. Table(",
    ),
]


@pytest.mark.parametrize(("call", "words"), ARGUMENTS, ids=[words[:50] for _, words in ARGUMENTS])
def test_a_mistake_is_answered_in_one_line(call, words) -> None:
    with pytest.raises(ValueError) as refused:
        call()
    assert words in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: eligo.SelectiveClassifier(beta=0.5),
            "It is one of a rule: write rule=eligo.rules.AboveMean(beta=...).",
        ),
        (
            lambda: eligo.SelectiveRegressor(epoch=5),
            "SelectiveRegressor has no parameter 'epoch'. Did you mean epochs?",
        ),
        (lambda: eligo.ActiveClassifier(buget=5), "ActiveClassifier has no parameter 'buget'. Did you mean budget?"),
    ],
)
def test_an_unknown_parameter_is_told_by_the_class_that_was_called(call, words) -> None:
    with pytest.raises(TypeError) as refused:
        call()
    assert words in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("look_up", "words"),
    [
        (lambda: eligo.named_methods()["sassla"], "no method has the name 'sassla'. Did you mean sasla?"),
        (lambda: eligo.named_methods()["slsa"], "no method has the name 'slsa'. Did you mean sasla?"),
        (lambda: CRITERIA["platau"], "no stopping criterion has the name 'platau'. Did you mean plateau?"),
        (lambda: eligo.COMMITTEES["votes"], "no committee has the name 'votes'. Did you mean vote?"),
    ],
)
def test_an_unknown_name_is_told_what_was_meant(look_up, words) -> None:
    with pytest.raises(KeyError) as refused:
        look_up()
    assert str(refused.value) == words


def test_a_column_of_text_without_levels_is_refused() -> None:
    with pytest.raises(DataError, match=r"X has a column of text .* Give it an entry per column") as refused:
        FeaturePreparation().fit(np.array([[1.0, "a"], [2.0, "b"]], dtype=object))
    assert "\n" not in str(refused.value)


def test_files_that_are_not_there_or_not_ours(tmp_path) -> None:
    (tmp_path / "text.npy").write_text("1,2,3\n")
    with pytest.raises(
        DataError, match=r"text\.npy' is no NumPy file, whatever its name\. Save the rows by numpy\.save"
    ):
        pool(X=tmp_path / "text.npy")
    with pytest.raises(FileNotFoundError, match=r"there is no file .* Check the path\."):
        eligo.load(tmp_path / "none")
    (tmp_path / "model.safetensors").write_text("junk")
    with pytest.raises(FileNotFoundError, match=r"Did you mean .*model\.safetensors"):
        eligo.load(tmp_path / "model")
    with pytest.raises(ValueError, match="it is torn, or no file that `save` has written"):
        eligo.load(tmp_path / "model.safetensors")
    with pytest.raises(FileNotFoundError, match="is a folder. Name the file"):
        eligo.load(tmp_path)
    with pytest.raises(ValueError, match="`path` must be the path of a file that `save` has written; got None"):
        eligo.load(None)
    with pytest.raises(ValueError, match=r"^`allowed` must be a list of classes; got .*Write \[MyUtility\]\.$"):
        eligo.load(tmp_path / "model.safetensors", allowed=AboveMean)
    with pytest.raises(ValueError, match=r"^`allowed` must be a list of classes; got "):
        eligo.load(tmp_path / "model.safetensors", allowed=[AboveMean()])


def test_what_is_no_mistake_is_taken() -> None:
    """A label of -1 among two classes, everything labelled at the end of a loop, a list of rows, an int of one layer, a
    number that is said twice."""
    assert query(y=Y).size == 0
    assert query(n=3, rule=Top(3)).size == query(n=3, rule=Top()).size == 3
    assert query(model=LOGISTIC.predict_proba, y=np.where(Y > 0, 1, -1)).size == 0
    np.testing.assert_array_equal(pool(X=X.tolist()), pool(X=X.astype(np.float32)))
    assert eligo.SelectiveClassifier(hidden=8)._network() == eligo.Network((8,))
    assert eligo.Network((np.int64(4),)) == NET


def test_a_mark_among_the_classes_is_told() -> None:
    with pytest.warns(UserWarning, match="`y` holds -1, which is taken for a class like the others"):
        eligo.ActiveClassifier()._read(X, MARKED, reset=True)


def test_parameters_within_a_value_are_searched() -> None:
    model = eligo.SelectiveClassifier(rule=AboveMean(), utility=DensityWeighted(OutputSensitivity()))
    assert model.get_params()["rule__beta"] == 0.9
    assert model.get_params()["utility__utility__output_norm"] == "max"
    assert "rule__beta" not in model.get_params(deep=False)
    other = clone(model).set_params(rule__beta=0.5, utility__utility__output_norm="sum", epochs=7)
    assert (other.rule, other.utility.utility.output_norm, other.epochs) == (AboveMean(0.5), "sum", 7)
    assert model.rule == AboveMean()
    assert clone(model).set_params(rule=AboveMean(0.1), rule__floor=3).rule == AboveMean(0.1, 3)


# --- Values of one's own ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Idle:
    """A utility that counts no work."""

    def __call__(self, situation, *, key):
        return situation.X[:, 0]


@dataclass(frozen=True)
class Keyless(Idle):
    def __call__(self, situation):
        return situation.X[:, 0]

    def work(self, load):
        return 1.0


@dataclass(frozen=True)
class Branching(Keyless):
    def __call__(self, situation, *, key):
        return situation.X[:, 0] if situation.X.sum() > 0 else situation.X[:, 1]


@dataclass(frozen=True)
class Numpyish(Keyless):
    def __call__(self, situation, *, key):
        return jnp.asarray(np.sort(situation.X[:, 0]))


@dataclass(frozen=True)
class Failing(Keyless):
    def __call__(self, situation, *, key):
        return situation.labels


@dataclass(frozen=True)
class KeylessRule:
    n: int = 1

    def __call__(self, scores, is_candidate, strata):
        return is_candidate


@dataclass(frozen=True)
class Bodiless:
    n: int = 1

    def __call__(self, scores, is_candidate, strata, *, key, embedding, is_labelled):
        return is_candidate


@pytest.mark.parametrize(
    ("check", "value", "words"),
    [
        (check_utility, Margin, "Margin is a class; check a value of it, Margin()."),
        (check_rule, Top, "Top is a class; check a value of it, Top()."),
        (check_utility, Idle(), "has no method work(load), which counts what a scoring costs"),
        (check_utility, Keyless(), "must be called as utility(situation, *, key)"),
        (check_utility, Branching(), "jnp.where in the place of `if`"),
        (check_utility, Numpyish(), "use jax.numpy in the place of numpy"),
        (check_utility, Failing(), "raises AttributeError: 'Situation' object has no attribute 'labels'."),
        (check_rule, KeylessRule(), "must be called as rule(scores, is_candidate, strata, *, key)"),
        (check_rule, Bodiless(), "lacks representation and work, which a rule that looks at an embedding has"),
        (check_utility, "margin", "is no hashable value"),
    ],
    ids=lambda value: getattr(value, "__name__", repr(value)),
)
def test_a_value_of_ones_own_is_told_what_it_lacks(check, value, words) -> None:
    with pytest.raises(AssertionError) as told:
        check(value)
    assert words in str(told.value) and "\n" not in str(told.value)
