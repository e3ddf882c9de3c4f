"""Every operation with money against a model, in any order: `play` and `model`.

Hypothesis plays short games that it can shrink to a few steps; a plain run plays many more from a
seed. `SAFETY_STEPS=1000000` plays a million.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from . import play

SEED = int(os.environ.get("SAFETY_SEED", "2026"))
STEPS = int(os.environ.get("SAFETY_STEPS", "100000"))
PARTS = 4
STEPS_OF_A_GAME = 400
EXAMPLES, STEPS_OF_AN_EXAMPLE = 30, 50
FIRST, SECOND = st.integers(0, 2**16 - 1), st.integers(0, 2**20 - 1)


@pytest.fixture
def town_file(quick_place: Path) -> Path:
    return play.template(quick_place)


class Machine(RuleBasedStateMachine):
    """A game; each action of `play` is a rule."""

    made: Path
    games = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).games += 1
        self.play = play.fresh(self.made, self.made.parent, "game")

    @invariant()
    def they_agree(self) -> None:
        self.play.check()

    def teardown(self) -> None:
        self.play.close()


def _rule_of(action: str):
    def act(self: Machine, one: int, two: int) -> None:
        getattr(self.play, action)(one, two)

    act.__name__ = action
    return rule(one=FIRST, two=SECOND)(act)


for _name, _ in play.ACTIONS:
    setattr(Machine, _name, _rule_of(_name))


def test_short_games_of_hypothesis(town_file: Path) -> None:
    Machine.made = town_file
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS_OF_AN_EXAMPLE,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def games(steps: int, part: int, town_file: Path) -> Iterator[int]:
    """Play until there were so many steps; how many each game had."""
    names = [name for name, _ in play.ACTIONS]
    played = number = 0
    while played < steps:
        rng = Random(f"{SEED}:{part}:{number}")
        game = play.fresh(town_file, town_file.parent, f"game-{number}")
        # Each game has its own likes (a swarm): what is rare in one is daily bread in another.
        weights = [weight * rng.choice((0.2, 1, 1, 4)) for _, weight in play.ACTIONS]
        game.jumps = rng.choice((play.JUMPS[:4], play.JUMPS[:8], play.JUMPS))
        log = []
        try:
            while game.done < STEPS_OF_A_GAME:
                action = rng.choices(names, weights)[0]
                step = action, rng.randrange(2**16), rng.randrange(2**20)
                log.append(step)
                getattr(game, action)(*step[1:])
                game.check()
        except BaseException as error:
            error.add_note(f"seed {SEED}, part {part}, game {number}, step {game.done}: {log[-5:]}")
            raise
        finally:
            game.close()
        for path in town_file.parent.glob(f"game-{number}.db*"):
            path.unlink()
        played += game.done
        number += 1
        yield game.done


@pytest.mark.timeout(max(120, STEPS // 100))
@pytest.mark.parametrize("part", range(PARTS))
def test_long_games(part: int, town_file: Path) -> None:
    assert sum(games(STEPS // PARTS, part, town_file)) >= STEPS // PARTS
