"""How a thread waits for another one without sleeping, since waking it would take longer."""

from funclab.engine.kernels.jit import Symbol, jit

PATIENCE = 2000
"""How often a waiting thread looks, and lets others run, before it gives up: for a millisecond."""

let_others_run = Symbol("sched_yield")


@jit
def watch(signal, count, seen, pause):
    """Set `signal` to 1 and wait, at most a millisecond, until `count` is no longer `seen`.

    `signal` and `count` are arrays with one element. A loop does not hold Python's lock: with the
    signal, the second thread says that it has finished and that the lock is free.
    """
    signal[0] = 1
    looked = 0
    while count[0] == seen and looked < PATIENCE:
        let_others_run()
        looked += 1
    if looked < PATIENCE:
        for _ in range(pause):
            let_others_run()
