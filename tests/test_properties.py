"""The engine, both loops, utilities and rules on drawn shapes, hyper-parameters and masks.

What makes a program of its own (shapes, values like a rule) comes from a few; all else is drawn freely.
"""

import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import transcription as paper
from eligo import CLASSIFICATION, SGD, learn_by_querying, learn_selectively, train_many
from eligo.learning.run import score
from eligo.learning.trials import as_nets
from eligo.rules import AboveMean, Share, Top
from eligo.utilities import EnsembleVariance, OutputSensitivity, PredictiveEntropy, Random
from problems import NETWORK, TASKS, assert_same_weights, coded, hyper_of, initial, keys, make_trials, nth, order_of

N_NETS, N_EXAMPLES = 3, 24
# Few in the fast suite, which draws the same ones every time; many where they are drawn anew.
FEW = settings(max_examples=5 if settings().derandomize else 60, deadline=None)
RATES = st.tuples(st.floats(1e-3, 0.5), st.floats(0, 0.9), st.floats(0, 0.01))
MASKS = st.lists(st.booleans(), min_size=N_EXAMPLES, max_size=N_EXAMPLES).filter(any)
SEEDS = st.integers(0, 2**31 - 1)


@FEW
@given(
    task=st.sampled_from(list(TASKS.values())),
    batch_size=st.sampled_from([1, 7]),
    rates=st.lists(RATES, min_size=N_NETS, max_size=N_NETS),
    masks=st.lists(MASKS, min_size=N_NETS, max_size=N_NETS),
    dtype=st.sampled_from([np.float32, np.float64, np.float16]),
    seed=SEEDS,
)
def test_every_network_follows_the_equations_whatever_its_rates_and_its_subset(
    task, batch_size, rates, masks, dtype, seed
) -> None:
    """Three networks with rates and subsets of their own against loops over Eq. 10, in float32."""
    X, T = (values.astype(dtype).astype(np.float64) for values in coded(task))
    learning_rate, momentum, decay = np.array(rates).T
    sgd = SGD(learning_rate * (1 - momentum), momentum, decay, batch_size=batch_size, epochs=2)
    params, order = initial(T.shape[1], seed, (N_NETS,)), keys(seed, N_NETS)
    subset = np.array(masks)
    given_ = {"key": order, "subset": subset}
    trained = train_many(NETWORK, params, X.astype(dtype), T.astype(dtype), task, sgd, **given_)
    for net in range(N_NETS):
        own = sgd.of_nets(slice(net, net + 1), N_NETS)
        one = SGD(*(float(rate[0]) for rate in (own.learning_rate, own.momentum, own.weight_decay)), batch_size, 2)
        learner = paper.Learner(paper.from_params(nth(params, net)), hyper_of(one, task))
        for epoch in range(2):
            learner.epoch(X, T, order_of(order[net])(epoch, subset[net]))
        assert_same_weights(nth(trained, net), learner.net, rtol=2e-5)


@FEW
@given(
    beta=st.sampled_from([0.0, 0.4, 1.0]),
    interval=st.integers(1, 6),
    candidates=st.sampled_from(["all", "current"]),
    tail=st.sampled_from([0.0, 0.5]),
    seed=st.integers(0, 50),
)
def test_selective_learning_counts_what_it_presents_and_keeps_every_class(
    beta, interval, candidates, tail, seed
) -> None:
    trials = make_trials(CLASSIFICATION, seed=seed)
    found = learn_selectively(
        NETWORK, CLASSIFICATION, trials, SGD(0.2, 0.5, epochs=6), utility=OutputSensitivity(), rule=AboveMean(beta),
        interval=interval, candidates=candidates, tail=tail,
    )  # fmt: skip
    np.testing.assert_array_equal(np.diff(found.presentations, axis=0), found.n_selected[1:])
    assert (found.labels == N_EXAMPLES).all() and (found.n_selected >= 3).all() and (found.n_selected <= 24).all()
    classes = np.asarray(trials.targets).argmax(axis=2)
    for trial in range(2):
        assert set(classes[trial][found.is_selected[trial]]) == {0, 1, 2}
    if beta == 1:
        assert (found.n_selected == N_EXAMPLES).all()
    for cost in (found.presentations, found.work, found.selection_work):
        assert (np.diff(cost, axis=0) >= 0).all()
    assert (found.selection_work <= found.work).all()


