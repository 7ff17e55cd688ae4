"""The queue of sign-ins: whoever sends many waits for themselves, and those who left are not served."""

import asyncio
import random

import pytest

from analyzer.ui.web.sign_in_queue import AT_ONCE, MOST, MOST_OF_SOURCE, BusyError, ClientLeftError, SignInQueue

STEP_S = 0.01


class Bench:
    """A queue whose work takes a step of time, and what was worked on."""

    def __init__(self, **bounds):
        self.queue, self.done, self.running, self.most_running = SignInQueue(**bounds), [], 0, 0

    def sign_in(self, source, name, left=None, delay_s=0.0):
        """Start a sign-in; return its task."""

        async def work():
            self.running += 1
            self.most_running = max(self.most_running, self.running)
            try:
                await asyncio.sleep(STEP_S)
            finally:
                self.running -= 1
            self.done.append(name)
            return name

        return asyncio.ensure_future(self.queue.run(source, work, (left or asyncio.Event()).wait, delay_s))


def test_a_good_one_is_not_behind_two_hundred_of_another_source():
    async def scene():
        bench = Bench()
        bad = [bench.sign_in("away", f"bad {n}") for n in range(200)]
        await asyncio.sleep(0)
        assert await bench.sign_in("here", "good") == "good"
        assert len(bench.done) <= 2 * AT_ONCE + 1
        outcomes = await asyncio.gather(*bad, return_exceptions=True)
        assert sum(isinstance(one, BusyError) for one in outcomes) == 200 - MOST_OF_SOURCE
        assert bench.most_running == AT_ONCE

    asyncio.run(scene())


def test_a_good_one_of_the_same_source_waits_for_few():
    async def scene():
        bench = Bench()
        bad = [bench.sign_in("here", f"bad {n}") for n in range(200)]
        await asyncio.sleep(STEP_S * 2.5)  # the first two are done: there is room
        assert await bench.sign_in("here", "good") == "good"
        assert len(bench.done) <= MOST_OF_SOURCE + 1
        await asyncio.gather(*bad, return_exceptions=True)

    asyncio.run(scene())


def test_sources_that_fill_the_queue_make_room_for_one_that_has_nothing_in_it():
    async def scene():
        bench = Bench()
        bad = [bench.sign_in(f"away {n % 20}", n) for n in range(200)]
        await asyncio.sleep(0)
        assert bench.queue._is_full()
        assert await bench.sign_in("here", "good") == "good"
        outcomes = await asyncio.gather(*bad, return_exceptions=True)
        assert sum(not isinstance(one, BusyError) for one in outcomes) == MOST - 1

    asyncio.run(scene())


def test_those_whose_client_left_are_not_served():
    async def scene():
        bench, left = Bench(), asyncio.Event()
        gone = [bench.sign_in(f"away {n}", f"gone {n}", left) for n in range(10)]
        late = bench.sign_in("far", "late", left, delay_s=60)
        await asyncio.sleep(0)
        left.set()
        outcomes = await asyncio.gather(*gone, late, return_exceptions=True)
        assert sum(isinstance(one, ClientLeftError) for one in outcomes) >= 11 - AT_ONCE
        assert await bench.sign_in("here", "good") == "good"
        assert len(bench.done) <= AT_ONCE + 1
        assert not bench.queue._inside
        assert not bench.queue._waiting

    asyncio.run(scene())


def test_work_that_fails_and_tasks_that_are_cancelled_give_their_place_back():
    async def scene():
        bench = Bench()

        async def fail():
            raise ValueError("wrong")

        for _ in range(3 * AT_ONCE):
            with pytest.raises(ValueError, match="wrong"):
                await bench.queue.run("here", fail, asyncio.Event().wait)
        tasks = [bench.sign_in("here", n) for n in range(MOST_OF_SOURCE)]
        await asyncio.sleep(STEP_S / 2)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert await bench.sign_in("here", "good") == "good"
        assert (bench.queue._running, not bench.queue._inside) == (0, True)

    asyncio.run(scene())


@pytest.mark.parametrize("seed", range(20))
def test_whatever_comes_and_goes_the_queue_ends_empty_and_within_its_bounds(seed):
    async def scene():
        rolled, bench, tasks = random.Random(seed), Bench(most=6, most_of_source=3), []
        for number in range(120):
            left = asyncio.Event()
            task = bench.sign_in(f"source {rolled.randrange(5)}", number, left, rolled.choice((0.0, 0.0, STEP_S)))
            tasks.append(task)
            kind = rolled.randrange(4)
            if kind == 0:
                asyncio.get_running_loop().call_later(rolled.random() * STEP_S * 3, left.set)
            elif kind == 1:
                asyncio.get_running_loop().call_later(rolled.random() * STEP_S * 3, task.cancel)
            await asyncio.sleep(rolled.random() * STEP_S / 3)
            assert bench.queue._inside.total() <= 6 + 1  # one that was displaced leaves a moment later
        await asyncio.gather(*tasks, return_exceptions=True)
        assert bench.most_running <= AT_ONCE
        assert (bench.queue._running, not bench.queue._inside, not bench.queue._waiting) == (0, True, True)
        assert await bench.sign_in("here", "good") == "good"

    asyncio.run(scene())
