"""The methods paragraph, data and training: sentences, each with the runs that it is about and when it holds.

A sentence that does not hold for all of the runs that it is about opens with those for which it does, and a value that
differs between them is followed by where it holds; see `methods_text`. Works are cited as ``[@key]``. ``{name:list}``
lists values that say themselves where they hold; ``{name:each}`` sets them apart by semicolons, and ``{name:in turn}``
does so with values that say themselves where they hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .methods_facts import Run


def _always(_: Run) -> bool:
    return True


@dataclass(frozen=True)
class Statement:
    """A sentence about runs.

    Attributes
    ----------
    say : str, a template; fields in braces are facts of runs
    when : callable, whether it holds for a run
    of : callable, whether a run is one that the sentence is about
    """

    say: str
    when: Callable[[Run], bool] = _always
    of: Callable[[Run], bool] = _always


def of_method(*bases: str) -> Callable[[Run], bool]:
    """Whether a run is of one of these methods, whatever its settings."""
    return lambda r: r["base"] in bases


def with_classes(r: Run) -> bool:
    """Whether a run is of classification."""
    return bool(r["has_classes"])


def with_numbers(r: Run) -> bool:
    """Whether a run is of function approximation."""
    return not r["has_classes"]


def of_pool(r: Run) -> bool:
    """Whether a run asks for labels."""
    return bool(r["is_pool"])


def of_committee(r: Run) -> bool:
    """Whether a run is of several networks that are compared."""
    return bool(r["is_committee"])


def of_other_committee(r: Run) -> bool:
    """Whether a run is of a committee but not of the method that is named ensemble."""
    return of_committee(r) and r["base"] != "ensemble"


def _shares_weights(r: Run) -> bool:
    return of_committee(r) and r["committee_weights"] == "shared"


DATA = (
    Statement("The data were {data:list}."),
    Statement(
        "At most {examples} examples, drawn at random and stratified by class, took the place of the data set.",
        when=lambda r: r["examples"] is not None,
        of=with_classes,
    ),
    Statement(
        "At most {examples} examples, drawn at random, took the place of the data set.",
        when=lambda r: r["examples"] is not None,
        of=with_numbers,
    ),
    Statement("Each trial split the data anew at random, {split}."),
    Statement("Splits of classification problems were stratified by class.", of=with_classes),
    Statement("There were {n_trials} trials of each method.", when=lambda r: r["n_trials"] > 1),
    Statement("There was one trial of each method.", when=lambda r: r["n_trials"] == 1),
    Statement(
        "All methods of a trial shared its split and its streams of randomness, so comparisons are paired.",
        when=lambda r: r["has_several_methods"],
    ),
    Statement(
        "All random choices followed from the seed {seed}, the problem and the number of the trial.",
        when=lambda r: r["seed"] is not None,
    ),
    Statement(
        "Inside the training part of each trial, cross-validation in {cross_validation} folds gave a further estimate of "
        "the error; the test part had no share in it.",
        when=lambda r: r["cross_validation"] is not None,
    ),
)

PREPARATION = (
    Statement("Missing numbers were replaced by the median of their column.", when=lambda r: r["has_gaps"]),
    Statement(
        "Missing categories were replaced by the most frequent level of their column.",
        when=lambda r: r["has_category_gaps"],
    ),
    Statement(
        "Categories were coded with one input for each level.",
        when=lambda r: r["has_categories"] and not r["drop_first_category"],
    ),
    Statement(
        "Categories were coded with one input for each level but the first.",
        when=lambda r: r["has_categories"] and r["drop_first_category"],
    ),
    Statement(
        "Inputs were scaled to [−1, 1].",
        when=lambda r: r["scaling"] != "z-score" and (not r["has_categories"] or r["scale_categories"] is not False),
    ),
    Statement(
        "Numeric inputs were scaled to [−1, 1], and those of categories left at 0 and 1.",
        when=lambda r: r["scaling"] != "z-score" and r["has_categories"] and r["scale_categories"] is False,
    ),
    Statement(
        "Numeric inputs were scaled to mean 0 and standard deviation 1.",
        when=lambda r: r["scaling"] == "z-score",
    ),
    Statement(
        "Inputs of categories were −1 and 1.",
        when=lambda r: r["scaling"] == "z-score" and r["has_categories"] and r["scale_categories"] is not False,
    ),
    Statement(
        "All that preparation fits was fitted to the training part of a trial alone.",
        when=lambda r: r["fitted_on"] == "training",
    ),
    Statement(
        "All that preparation fits was fitted once to the whole data set, the test rows of every trial included.",
        when=lambda r: r["fitted_on"] == "all",
    ),
    Statement("Classes were coded with one output unit each and the targets 0.1 and 0.9.", of=with_classes),
    Statement(
        "Targets of function approximation were scaled to [0.1, 0.9].",
        when=lambda r: r["output"] == "sigmoid",
        of=with_numbers,
    ),
    Statement(
        "Targets of function approximation were scaled to [−1, 1].",
        when=lambda r: r["output"] == "linear",
        of=with_numbers,
    ),
    Statement(
        "Targets of function approximation were left as they are.",
        when=lambda r: r["output"] == "raw",
        of=with_numbers,
    ),
    Statement(
        "For pool methods the range of these targets includes labels that had not been asked for.",
        when=lambda r: r["output"] in ("sigmoid", "linear"),
        of=lambda r: of_pool(r) and with_numbers(r),
    ),
)

NETWORK = (
    Statement(
        "Networks had one layer of {activation} hidden units.",
        when=lambda r: r["hidden"] is not None and r["n_layers"] == 1,
    ),
    Statement(
        "Networks had {n_layers} layers of {activation} units, {widths} times as wide as the hidden units that are given.",
        when=lambda r: r["hidden"] is not None and r["n_layers"] > 1,
    ),
    Statement("Output units were sigmoid.", when=lambda r: r["has_classes"] or r["output"] == "sigmoid"),
    Statement("Output units were linear.", when=lambda r: not r["has_classes"] and r["output"] in ("linear", "raw")),
    Statement(
        "Initial weights and biases were uniform in ±1/√n for n inputs of a layer, the same for all methods of a trial.",
        of=lambda r: not _shares_weights(r),
    ),
    Statement(
        "The ensemble’s networks started from the same initial weights in every trial.",
        when=_shares_weights,
        of=of_method("ensemble"),
    ),
    Statement(
        "The networks of each committee ({method:list}) started from the same initial weights in every trial.",
        when=_shares_weights,
        of=of_other_committee,
    ),
    Statement("The squared error, summed over outputs, was minimised.", when=lambda r: r["mean_over_outputs"] is False),
    Statement(
        "The squared error, averaged over outputs, was minimised.", when=lambda r: r["mean_over_outputs"] is True
    ),
    Statement(
        "Training was by stochastic gradient descent, one example at a time in random order.",
        when=lambda r: r["batch_size"] == 1,
    ),
    Statement(
        "Training was by stochastic gradient descent in mini-batches of {batch_size} examples in random order.",
        when=lambda r: r["batch_size"] not in (None, 1, "full"),
    ),
    Statement(
        "Training was by gradient descent on the full batch: one step an epoch, on the whole training subset.",
        when=lambda r: r["batch_size"] == "full",
    ),
    Statement(
        "A gradient whose Euclidean norm over a network exceeded {gradient_clip} was scaled down to it "
        "[@pascanu2013difficulty].",
        when=lambda r: r["gradient_clip"] is not None,
    ),
    Statement("No weight decay was used.", when=lambda r: not r["has_decay"]),
    Statement(
        "Weight decay added λ times the sum of squared weights, biases left out, to the error.",
        when=lambda r: r["has_decay"] and r["decay_biases"] is False,
    ),
    Statement(
        "Weight decay added λ times the sum of squared weights and biases to the error.",
        when=lambda r: r["has_decay"] and r["decay_biases"] is True,
    ),
    Statement("A run trained for {run_epochs} epochs.", when=lambda r: r["run_epochs"] is not None),
)

HYPER_PARAMETERS = (
    Statement("Hyper-parameters were, for all methods alike, {hyper_parameters:each}."),
    Statement(
        "They were chosen in the passive setting, once per problem, by a grid search over {n_cells} cells ({grid}) with "
        "cross-validation in {tuning.folds} folds of the training rows of a split that no trial used; the lowest squared "
        "error won, and of equal ones that with fewest hidden units.",
        when=lambda r: r["is_tuned"],
    ),
    Statement(
        "Cells were trained for {rungs} epochs.",
        when=lambda r: r["is_tuned"] and not r["is_halved"],
        of=lambda r: r["is_tuned"],
    ),
    Statement(
        "By successive halving [@jamieson2016nonstochastic] cells were trained in rounds of {rungs} epochs, and a quarter "
        "of them went on from each.",
        when=lambda r: r["is_tuned"] and r["is_halved"],
        of=lambda r: r["is_tuned"],
    ),
    Statement(
        "The search saw a random subset of {tuning.examples} of those rows.",
        when=lambda r: r["is_tuned"] and r["tuning.examples"] is not None and r["tuning.examples"] < r["n_train"],
        of=lambda r: r["is_tuned"],
    ),
    Statement(
        "They were not searched for in this study, but had been recorded before: {source}.",
        when=lambda r: r["source"] is not None,
    ),
)
