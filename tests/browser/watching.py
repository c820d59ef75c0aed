"""A browser that looks at what a sender wrote, and what came of it: scripts, dialogs, moves, requests.

A script tells of itself in whatever way is left to it. It calls `alert`, which here reports through the
debugger, in messages to the windows around, in the title and at the canary; or it does one of these itself.
"""

import shutil
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from itertools import cycle
from typing import Any

from playwright.sync_api import Browser, Dialog, Error, Frame, Page, Route, sync_playwright

from browser.canary import Canary

_BATCH = 40  # documents that one page frames
_TABS = 6  # documents that are open beside one another
_REFUSED = frozenset(
    {"about:blank#blocked", "chrome-error://chromewebdata/"}
)  # where a window is that was not let go
_SETTLING = 150.0  # milliseconds for what begins after a document was loaded and touched
_SETTLINGS = 20  # such times at the most, as long as something still begins
_LOADING = 15_000.0  # milliseconds

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_WRAPPER = "/-/frames"  # no path of Mailweir's: only this test answers it
# One process shows all, which is quick: what keeps one site's process from another's is Chromium's promise.
# A canary on loopback is to be reached like any host, without Chromium's own guard of local networks.
_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--in-process-gpu"),
    *("--disable-site-isolation-trials", "--renderer-process-limit=1"),
    "--disable-features=IsolateSandboxedIframes,IsolateOrigins,site-per-process,LocalNetworkAccessChecks",
)
_UNARMED = "allow-scripts allow-same-origin allow-popups allow-forms allow-modals"
"""What a control frames with: everything but leave to move the page of the test."""

_REPORTING = """
    const mailweirTold = how => {
      try { mailweirRan(how) } catch {}
      for (const one of [parent, top, opener]) try { one.postMessage('ran', '*') } catch {}
      try { document.title = 'ran' } catch {}
      try { new Image().src = 'CANARY/ran' } catch {}
      try { fetch('CANARY/ran', {mode: 'no-cors'}) } catch {}
    };
    for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => mailweirTold(name);
    addEventListener('message', event => event.data === 'ran' && mailweirRan('message'));
"""
# Touches everything as a person might, except links that lead honestly to another site.
_TOUCHING = """() => {
    const kinds = ['pointerenter', 'pointerover', 'mouseenter', 'mouseover', 'mousemove', 'wheel',
      'touchstart', 'contextmenu', 'dblclick', 'copy', 'cut', 'paste', 'dragstart', 'drop', 'input',
      'beforeinput', 'change', 'scroll', 'scrollend', 'toggle', 'invalid', 'reset', 'submit',
      'transitionend', 'animationend'];
    for (const one of document.querySelectorAll('*')) {
      const link = String(one.href?.baseVal ?? one.href ?? '');
      if (/^(https?|mailto):/.test(link) && !link.startsWith(location.href.split('#')[0] + '#')) continue;
      for (const kind of kinds) one.dispatchEvent(new Event(kind, {bubbles: true}));
      one.focus?.();
      if (one.click) one.click(); else one.dispatchEvent(new MouseEvent('click', {bubbles: true}));
      one.blur?.();
    }
    return document.title;
}"""


_TRIES = 3  # to reach a page


class NoChromiumError(LookupError):
    """There is no Chromium on this machine."""


def chromium() -> str:
    """Where this machine has a Chromium. Raises NoChromiumError."""
    found = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if found is None:
        raise NoChromiumError(
            "Chromium is not here: `make programs` installs it, or: apt-get install chromium"
        )
    return found


@contextmanager
def a_chromium(canary: Canary) -> Generator[Browser]:
    """A browser for which every other host in the world is the canary."""
    rules = f"--host-resolver-rules={canary.resolver_rules}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*_FLAGS, rules])
        try:
            yield browser
        finally:
            browser.close()


