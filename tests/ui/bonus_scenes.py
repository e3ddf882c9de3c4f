"""Pictures of «МТС Бонус» and «Акции»."""

from textual.pilot import Pilot

from mts_tui.backend.contract.bonus import Bonus, Invite
from mts_tui.backend.contract.promos import Promos
from tests.backend.desk import ANNA_SECOND, MISHA

from .bonus_pages import MAIN, SECOND, BonusPages, have
from .options_pages import rich
from .pages import Phone
from .test_autopay_page import keep_card, live, make
from .world import World


async def bonus(world: World, pilot: Pilot[None]) -> None:
    await BonusPages(pilot).open("bonus")


async def bonus_phone(world: World, pilot: Pilot[None]) -> None:
    await BonusPages(pilot).open("bonus")
    phone = Phone(pilot)
    await phone.open()
    await phone.dial("*111*455*0#")


async def bonus_join(world: World, pilot: Pilot[None]) -> None:
    pages = BonusPages(pilot)
    await pages.press("f4")
    await pages.open("bonus")


async def bonus_nowhere(world: World, pilot: Pilot[None]) -> None:
    pages = BonusPages(pilot)
    await pages.press("f4", "f4")
    await pages.open("bonus")


async def bonus_movement(world: World, pilot: Pilot[None]) -> None:
    pages = BonusPages(pilot)
    await pages.open("bonus")
    await pages.press("tab", "enter")


async def bonus_burning(world: World, pilot: Pilot[None]) -> None:
    await BonusPages(pilot).way("burning_points")


async def rewards(world: World, pilot: Pilot[None]) -> None:
    """A full basket, and a reward that is a bad bargain."""
    pages = BonusPages(pilot)
    have(world, 3400)
    await pages.way("rewards")
    await pages.press("space", "space")
    await pages.go_to("#rewards-list", "Книжный двор")
    await pages.press("space")
    await pages.go_to("#rewards-list", "Домашний радист")


async def rewards_refused(world: World, pilot: Pilot[None]) -> None:
    pages = BonusPages(pilot)
    await pages.way("rewards")
    await pages.go_to("#rewards-list", "GOOD'OK")
    await pages.press("space")


async def reward_order(world: World, pilot: Pilot[None]) -> None:
    await rewards(world, pilot)
    await BonusPages(pilot).press("f8")


async def reward_ordered(world: World, pilot: Pilot[None]) -> None:
    await reward_order(world, pilot)
    await BonusPages(pilot).press("enter")


async def reward_codes(world: World, pilot: Pilot[None]) -> None:
    pages = BonusPages(pilot)
    await pages.way("reward_orders")
    await pages.press("enter")


async def discounts(world: World, pilot: Pilot[None]) -> None:
    await BonusPages(pilot).way("discounts")


async def exchange(world: World, pilot: Pilot[None]) -> None:
    pages = BonusPages(pilot)
    await pages.way("exchange_points")
    await pages.press("up", "up")


async def exchange_wrong(world: World, pilot: Pilot[None]) -> None:
    pages = BonusPages(pilot)
    await pages.way("exchange_points")
    await pages.fill("#points-count", "150")


async def points_gift(world: World, pilot: Pilot[None]) -> None:
    pages = BonusPages(pilot)
    await pages.way("give_points")
    await pages.fill("#gift-to", MISHA)
    await pages.fill("#points-count", "3001")
    await pages.press("enter")


async def invitations(world: World, pilot: Pilot[None]) -> None:
    world.answer(Bonus.invite, MAIN, Invite(phone=ANNA_SECOND))
    world.answer(Bonus.join, SECOND)
    world.clock.move(minutes=1)
    world.answer(Bonus.invite, MAIN, Invite(phone="+79853709901"))
    await BonusPages(pilot).way("invite_friend")


async def promos(world: World, pilot: Pilot[None]) -> None:
    """One in which a person is far, one that was ended, others."""
    pages = BonusPages(pilot)
    rich(world, 20_000_00)
    keep_card(world)
    make(world)
    world.answer(Promos.join, MAIN, "autopay-10")
    world.answer(Promos.join, MAIN, "unlimited")
    for _ in range(3):
        live(world, days=30.5)
    world.answer(Promos.join, MAIN, "friends")
    world.answer(Promos.leave, MAIN, "friends")
    await pages.open("promos")


async def promo_offer(world: World, pilot: Pilot[None]) -> None:
    await BonusPages(pilot).promo("Собери свой безлимит")


async def promo_joined(world: World, pilot: Pilot[None]) -> None:
    await promos(world, pilot)
    await BonusPages(pilot).press("enter")


async def promo_question(world: World, pilot: Pilot[None]) -> None:
    pages = BonusPages(pilot)
    await pages.promo("Анкета")
    await pages.press("enter", "enter", "down")


SCENES = (
    bonus, bonus_phone, bonus_join, bonus_nowhere, bonus_movement, bonus_burning, rewards,
    rewards_refused, reward_order, reward_ordered, reward_codes, discounts, exchange,
    exchange_wrong, points_gift, invitations, promos, promo_offer, promo_joined, promo_question,
)  # fmt: skip
