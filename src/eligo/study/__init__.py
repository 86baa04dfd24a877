"""Studies: problems x methods x paired trials, from a TOML file to a store that nothing gets lost from."""

from eligo.study.design import Study, load_study, study_names
from eligo.study.outcome import read_results
from eligo.study.results import StudyResults
from eligo.study.trials import stack_trials

__all__ = ["Study", "StudyResults", "load_study", "read_results", "stack_trials", "study_names"]
