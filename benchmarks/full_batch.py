"""Full batch with momentum on 120 examples: microseconds per epoch and network, against C++ and PyTorch.

The loop in C++ is built where a compiler is present, runs on all cores, and is checked to compute what eligo computes;
"tuned" is the same loop with the output weights transposed, so that all inner loops run over neighbours in memory. PyTorch
trains one network at a time on one thread, where it is installed; "at once" grants it a process per core at no loss.

    python benchmarks/full_batch.py [--quick]
"""

import os
from collections.abc import Callable
from ctypes import CDLL
from functools import partial
from importlib.util import find_spec
from typing import Any

import cpp
import numpy as np
from problem import LEARNING_RATE, MOMENTUM, Problem, draw_problem, open_contest, print_table, train
from timing import Steady, steady

CPP_REACH = 0.6
"""The most that eligo shall take of the plain loop's time."""

PYTORCH_REACHES = {(4, 64, 3): 20, (4, 512, 3): 3}
"""Shapes, and how many times as long as eligo PyTorch shall take at least."""

COLUMNS = ("network", "eligo", "plain C++", "ratio", "reach", "tuned C++", "ratio")
COLUMNS += ("PyTorch", "its ratio to eligo", "reach", f"{os.cpu_count()} at once", "a call")


def pytorch_trainer(problem: Problem) -> Callable[[int], np.ndarray]:
    """The first network's training in PyTorch as a function of the number of epochs; gives its parameters flat."""
    import torch

    torch.set_num_threads(1)
    n_features, hidden, n_outputs = problem.shape
    X, targets = (torch.from_numpy(np.array(part)) for part in (problem.X, problem.targets))
    start = [np.array(layer[part][0]).T for layer in problem.params.values() for part in ("weights", "bias")]

    def train_first(epochs: int) -> np.ndarray:
        layers = torch.nn.Linear(n_features, hidden), torch.nn.Linear(hidden, n_outputs)
        network = torch.nn.Sequential(layers[0], torch.nn.Sigmoid(), layers[1], torch.nn.Sigmoid())
        with torch.no_grad():
            for parameter, values in zip(network.parameters(), start, strict=True):
                parameter.copy_(torch.from_numpy(values))
        optimiser = torch.optim.SGD(network.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM)
        for _ in range(epochs):
            optimiser.zero_grad()
            ((network(X) - targets) ** 2).sum(dim=1).mean().backward()
            optimiser.step()
        return np.concatenate([parameter.detach().numpy().T.ravel() for parameter in network.parameters()])

    return train_first


def check_pytorch(problem: Problem) -> str:
    """Say that PyTorch computes what eligo computes; an error where it does not."""
    epochs = cpp.CHECKED_EPOCHS["full"]
    trained, start = (
        cpp.flat_parameters(params, is_tuned=False)[0] for params in (train(problem, "full", epochs), problem.params)
    )
    return cpp.agreement(problem, "PyTorch", trained, pytorch_trainer(problem)(epochs), start)


def contestants(problem: Problem, library: CDLL | None) -> dict[str, Callable[[int], Any]]:
    """Everyone's training as a function of the number of epochs."""
    everyone: dict[str, Callable[[int], Any]] = {"eligo": partial(train, problem, "full")}
    if library is not None:
        for name, is_tuned in cpp.VARIANTS.items():
            everyone[name] = cpp.trainer(library, problem, is_full=True, is_tuned=is_tuned)
    if find_spec("torch"):
        everyone["PyTorch"] = pytorch_trainer(problem)
    return everyone


def row(problem: Problem, times: dict[str, Steady]) -> str:
    """A line of the table: microseconds per epoch and network, and ratios."""
    own = times["eligo"].per_epoch / len(problem.keys)
    cells = [problem.name, f"{own * 1e6:.2f}"]
    for name in cpp.VARIANTS:
        each = times[name].per_epoch / len(problem.keys) if name in times else None
        cells += ["no compiler", "–"] if each is None else [f"{each * 1e6:.2f}", f"{own / each:.2f}"]
        cells += [f"{CPP_REACH:.2f}"] * (name == "plain C++")
    if "PyTorch" in times:
        each, reach = times["PyTorch"].per_epoch, PYTORCH_REACHES[problem.shape]
        cells += [f"{each * 1e6:.1f}", f"{each / own:.1f}", f"{reach}", f"{each / own / os.cpu_count():.1f}"]
    else:
        cells += ["not installed", "–", "–", "–"]
    cells.append(f"{times['eligo'].of_call * 1e3:.1f} ms")
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Check that everyone computes the same, and print the table."""
    n_nets, budget, turns = open_contest(__doc__, "µs per epoch and network")
    library, rows = cpp.build(), []
    for shape in PYTORCH_REACHES:
        problem = draw_problem(shape, n_nets)
        if library is not None:
            print(*cpp.check(library, problem, "full"), sep="\n", flush=True)
        if find_spec("torch"):
            print(check_pytorch(problem), flush=True)
        rows.append(row(problem, steady(contestants(problem, library), budget, turns)))
    print_table(COLUMNS, rows)


if __name__ == "__main__":
    main()
