"""The command line: parse, call one function, print."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import time
import warnings
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

import eligo
from eligo._devices import usable_cores
from eligo.datasets import DATASETS, DataError
from eligo.datasets.catalogue import describe, fetch
from eligo.plain import visible
from eligo.report import write_report
from eligo.report.terminal import print_answer
from eligo.study.comparison.design import TRIALS, compared_methods, comparison_study, file_name
from eligo.study.comparison.table import as_study_table, prepared
from eligo.study.comparison.target import checked_task
from eligo.study.display import Display, duration
from eligo.study.export import export_store
from eligo.study.files import load_study, study_names, study_text
from eligo.study.filesystem import network_filesystem
from eligo.study.folder import run_in_folder
from eligo.study.outcome import MIXED, REPORT, note_report, read_results, write_results
from eligo.study.reading import StudyError, StudyWarning
from eligo.study.results import StudyResults
from eligo.study.store import FILE_NAME

app = typer.Typer(
    help="Neural networks that choose what they learn from.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
study_app = typer.Typer(help="Compare methods on problems, with sound statistics.", no_args_is_help=True)
data_app = typer.Typer(help="The data sets that have a name.", no_args_is_help=True)
app.add_typer(study_app, name="study")
app.add_typer(data_app, name="data")

# What the parser raises; releases of typer differ in where it lies.
CommandLineError: type[Any] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")


def _say_version(is_asked: bool) -> None:
    if is_asked:
        print(f"eligo {eligo.__version__}")
        raise typer.Exit


@app.callback()
def start(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which release this is.")
    ] = False,
) -> None:
    """Neural networks that choose what they learn from."""


STUDIES_FOLDER = Path("eligo-studies")
STOPPED, UNREAD, TERMINATED = 130, 141, 143
"""Exit codes of a command that Ctrl-C stopped, of one whose output nobody reads any more, and of one that SIGTERM did."""

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The study's folder.")]


def _names(option: str, text: str | None) -> list[str]:
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    if text is not None and not names:
        raise StudyError(f"{option} must name at least one; got {text!r}. Separate names by commas.")
    return names


def _check_jobs(jobs: int | None) -> None:
    if jobs is not None and jobs < 1:
        raise StudyError(f"--jobs must be at least 1; got {jobs}.")


@app.command("compare")
def compare(
    data: Annotated[Path, typer.Argument(metavar="DATA.csv", help="A CSV file in UTF-8, or a Parquet file.")],
    target: Annotated[str, typer.Option(metavar="COLUMN", help="The column to predict.")],
    methods: Annotated[str | None, typer.Option(help="Methods, separated by commas.")] = None,
    task: Annotated[
        str | None, typer.Option(help="classification or regression; guessed, and said, if not given.")
    ] = None,
    trials: Annotated[int, typer.Option(help="Paired trials of each method.")] = TRIALS,
    seed: Annotated[int, typer.Option(help="Seed that all random streams come from.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder; eligo-studies/compare-DATA-COLUMN if not given.")] = None,
    jobs: Annotated[int | None, typer.Option(help="Worker processes; one per core if not given.")] = None,
) -> None:
    """Say whether choosing labels, or what to train on, pays on a table of your own."""
    _check_jobs(jobs)
    chosen = compared_methods(_names("--methods", methods))
    one = prepared(data, target, checked_task(task), seed)
    with as_study_table(one) as table:
        design = comparison_study(one, table, chosen, trials, seed)
        for note in one.notes:
            print(visible(note), flush=True)
        folder = out or STUDIES_FOLDER / f"{design.name}-{file_name(target)}"
        _say_filesystem(folder)
        with Display(design, Console()) as display:
            command = shlex.join(["eligo", *sys.argv[1:]])
            run_in_folder(design, folder, jobs or usable_cores(), display.watch, command)
    print_answer(_results(folder), Console())
    _refuse_failures(_report(folder))


@study_app.command("run")
def run(
    study: Annotated[str, typer.Argument(metavar="NAME|FILE.toml", help="A study by name, or a TOML file.")],
    problems: Annotated[str | None, typer.Option(help="Problems, separated by commas.")] = None,
    methods: Annotated[str | None, typer.Option(help="Methods, separated by commas.")] = None,
    trials: Annotated[int | None, typer.Option(help="Trials per problem and method.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed that all random streams come from.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the study.  [default: eligo-studies/NAME]")] = None,
    jobs: Annotated[int | None, typer.Option(help="Worker processes.  [default: one per core]")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="No grid: recorded hyper-parameters, 5 trials.")] = False,
) -> None:
    """Run a study, or go on with one, and write its report."""
    _check_jobs(jobs)
    design = load_study(
        study,
        problems=_names("--problems", problems),
        methods=_names("--methods", methods),
        trials=trials,
        seed=seed,
        quick=quick,
    )
    folder = out or STUDIES_FOLDER / (f"{design.name}-quick" if quick else design.name)
    _say_filesystem(folder)
    with Display(design, Console()) as display:
        command = shlex.join(["eligo", *sys.argv[1:]])
        absent = run_in_folder(
            design, folder, jobs or usable_cores(), display.watch, command, needs_all=problems is not None
        )
    results = _report(folder)
    for problem, reason in absent.items():
        print(visible(f"left out {problem}: {reason}"), file=sys.stderr)
    _refuse_failures(results)


def _say_filesystem(folder: Path) -> None:
    """Warn where locks and logs of databases are not to be trusted."""
    if kind := network_filesystem(folder):
        print(
            f"eligo: {folder} lies on a network file system or a shared folder ({kind}), where SQLite may lose units if a "
            "machine fails. Choose an --out on a local disk, and copy it when the study has ended.",
            file=sys.stderr,
        )


def _say_mixed(results: StudyResults) -> None:
    """Say so if runs of a study were not all on one machine, of one commit, or with the same flags."""
    if MIXED in results.environment:
        print(visible(f"{MIXED}: {results.environment[MIXED]}, so its trials are not all computed alike"))


def _refuse_failures(results: StudyResults) -> None:
    """End with an error if units failed or problems are closed; what they were stands in the message."""
    told = [f"{problem} is closed: {reason}" for problem, reason in results.closed.items()]
    if not results.failures.empty:
        units = "; ".join(_failures(results))
        told.insert(0, f"{len(results.failures)} units failed: {units}. Run the same command again to try them again.")
    if told:
        raise StudyError(" ".join(told))


def _failures(results: StudyResults) -> list[str]:
    """Each unit that failed, with the first line of its last error."""
    rows = results.failures.to_numpy().tolist()
    return [f"{unit} ({attempts} attempts, the last: {error.splitlines()[0]})" for unit, attempts, error in rows]


@study_app.command("status")
def status(folder: Folder) -> None:
    """Say how far a study is."""
    results = read_results(folder)
    expected = len(results.problems) * len(results.methods) * int(results.settings["trials"])
    tuned = "" if results.cells.empty else f", {len(results.cells)} cells of the grid"
    print(visible(f"{results.name}: {len(results.trials)} of {expected} trials{tuned}"))
    for problem in results.problems:
        counts = results.trials[results.trials["problem"] == problem.name].groupby("method").size()
        done = ", ".join(f"{method} {counts.get(method, 0)}" for method in results.methods)
        print(visible(f"  {problem.name}: {done}"))
    for name, reason in results.absent.items():
        print(visible(f"  {name}: left out: {reason}"))
    for name, reason in results.closed.items():
        print(visible(f"  {name}: closed: {reason}"))
    for failure in _failures(results):
        print(visible(f"  failed: {failure}"))
    _say_mixed(results)
    if spent := results.stage_seconds.get("the whole run"):
        print(f"time spent by runs that ended: {duration(spent)}")
    _say_parts(results)


def _say_parts(results: StudyResults) -> None:
    """Print where the workers' time went."""
    parts = results.parts
    took = ", ".join(
        f"{part} {duration(seconds)}" for part, seconds in zip(parts["part"], parts["seconds"], strict=True)
    )
    print(f"workers together: {took}")
    compiling = parts["seconds_compiling"].sum()
    counts = (int(parts[name].sum()) for name in ("n_compiled", "n_cached"))
    print("of it compiling: {}; {} programs, and {} from the cache".format(duration(compiling), *counts))
    if REPORT in results.stage_seconds:
        print(f"{REPORT}: {duration(results.stage_seconds[REPORT])}")


