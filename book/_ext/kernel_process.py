"""What a process that was forked to be a kernel does; loaded there before the fork, so it imports nothing heavy."""

import gc
import multiprocessing
import os
import sys
import threading


def be_kernel(arguments: list[str], folder: str) -> None:
    """Run a kernel in a folder, in a process group of its own, like one that Jupyter starts."""
    gc.freeze()  # the garbage collector need not look through the libraries again in every kernel
    os.setsid()
    os.chdir(folder)
    threading.Thread(target=end_with_build, daemon=True).start()
    sys.argv = ["ipykernel_launcher", *arguments]
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance(parent_handle=os.getppid())


def end_with_build() -> None:
    """Let no kernel outlive its build, however that ends."""
    multiprocessing.parent_process().join()
    os._exit(1)