UTILITIES = (PredictiveEntropy(), OutputSensitivity(), Random())


@FEW
@given(
    utility=st.sampled_from(UTILITIES),
    size=st.sampled_from([1, 4]),
    budget=st.integers(0, 20),
    retraining=st.sampled_from(["warm", "cold"]),
    seed=st.integers(0, 50),
)
def test_querying_buys_its_budget_once_and_never_gives_a_label_back(utility, size, budget, retraining, seed) -> None:
    trials = make_trials(CLASSIFICATION, seed=seed)
    found = learn_by_querying(
        NETWORK, CLASSIFICATION, trials, SGD(0.2, 0.5, epochs=6), utility=utility, rule=Top(size), budget=budget,
        retraining=retraining, epochs_per_query=2, n_records=1000,
    )  # fmt: skip
    assert (found.labels[-1] == 4 + budget).all() and (found.is_selected.sum(axis=1) == 4 + budget).all()
    assert (found.is_selected | ~np.asarray(trials.is_first_labelled)).all()  # the first labels are still there
    bought = np.diff(found.labels, axis=0)
    assert (bought >= 0).all() and (bought <= size).all()
    np.testing.assert_array_equal(np.diff(found.presentations, axis=0), 2 * found.labels[1:])


@FEW
@given(task=st.sampled_from(list(TASKS.values())), order=st.permutations(range(N_EXAMPLES)), seed=st.integers(0, 50))
def test_a_utility_scores_an_example_whatever_its_place(task, order, seed) -> None:
    """Permuted examples have permuted scores, none of them NaN."""
    trials = make_trials(task, seed=seed)
    place = np.array(order)
    for utility in (OutputSensitivity(), EnsembleVariance(), PredictiveEntropy()):
        found = []
        for rows in (np.arange(N_EXAMPLES), place):
            per_trial = (trials.X[:, rows], trials.targets[:, rows], np.ones((2, N_EXAMPLES), dtype=bool))
            rest = (np.full(2, 0.001, dtype=np.float32), trials.selection_keys)
            found.append(np.asarray(score(NETWORK, task, utility, 0, as_nets(trials.params), *per_trial, *rest)))
        assert np.isfinite(found[0]).all()
        np.testing.assert_allclose(found[1], found[0][:, place], rtol=2e-3, atol=1e-5)


RULES = (AboveMean(0.0), AboveMean(0.7), AboveMean(0.3, floor=5), AboveMean(0.1, floor_share=0.4), Top(3), Share(0.3))
_chosen = {rule: jax.jit(lambda *given, rule=rule: rule(*given[:3], key=given[3])) for rule in RULES}


@settings(max_examples=30 if settings().derandomize else 300, deadline=None)
@given(
    rule=st.sampled_from(RULES),
    scores=st.lists(
        st.one_of(st.floats(0, 10, width=32), st.sampled_from([0.0, 1.0, np.nan, np.inf])),
        min_size=N_EXAMPLES, max_size=N_EXAMPLES,
    ),
    mask=MASKS,
    seed=SEEDS,
)  # fmt: skip
def test_a_rule_chooses_candidates_and_someone_always(rule, scores, mask, seed) -> None:
    """Scores that are NaN or infinite among them: they choose nobody who is no candidate, and empty no subset."""
    is_candidate = jnp.array(mask)
    strata = jnp.arange(N_EXAMPLES)[:, None] % 3 == jnp.arange(3)
    key = keys(seed)
    chosen = np.asarray(_chosen[rule](jnp.array(scores, dtype=jnp.float32), is_candidate, strata, key))
    again = np.asarray(_chosen[rule](jnp.array(scores, dtype=jnp.float32), is_candidate, strata, key))
    np.testing.assert_array_equal(chosen, again)
    n = sum(mask)
    assert not (chosen & ~np.array(mask)).any() and chosen.any()
    if isinstance(rule, Top):
        assert chosen.sum() == min(rule.n, n)
    elif isinstance(rule, Share):
        assert chosen.sum() == max(1, round(rule.share * n))
    else:
        assert chosen.sum() >= min(n, max(rule.floor, round(rule.floor_share * n)))
        of_stratum = np.asarray(strata)
        assert ((chosen @ of_stratum) == (np.array(mask) @ of_stratum)).all()  # bool products: whether anyone is there
