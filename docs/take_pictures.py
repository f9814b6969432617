"""Takes the pictures of the user guide: `python docs/take_pictures.py ADDRESS PASSWORD`, with a desk running there."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

PAGES = {
    "dashboard": "/",
    "gex": "/gex/SPX/",
    "gamma": "/gamma/SPX/",
    "copilot": "/copilot/",
    "positions": "/positions/",
    "journal": "/journal/?days=all",
    "autotrader": "/autotrader/",
    "paper": "/paper/",
    "scanner": "/scanner/",
    "alerts": "/alerts/",
    "sizing": "/sizing/",
    "settings": "/settings/",
}
FOLDER = Path(__file__).parent / "images" / "guide"


def main(address: str, password: str) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        log_in(page, address, password)
        for name, path in PAGES.items():
            page.goto(address + path)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=FOLDER / f"{name}.jpg", type="jpeg", quality=72)
        browser.close()


def log_in(page: Page, address: str, password: str) -> None:
    page.goto(f"{address}/login/")
    page.fill("[name=username]", "owner")
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{address}/")


if __name__ == "__main__":
    main(*sys.argv[1:3])
