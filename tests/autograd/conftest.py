"""Work that is counted: whether something takes time in proportion is not for a clock to say."""

import tracemalloc

import pytest

from autograd.tracing.code import Code


@pytest.fixture
def work():
    """``work(a_pass, code)``: the words of memory that a pass takes from step to step, given back or not."""

    def counted(a_pass, code):
        words = held = 0

        def look():
            nonlocal words, held
            words += max(0, tracemalloc.get_traced_memory()[1] - held) // 8
            tracemalloc.reset_peak()
            held = tracemalloc.get_traced_memory()[0]

        class Watched(tuple):
            def __iter__(self):
                for step in super().__iter__():
                    look()
                    yield step

            def __getitem__(self, place):
                look()
                return super().__getitem__(place)

        tracemalloc.start()
        try:
            a_pass(Code(Watched(code.steps), code.outputs))
            look()
        finally:
            tracemalloc.stop()
        return words

    return counted
