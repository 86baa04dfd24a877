"""The engine against PyTorch's own optimiser and autograd, for readers who trust those more than loops."""

from dataclasses import replace

import numpy as np
import pytest

import problems
from eligo import SGD, learn_by_querying, learn_selectively
from eligo.rules import AboveMean, Everything, Top
from eligo.utilities import EnsembleVariance, OutputSensitivity, PredictiveEntropy, Random
from problems import NETWORK, TASKS, hyper_of, is_linear, make_trials, nth, one_trial

torch = pytest.importorskip("torch", reason="PyTorch is not installed; `pip install torch` runs these tests")

SGD_100 = SGD(learning_rate=0.2, momentum=0.9, weight_decay=0.0005, epochs=100)
LINEAR_100 = SGD(learning_rate=0.02, momentum=0.9, weight_decay=0.0005, epochs=100)


class Learner:
    """One network in PyTorch: a stack of `torch.nn` layers, `torch.optim.SGD` and the loss of Eq. 10."""

    def __init__(self, net: dict[str, np.ndarray], sgd: SGD, task) -> None:
        torch.set_default_dtype(torch.float64)
        hidden, output = torch.nn.Linear(*net["v"].T.shape), torch.nn.Linear(*net["w"].T.shape)
        last = torch.nn.Identity() if is_linear(task) else torch.nn.Sigmoid()
        self.model = torch.nn.Sequential(hidden, torch.nn.Sigmoid(), output, last)
        with torch.no_grad():
            for parameter, values in zip(
                self.model.parameters(), (net["v"], net["v_bias"], net["w"], net["w_bias"]), strict=True
            ):
                parameter.copy_(torch.as_tensor(values))
        self.sgd = sgd
        rates = {"lr": float(sgd.learning_rate), "momentum": float(sgd.momentum)}
        # Its penalty is lambda / 2 w^2, Eq. 10's lambda w^2, of weights and not of biases.
        decayed = {"params": [hidden.weight, output.weight], "weight_decay": 2 * hyper_of(sgd, task).decay}
        groups = [decayed, {"params": [hidden.bias, output.bias]}]
        self.optimiser = torch.optim.SGD(groups, **rates)
        self.n_presentations = 0

    def epoch(self, Z: np.ndarray, T: np.ndarray, order: list[int]) -> None:
        for p in order:
            self.optimiser.zero_grad()
            reduction = "mean" if self.sgd.mean_over_outputs else "sum"
            loss = torch.nn.MSELoss(reduction=reduction)(self.model(torch.as_tensor(Z[p])), torch.as_tensor(T[p]))
            loss.backward()
            if self.sgd.gradient_clip is not None:
                torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.sgd.gradient_clip)
            self.optimiser.step()
            self.n_presentations += 1

    def outputs(self, Z: np.ndarray) -> torch.Tensor:
        with torch.no_grad():
            return self.model(torch.as_tensor(Z))

    def informativeness(self, Z: np.ndarray) -> np.ndarray:
        """Sum over inputs, maximum over outputs, of the Jacobian that autograd finds."""
        jacobian = torch.vmap(torch.func.jacrev(self.model))(torch.as_tensor(Z)).detach()
        return jacobian.abs().sum(dim=2).max(dim=1).values.numpy()

    @property
    def net(self) -> dict[str, np.ndarray]:
        names = ("v", "v_bias", "w", "w_bias")
        return {name: part.detach().numpy() for name, part in zip(names, self.model.parameters(), strict=True)}


@pytest.fixture(autouse=True)
def one_thread():
    """PyTorch leaves its settings as they were."""
    n_threads, dtype = torch.get_num_threads(), torch.get_default_dtype()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)
    torch.set_default_dtype(dtype)


def rates(task) -> SGD:
    return LINEAR_100 if is_linear(task) else SGD_100


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_passive_learning_gives_pytorch_s_weights(float64, task) -> None:
    trials, sgd = make_trials(task), rates(task)
    found = learn_selectively(NETWORK, task, trials, sgd, utility=Random(), rule=Everything(), n_records=1)
    for index in range(2):
        trial = one_trial(trials, index, task)
        learner, everyone = Learner(trial.nets[0], sgd, task), np.ones(24, dtype=bool)
        for epoch in range(100):
            learner.epoch(trial.Z, trial.T, trial.orders[0](epoch, everyone))
        problems.assert_same_weights(nth(found.params, index, 0), learner.net, rtol=1e-8)


