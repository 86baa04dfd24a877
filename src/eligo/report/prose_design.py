"""What the report says of how a study was done: templates as data, each with the case in which it holds."""

from __future__ import annotations

from .protocol import Protocol
from .sentences import Rule

DATA: tuple[Rule[Protocol], ...] = (
    Rule(
        lambda _: True,
        "A trial splits the data anew into a training and a test part. All methods of a trial start from the same "
        "split, the same initial weights and the same streams of randomness, so every comparison is paired.",
    ),
    Rule(lambda p: bool(p.subsets), "Random subsets, stratified by class, stand in for the whole data: {subsets}."),
    Rule(lambda p: p.fitted_on == "training", "Features are scaled with what the training part alone tells."),
    Rule(
        lambda p: p.fitted_on == "all",
        "Features are scaled with what all rows tell, those of the test part among them: a small leak.",
    ),
    Rule(lambda p: p.has_numbers and bool(p.output), "Function approximation has {output}."),
    Rule(
        lambda p: p.is_scaled,
        "Targets of function approximation are scaled with the range of the targets of all training rows of the trial.",
    ),
    Rule(
        lambda p: p.is_scaled and bool(p.start),
        "For pool methods this includes labels not yet asked for: a small leak, which the scale of the outputs carries.",
    ),
)

TRAINING: tuple[Rule[Protocol], ...] = (
    Rule(lambda p: bool(p.epochs), "Each run trains for {epochs} epochs."),
    Rule(lambda p: bool(p.batch), "A step of gradient descent is {batch}."),
    Rule(
        lambda p: bool(p.averaged),
        "The error of a step is averaged over outputs, where Eq. 10 sums over them ({averaged}).",
    ),
    Rule(lambda p: bool(p.clip), "A step’s whole gradient is cut to a norm of at most {clip}."),
    Rule(
        lambda p: bool(p.folds_inside),
        "Besides, {folds_inside} cross-validation inside each trial’s training part gives errors on examples that were "
        "not trained on; it chooses nothing.",
    ),
)

CHOOSING: tuple[Rule[Protocol], ...] = (
    Rule(lambda p: bool(p.candidates), "{candidates}."),
    Rule(lambda p: bool(p.informativeness), "{informativeness}."),
    Rule(lambda p: bool(p.uncertainty), "In function approximation entropy’s uncertainty is {uncertainty}."),
    Rule(lambda p: bool(p.committee), "The networks of an ensemble predict {committee}."),
    Rule(
        lambda p: bool(p.shared_weights),
        "They have the same initial weights in every trial, so that trials of the ensemble differ less than others.",
    ),
    Rule(lambda p: bool(p.diversity), "The networks of a committee differ in {diversity}."),
    Rule(lambda p: bool(p.early_stopping), "Selective learning also ends by the criterion of {early_stopping}."),
)

QUERYING: tuple[Rule[Protocol], ...] = (
    Rule(
        lambda p: bool(p.start),
        "Pool methods start from {start} labelled examples, the same for all of them, and buy more until the budget is "
        "spent. These first examples are drawn at random.",
    ),
    Rule(
        lambda p: bool(p.start) and p.has_classes,
        "In classification they are drawn from the classes in turn, so that every class is there if their number "
        "allows. This uses their labels before they count, and does so alike for all pool methods, the random control "
        "included.",
    ),
    Rule(lambda p: bool(p.start) and bool(p.queries), "They buy {queries} at a time."),
    Rule(lambda p: bool(p.start) and bool(p.retraining), "After each purchase {retraining}."),
    Rule(
        lambda p: bool(p.start) and bool(p.stopped),
        "A run ends when {stopped}, whether or not labels could still be bought.",
    ),
    Rule(lambda p: bool(p.start) and bool(p.stopping), "Querying also ends by the criterion of {stopping}."),
)

DESIGN = (DATA, TRAINING, CHOOSING, QUERYING)  # a paragraph each

TUNING: tuple[Rule[Protocol], ...] = (
    Rule(lambda p: p.n_cells == 0 and not p.has_winners, "No hyper-parameters are known yet."),
    Rule(
        lambda p: p.n_cells == 0 and p.has_winners,
        "Nothing was tuned in this study: the hyper-parameters were recorded beforehand, and the table says where they "
        "come from. If that was the same data, absolute errors are optimistic.",
    ),
    Rule(
        lambda p: p.n_cells > 0,
        "The hyper-parameters were chosen once per problem, by cross-validated error of passive learning over "
        "{cells} cells of a grid, on the training rows of a split of its own that no trial uses. The winner "
        "serves all methods, so that the comparison is of methods and not of settings. What suits passive learning "
        "best need not suit the others.",
    ),
    Rule(
        lambda p: p.n_cells > 0 and bool(p.tuning_rows),
        "For the sake of time the search used random subsets of these rows: {tuning_rows}.",
    ),
    Rule(lambda p: p.n_cells > 0 and bool(p.n_folds), "Each cell was judged by {n_folds}-fold cross-validation."),
    Rule(
        lambda p: p.n_cells > 0 and not p.halved,
        "A cell trains for {tuning_epochs} epochs, a run of the comparison for {epochs}: the ranking of cells is that "
        "of the shorter training.",
    ),
    Rule(
        lambda p: bool(p.halved),
        "By successive halving ({halved}) most cells were dropped after few epochs and some were trained longer; a "
        "cell’s error is that of its longest training.",
    ),
    Rule(
        lambda p: bool(p.halved),
        "Cells were trained for {tuning_epochs} epochs, runs of the comparison for {epochs}.",
    ),
    Rule(lambda p: p.n_cells > 0, "Of cells with the same error the one with the fewest hidden units wins."),
    Rule(
        lambda p: p.n_diverged_cells > 0,
        "In {diverged_cells} of all problems together training diverged; such a cell is recorded and cannot win.",
    ),
)
