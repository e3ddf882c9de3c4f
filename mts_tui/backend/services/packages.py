"""The packages of an account in hand: opened, used up, closed."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import structs


class Package(msgspec.Struct):
    """A bucket of the running period. Units by kind: seconds, pieces, bytes; moments in ms."""

    id: str
    kind: str
    starts_at: int
    ends_at: int
    granted: int
    used: int
    unlimited: int


class Packages:
    """What is open, by id, and what of it is to be written.

    Attributes:
        left: What is left of each.
    """

    def __init__(self, found: Iterable[Package]) -> None:
        self._open: dict[str, Package] = {}
        self._touched: dict[tuple[str, int], Package] = {}
        self._dropped: dict[tuple[str, int], Package] = {}
        self.left: dict[str, int] = {}
        for package in found:
            self._have(package)

    def __contains__(self, package_id: str) -> bool:
        return package_id in self._open

    def get(self, package_id: str) -> Package | None:
        """The open one of an id."""
        return self._open.get(package_id)

    def in_order_of_use(self) -> list[Package]:
        """The one that ends first goes first."""
        return sorted(self._open.values(), key=lambda one: (one.ends_at, one.id))

    def open(self, package: Package) -> None:
        """Let it be used from now on."""
        self._have(package)
        self._touch(package)
        self._dropped.pop((package.id, package.starts_at), None)

    def close(self, package_id: str, at: int) -> Package | None:
        """End it at a moment, ms; what is left of it is lost. None where it is not open."""
        package = self._open.pop(package_id, None)
        if package is not None:
            del self.left[package_id]
            if package.ends_at > at:
                package.ends_at = at
                self._touch(package)
        return package

    def drop(self, package_id: str) -> None:
        """Take the opening of one back: nothing was used of it."""
        package = self._open.pop(package_id)
        del self.left[package_id]
        self._touched.pop((package.id, package.starts_at), None)
        self._dropped[package.id, package.starts_at] = package

    def take(self, package_id: str, units: int) -> None:
        """Use units of one."""
        package = self._open[package_id]
        package.used += units
        self.left[package_id] = package.granted - package.used
        self._touch(package)

    def end(self, at: int) -> None:
        """Leave those whose time is over."""
        for package in [one for one in self._open.values() if one.ends_at <= at]:
            self.close(package.id, at)

    @property
    def changed(self) -> list[dict[str, Any]]:
        """Rows to be written."""
        return [structs.asdict(one) for one in self._touched.values()]

    @property
    def dropped(self) -> list[dict[str, Any]]:
        """Rows to be deleted."""
        return [{"id": one.id, "starts_at": one.starts_at} for one in self._dropped.values()]

    def _have(self, package: Package) -> None:
        self._open[package.id] = package
        self.left[package.id] = package.granted - package.used

    def _touch(self, package: Package) -> None:
        self._touched[package.id, package.starts_at] = package
