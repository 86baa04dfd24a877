"""The methods paragraph, methods and judgement: sentences, each with the runs that it is about and when it holds."""

from __future__ import annotations

from .methods_facts import Run
from .methods_setting import (
    DATA,
    HYPER_PARAMETERS,
    NETWORK,
    PREPARATION,
    Statement,
    of_committee,
    of_method,
    of_other_committee,
    of_pool,
    with_classes,
    with_numbers,
)


def _selective(r: Run) -> bool:
    return bool(r["is_selective"])


def _has_fixed_beta(r: Run) -> bool:
    return r["beta"] is not None and r["target_words"] is None


def _entropy_of_numbers(r: Run) -> bool:
    return r["base"] == "entropy" and not r["has_classes"]


METHODS_COMPARED = (
    Statement(
        "Settings that were varied are named with the method.",
        when=lambda r: r["is_varied"],
        of=lambda r: r["is_varied"],
    ),
    Statement("Passive learning presented every training example in every epoch.", of=of_method("passive")),
    Statement(
        "SASLA [@engelbrecht2001sensitivity] trained on the examples whose informativeness reached (1 − β) times its "
        "mean, with β = {beta}.",
        when=_has_fixed_beta,
        of=of_method("sasla"),
    ),
    Statement(
        "SASLA [@engelbrecht2001sensitivity] trained on the most informative examples, as many at each selection as kept "
        "it at {target_words}.",
        when=lambda r: r["target_words"] is not None,
        of=of_method("sasla"),
    ),
    Statement(
        "Informativeness was the {output_norm_words} over outputs of the {input_norm_words} over inputs of the "
        "derivatives of the outputs with respect to the inputs.",
        when=lambda r: r["informativeness"] == "gradient",
        of=of_method("sasla", "saila"),
    ),
    Statement(
        "Informativeness was the {output_norm_words} over outputs of |x · ∇o|, the change of an output when the example "
        "itself is scaled.",
        when=lambda r: r["informativeness"] == "directional",
        of=of_method("sasla", "saila"),
    ),
    Statement(
        "Error-selective learning trained on the examples whose absolute error reached (1 − β) times its mean, with "
        "β = {beta}.",
        when=_has_fixed_beta,
        of=of_method("error"),
    ),
    Statement(
        "Error-selective learning trained on the examples with the largest absolute errors, as many at each selection as "
        "kept it at {target_words}.",
        when=lambda r: r["target_words"] is not None,
        of=of_method("error"),
    ),
    Statement(
        "Random subset trained on a random share of {share} of the candidates, as a control.",
        when=lambda r: r["share"] is not None,
        of=of_method("random_subset"),
    ),
    Statement(
        "All training examples remained candidates, so that one which had been left out could return.",
        when=lambda r: r["candidates"] == "all",
        of=_selective,
    ),
    Statement(
        "Examples that a selection left out were left out for good.",
        when=lambda r: r["candidates"] == "current",
        of=_selective,
    ),
    Statement("A selection followed every epoch.", when=lambda r: r["interval"] == 1, of=_selective),
    Statement(
        "A selection followed every {interval} epochs.",
        when=lambda r: r["interval"] not in (None, 1),
        of=_selective,
    ),
    Statement(
        "The first selection came after epoch {first_selection}.",
        when=lambda r: r["first_selection"] not in (None, r["interval"]),
        of=_selective,
    ),
    Statement(
        "At least one example of every class stayed.",
        of=lambda r: r["base"] in ("sasla", "error") and with_classes(r),
    ),
    Statement(
        "At least {floor} examples stayed, the best first.",
        when=lambda r: (r["floor"] or 1) > 1 and not r["floor_share"] and r["target_words"] is None,
        of=of_method("sasla", "error"),
    ),
    Statement(
        "A share of at least {floor_share} of the candidates, and never fewer than {floor}, stayed, the best first.",
        when=lambda r: r["floor"] is not None and (r["floor_share"] or 0) > 0 and r["target_words"] is None,
        of=of_method("sasla", "error"),
    ),
    Statement(
        "Runs of {method:list} also ended by the criterion of {early_words}, looked at every {check_interval} epochs.",
        when=lambda r: r["early_words"] is not None and r["check_interval"] is not None,
        of=_selective,
    ),
    Statement(
        "Pool methods [@settles2009active,sharma2017evidence] started from {n_start} labelled examples, with the rest of "
        "the training part as the pool.",
        when=lambda r: r["n_start"] is not None,
        of=of_pool,
    ),
    Statement(
        "The first labelled examples were {first_labelled.n} or a share of {first_labelled.fraction} of the training "
        "part, whichever was {first_labelled.choice}, drawn at random.",
        when=lambda r: r["first_labelled.n"] is not None and r["first_labelled.choice"] is not None,
        of=of_pool,
    ),
    Statement(
        "In classification they were drawn from the classes in turn.", of=lambda r: of_pool(r) and with_classes(r)
    ),
    Statement("Labels were asked for one at a time.", when=lambda r: r["query_size"] == 1, of=of_pool),
    Statement(
        "Labels were asked for {query_size} at a time.", when=lambda r: r["query_size"] not in (None, 1), of=of_pool
    ),
    Statement("At the end the whole pool was labelled.", when=lambda r: r["is_exhausted"], of=of_pool),
    Statement(
        "At the end {n_end} examples were labelled.",
        when=lambda r: r["n_end"] is not None and not r["is_exhausted"],
        of=of_pool,
    ),
    Statement(
        "A run ended when its epochs were spent, whether or not labels were left to buy.",
        when=lambda r: r["stop"] == "epochs",
        of=of_pool,
    ),
    Statement(
        "A run of querying also ended by the criterion of {stopping_words}, looked at after each round.",
        when=lambda r: r["stopping_words"] is not None,
        of=of_pool,
    ),
    Statement(
        "After each query training went on from the current weights and velocity.",
        when=lambda r: r["retraining"] == "warm",
        of=of_pool,
    ),
    Statement(
        "After each query training went on from the current weights, with the velocity of momentum set to zero.",
        when=lambda r: r["retraining"] == "warm_at_rest",
        of=of_pool,
    ),
    Statement(
        "After each query training started again from the initial weights.",
        when=lambda r: r["retraining"] == "cold",
        of=of_pool,
    ),
    Statement(
        "Each round of querying had {epochs_per_query} epochs.",
        when=lambda r: r["epochs_per_query"] is not None and r["stop"] != "epochs",
        of=of_pool,
    ),
    Statement(
        "Each round of querying but the last had {epochs_per_query} epochs.",
        when=lambda r: r["epochs_per_query"] is not None and r["stop"] == "epochs",
        of=of_pool,
    ),
    Statement(
        "The epochs of a run were spread evenly over its rounds of querying.",
        when=lambda r: r["epochs_per_query"] is None and r["retraining"] in ("warm", "warm_at_rest"),
        of=of_pool,
    ),
    Statement(
        "Each round of querying had {epochs} epochs.",
        when=lambda r: r["epochs_per_query"] is None and r["retraining"] == "cold" and r["epochs"] is not None,
        of=of_pool,
    ),
    Statement(
        "In classification, entropy asked for the example with the largest entropy of the class probabilities "
        "[@shannon1948mathematical].",
        of=lambda r: r["base"] == "entropy" and with_classes(r),
    ),
    Statement(
        "In function approximation, entropy asked for the example with the largest entropy of a Gaussian whose variance "
        "came from a linearised Laplace approximation [@mackay1992information,immer2021improving].",
        when=lambda r: r["regression_uncertainty"] == "laplace",
        of=_entropy_of_numbers,
    ),
    Statement(
        "In function approximation, the method named entropy asked for the example whose prediction was farthest from the "
        "mean prediction over the pool.",
        when=lambda r: r["regression_uncertainty"] == "extreme_prediction",
        of=_entropy_of_numbers,
    ),
    Statement(
        "The ensemble trained {members} networks on the same labels and asked for the example with the largest total "
        "variance of their predictions [@seung1992query,krogh1995neural].",
        when=lambda r: r["members"] is not None and r["diversity_words"] is None,
        of=of_method("ensemble"),
    ),
    Statement(
        "The ensemble trained {members} networks and asked for the example with the largest total variance of their "
        "predictions [@seung1992query,krogh1995neural].",
        when=lambda r: r["members"] is not None and r["diversity_words"] is not None,
        of=of_method("ensemble"),
    ),
    Statement(
        "It predicted by majority vote in classification.",
        when=lambda r: r["committee"] == "vote",
        of=lambda r: r["base"] == "ensemble" and with_classes(r),
    ),
    Statement(
        "It predicted by the mean of its networks in function approximation.",
        when=lambda r: r["committee"] == "vote",
        of=lambda r: r["base"] == "ensemble" and with_numbers(r),
    ),
    Statement(
        "It predicted by the mean of its networks’ outputs.",
        when=lambda r: r["committee"] == "mean_of_outputs",
        of=of_method("ensemble"),
    ),
    Statement(
        "Its predictions and errors are those of its first network alone.",
        when=lambda r: r["committee"] == "first_member",
        of=of_method("ensemble"),
    ),
    Statement(
        "The committees of {method:list} had {members} networks and predicted by {committee_words}.",
        when=lambda r: r["members"] is not None and r["committee_words"] is not None,
        of=of_other_committee,
    ),
    Statement(
        "The networks of a committee differed in {diversity_words}.",
        when=lambda r: r["diversity_words"] is not None,
        of=of_committee,
    ),
    Statement(
        "Class probabilities were the {probabilities_words}.",
        when=lambda r: r["probabilities_words"] is not None,
        of=lambda r: of_pool(r) and r["is_named"] and r["base"] != "random_pool" and with_classes(r),
    ),
    Statement("Random pool asked for labels at random, as a control.", of=of_method("random_pool")),
    Statement("In short, {account:in turn}.", of=lambda r: r["account"] is not None),
    Statement(
        "InfoBatch left out an example below the mean loss with a probability of {prune_probability}, and none in the last "
        "epochs, a share of {tail} of all.",
        when=lambda r: r["prune_probability"] is not None and (r["tail"] or 0) > 0,
        of=of_method("loss"),
    ),
    Statement(
        "Pilot networks, {pilots} a trial, chose a share of {share} of the training part for {method:list}.",
        when=lambda r: r["pilots"] is not None and r["share"] is not None,
        of=of_method("el2n", "grand", "forgetting"),
    ),
    Statement(
        "Subsets of SAILA grew by {growth} at a time, after at most {subset_epochs} epochs each.",
        when=lambda r: r["growth"] is not None and r["subset_epochs"] is not None,
        of=of_method("saila"),
    ),
    Statement(
        "The methods also include one that is described elsewhere: {method:list}.",
        of=lambda r: not r["is_named"],
    ),
)

