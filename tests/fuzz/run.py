"""Fuzz a reader, guided by what its code has covered: `python tests/fuzz/run.py READER [MINUTES]`.

What reaches lines that the corpus does not is added to the corpus; what breaks the reader is written to ``build/fuzz`` and
ends the run. Needs atheris: `pip install 'eligo[fuzz]'`.
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import Any

import atheris

with atheris.instrument_imports(
    include=["eligo.datasets", "eligo.study", "eligo.estimators", "file_readers", "tomllib", "csv", "json"]
):
    from file_readers import READERS, FileReader, check

TRACED = ("eligo/datasets", "eligo/study", "eligo/estimators", "tomllib")
ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(__file__).with_name("corpus")
LARGEST = {"toml": 6000, "safetensors": 8000}
USUAL = 2000
"""Bytes of a file that the fuzzer tries."""


def fuzz(name: str, arguments: list[str]) -> None:
    """Hand the process to libFuzzer, which ends it."""
    reader = READERS[name]
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))

    def one(content: bytes) -> None:
        check(reader, content, folder)

    atheris.Setup([sys.argv[0], *arguments], one)
    atheris.Fuzz()


def lines_of(reader: FileReader, content: bytes, folder: Path) -> set[tuple[str, int]]:
    """Lines of the readers' code that reading this content runs."""
    seen: set[tuple[str, int]] = set()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if not any(part in frame.f_code.co_filename for part in TRACED):
            return None
        if event == "line":
            seen.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    sys.settrace(trace)
    try:
        check(reader, content, folder)
    finally:
        sys.settrace(None)
    return seen


def keep(name: str, found: Path) -> int:
    """Add to the corpus, the smallest first, what reaches a line that nothing in it reaches; how many those are."""
    seen: set[tuple[str, int]] = set()
    n_kept = 0
    with tempfile.TemporaryDirectory() as scratch:
        known = sorted((CORPUS / name).iterdir())
        for path in [*known, *sorted(found.iterdir(), key=lambda file: (file.stat().st_size, file.name))]:
            content = path.read_bytes()
            lines = lines_of(READERS[name], content, Path(scratch))
            if path not in known and not lines <= seen:
                (CORPUS / name / hashlib.sha256(content).hexdigest()[:12]).write_bytes(content)
                n_kept += 1
            seen |= lines
    return n_kept


def run(name: str, minutes: float) -> int:
    """Fuzz for some minutes from the corpus, and keep what covers more; the exit code of libFuzzer, 0 if nothing broke."""
    found = ROOT / "build" / "fuzz" / name
    (found / "crashes").mkdir(parents=True, exist_ok=True)
    (found / "found").mkdir(exist_ok=True)
    words = found / "words"
    escaped = ("".join(f"\\x{byte:02x}" for byte in word) for word in READERS[name].words)
    words.write_text("".join(f'"{word}"\n' for word in escaped))
    how = [f"-max_len={LARGEST.get(name, USUAL)}", "-timeout=30", "-rss_limit_mb=4096", "-print_final_stats=1"]
    how += [f"-dict={words}", f"-max_total_time={int(60 * minutes)}", f"-artifact_prefix={found}/crashes/"]
    # A process of its own, since libFuzzer ends the one that it runs in.
    command = [sys.executable, __file__, name, "--", *how, str(found / "found"), str(CORPUS / name)]
    ended = subprocess.run(command, cwd=ROOT, check=False)
    if ended.returncode == 0:
        print(f"{keep(name, found / 'found')} files are new in the corpus of {name}")
    return ended.returncode


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in READERS:
        sys.exit(f"usage: python tests/fuzz/run.py {{{','.join(READERS)}}} [MINUTES]")
    if sys.argv[2:3] == ["--"]:
        fuzz(sys.argv[1], sys.argv[3:])
    sys.exit(run(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 5.0))
