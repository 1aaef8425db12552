#!/usr/bin/python3
"""Runs simulator scripts, each in a process of its own, two at a time.

    run_scripts.py MODULE SCRIPT...

MODULE (brian2 or neuron) is imported once and the processes are forked from there, as importing it takes longer than
most runs. What SCRIPT.py prints goes to SCRIPT.csv, what it says on standard error to SCRIPT.log. Ends with 1 if a
script fails. Without scripts it prints the simulator's version.
"""
import importlib
import os
import runpy
import sys
from pathlib import Path


def run(script):
    """In a forked child: never returns."""
    for descriptor, suffix in ((1, '.csv'), (2, '.log')):
        os.dup2(os.open(script.with_suffix(suffix), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), descriptor)
    status = 0
    try:
        runpy.run_path(str(script), run_name='__main__')
    except BaseException:
        import traceback
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def main():
    module = importlib.import_module(sys.argv[1])
    scripts = [Path(name) for name in sys.argv[2:]]
    if not scripts:
        print(module.__version__)
        return 0
    running = {}
    failed = []
    while scripts or running:
        while scripts and len(running) < 2:
            script = scripts.pop(0)
            child = os.fork()
            if child == 0:
                run(script)
            running[child] = script
        child, status = os.wait()
        script = running.pop(child)
        if status != 0:
            failed.append(script)
    for script in failed:
        print(f'{script} failed:\n{script.with_suffix(".log").read_text()}', file=sys.stderr)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
