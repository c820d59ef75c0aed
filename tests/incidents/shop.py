"""Tests of a shop as somebody writes them who uses Mailweir: `signups` runs them with pytest.

Each signs ten customers up at once, and waits for the code that each of them is sent.
"""

import asyncio
import json
import os
import random
import smtplib
import socket
import time
from pathlib import Path

import pytest

from mailweir.testing import AsyncInbox, AsyncMailweir, MailNotFoundError

AT_ONCE = 10
PATIENCE = 60  # seconds


@pytest.mark.parametrize("number", range(int(os.environ.get("SHOP_TESTS", "1"))))
async def test_customers_are_sent_their_codes(amailweir: AsyncMailweir, number: int) -> None:
    customers = range(number * AT_ONCE, (number + 1) * AT_ONCE)
    ends = await asyncio.gather(*(signed_up(amailweir, customer) for customer in customers))
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with (Path(os.environ["SHOP_RESULTS"]) / worker).open("a", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(end)}\n" for end in ends)


async def signed_up(mailweir: AsyncMailweir, customer: int) -> str:
    """What went wrong; nothing when all is well."""
    chance = random.Random(customer)
    inbox = await mailweir.inbox(f"customer-{customer}")
    beside = await mailweir.inbox(f"customer-{customer}")
    shop = Shop(mailweir, chance)
    code = f"{chance.randrange(1_000_000):06}"
    when = chance.choice(["early", "meanwhile", "late"])
    sending = asyncio.create_task(shop.sign_up(inbox.address, beside.address, customer, code, when))
    if when == "early":
        await sending
    try:
        return await waited(inbox, customer, code)
    except MailNotFoundError as error:
        return (
            f"no mail, by the {error.fault}'s fault: {error}" if error.fault != "application" else "no mail"
        )
    finally:
        await sending


async def waited(inbox: AsyncInbox, customer: int, code: str) -> str:
    message = await inbox.wait(code=True, sender="shop", subject="your code", timeout=PATIENCE)
    if f"customer {customer}." not in message.subject:
        return "wrong message"
    return "" if message.code == code else "wrong code"


class Shop:
    """An application that sends mail, and tries again when that fails, as applications do."""

    def __init__(self, mailweir: AsyncMailweir, chance: random.Random) -> None:
        self._smtp = mailweir.smtp
        self._chance = chance

    async def sign_up(self, address: str, beside: str, customer: int, code: str, when: str) -> None:
        """Sends decoys, and somewhere among them the mail that counts."""
        other = f"{self._chance.randrange(1_000_000):06}"
        decoys = [
            (address, "bank", "Your bank code", f"Your code is {other}."),
            (address, "shop", "Your order", f"Order number {other} is on its way."),
            (beside, "shop", f"customer {customer}. your code", f"Your code is {other}."),
        ]
        if when == "late":
            await asyncio.sleep(self._chance.uniform(0.5, 3))
        self._chance.shuffle(decoys)
        mail = (address, "shop", f"Welcome, customer {customer}. This is your code", f"Your code is {code}.")
        place = self._chance.randrange(len(decoys) + 1)
        for to, sender, subject, text in (*decoys[:place], mail, *decoys[place:]):
            await asyncio.to_thread(self._sent, to, sender, subject, text)

    def _sent(self, to: str, sender: str, subject: str, text: str) -> None:
        message = f"From: {sender} <{sender}@{sender}.test>\r\nSubject: {subject}\r\n\r\n{text}\r\n"
        until = time.monotonic() + PATIENCE / 2
        if self._chance.random() < 0.25:
            self._broken_off(to, message)
        while True:
            try:
                with smtplib.SMTP(*self._smtp, timeout=10) as client:
                    client.sendmail(f"{sender}@{sender}.test", to, message)
            except (OSError, smtplib.SMTPException):
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)  # noqa: TID251  a thread of an application
            else:
                return

    def _broken_off(self, to: str, message: str) -> None:
        """The connection breaks in the middle of the message: nothing of it may ever be seen."""
        wrong = message.replace("Your code is", "Your code is 000000, not")
        try:
            with socket.create_connection(self._smtp, 10) as connection:
                connection.sendall(
                    f"HELO shop\r\nMAIL FROM:<shop@shop.test>\r\nRCPT TO:<{to}>\r\nDATA\r\n{wrong}".encode()
                )
                connection.recv(1000)
        except OSError:
            return
