"""Studies: problems x methods x paired trials, from a TOML file to a store that nothing gets lost from."""

from eligo.study.design import Study
from eligo.study.files import load_study, study_names
from eligo.study.memory import MemoryStore
from eligo.study.outcome import read_results
from eligo.study.results import StudyResults
from eligo.study.store import SQLiteStore, Store
from eligo.study.trials import FirstLabelled, TrialDesign, stack_trials

__all__ = [
    "FirstLabelled",
    "MemoryStore",
    "SQLiteStore",
    "Store",
    "Study",
    "StudyResults",
    "TrialDesign",
    "load_study",
    "read_results",
    "stack_trials",
    "study_names",
]