MEASURES = (
    Statement(
        "Classification was judged by the misclassification rate on the test part at the end of training.",
        of=with_classes,
    ),
    Statement(
        "Function approximation was judged by the mean squared error on the test part at the end of training.",
        of=with_numbers,
    ),
    Statement(
        "Cost was counted in labels, in presentations of an example to a network, and in work, all passes through "
        "networks included, also those for selection."
    ),
    Statement(
        "Epochs, presentations, work and labels were also counted up to a target error, {default_target}.",
        when=lambda r: r["has_target"] and r["target_error"] is None,
        of=lambda r: r["has_target"],
    ),
    Statement(
        "Epochs, presentations, work and labels were also counted up to a target error of {target_error}.",
        when=lambda r: r["has_target"] and r["target_error"] is not None,
        of=lambda r: r["has_target"],
    ),
    Statement(
        "The share of trials that reached it has Wilson’s 95 % interval [@wilson1927probable].",
        when=lambda r: r["has_target"],
        of=lambda r: r["has_target"],
    ),
    Statement(
        "Training diverged in {n_diverged} runs; a diverged run has the worst rank in every test and no part in means.",
        when=lambda r: r["n_diverged"] > 1,
    ),
    Statement(
        "Training diverged in one run, which has the worst rank in every test and no part in means.",
        when=lambda r: r["n_diverged"] == 1,
    ),
)

