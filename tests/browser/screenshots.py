"""Writes pictures of the pages into a folder.

PYTHONPATH=tests .venv/bin/python -m browser.screenshots FOLDER
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from playwright.sync_api import Browser, ViewportSize

from browser.house import House, a_house, address
from browser.letters import letters
from browser.views import VIEWS
from browser.watching import a_chromium

_SIZES = {"wide": (1280, 800), "narrow": (390, 844)}
_SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_SHARPNESS = 2  # pixels of a picture for one of the page


def main(folder: Path) -> None:
    """Takes every page in every size and colour scheme."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as directory, a_house(Path(directory) / "data") as house:
        house.drop("dana", letters())
        with a_chromium(house.canary) as browser:
            for size, (width, height) in _SIZES.items():
                for scheme in _SCHEMES:
                    _take(browser, house, folder / f"{size}-{scheme}", (width, height), scheme)


def _take(
    browser: Browser, house: House, prefix: Path, size: tuple[int, int], scheme: Literal["light", "dark"]
) -> None:
    viewport = ViewportSize(width=size[0], height=size[1])
    context = browser.new_context(color_scheme=scheme, viewport=viewport, device_scale_factor=_SHARPNESS)
    page = context.new_page()
    for name, path in _pages(house).items():
        page.goto(house.origin + path)
        page.screenshot(path=prefix.with_name(f"{name}-{prefix.name}.png"))
    context.close()


def _pages(house: House) -> dict[str, str]:
    return {
        "home": "/",
        "inbox": f"/inbox/{address('dana')}",
        "empty": f"/inbox/{address('nobody')}",
        "message": house.paths(VIEWS["page"], "dana")[0],
        "docs": "/docs",
    }


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {Path(sys.argv[0]).stem} FOLDER")
    main(Path(sys.argv[1]))
