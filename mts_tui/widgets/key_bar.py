"""The bottom line: what can be done here, and by which keys, as this keyboard shows them."""

from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.content import Content
from textual.style import Style

from mts_tui.keyboard import layout_of, shown

from .looks import look
from .text import TextBlock

if TYPE_CHECKING:
    from textual.screen import Screen


HELP = "help"


class KeyBar(TextBlock):
    """The footer of a screen, made from the bindings that are active now."""

    layout_name = "ru"
    """The layout last typed in: shared by all bars, for there is one keyboard."""

    def on_mount(self) -> None:
        """Follow the screen's bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _screen: "Screen[object]") -> None:
        """Draw again only what differs: bindings change with every move of the focus."""
        content = self._keys()
        if content != self._content:
            self._content = content
            self.refresh()

    def relabel(self) -> None:
        """Show the keys of the layout that is typed in now."""
        self._content = self._keys()
        self.refresh()

    def put_on(self) -> None:
        """Show the same in the theme that is now put on."""
        self.relabel()

    def on_resize(self) -> None:
        """As many keys as fit."""
        self.relabel()

    @classmethod
    def typed(cls, character: str | None) -> bool:
        """Take note of what was typed; True where the keys must be shown in another layout."""
        layout = layout_of(character)
        if layout is None or layout == KeyBar.layout_name:
            return False
        KeyBar.layout_name = layout
        return True

    def _keys(self) -> Content:
        """The keys of the active bindings, each once; help stands last and always has room."""
        found: dict[str, tuple[Binding, bool]] = {}
        for _node, binding, enabled, _tooltip in self.screen.active_bindings.values():
            if binding.show:
                found.setdefault(binding.id or binding.action, (binding, enabled))
        last = found.pop(HELP, None)
        room = self.size.width - 1 - (self._width(last[0]) if last is not None else 0)
        shown_now: list[tuple[Binding, bool]] = []
        for one in found.values():
            room -= self._width(one[0])
            if room < 0:
                break
            shown_now.append(one)
        if last is not None:
            shown_now.append(last)
        parts: list[str | Content | tuple[str, Style]] = [" "]
        for binding, enabled in shown_now:
            click = Style.from_meta({"@click": self._call(binding.action)})
            parts += [
                (shown(binding.key, self.layout_name), look(self, "key") + click),
                (f" {binding.description}", click if enabled else look(self, "muted")),
                "  ",
            ]
        return Content.assemble(*parts)

    def _width(self, binding: Binding) -> int:
        return len(shown(binding.key, self.layout_name)) + len(binding.description) + 3

    @staticmethod
    def _call(action: str) -> str:
        return action if "." in action else f"run_bound('{action}')"

    def action_run_bound(self, action: str) -> None:
        """Run an action as its key would, from where the focus is."""
        self.app.call_later(self._run_bound, action)

    async def _run_bound(self, action: str) -> None:
        for node, binding, enabled, _tooltip in self.screen.active_bindings.values():
            if binding.action == action and enabled:
                await self.app.run_action(action, node)
                return