@study_app.command("report")
def report(folder: Folder) -> None:
    """Write the report of what a study has found so far."""
    _report(folder)


@study_app.command("export")
def export(
    folder: Folder,
    out: Annotated[Path | None, typer.Option(help="Folder of the CSV files.  [default: DIR/export]")] = None,
) -> None:
    """Write all that a study's store holds as CSV and JSON files, of a damaged one whatever can be read."""
    target = out or folder / "export"
    for line in export_store(folder / FILE_NAME, target):
        print(line)
    print(f"exported: {target}")


@study_app.command("show")
def show(name: Annotated[str, typer.Argument(metavar="NAME", help="A study by name.")]) -> None:
    """Print the file of a study, to make one's own from: `eligo study show paper > mine.toml`."""
    print(study_text(name), end="")


@study_app.command("list")
def list_studies() -> None:
    """Name the studies that come with eligo."""
    for name in study_names():
        design = load_study(name)
        problems = ", ".join(plan.problem for plan in design.plans)
        print(f"{name}: {design.title} ({problems}; {', '.join(design.methods)}; {design.trials} trials)")


@data_app.command("list")
def list_data() -> None:
    """Name the data sets that a study can use, and say which of them are here."""
    for name in DATASETS:
        print(f"{name}: {describe(name)}")


