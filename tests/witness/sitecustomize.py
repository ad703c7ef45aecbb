"""On the PYTHONPATH of a test's programs: each Python notes every program that it starts, however short that lives, with the arguments
and the environment that it gives it, as a line of JSON in the file that WITNESS names."""

import json
import os
import sys

STARTS = {
    "subprocess.Popen": lambda program, argv, _cwd, env: (program, argv, env),
    "os.posix_spawn": lambda program, argv, env: (program, argv, env),
    "os.exec": lambda program, argv, env: (program, argv, env),
    "os.system": lambda command: ("sh", [command], None),
}


def note(event, details):
    if event not in STARTS:
        return
    program, argv, env = STARTS[event](*details)
    words = [argv] if isinstance(argv, (str, bytes, os.PathLike)) else list(argv)
    told = {
        "program": os.fsdecode(program or words[0]),
        "argv": [os.fsdecode(word) for word in words],
        "env": {os.fsdecode(key): os.fsdecode(value) for key, value in (os.environ if env is None else env).items()},
    }
    handle = os.open(os.environ["WITNESS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, json.dumps(told).encode() + b"\n")  # whole, among those of other processes
    finally:
        os.close(handle)


if "WITNESS" in os.environ:
    sys.addaudithook(note)
