"""How each worker program is started, and what must have been installed before."""

from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "build"

WORKERS = {
    "node-0.11.6": ["node", HERE / "node/0.11.6/worker.mjs"],
    "node-0.22.1": ["node", HERE / "node/0.22.1/worker.mjs"],
    "python-0.11.6": [BUILD / "interop/python-0.11.6/bin/python", HERE / "python/worker.py"],
    "python-0.22.1": [BUILD / "interop/python-0.22.1/bin/python", HERE / "python/worker.py"],
    "python-0.25.0": [BUILD / "interop/python-0.25.0/bin/python", HERE / "python/worker.py"],
    "rust-0.11.6": [BUILD / "interop/rust/debug/worker_0_11"],
    "rust-0.22.1": [BUILD / "interop/rust/debug/worker_0_22"],
    "rust-0.25.0": [BUILD / "interop/rust/debug/worker_0_25"],
}


def all_programs(engine):
    """The published packages, and what was built together with the engine."""
    folder = engine.parent
    return {
        **WORKERS,
        "cpp": [folder / "interop_worker"],
        "embedded": [folder / "interop_embedded"],
    }


def missing_files(engine, programs):
    """What tests/interop/setup, or the build, has not made yet."""
    needed = [engine, HERE / "node/0.11.6/node_modules/iii-sdk"]
    needed.append(HERE / "node/0.22.1/node_modules/iii-sdk")
    needed += [part for command in programs.values() for part in command if isinstance(part, Path)]
    return [str(path) for path in needed if not path.exists()]