@pytest.mark.parametrize(
    "settings",
    [{"mean_over_outputs": True}, {"gradient_clip": 0.3}, {"mean_over_outputs": True, "gradient_clip": 0.1}],
    ids=str,
)
def test_the_mean_loss_and_clipped_gradients_are_pytorch_s(float64, settings) -> None:
    task = TASKS["classes"]
    trials, sgd = make_trials(task), replace(SGD_100, **settings)
    plain, found = (
        learn_selectively(NETWORK, task, trials, sgd, utility=Random(), rule=Everything(), n_records=1)
        for sgd in (SGD_100, sgd)
    )
    trial = one_trial(trials, 0, task)
    learner, everyone = Learner(trial.nets[0], sgd, task), np.ones(24, dtype=bool)
    for epoch in range(100):
        learner.epoch(trial.Z, trial.T, trial.orders[0](epoch, everyone))
    problems.assert_same_weights(nth(found.params, 0, 0), learner.net, rtol=1e-8)
    assert not np.allclose(*(problems.weights_of(nth(run.params, 0, 0)) for run in (plain, found)))


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_sasla_gives_pytorch_s_weights(float64, task) -> None:
    trials, sgd, beta = make_trials(task), rates(task), 0.2
    found = learn_selectively(NETWORK, task, trials, sgd, utility=OutputSensitivity(), rule=AboveMean(beta))
    for index in range(2):
        trial = one_trial(trials, index, task)
        learner, subset = Learner(trial.nets[0], sgd, task), np.ones(24, dtype=bool)
        for epoch in range(100):
            if epoch:
                scores = learner.informativeness(trial.Z)
                subset = scores >= (1 - beta) * scores.mean()
                for label in set() if trial.classes is None else set(trial.classes.tolist()):
                    if not (subset & (trial.classes == label)).any():
                        subset[np.where(trial.classes == label, scores, -1).argmax()] = True
            learner.epoch(trial.Z, trial.T, trial.orders[0](epoch, subset))
        assert found.n_selected[-1, index] == subset.sum() < 24
        assert found.presentations[-1, index] == learner.n_presentations < 2400
        problems.assert_same_weights(nth(found.params, index, 0), learner.net, rtol=1e-8)


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_a_pool_run_gives_pytorch_s_weights(float64, task) -> None:
    """Entropy for classes, the variance of three members for function approximation."""
    trials, sgd = make_trials(task), rates(task)
    utility, n_members = (PredictiveEntropy(), 1) if task.has_classes else (EnsembleVariance(), 3)
    found = learn_by_querying(NETWORK, task, trials, sgd, utility=utility, rule=Top(1), n_members=n_members, budget=9)
    for index in range(2):
        trial = one_trial(trials, index, task, n_members)
        learners, labelled = [Learner(net, sgd, task) for net in trial.nets], trial.first_labelled.copy()
        for epoch in range(100):
            if epoch and epoch % 10 == 0:
                if task.has_classes:
                    probabilities = learners[0].outputs(trial.Z).softmax(dim=1)
                    scores = torch.distributions.Categorical(probs=probabilities).entropy().numpy()
                else:
                    outputs = torch.stack([learner.outputs(trial.Z) for learner in learners])
                    scores = outputs.var(dim=0, unbiased=False).sum(dim=1).numpy()
                labelled[np.where(labelled, -np.inf, scores).argmax()] = True
            for learner, order in zip(learners, trial.orders, strict=True):
                learner.epoch(trial.Z, trial.T, order(epoch, labelled))
        np.testing.assert_array_equal(found.is_selected[index], labelled)
        assert found.presentations[-1, index] == sum(learner.n_presentations for learner in learners)
        for member, learner in enumerate(learners):
            problems.assert_same_weights(nth(found.params, index, member), learner.net, rtol=1e-8)