STATISTICS = (
    Statement(
        "On each problem methods were compared, with the trial as block, by Friedman’s test [@friedman1937use] and the "
        "form of it by Iman and Davenport [@iman1980approximations], and pair by pair by Wilcoxon’s signed-rank test "
        "[@wilcoxon1945individual,demsar2006statistical] with Holm’s adjustment [@holm1979simple] at a level of 5 %; a "
        "difference of zero counts half to either side.",
        when=lambda r: r["is_tested"],
    ),
    Statement(
        "Sizes of effects are mean differences with 95 % bootstrap intervals, corrected for bias and accelerated "
        "[@efron1987better], matched-pairs rank-biserial correlations [@kerby2014simple] and Vargha and Delaney’s A "
        "[@vargha2000critique].",
        when=lambda r: r["is_tested"],
    ),
    Statement(
        "As trials on one problem share data, differences between methods of which no trial diverged were also tested by "
        "the corrected resampled t-test of Nadeau and Bengio [@nadeau2003inference], with Holm’s adjustment.",
        when=lambda r: r["is_corrected"],
        of=lambda r: r["is_tested"],
    ),
    Statement(
        "Their differences were checked for normality by Shapiro and Wilk’s test [@shapiro1965analysis].",
        when=lambda r: r["is_checked"],
        of=lambda r: r["is_corrected"],
    ),
    Statement(
        "How probable a difference that matters is was told by the Bayesian correlated t-test [@corani2015bayesian,"
        "benavoli2017time] with a region of practical equivalence of {rope}.",
        when=lambda r: r["is_believed"],
        of=lambda r: r["is_corrected"],
    ),
    Statement(
        "Pool methods were held against random pool in the same trials.",
        when=lambda r: r["is_controlled"],
        of=lambda r: of_pool(r) and r["base"] != "random_pool" and r["n_trials"] > 1,
    ),
    Statement(
        "Across problems, mean ranks of methods were compared likewise with the problem as block.",
        when=lambda r: r["is_across"],
    ),
    Statement(
        "Across problems the Bayesian signed-rank test [@benavoli2014bayesian] was applied to mean losses, with the same "
        "region.",
        when=lambda r: r["is_believed_across"],
    ),
    Statement(
        "There were too few problems to test anything across them.",
        when=lambda r: not r["is_across"] and r["has_several_problems"] and r["has_several_methods"],
    ),
)

SOFTWARE = (
    Statement("The study was run with {software}.", when=lambda r: bool(r["software"])),
    Statement(
        "The engine is JAX [@bradbury2018jax].",
        when=lambda r: r["has_jax"],
    ),
    Statement(
        "Splits, preparation and measures rest on scikit-learn [@pedregosa2011scikit].",
        when=lambda r: r["has_sklearn"],
    ),
)

PARAGRAPHS = (
    DATA,
    PREPARATION,
    NETWORK,
    HYPER_PARAMETERS,
    METHODS_COMPARED,
    MEASURES,
    STATISTICS,
    SOFTWARE,
)
"""The paragraphs, in order."""