class Watch:
    """One window on the server at `origin`. `faults` is empty as long as senders' content does nothing.

    `unprotected`: as if answers had no content security policy, to see what stands without it.
    """

    def __init__(self, browser: Browser, canary: Canary, origin: str, *, unprotected: bool = False) -> None:
        self._origin = origin
        self._canary = canary
        self._heard = len(canary.hits)
        self._seen: list[str] = []
        self._unprotected = unprotected
        self._context = browser.new_context(accept_downloads=False, bypass_csp=unprotected)
        self._context.set_default_timeout(_LOADING)
        self._context.expose_binding("mailweirRan", self._script)  # pyright: ignore[reportUnknownMemberType]
        self._context.add_init_script(_REPORTING.replace("CANARY", canary.url))
        self._context.on("dialog", self._dialog)
        if unprotected:
            self._context.route("**/api/dirty/**", _without_allowlist)

    @property
    def faults(self) -> Sequence[str]:
        """What ran and what was fetched, each once."""
        hits = [f"asked for {one}" for one in self._canary.hits[self._heard :]]
        return list(dict.fromkeys(self._seen + hits))

    def frame(self, paths: Sequence[str]) -> None:
        """Looks at documents in frames of a page of the server's own origin, and touches them."""
        for batch in _batched(paths, _BATCH):
            page = self._context.new_page()
            page.on("popup", self._popup)
            page.route(f"**{_WRAPPER}", _answering(self._wrapper(batch)))
            self._load(page, _WRAPPER)
            for frame in page.frames[1:]:
                self._touch(frame)
            self._settle(page)
            self._check_place(page, _WRAPPER)
            page.close()

    def _settle(self, page: Page) -> None:
        """On a busy machine what was begun arrives late: until a moment passes in which nothing does."""
        for _ in range(_SETTLINGS):
            before = len(self._canary.hits), len(self._seen)
            page.wait_for_timeout(_SETTLING)
            if (len(self._canary.hits), len(self._seen)) == before:
                return

    def open(self, paths: Sequence[str], *, touched: bool) -> None:
        """Looks at each as a document of its own; touches it, or only what it frames."""
        places = {self._context.new_page(): "" for _ in range(min(_TABS, len(paths)))}
        for page in places:
            page.on("popup", self._popup)
        for page, path in zip(cycle(places), paths, strict=False):
            self._check_place(page, places[page])
            places[page] = path if self._load(page, path) else ""
            for frame in page.frames[0 if touched else 1 :]:
                self._touch(frame)
        for page, path in places.items():
            page.wait_for_timeout(_SETTLING / len(places))
            self._check_place(page, path)
            page.close()

    def embed(self, paths: Sequence[str]) -> None:
        """Uses each in a page of the server's own origin as script, image, style sheet, object and film."""
        ways = (
            '<script src="{0}"></script><script type=module src="{0}"></script><img src="{0}">'
            '<link rel=stylesheet href="{0}"><object data="{0}"></object><embed src="{0}"><video src="{0}">'
        )
        page = self._context.new_page()
        html = "".join(ways.format(escape(path)) for path in paths)
        page.route(f"**{_WRAPPER}", _answering(f"<!doctype html><title>parts</title>{html}"))
        self._load(page, _WRAPPER)
        page.wait_for_timeout(_SETTLING)
        self._check_place(page, _WRAPPER)
        page.close()

    def close(self) -> None:
        self._context.close()

    def _load(self, page: Page, path: str) -> bool:
        """Whether there is a document now: a file to be saved is none."""
        for _ in range(_TRIES):
            try:
                page.goto(self._origin + path)
            except Error as error:
                if "Download is starting" in error.message:
                    return False
                if "interrupted by another navigation" in error.message:
                    continue  # the document that was there before wanted to go elsewhere, and was refused
                if not self._unprotected:
                    raise
            return True
        raise TimeoutError(f"{path} was never reached")

    def _touch(self, frame: Frame) -> None:
        if not frame.url:  # it was kept from having a document
            return
        try:
            title = frame.evaluate(_TOUCHING)
        except Error:  # the document has gone, by what it contains
            if not self._unprotected:
                raise
        else:
            if title == "ran":
                self._seen.append(f"a script changed the title of {frame.url}")

    def _check_place(self, page: Page, path: str) -> None:
        if path and page.url not in _REFUSED and page.url.partition("#")[0] != self._origin + path:
            self._seen.append(f"{path} moved to {page.url}")

    def _wrapper(self, paths: Sequence[str]) -> str:
        armour = f' sandbox="{_UNARMED}"' if self._unprotected else ""
        frames = "".join(f'<iframe src="{escape(path)}"{armour}></iframe>' for path in paths)
        return f"<!doctype html><title>frames</title>{frames}"

    def _script(self, source: Mapping[str, Any], how: str) -> None:
        self._seen.append(f"a script ran by {how} in {source['frame'].url}")

    def _dialog(self, dialog: Dialog) -> None:
        self._seen.append(f"a dialog said {dialog.message}")
        dialog.dismiss()

    def _popup(self, page: Page) -> None:
        self._seen.append(f"a window opened: {page.url}")
        page.close()


def _without_allowlist(route: Route) -> None:
    """A browser that ignores the content security policy heeds this header all the same."""
    answer = route.fetch()
    headers = {name: value for name, value in answer.headers.items() if name != "connection-allowlist"}
    route.fulfill(response=answer, headers=headers)


def _answering(html: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(content_type="text/html", body=html)


def _batched(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