@data_app.command("fetch")
def fetch_data(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A data set, as `data list` names it, or openml:NUMBER.")],
) -> None:
    """Fetch a data set, so that studies find it without a network."""
    paths, is_new = fetch(name)
    if not paths:
        print(f"{name} needs no file: eligo has it")
    for path in paths:
        print(path if is_new else f"already here: {path}")


def _results(folder: Path) -> StudyResults:
    """What a study has found so far, which is at least one trial."""
    results = read_results(folder)
    if results.trials.empty:
        _refuse_failures(results)
        raise StudyError(
            f"{folder} holds no finished trial yet, so there is nothing to report. Let `eligo study run` go on."
        )
    return results


def _report(folder: Path) -> StudyResults:
    began = time.monotonic()
    results = _results(folder)
    print(f"results: {write_results(results, folder)}", flush=True)
    try:
        print(f"report: {write_report(results, folder / 'report')}")
    except OSError as error:
        raise StudyError(
            f"cannot write the report in {folder}: {error.strerror}. Mend that, and run `eligo study report {folder}`."
        ) from None
    _say_mixed(results)
    note_report(folder, time.monotonic() - began)
    return results


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    """End as Ctrl-C does: whatever is under way lets go of what it holds."""
    sys.exit(TERMINATED)


KEPT = "stopped; what was finished is kept. Run the same command again to go on."


def main() -> None:
    """Run the command line; a mistake that a user can mend is one line on stderr and exit code 2."""
    signal.signal(signal.SIGTERM, _stop)
    warnings.formatwarning = _warning_told
    try:
        code = app(prog_name="eligo", standalone_mode=False)
        if code == STOPPED:  # how typer passes Ctrl-C on
            raise KeyboardInterrupt
        sys.stdout.flush()
        sys.exit(code)
    except (StudyError, DataError) as error:
        _leave(str(error), 2)
    except CommandLineError as error:
        if not error.format_message().strip():  # a command without arguments, whose help is on the screen
            sys.exit(2)
        _leave(_usage_told(error), 2)
    except KeyboardInterrupt:
        _leave(KEPT, STOPPED)
    except BrokenPipeError:
        _leave_unread()
    except SystemExit as leaving:
        if isinstance(leaving.__context__, BrokenPipeError):  # how typer and rich pass it on
            _leave_unread()
        if leaving.code == TERMINATED:
            _leave(KEPT, TERMINATED)
        raise


_python_s_own = warnings.formatwarning


def _warning_told(message: Warning | str, category: type[Warning], *where: Any, **line: Any) -> str:
    """A warning for users in one line, without the place in the code; others as Python has them."""
    if issubclass(category, StudyWarning):
        return f"eligo: {visible(str(message))}\n"
    return _python_s_own(message, category, *where, **line)


def _usage_told(error: Any) -> str:
    """What the parser found wrong, and the help of the command that was meant."""
    context, option = getattr(error, "ctx", None), getattr(error, "param", None)
    message = error.format_message().rstrip(".")
    if option and "valid integer" in message:
        message = f"`{option.opts[0]}` must be a whole number; got {_given(option.opts[0])!r}"
    names = context.command_path.split()[1:] if context else []
    return f"{message}{'' if message.endswith('?') else '.'} See `{' '.join(['eligo', *names, '--help'])}`."


def _given(option: str) -> str:
    """What stands behind an option on the command line."""
    words = [part for word in sys.argv[1:] for part in word.split("=", 1)]
    return words[words.index(option) + 1]


def _leave_unread() -> NoReturn:
    """End as a command does of whose output enough was read, as by ``| head -1``; what is left is written nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(UNREAD)


def _leave(message: str, code: int) -> NoReturn:
    print(f"eligo: {visible(message)}", file=sys.stderr)
    sys.exit(code)
